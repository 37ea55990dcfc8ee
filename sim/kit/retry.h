/* retry.h - what the files of the kit share about clients: completing a policy, and the adaptive mode's limiter. */
#ifndef WR_KIT_RETRY_H
#define WR_KIT_RETRY_H
#include <string.h>
#include <weir/kit.h>

/* The policy that was bound at `written` (whose fields know what was given), with all that its mode implies. */
void retry_complete(const wr_retry_cfg *written, wr_retry_cfg *out, wr_build *b);

/* limiter.c: sends at a rate that follows CUBIC. Off until the first throttling answer. */
typedef struct retry_limiter {
    bool on;
    double fill, cap, tokens;
    wr_time at;                    /* tokens are as of this instant; below 0: promised to those who wait */
    double w_max, k;               /* rate at the last throttle; seconds until CUBIC is back there */
    wr_time throttled;             /* the last one */
    double measured, count, slot;  /* answers a second, smoothed; in the present half second; which one */
} retry_limiter;
void limiter_begin(retry_limiter *l, wr_time now);
wr_dur limiter_admit(retry_limiter *l, wr_time now);
void limiter_answered(retry_limiter *l, bool throttle, wr_time now);
#endif
