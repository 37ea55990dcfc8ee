/* dynamodb_partition.c - key ranges: which one a key falls into, how they split, and the second's books.
 *
 * Ranges lie side by side in the space of hashed keys; a search by halves finds one. They split when
 * capacity needs more of them (the widest, in its middle) or, where asked for, when one has been near its
 * ceiling for a time: at the middle of the keys it saw last, until it sees one key alone, which no split
 * can help. They never merge. Every second, just before the next begins, utilization is settled for the
 * side that was busier over the last minute, and the levels of buckets that nobody touched are shown.
 * Truth: tests/unit/test_dynamodb.c. */
#include "dynamodb.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEAR 0.9 /* of a ceiling: hot; an assumption, AWS publishes none */

/* ---- making --------------------------------------------------------------------------------------------- */
static void fill(const ddb_pool *p, wr_bucket *b, int side, size_t n)
{
    static const double ceiling[DDB_SIDES] = {DDB_READ_CEILING, DDB_WRITE_CEILING};
    const wr_bucket *all = &p->bucket[side];
    if (p->even)
        *b = (wr_bucket){all->rate / (double)n, all->burst / (double)n, all->burst / (double)n * p->initial, all->at};
    else
        *b = wr_bucket_full(ceiling[side], ceiling[side] * p->partition_seconds);
}

static ddb_partition *make(ddb *t, ddb_pool *p, size_t number, size_t n)
{
    char name[32];
    ddb_partition *q = wr_alloc(t->self, sizeof *q);
    for (int s = 0; s < DDB_SIDES; s++)
        fill(p, &q->bucket[s], s, n);
    if (!p->index) {
        snprintf(name, sizeof name, "p%zu", number);
        q->part = wr_part(t->self, name, true);
    }
    if (t->plan->heat)
        q->heat = wr_alloc(t->self, sizeof *q->heat);
    return q;
}

static void make_room(ddb *t, ddb_pool *p, size_t room)
{
    double *upto = wr_alloc(t->self, room * sizeof *upto);
    ddb_partition **partition = wr_alloc(t->self, room * sizeof(ddb_partition *));
    if (p->room) {
        memcpy(upto, p->upto, p->n * sizeof *upto);
        memcpy(partition, p->partition, p->n * sizeof(ddb_partition *));
    }
    p->upto = upto;
    p->partition = partition;
    p->room = room;
}

void ddb_partitions_open(ddb *t, ddb_pool *p)
{
    const double *share = p->index ? NULL : t->plan->share;
    double sum = 0;
    make_room(t, p, p->n);
    for (size_t i = 0; i < p->n; i++) {
        sum += share ? share[i] : 0;
        p->upto[i] = share ? sum : (double)(i + 1) / (double)p->n;
        p->partition[i] = make(t, p, i, p->n);
        if (!p->index)
            ddb_stream_shard(t, p->partition[i]);
    }
    p->upto[p->n - 1] = 1;
    wr_set(p->who, DDB_PARTITIONS, (double)p->n);
    const ddb_on_demand *o = t->plan->on_demand;
    p->minutes = o ? (size_t)fmax(1, ceil(wr_dur_to_s(o->window) / 60)) : 1;
    for (int s = 0; s < DDB_SIDES && p->on_demand; s++)
        p->growth[s].minute = wr_alloc(t->self, p->minutes * sizeof(double));
}

ddb_partition *ddb_partition_at(const ddb_pool *p, double spot)
{
    size_t low = 0, high = p->n - 1;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (spot < p->upto[mid])
            high = mid;
        else
            low = mid + 1;
    }
    return p->partition[low];
}

void ddb_partitions_rate(ddb_pool *p, wr_time now, int side)
{
    const wr_bucket *all = &p->bucket[side];
    for (size_t i = 0; i < p->n && p->even; i++)
        wr_bucket_change(&p->partition[i]->bucket[side], now, all->rate / (double)p->n, all->burst / (double)p->n);
}

/* ---- splitting ------------------------------------------------------------------------------------------ */
static void split(ddb *t, ddb_pool *p, size_t i, double at)
{
    wr_time now = wr_now(t->self);
    if (p->n == p->room)
        make_room(t, p, 2 * p->room);
    memmove(p->upto + i + 1, p->upto + i, (p->n - i) * sizeof *p->upto);
    memmove(p->partition + i + 1, p->partition + i, (p->n - i) * sizeof(ddb_partition *));
    p->upto[i] = at;
    ddb_partition *old = p->partition[i], *new = make(t, p, p->n, p->n + 1);
    if (!p->index)
        ddb_stream_split(t, old, new);
    p->partition[i + 1] = new;
    p->n++;
    for (int s = 0; s < DDB_SIDES; s++) {
        if (!p->even)
            continue;
        new->bucket[s].level = old->bucket[s].level = wr_bucket_level(&old->bucket[s], now) / 2;
        new->bucket[s].at = now;
        ddb_partitions_rate(p, now, s);
    }
    if (old->heat)
        *old->heat = (ddb_heated){0};
    wr_set(p->who, DDB_PARTITIONS, (double)p->n);
}

