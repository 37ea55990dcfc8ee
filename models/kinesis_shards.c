/* kinesis_shards.c - shards as ranges of hashed keys: which one takes a record, whether it has room, how they
 * change.
 *
 * Each open shard takes 1,000 records and 1 MiB a second and gives 2 MiB and five reads a second to all readers
 * together; buckets of one second stand for AWS's one-second granularity. A record larger than a second's worth
 * passes when the bucket is full and leaves it in debt. A read that returns more than a second's worth locks the
 * shard for as long as those bytes take (10 MB: five seconds), a read that was refused for want of bytes for one
 * second. With enhanced fan-out every reader has a bucket of its own and is slowed down instead of refused.
 * Resharding makes even ranges; an on-demand stream splits in halves what has been above half of a shard's limit
 * for a quarter of an hour, so that it always has twice its peak, and a single hot key stays where it is. Its
 * shards never merge. Truth: tests/unit/test_kinesis.c. */
#include "kinesis.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- ranges --------------------------------------------------------------------------------------------- */
static void keep(kin *k, kin_shard *s)
{
    if (s->number >= k->room) {
        int32_t room = k->room ? 2 * k->room : 16;
        kin_shard **all = wr_alloc(k->self, (size_t)room * sizeof(kin_shard *));
        if (k->room)
            memcpy(all, k->shard, (size_t)k->room * sizeof(kin_shard *));
        k->shard = all;
        k->room = room;
    }
    k->shard[s->number] = s;
}

static kin_shard *make(kin *k, double from, double to, const int32_t *parent, int32_t parents)
{
    char name[32];
    kin_shard *s = wr_alloc(k->self, sizeof *s);
    *s = (kin_shard){.number = klog_shard_new(&k->log, parent, parents),
                     .from = from,
                     .to = to,
                     .records = wr_bucket_full(KIN_RATE, KIN_RATE),
                     .bytes = wr_bucket_full(KIN_BYTES_IN, KIN_BYTES_IN),
                     .reads = wr_bucket_full(KIN_READS, KIN_READS),
                     .out = wr_bucket_full(KIN_BYTES_OUT, KIN_BYTES_OUT)};
    snprintf(name, sizeof name, "s%d", (int)s->number);
    s->part = wr_part(k->self, name, true);
    keep(k, s);
    return s;
}

static void opened(kin *k)
{
    wr_set(k->self, KIN_OPEN_SHARDS, k->opens);
    if (k->plan->mode == KIN_PROVISIONED)
        wr_bill_level(k->self, KIN_SHARD_HOURS, k->opens);
    k->readers_billed = -1;
}

void kin_shards_open(kin *k)
{
    int64_t n = k->plan->shards;
    k->open = wr_alloc(k->self, (size_t)n * sizeof(kin_shard *));
    for (int64_t i = 0; i < n; i++)
        k->open[i] = make(k, (double)i / (double)n, (double)(i + 1) / (double)n, NULL, 0);
    k->opens = (int32_t)n;
    opened(k);
}

kin_shard *kin_shard_at(const kin *k, uint64_t key)
{
    double spot = wr_key_spot(key);
    int32_t low = 0, high = k->opens - 1;
    while (low < high) {
        int32_t mid = (low + high) / 2;
        if (spot < k->open[mid]->to)
            high = mid;
        else
            low = mid + 1;
    }
    return k->open[low];
}

/* ---- limits --------------------------------------------------------------------------------------------- */
bool kin_admit(kin *k, kin_shard *s, double bytes)
{
    wr_time now = wr_now(k->self);
    if (wr_bucket_level(&s->records, now) < 1 - 1e-9 ||
        wr_bucket_level(&s->bytes, now) < fmin(bytes, s->bytes.burst) * (1 - 1e-9))
        return false;
    wr_bucket_delay(&s->records, now, 1);
    wr_bucket_delay(&s->bytes, now, bytes);
    s->second_records += 1;
    s->second_bytes += bytes;
    return true;
}

static bool may_read(kin_shard *s, wr_time now)
{
    if (now < s->locked || !wr_bucket_take(&s->reads, now, 1))
        return false;
    if (wr_bucket_level(&s->out, now) > 0)
        return true;
    s->locked = now + WR_S;
    return false;
}

static wr_bucket *fan_of(kin *k, kin_shard *s, const wr_comp *reader)
{
    int r = klog_reader(&k->log, reader);
    if (r < 0)
        return NULL;
    if (!s->fan) {
        s->fan = wr_alloc(k->self, KLOG_READERS * sizeof *s->fan);
        for (int i = 0; i < KLOG_READERS; i++)
            s->fan[i] = wr_bucket_full(KIN_BYTES_OUT, KIN_BYTES_OUT);
    }
    return &s->fan[r];
}

int kin_read(kin *k, wr_call *c, kin_shard *s, wr_dur *wait)
{
    wr_time now = wr_now(k->self), last = now;
    wr_batch *b = wr_call_batch(c);
    wr_bucket *fan = k->plan->fan_out ? fan_of(k, s, wr_call_from(c)) : NULL;
    double before = b->bytes;
    *wait = 0;
    if (!k->plan->fan_out && !may_read(s, now))
        return KIN_READ_THROTTLED;
    if (!klog_read(&k->log, wr_call_from(c), b, KIN_READ_MOST, KIN_BYTES_READ, &last))
        return KIN_INVALID;
    if (fan) {
        *wait = wr_bucket_delay(fan, now, b->bytes - before);
        wr_observe_dur(k->self, KIN_PUSH_BEHIND, now - last);
        return KIN_OK;
    }
    wr_bucket_delay(&s->out, now, b->bytes - before);
    if (b->bytes - before > KIN_BYTES_OUT)
        s->locked = now + wr_dur_from_s((b->bytes - before) / KIN_BYTES_OUT);
    wr_observe_dur(k->self, KIN_GET_AGE, now - last);
    return KIN_OK;
}

