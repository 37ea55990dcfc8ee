/* traffic_pool.c - the connections of a client object: at most so many at once, kept open for a while.
 *
 * A try takes an idle connection, the one used last first, or opens a new one while there may be more, or waits in
 * line; the wait counts as waiting, and the try's timeout begins after it. A new connection costs its handshake. After
 * a timeout a connection is closed, as HTTP/1.1 clients do: its answer may still come. Copies of a hedged try share
 * their try's connection. Truth: tests/unit/test_traffic_pool.c. */
#include "traffic.h"
#include <string.h>

static struct request *request_of(wr_call *root)
{
    return WR_MINE(root, struct request);
}

static void line_up(struct object *o, wr_call *root)
{
    struct request *r = request_of(root);
    r->next = NULL;
    r->prev = o->tail;
    *(o->tail ? &request_of(o->tail)->next : &o->head) = root;
    o->tail = root;
}

void pool_leave(wr_comp *self, wr_call *root)
{
    struct traffic *s = wr_state(self);
    struct request *r = request_of(root);
    struct object *o = &s->object[r->object];
    *(r->prev ? &request_of(r->prev)->next : &o->head) = r->next;
    *(r->next ? &request_of(r->next)->prev : &o->tail) = r->prev;
}

/* ---- idle connections --------------------------------------------------------------------------------- */
static bool reuse(const struct connections *pool, struct object *o, wr_time now)
{
    if (o->idle_n && now - o->idle[o->idle_n - 1] > pool->keep_alive)
        o->idle_n = 0; /* those below have been idle for longer */
    if (!o->idle_n)
        return false;
    o->idle_n--;
    return true;
}

static void keep(wr_comp *self, struct object *o)
{
    if (o->idle_n == o->idle_room) {
        size_t room = o->idle_room ? 2 * o->idle_room : 8;
        wr_time *more = wr_alloc(self, room * sizeof *more);
        if (o->idle_n)
            memcpy(more, o->idle, o->idle_n * sizeof *more);
        o->idle = more;
        o->idle_room = room;
    }
    o->idle[o->idle_n++] = wr_now(self);
}

/* ---- taking and giving -------------------------------------------------------------------------------- */
static void ready(wr_comp *self, void *arg)
{
    wr_call *root = arg;
    struct request *r = request_of(root);
    r->timer = (wr_event){0};
    r->waits = FOR_NOTHING;
    request_attempt(self, root);
}

/* From now on the connection is its own; what it waited for the deadline is over. */
static void grant(wr_comp *self, struct object *o, wr_call *root, bool later)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    struct request *r = request_of(root);
    wr_dur d = 0;
    o->connected++;
    wr_cancel(self, r->timer);
    if (cfg->pool->handshake && !reuse(cfg->pool, o, wr_now(self)))
        d = wr_draw_dur(cfg->pool->handshake, &s->client);
    if (d > 0 || later)
        r->timer = wr_after(self, d, ready, root);
    else
        ready(self, root);
}

void pool_take(wr_comp *self, wr_call *root)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    struct object *o = &s->object[request_of(root)->object];
    if (o->connected < cfg->pool->max && !o->head)
        grant(self, o, root, false);
    else
        line_up(o, root);
}

void pool_give(wr_comp *self, struct object *o, bool reusable)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    wr_call *next = o->head;
    o->connected--;
    if (reusable && cfg->pool->handshake)
        keep(self, o);
    if (!next)
        return;
    pool_leave(self, next);
    grant(self, o, next, true);
}