void ddb_partitions_grow(ddb *t, ddb_pool *p, int64_t n)
{
    bool more = (size_t)n > p->n;
    while ((size_t)n > p->n) {
        size_t widest = 0;
        double most = 0;
        for (size_t i = 0; i < p->n; i++) {
            double from = i ? p->upto[i - 1] : 0;
            if (p->upto[i] - from > most + 1e-12) {
                most = p->upto[i] - from;
                widest = i;
            }
        }
        split(t, p, widest, p->upto[widest] - most / 2);
    }
    if (more)
        wr_annotate(p->who, "split", (double)p->n, "%zu partitions", p->n);
}

static void sort(double *x, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        double now = x[i];
        unsigned j = i;
        for (; j > 0 && x[j - 1] > now; j--)
            x[j] = x[j - 1];
        x[j] = now;
    }
}

/* Where to cut so that both sides keep half of the traffic; NaN: it sees one key alone. */
static double middle(const ddb_heated *h)
{
    double spot[sizeof h->spot / sizeof *h->spot];
    unsigned most = sizeof spot / sizeof *spot, n = h->n < most ? h->n : most;
    memcpy(spot, h->spot, sizeof spot);
    sort(spot, n);
    unsigned i = n / 2;
    while (i < n && spot[i] <= spot[0])
        i++;
    return i < n ? spot[i] : NAN;
}

static bool hot(const ddb_partition *q)
{
    return q->heat->refused || q->used[DDB_READ] >= NEAR * DDB_READ_CEILING ||
           q->used[DDB_WRITE] >= NEAR * DDB_WRITE_CEILING;
}

static void split_for_heat(ddb *t, ddb_pool *p)
{
    const ddb_heat *rule = t->plan->heat;
    for (size_t i = p->n; i-- > 0;) {
        ddb_partition *q = p->partition[i];
        q->heat->since = hot(q) ? q->heat->since + WR_S : 0;
        q->heat->refused = false;
        q->used[DDB_READ] = q->used[DDB_WRITE] = 0;
        if (q->heat->since < rule->after || p->n >= (size_t)rule->max)
            continue;
        double at = middle(q->heat);
        q->heat->since = 0;
        if (isnan(at))
            continue;
        split(t, p, i, at);
        wr_annotate(p->who, "split", (double)p->n, "a hot partition was split: %zu partitions", p->n);
    }
}

/* ---- the books ------------------------------------------------------------------------------------------ */
static void settle(ddb_pool *p, double seconds, wr_time now)
{
    double room[DDB_SIDES];
    for (int s = 0; s < DDB_SIDES; s++) {
        room[s] = p->rate[s] * seconds;
        double busy = room[s] > 0 ? p->used[s] / room[s] : 0;
        p->busy[s] += (busy - p->busy[s]) * fmin(1, seconds / 60);
        wr_set(p->who, DDB_LEFT + s, ddb_pool_left(p, s, now));
    }
    int busier = p->busy[DDB_WRITE] > p->busy[DDB_READ] ? DDB_WRITE : DDB_READ;
    wr_add(p->who, DDB_BUSIER_UNITS, p->used[busier]);
    wr_add(p->who, DDB_BUSIER_ROOM, room[busier]);
    wr_set(p->who, WR_U_BURST_LEFT, fmin(wr_level(p->who, DDB_LEFT), wr_level(p->who, DDB_LEFT + 1)));
    p->used[DDB_READ] = p->used[DDB_WRITE] = 0;
}

void ddb_settle(ddb *t)
{
    wr_time now = wr_now(t->self);
    double seconds = wr_dur_to_s(now - t->settled);
    if (!(seconds > 0))
        return;
    settle(&t->table, seconds, now);
    for (size_t i = 0; i < t->plan->indexes; i++)
        settle(&t->index[i], seconds, now);
    t->settled = now;
}

static void pool_second(ddb *t, ddb_pool *p)
{
    if (t->plan->heat)
        split_for_heat(t, p);
    if (p->on_demand && t->seconds % 60 == 0)
        ddb_pool_minute(t, p, t->seconds / 60 - 1);
}

/* It comes a nanosecond before the second ends, so that what is settled counts in the period it belongs to. */
void ddb_second(wr_comp *self, void *arg)
{
    ddb *t = arg;
    ddb_settle(t);
    t->seconds++;
    ddb_stream_second(t);
    pool_second(t, &t->table);
    for (size_t i = 0; i < t->plan->indexes; i++)
        pool_second(t, &t->index[i]);
    wr_at(self, (t->seconds + 1) * WR_S - 1, WR_PHASE_CONTROL, ddb_second, t);
}
