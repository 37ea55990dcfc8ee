/* limiter.c - the client-side rate limiter of the SDKs' adaptive mode.
 *
 * A bucket of send tokens, filled at a rate that CUBIC adjusts: each throttling answer cuts it to 0.7 of what
 * was sent, each other answer lets it grow along a cubic that is flat where the last throttle happened. First
 * tries wait as well as retries. The rate sent is measured in half seconds and smoothed, 0.8 new to 0.2 old;
 * the limit never exceeds twice that. Tries that find no token wait in line, at whatever rate there is while they
 * wait. Constants and order of steps are botocore's (retries/adaptive.py, throttling.py, bucket.py); its waiting
 * threads compete for tokens, here they go in order. Truth: tests/unit/test_retry.c (botocore's own vectors). */
#include "retry.h"
#include <math.h>

static const double BETA = 0.7, SCALE = 0.4, SMOOTH = 0.8, LEAST = 0.5, HEADROOM = 2;

static double slot_of(wr_time t)
{
    return floor(wr_dur_to_s(t) * 2) / 2;
}

void limiter_begin(retry_limiter *l, wr_comp *owner, wr_time now)
{
    *l = (retry_limiter){.owner = owner, .fill = LEAST, .cap = 1, .at = -1, .throttled = now, .slot = slot_of(now)};
}

static void fill(retry_limiter *l, wr_time now)
{
    if (l->at >= 0 && now > l->at) /* tokens come from the first answer on */
        l->tokens = fmin(l->cap, l->tokens + l->fill * wr_dur_to_s(now - l->at));
    l->at = now;
}

/* ---- the line ------------------------------------------------------------------------------------------ */
struct wr_held {
    retry_limiter *of;
    wr_call *call;
    wr_retry_go *go;
    wr_held *next, *prev;
};

bool limiter_admit(retry_limiter *l, wr_time now)
{
    if (!l->on)
        return true;
    fill(l, now);
    if (l->head || l->tokens < 1 - 1e-9)
        return false;
    l->tokens -= 1;
    return true;
}

static void unlink_held(wr_held *h)
{
    retry_limiter *l = h->of;
    *(h->prev ? &h->prev->next : &l->head) = h->next;
    *(h->next ? &h->next->prev : &l->tail) = h->prev;
    h->next = l->free;
    l->free = h;
}

static void plan(retry_limiter *l);

/* The head's token has come: the event was planned for that instant. */
static void token_due(wr_comp *self, void *arg)
{
    retry_limiter *l = arg;
    wr_held *h = l->head;
    wr_call *c = h->call;
    wr_retry_go *go = h->go;
    fill(l, wr_now(self));
    l->tokens = fmax(0, l->tokens - 1);
    l->timer = (wr_event){0};
    unlink_held(h);
    plan(l);
    go(self, c);
}

static void plan(retry_limiter *l)
{
    wr_cancel(l->owner, l->timer);
    l->timer = (wr_event){0};
    if (l->head)
        l->timer = wr_after(l->owner, wr_dur_from_s(fmax(0, 1 - l->tokens) / l->fill), token_due, l);
}

wr_held *limiter_hold(retry_limiter *l, wr_call *c, wr_retry_go *go)
{
    wr_held *h = l->free;
    if (h)
        l->free = h->next;
    else
        h = wr_alloc(l->owner, sizeof *h);
    *h = (wr_held){l, c, go, NULL, l->tail};
    *(l->tail ? &l->tail->next : &l->head) = h;
    l->tail = h;
    if (l->head == h)
        plan(l);
    return h;
}

void wr_retry_let_off(wr_held *h)
{
    retry_limiter *l = h->of;
    bool first = l->head == h;
    unlink_held(h);
    if (first) {
        fill(l, wr_now(l->owner));
        plan(l);
    }
}

/* ---- the rate ------------------------------------------------------------------------------------------ */
static void measure(retry_limiter *l, wr_time now)
{
    double slot = slot_of(now);
    l->count++;
    if (slot > l->slot) {
        l->measured = SMOOTH * (l->count / (slot - l->slot)) + (1 - SMOOTH) * l->measured;
        l->count = 0;
        l->slot = slot;
    }
}

static double after_throttle(retry_limiter *l, wr_time now)
{
    l->w_max = l->on ? fmin(l->measured, l->fill) : l->measured;
    l->k = cbrt(l->w_max * (1 - BETA) / SCALE);
    l->throttled = now;
    l->on = true;
    return BETA * l->w_max;
}

static double after_success(const retry_limiter *l, wr_time now)
{
    double dt = wr_dur_to_s(now - l->throttled) - l->k;
    return SCALE * dt * dt * dt + l->w_max;
}

void limiter_answered(retry_limiter *l, bool throttle, wr_time now)
{
    measure(l, now);
    fill(l, now);
    double rate = throttle ? after_throttle(l, now) : after_success(l, now);
    l->fill = fmax(LEAST, fmin(rate, HEADROOM * l->measured));
    l->cap = fmax(1, l->fill);
    l->tokens = fmin(l->tokens, l->cap);
    if (l->head)
        plan(l);
}
