/* sqs_fair.c - the line of a fair queue: tenants that take more than their share wait behind those that do not.
 *
 * A tenant is noisy while it has more than a tenth of all messages in flight and at least 30, or more than a tenth of
 * the recent time that consumers spent; it is quiet again when none of its messages is left waiting. Quiet tenants'
 * messages go first, in the order in which they became visible; then the noisy tenant with the fewest in flight.
 * Nothing is dropped and nobody is held up when there are only noisy ones. "Recent" weighs the past by exp(-t/1 min),
 * and time in flight stands for the time that consumers spend. A short poll of a fair queue sees all of it.
 * Tenants that have been idle for five minutes are forgotten when the table of tenants would have to grow.
 * Truth: tests/unit/test_sqs_fair.c. */
#include "sqs.h"
#include <math.h>

#define NOISY_SHARE 0.1
#define NOISY_FLIGHT 30
#define IDLE (300 * WR_S)
#define MEMORY 60.0 /* seconds */

/* ---- time that consumers spend ----------------------------------------------------------------------- */
static void spend(double *work, wr_time *worked, uint32_t in_flight, wr_time now)
{
    if (now == *worked)
        return;
    double kept = exp(-wr_dur_to_s(now - *worked) / MEMORY);
    *work = *work * kept + in_flight * MEMORY * (1 - kept);
    *worked = now;
}

static bool takes_much(sqs *q, sqs_group *g)
{
    wr_time now = wr_now(q->self);
    uint32_t mine = g->count[SQS_FLIGHT], all = q->count[SQS_FLIGHT];
    spend(&g->work, &g->worked, mine, now);
    spend(&q->work, &q->worked, all, now);
    return (mine >= NOISY_FLIGHT && mine > NOISY_SHARE * all) || (q->work > 0 && g->work > NOISY_SHARE * q->work);
}

/* ---- quiet and noisy --------------------------------------------------------------------------------- */
static void quiet_placed(sqs *q, uint32_t id, uint32_t place)
{
    q->groups.all[id]->place = place;
}

static void unqueue(sqs *q, sqs_group *g)
{
    if (g->place != SQS_NONE)
        sqs_heap_remove(q, &q->quiet, g->place);
    g->place = SQS_NONE;
}

/* A quiet tenant stands where its first message says. */
static void enqueue(sqs *q, sqs_group *g)
{
    q->quiet.placed = quiet_placed;
    unqueue(q, g);
    if (g->noisy || g->head == SQS_NONE)
        return;
    const sqs_message *m = sqs_at(q, g->head);
    sqs_heap_push(q, &q->quiet, (sqs_due){m->since, m->order, g->number});
}

static void mark(sqs *q, sqs_group *g, bool noisy)
{
    g->noisy = noisy;
    if (noisy)
        sqs_group_list(&q->groups, g);
    else
        sqs_group_unlist(&q->groups, g);
    q->noisy += noisy ? 1u : -1u;
    for (int s = SQS_VISIBLE; s < SQS_STATES; s++)
        q->noisy_count[s] += noisy ? g->count[s] : -g->count[s];
    enqueue(q, g);
}

static void judge(sqs *q, sqs_group *g)
{
    if (g->noisy && !g->count[SQS_VISIBLE])
        mark(q, g, false);
    else if (!g->noisy && g->count[SQS_VISIBLE] && takes_much(q, g))
        mark(q, g, true);
}

/* ---- the line ---------------------------------------------------------------------------------------- */
static void forget_idle(sqs *q)
{
    sqs_groups *s = &q->groups;
    wr_time now = wr_now(q->self);
    for (uint32_t i = 0; i < s->made; i++) {
        sqs_group *g = s->all[i];
        bool busy = g->count[SQS_VISIBLE] || g->count[SQS_FLIGHT] || g->count[SQS_DELAYED];
        if (g->used && !busy && !g->noisy && now - g->worked >= IDLE)
            sqs_group_free(q, g);
    }
}

static sqs_group *tenant(sqs *q, uint32_t i)
{
    if (2 * (q->groups.n + 1) > q->groups.room)
        forget_idle(q);
    return sqs_group_of(q, sqs_at(q, i)->key);
}

static void add(sqs *q, uint32_t i)
{
    sqs_group *g = tenant(q, i);
    sqs_group_insert(q, g, i, SQS_NONE);
    if (g->noisy)
        q->noisy_count[SQS_VISIBLE]++;
    else if (g->head == i)
        enqueue(q, g);
    judge(q, g);
}

static void take_out(sqs *q, uint32_t i)
{
    sqs_group *g = tenant(q, i);
    bool leads = g->head == i;
    sqs_group_unlink(q, g, i);
    if (g->noisy)
        q->noisy_count[SQS_VISIBLE]--;
    else if (leads)
        enqueue(q, g);
    judge(q, g);
}

static sqs_group *least_noisy(sqs *q)
{
    sqs_group *best = NULL, *next;
    wr_time now = wr_now(q->self);
    for (sqs_group *g = q->groups.head; g; g = next) {
        next = g->next;
        if (!g->count[SQS_FLIGHT] && now - g->worked >= IDLE)
            mark(q, g, false);
        else if (!best || g->count[SQS_FLIGHT] < best->count[SQS_FLIGHT])
            best = g;
    }
    return best;
}

static uint32_t first(sqs *q, uint64_t servers)
{
    const sqs_group *noisy = least_noisy(q);
    (void)servers;
    if (q->quiet.n)
        return q->groups.all[q->quiet.at[0].id]->head;
    return noisy ? noisy->head : SQS_NONE;
}

static void count(sqs *q, uint32_t i, int state, int by)
{
    sqs_group *g = tenant(q, i);
    if (state == SQS_FLIGHT) {
        wr_time now = wr_now(q->self);
        spend(&g->work, &g->worked, g->count[SQS_FLIGHT], now);
        spend(&q->work, &q->worked, q->count[SQS_FLIGHT] - (uint32_t)by, now);
    }
    g->count[state] += (uint32_t)by;
    if (g->noisy)
        q->noisy_count[state] += (uint32_t)by;
    judge(q, g);
}

const sqs_line sqs_fair = {add, take_out, first, count};

void sqs_fair_show(sqs *q)
{
    wr_dur old = q->quiet.n ? wr_now(q->self) - sqs_arrived(q, q->groups.all[q->quiet.at[0].id]->head) : 0;
    wr_set(q->self, SQS_NOISY, q->noisy);
    wr_set(q->self, SQS_QUIET_VISIBLE, q->count[SQS_VISIBLE] - q->noisy_count[SQS_VISIBLE]);
    wr_set(q->self, SQS_QUIET_FLIGHT, q->count[SQS_FLIGHT] - q->noisy_count[SQS_FLIGHT]);
    wr_set(q->self, SQS_QUIET_DELAYED, q->count[SQS_DELAYED] - q->noisy_count[SQS_DELAYED]);
    wr_set(q->self, SQS_QUIET_AGE, wr_dur_to_s(old));
}
