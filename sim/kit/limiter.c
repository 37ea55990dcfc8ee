/* limiter.c - the client-side rate limiter of the SDKs' adaptive mode.
 *
 * A bucket of send tokens, filled at a rate that CUBIC adjusts: each throttling answer cuts it to 0.7 of what
 * was sent, each other answer lets it grow along a cubic that is flat where the last throttle happened. First
 * tries wait as well as retries. The rate sent is measured in half seconds and smoothed, 0.8 new to 0.2 old;
 * the limit never exceeds twice that. Constants and order of steps are botocore's (retries/adaptive.py,
 * throttling.py, bucket.py); where botocore's waiting threads compete for tokens, here they are promised in
 * order. Truth: tests/unit/test_retry.c (botocore's own vectors). */
#include "retry.h"
#include <math.h>

static const double BETA = 0.7, SCALE = 0.4, SMOOTH = 0.8, LEAST = 0.5, HEADROOM = 2;

static double slot_of(wr_time t)
{
    return floor(wr_dur_to_s(t) * 2) / 2;
}

void limiter_begin(retry_limiter *l, wr_time now)
{
    *l = (retry_limiter){.fill = LEAST, .cap = 1, .at = now, .throttled = now, .slot = slot_of(now)};
}

static void fill(retry_limiter *l, wr_time now)
{
    if (now > l->at)
        l->tokens = fmin(l->cap, l->tokens + l->fill * wr_dur_to_s(now - l->at));
    l->at = now;
}

wr_dur limiter_admit(retry_limiter *l, wr_time now)
{
    if (!l->on)
        return 0;
    fill(l, now);
    l->tokens -= 1;
    return l->tokens >= -1e-9 ? 0 : wr_dur_from_s(-l->tokens / l->fill);
}

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
}
