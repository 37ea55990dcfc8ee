/* sqs_redrive.c - to the dead-letter queue, and back.
 *
 * A message moves when it would be received once more than the policy allows: on that attempt, which is not counted as
 * a receive. Its receives start again from none. It keeps the time it was sent on a standard queue, so retention runs
 * on, though its age there counts from the move; on a FIFO queue both start again. The way back is one task that moves
 * what is visible in the dead-letter queue when it starts, one by one, each as a message sent anew.
 * Truth: tests/unit/test_sqs_dead.c, tests/truth/sqs-redrive.yaml. */
#include "sqs.h"

bool sqs_exceeds(const sqs *q, uint32_t i)
{
    const sqs_redrive_policy *p = q->plan->policy;
    return p && sqs_at(q, i)->receives >= p->most;
}

static sqs *dead_letters(const sqs *q)
{
    return wr_state(wr_link_to(q->self, ((const sqs_redrive_policy *)q->plan->policy)->to));
}

static bool move(sqs *from, uint32_t i, sqs *to, bool anew)
{
    sqs_message like = *sqs_at(from, i);
    like.sent = anew ? wr_now(to->self) : like.sent;
    uint32_t at = sqs_put(to, &like);
    if (at == SQS_NONE)
        return false;
    sqs_become(to, at, SQS_VISIBLE, 0);
    sqs_become(from, i, SQS_FREE, 0);
    return true;
}

void sqs_to_dead(sqs *q, uint32_t i)
{
    sqs *dead = dead_letters(q);
    if (!move(q, i, dead, q->plan->fifo))
        return;
    wr_add(q->self, SQS_REDRIVEN, 1);
    sqs_serve(dead);
}

static void move_back(wr_comp *self, void *arg)
{
    sqs *q = arg, *dead = dead_letters(q);
    const sqs_redrive *r = q->plan->redrive;
    uint32_t i = q->to_move-- > 0 ? dead->line->first(dead, UINT64_MAX) : SQS_NONE;
    if (i == SQS_NONE || !move(dead, i, q, true))
        return;
    wr_add(self, SQS_MOVED_BACK, 1);
    wr_add(self, SQS_SENT, 1);
    sqs_publish(dead);
    sqs_serve(q);
    wr_after(self, wr_dur_from_s(1 / r->rate), move_back, q);
}

static void begin(wr_comp *self, void *arg)
{
    sqs *q = arg;
    q->to_move = dead_letters(q)->count[SQS_VISIBLE];
    move_back(self, q);
}

void sqs_redrive_start(sqs *q)
{
    const sqs_redrive *r = q->plan->redrive;
    if (r)
        wr_at(q->self, r->at, WR_PHASE_WORK, begin, q);
}
