/* asg_hooks.c - what holds an instance on its way in or out, and how old it may grow.
 *
 * Hooks of one transition hold an instance together: it goes on when the last is completed. One that is not
 * completed before its heartbeat ends gives its default result: on the way in ABANDON terminates the instance
 * and another is launched; on the way out both results end it. An instance older than max_instance_lifetime
 * is replaced, terminate first, one at a time. Left out: heartbeats sent in between. Truth:
 * tests/unit/test_asg_life.c. */
#include "asg.h"

wr_dur asg_hook_wait(asg *g, int transition, bool *abandon)
{
    const asg_hook *h = g->cfg->hooks.items;
    wr_dur last = 0, first_abandoned = WR_NEVER;
    for (size_t k = 0; k < g->cfg->hooks.n; k++) {
        if (h[k].transition != transition)
            continue;
        wr_dur takes = wr_draw_dur(h[k].takes, &g->boot);
        bool late = takes > h[k].heartbeat;
        wr_dur until = late ? h[k].heartbeat : takes;
        last = until > last ? until : last;
        if (late && h[k].result == ABANDON && until < first_abandoned)
            first_abandoned = until;
    }
    *abandon = first_abandoned < WR_NEVER;
    return *abandon ? first_abandoned : last;
}

static void too_old(wr_comp *self, void *arg)
{
    asg *g = wr_state(self);
    ec2 *i = arg;
    if (i->state != EC2_IN_SERVICE)
        return;
    if (g->pending || g->terminating) { /* one at a time */
        wr_after(self, WR_MIN, too_old, i);
        return;
    }
    wr_annotate(self, "terminate", 1, "replacing 1 at the end of its lifetime");
    asg_terminate(self, i);
    asg_reconcile(self);
}

void asg_age(wr_comp *self, ec2 *i)
{
    const asg_cfg *cfg = wr_cfg(self);
    wr_dur age = wr_now(self) - i->launched;
    if (cfg->lifetime > 0)
        wr_after(self, cfg->lifetime > age ? cfg->lifetime - age : 0, too_old, i);
}
