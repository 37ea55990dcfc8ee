/* retry.h - what the files of the kit share about clients: completing a policy, and the adaptive mode's limiter. */
#ifndef WR_KIT_RETRY_H
#define WR_KIT_RETRY_H
#include <string.h>
#include <weir/kit.h>

/* The policy that was bound at `written` (whose fields know what was given), with all that its mode implies. */
void retry_complete(const wr_retry_cfg *written, wr_retry_cfg *out, wr_build *b);

bool retry_same(const wr_retry_cfg *a, const wr_retry_cfg *b); /* written twice, it is one policy */

/* Policies for which wr_retry_first and wr_retry_admit do nothing need not be asked: the usual ones. */
bool retry_earns(const wr_retry_cfg *c);
bool retry_limits(const wr_retry_cfg *c);

/* limiter.c: sends at a rate that follows CUBIC. Off until the first throttling answer. */
typedef struct retry_limiter {
    wr_comp *owner;
    bool on;
    double fill, cap, tokens;
    wr_time at;                    /* tokens are as of this instant; -1: there was no answer yet */
    double w_max, k;               /* rate at the last throttle; seconds until CUBIC is back there */
    wr_time throttled;             /* the last one */
    double measured, count, slot;  /* answers a second, smoothed; in the present half second; which one */
    wr_held *head, *tail, *free;   /* who waits for a token */
    wr_event timer;                /* of the head's */
} retry_limiter;
void limiter_begin(retry_limiter *l, wr_comp *owner, wr_time now);
bool limiter_admit(retry_limiter *l, wr_time now); /* false: it has to wait */
wr_held *limiter_hold(retry_limiter *l, wr_call *c, wr_retry_go *go);
void limiter_answered(retry_limiter *l, bool throttle, wr_time now);
#endif