/* ---- fewer, more ---------------------------------------------------------------------------------------- */
static void close_shard(kin *k, kin_shard *s)
{
    klog_shard_close(&k->log, s->number);
    kin_wake(k, s);
}

static void split(kin *k, int32_t i)
{
    kin_shard *s = k->open[i], **open = wr_alloc(k->self, (size_t)(k->opens + 1) * sizeof(kin_shard *));
    int32_t *parent = wr_alloc(k->self, sizeof *parent);
    double middle = (s->from + s->to) / 2;
    *parent = s->number;
    memcpy(open, k->open, (size_t)i * sizeof(kin_shard *));
    memcpy(open + i + 2, k->open + i + 1, (size_t)(k->opens - i - 1) * sizeof(kin_shard *));
    open[i] = make(k, s->from, middle, parent, 1);
    open[i + 1] = make(k, middle, s->to, parent, 1);
    k->open = open;
    k->opens++;
    close_shard(k, s);
    opened(k);
    wr_annotate(k->self, "split", k->opens, "a busy shard was split: %d shards", (int)k->opens);
}

/* The old shards that a new range overlaps. */
static kin_shard *heir(kin *k, double from, double to)
{
    int32_t *parent = wr_alloc(k->self, (size_t)k->opens * sizeof *parent), n = 0;
    for (int32_t i = 0; i < k->opens; i++)
        if (k->open[i]->from < to - 1e-12 && k->open[i]->to > from + 1e-12)
            parent[n++] = k->open[i]->number;
    return make(k, from, to, parent, n);
}

static kin_shard *same(const kin *k, double from, double to)
{
    for (int32_t i = 0; i < k->opens; i++)
        if (fabs(k->open[i]->from - from) < 1e-12 && fabs(k->open[i]->to - to) < 1e-12)
            return k->open[i];
    return NULL;
}

void kin_resharded(wr_comp *self, void *arg)
{
    kin *k = wr_state(self);
    const kin_step *r = arg;
    kin_shard **open = wr_alloc(self, (size_t)r->shards * sizeof(kin_shard *));
    int64_t n = r->shards;
    for (int64_t i = 0; i < n; i++) {
        double from = (double)i / (double)n, to = (double)(i + 1) / (double)n;
        kin_shard *old = same(k, from, to);
        open[i] = old ? old : heir(k, from, to);
    }
    for (int32_t i = 0; i < k->opens; i++) {
        bool stays = false;
        for (int64_t j = 0; j < n && !stays; j++)
            stays = open[j] == k->open[i];
        if (!stays)
            close_shard(k, k->open[i]);
    }
    wr_annotate(self, n > k->opens ? "scale_out" : "scale_in", (double)n, "%d to %d shards", (int)k->opens, (int)n);
    k->open = open;
    k->opens = (int32_t)n;
    opened(k);
}

static void heat(kin *k)
{
    const kin_demand *rule = k->plan->demand;
    for (int32_t i = k->opens; i-- > 0;) {
        kin_shard *s = k->open[i];
        double use = fmax(s->minute_records / KIN_RATE, s->minute_bytes / KIN_BYTES_IN) / 60;
        s->minute_records = s->minute_bytes = 0;
        s->hot = use > 0.5 ? s->hot + WR_MIN : 0;
        if (s->hot >= rule->split_after && k->opens < rule->most)
            split(k, i);
    }
}

/* ---- the books ------------------------------------------------------------------------------------------ */
void kin_levels(kin *k)
{
    wr_set(k->self, KIN_DEPTH, (double)klog_depth(&k->log));
    wr_set(k->self, KIN_MESSAGES, (double)k->log.kept);
    if (!k->plan->fan_out || k->log.readers == k->readers_billed)
        return;
    k->readers_billed = k->log.readers;
    wr_bill_level(k->self, KIN_FAN_HOURS, (double)k->log.readers * k->opens);
}

static void settle(kin *k)
{
    double used = 0;
    for (int32_t i = 0; i < k->opens; i++) {
        kin_shard *s = k->open[i];
        used += fmax(s->second_records / KIN_RATE, s->second_bytes / KIN_BYTES_IN);
        s->minute_records += s->second_records;
        s->minute_bytes += s->second_bytes;
        s->second_records = s->second_bytes = 0;
    }
    wr_add(k->self, KIN_USED, used);
    wr_add(k->self, KIN_ROOM, k->opens);
}

/* It comes a nanosecond before the second ends, so that what is settled counts in the period it belongs to. */
void kin_second(wr_comp *self, void *arg)
{
    kin *k = arg;
    wr_time now = wr_now(self);
    k->seconds++;
    klog_second(&k->log, now);
    wr_add(self, KIN_EXPIRED, (double)(k->log.lost - k->lost));
    k->lost = k->log.lost;
    wr_set(self, WR_U_AGE_OF_OLDEST, wr_dur_to_s(klog_age(&k->log, now)));
    settle(k);
    if (k->plan->mode == KIN_ON_DEMAND && k->seconds % 60 == 0)
        heat(k);
    kin_levels(k);
    wr_at(self, (k->seconds + 1) * WR_S - 1, WR_PHASE_CONTROL, kin_second, k);
}
