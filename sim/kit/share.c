/* share.c - processor sharing in virtual time: one event per station, whatever the number present.
 *
 * n requests share c processors equally, at most one each, so each is served at min(1, c/n) x speed.
 * The service each present request has received since the station began is the same number, the virtual
 * time; a request that needs w finishes when virtual time has grown by w. Those present stand in a heap
 * by that finish; only the head has an event.
 * Truth: tests/unit/test_share.c, tests/truth (M/G/1-PS is insensitive to the law of service; closed networks). */
#include "../runtime/runtime.h"
#include <math.h>
#include <weir/kit.h>

struct wr_share {
    wr_comp *owner;
    double servers, speed;
    double virtual_s;      /* service received by each request present all along */
    wr_time at;            /* virtual_s is as of this instant */
    double rate;           /* seconds of service a second to each present now */
    wr_event next;         /* of the head */
    wr_call *head;
    wr_call **heap;
    uint32_t n, room;
    wr_share_fn **done;    /* beside heap */
    void (*changed)(wr_comp *owner, double busy);
};

static inline double least(double a, double b) { return a < b ? a : b; }
static inline double most(double a, double b) { return a > b ? a : b; }

wr_share *wr_share_create(wr_comp *owner, double servers, double speed)
{
    wr_share *s = wr_alloc(owner, sizeof *s);
    s->owner = owner;
    s->servers = servers;
    s->speed = speed;
    s->rate = speed;
    return s;
}

void wr_share_watch(wr_share *s, void (*changed)(wr_comp *owner, double busy))
{
    s->changed = changed;
}

double wr_share_busy(const wr_share *s)
{
    return least((double)s->n, s->servers);
}

int64_t wr_share_present(const wr_share *s)
{
    return s->n;
}

static void advance(wr_share *s)
{
    wr_time now = run_now(s->owner->run);
    s->virtual_s += s->rate * ((double)(now - s->at) / 1e9);
    s->at = now;
}

static double finish(const wr_share *s, uint32_t i)
{
    return call_line_of(s->heap[i])->work;
}

static void put(wr_share *s, uint32_t i, wr_call *c, wr_share_fn *done)
{
    s->heap[i] = c;
    s->done[i] = done;
    call_line_of(c)->at = i;
}

static void up(wr_share *s, uint32_t i)
{
    wr_call *c = s->heap[i];
    wr_share_fn *done = s->done[i];
    double w = call_line_of(c)->work;
    while (i && finish(s, (i - 1) / 2) > w) {
        put(s, i, s->heap[(i - 1) / 2], s->done[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    put(s, i, c, done);
}

static void down(wr_share *s, uint32_t i)
{
    wr_call *c = s->heap[i];
    wr_share_fn *done = s->done[i];
    double w = call_line_of(c)->work;
    for (uint32_t k; (k = 2 * i + 1) < s->n; i = k) {
        if (k + 1 < s->n && finish(s, k + 1) < finish(s, k))
            k++;
        if (finish(s, k) >= w)
            break;
        put(s, i, s->heap[k], s->done[k]);
    }
    put(s, i, c, done);
}

static void take_out(wr_share *s, uint32_t i)
{
    s->n--;
    if (i == s->n)
        return;
    put(s, i, s->heap[s->n], s->done[s->n]);
    up(s, i);
    down(s, call_line_of(s->heap[i])->at);
}

static void head_done(wr_comp *self, void *arg);

/* The number present or the processors changed: a new rate, and a new instant for the head. Another one behind the
 * head that slows nobody down changes nothing. */
static void replan(wr_share *s)
{
    double rate = s->n ? s->speed * least(1, s->servers / (double)s->n) : s->speed;
    if (s->next.gen && s->n && rate == s->rate && s->heap[0] == s->head)
        return;
    s->rate = rate;
    s->head = s->n ? s->heap[0] : NULL;
    if (s->next.gen)
        wr_cancel(s->owner, s->next);
    s->next = (wr_event){0};
    if (!s->n)
        s->virtual_s = 0; /* nobody remembers: keeps the numbers small, and so exact */
    else if (s->rate > 0)
        s->next = wr_after(s->owner, wr_dur_from_s(most(0, finish(s, 0) - s->virtual_s) / s->rate), head_done, s);
}

static void tell(wr_share *s, double before)
{
    double busy = wr_share_busy(s);
    if (s->changed && busy != before)
        s->changed(s->owner, busy);
}

static void head_done(wr_comp *self, void *arg)
{
    wr_share *s = arg;
    s->next = (wr_event){0};
    double before = wr_share_busy(s);
    advance(s);
    wr_call *c = s->heap[0];
    wr_share_fn *done = s->done[0];
    s->virtual_s = most(s->virtual_s, finish(s, 0)); /* the instant was rounded to a nanosecond */
    take_out(s, 0);
    replan(s);
    tell(s, before);
    done(self, c);
}

static void grow(wr_share *s)
{
    uint32_t room = s->room ? s->room * 2 : 16;
    wr_call **heap = wr_alloc(s->owner, room * sizeof(wr_call *));
    wr_share_fn **done = wr_alloc(s->owner, room * sizeof(wr_share_fn *));
    for (uint32_t i = 0; i < s->n; i++) {
        heap[i] = s->heap[i];
        done[i] = s->done[i];
    }
    s->heap = heap;
    s->done = done;
    s->room = room;
}

void wr_share_enter(wr_share *s, wr_call *c, double work_s, wr_share_fn *done)
{
    double before = wr_share_busy(s);
    advance(s);
    if (s->n == s->room)
        grow(s);
    call_line *l = call_line_of(c);
    l->work = s->virtual_s + work_s;
    l->station = s;
    put(s, s->n, c, done);
    up(s, s->n++);
    replan(s);
    tell(s, before);
}

bool wr_share_remove(wr_share *s, wr_call *c)
{
    call_line *l = call_line_of(c);
    if (l->at >= s->n || s->heap[l->at] != c)
        return false;
    double before = wr_share_busy(s);
    advance(s);
    take_out(s, l->at);
    replan(s);
    tell(s, before);
    return true;
}

void wr_share_change(wr_share *s, double servers, double speed)
{
    double before = wr_share_busy(s);
    advance(s);
    s->servers = servers;
    s->speed = speed;
    replan(s);
    tell(s, before);
}
