/* alb_conn.c - the keep-alive race: a target that closes idle connections before the balancer would.
 *
 * A node keeps a connection to a target open after an answer and uses the one it used last again. If the target closes
 * idle connections sooner than the balancer's idle timeout, a request may leave on one that the target has just closed
 * and of whose end the node has not heard: it is answered with 502. The window is the time the news takes. Connections
 * are kept only for targets whose keep-alive is the shorter one; for all others nothing can go wrong.
 * Truth: tests/unit/test_alb_conn.c (the share of gaps that end within the window). */
#include "alb.h"
#include <string.h>

#define WINDOW WR_MS /* the target's FIN under way, and the node's own time to notice it */

void alb_conn_begin(alb *b, alb_target *t)
{
    t->keep_alive = wr_keep_alive(t->comp);
    if (t->keep_alive < b->cfg->idle_timeout && !t->lambda)
        t->idle = wr_alloc(b->self, (size_t)b->nodes * sizeof *t->idle);
}

bool alb_conn_take(alb *b, alb_target *t, int node)
{
    alb_idle *i = t->idle ? &t->idle[node] : NULL;
    if (!i || !i->n)
        return true; /* a new one */
    wr_dur idle = wr_now(b->self) - i->since[i->n - 1];
    if (idle < t->keep_alive) {
        i->n--;
        return true;
    }
    i->n = 0; /* those below have been idle for longer */
    return idle >= t->keep_alive + WINDOW;
}

void alb_conn_give(alb *b, alb_target *t, int node)
{
    alb_idle *i = t->idle ? &t->idle[node] : NULL;
    if (!i)
        return;
    if (i->n == i->room) {
        uint32_t room = i->room ? 2 * i->room : 8;
        wr_time *more = wr_alloc(b->self, room * sizeof *more);
        if (i->n)
            memcpy(more, i->since, i->n * sizeof *more);
        i->since = more;
        i->room = room;
    }
    i->since[i->n++] = wr_now(b->self);
}
