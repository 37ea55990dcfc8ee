/* sqs_fifo.c - the line of a FIFO queue: strict order within a group, none between groups.
 *
 * While a message of a group is in flight no other of it is given away, save to the receive that took it. Groups that
 * have visible messages and none in flight stand in a list of ready ones, first come first served; a receive takes as
 * many messages as it can from one group before it looks at the next. A message that comes back is put in at its place:
 * it passes only those that came back with it, at most as many as one receive takes.
 * Truth: tests/unit/test_sqs_fifo.c. */
#include "sqs.h"

static bool empty(const sqs_group *g)
{
    return !g->count[SQS_VISIBLE] && !g->count[SQS_FLIGHT];
}

static void look(sqs *q, sqs_group *g)
{
    bool ready = g->count[SQS_VISIBLE] && !g->count[SQS_FLIGHT];
    if (ready && !g->listed)
        sqs_group_list(&q->groups, g);
    else if (!ready)
        sqs_group_unlist(&q->groups, g);
    if (empty(g))
        sqs_group_free(q, g);
}

static void add(sqs *q, uint32_t i)
{
    const sqs_message *m = sqs_at(q, i);
    sqs_group *g = sqs_group_of(q, m->key);
    uint32_t before = g->tail == SQS_NONE || sqs_later(m->order, sqs_at(q, g->tail)->order) ? SQS_NONE : g->head;
    while (before != SQS_NONE && sqs_later(m->order, sqs_at(q, before)->order))
        before = sqs_at(q, before)->next;
    sqs_group_insert(q, g, i, before);
    look(q, g);
}

static void take_out(sqs *q, uint32_t i)
{
    sqs_group *g = sqs_group_of(q, sqs_at(q, i)->key);
    sqs_group_unlink(q, g, i);
    look(q, g);
}

static uint32_t first(sqs *q, uint64_t servers)
{
    (void)servers; /* every poll of a FIFO queue sees all of it */
    const sqs_group *g = q->open && q->open->count[SQS_VISIBLE] ? q->open : q->groups.head;
    return g ? g->head : SQS_NONE;
}

static void count(sqs *q, uint32_t i, int state, int by)
{
    if (state != SQS_FLIGHT)
        return;
    sqs_group *g = sqs_group_of(q, sqs_at(q, i)->key);
    g->count[SQS_FLIGHT] += (uint32_t)by;
    if (by > 0 && q->filling)
        q->open = g;
    look(q, g);
}

const sqs_line sqs_fifo = {add, take_out, first, count};
