/* sqs_limits.c - what a FIFO queue refuses: calls above its rate, and messages that were sent before.
 *
 * Sending, receiving and deleting have 300 calls a second each, a batch is one call; buckets hold one second's worth.
 * In high-throughput mode messages are spread by group over partitions of 300 calls a second, as many as the Region's
 * quota allows; a call counts in the partition of its group, a receive, which has none, only towards the quota. A
 * deduplication id is known for five minutes from its first sending; a repeated message is accepted and forgotten. Ids
 * stand in a hash table and, in order of time, in a ring.
 * Not modelled: ids of receive attempts. Truth: tests/unit/test_sqs_fifo.c. */
#include "sqs.h"
#include <string.h>

#define REMEMBERED (300 * WR_S)
enum { FEW = 64 };

/* ---- rates ------------------------------------------------------------------------------------------- */
static bool high(const sqs_plan *p)
{
    return p->throughput == SQS_PER_GROUP;
}

void sqs_limits_open(sqs *q)
{
    const sqs_plan *p = q->plan;
    double rate = high(p) ? p->group_rate : SQS_PARTITION_RATE;
    size_t n = high(p) ? (size_t)p->partitions : 0;
    for (int a = 0; a < SQS_ACTIONS && p->fifo; a++) {
        q->limit[a] = wr_alloc(q->self, (n + 1) * sizeof(wr_bucket));
        q->limit[a][0] = wr_bucket_full(rate, rate);
        for (size_t i = 1; i <= n; i++)
            q->limit[a][i] = wr_bucket_full(SQS_PARTITION_RATE, SQS_PARTITION_RATE);
    }
}

bool sqs_admit(sqs *q, enum sqs_action a, uint64_t key, bool keyed)
{
    wr_bucket *b = q->limit[a];
    wr_time now = wr_now(q->self);
    if (!b)
        return true;
    wr_bucket *part = keyed && high(q->plan) ? &b[1 + (size_t)(wr_key_spot(key) * q->plan->partitions)] : NULL;
    if (wr_bucket_level(b, now) < 1 || (part && !wr_bucket_take(part, now, 1)))
        return false;
    return wr_bucket_take(b, now, 1);
}

/* ---- deduplication ----------------------------------------------------------------------------------- */
static uint64_t home(const sqs_ids *s, uint64_t id)
{
    return (uint64_t)(wr_key_spot(id) * (double)s->room);
}

static uint64_t find(const sqs_ids *s, uint64_t id)
{
    uint64_t i = home(s, id);
    while (s->slot[i].until && s->slot[i].id != id)
        i = (i + 1) & (s->room - 1);
    return i;
}

static void close_gap(sqs_ids *s, uint64_t gap)
{
    uint64_t mask = s->room - 1;
    for (uint64_t i = (gap + 1) & mask; s->slot[i].until; i = (i + 1) & mask) {
        uint64_t wants = home(s, s->slot[i].id);
        if (((i - wants) & mask) < ((i - gap) & mask))
            continue;
        s->slot[gap] = s->slot[i];
        gap = i;
    }
    s->slot[gap] = (sqs_id){0};
}

static void grow(sqs *q)
{
    sqs_ids *s = &q->ids, old = *s;
    s->room = old.room ? 2 * old.room : FEW;
    s->slot = wr_alloc(q->self, s->room * sizeof *s->slot);
    s->ring = wr_alloc(q->self, s->room / 2 * sizeof *s->ring);
    s->first = 0;
    for (uint64_t i = 0; i < old.n; i++) {
        s->ring[i] = old.ring[(old.first + i) & (old.room / 2 - 1)];
        s->slot[find(s, s->ring[i].id)] = s->ring[i];
    }
}

static void forget(sqs_ids *s, wr_time now)
{
    while (s->n && s->ring[s->first].until <= now) {
        close_gap(s, find(s, s->ring[s->first].id));
        s->first = (s->first + 1) & (s->room / 2 - 1);
        s->n--;
    }
}

bool sqs_repeated(sqs *q, uint64_t id, uint64_t key)
{
    sqs_ids *s = &q->ids;
    wr_time now = wr_now(q->self);
    if (!id || !q->plan->fifo)
        return false;
    if (q->plan->scope == SQS_SCOPE_GROUP)
        id ^= key * UINT64_C(0x9e3779b97f4a7c15);
    forget(s, now);
    if (2 * (s->n + 1) > s->room)
        grow(q);
    uint64_t at = find(s, id);
    if (s->slot[at].until)
        return true;
    s->slot[at] = (sqs_id){id, now + REMEMBERED};
    s->ring[(s->first + s->n++) & (s->room / 2 - 1)] = s->slot[at];
    return false;
}
