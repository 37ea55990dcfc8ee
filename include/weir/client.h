/* weir/client.h - the parts of a client: retries, circuit breaker, hedge. Part of kit.h, on its own for its length.
 * Whoever calls others has them: a traffic's clients, and steps of a program. */
#ifndef WEIR_CLIENT_H
#define WEIR_CLIENT_H
#include <weir/model.h>
#ifdef __cplusplus
extern "C" {
#endif

/* retry - modes, jitter, budgets and quotas of clients. One cfg, frozen; one state per client object. */
extern const wr_param wr_retry_params[];
typedef struct wr_retry_cfg { /* bound by wr_retry_params, completed by wr_retry_prepare; fields are retry.c's */
    int mode, retry_after;
    int64_t attempts;
    const wr_dist *base;
    wr_dur cap;
    wr_list retry_on;
    const void *budget;
    unsigned classes;    /* by prepare: bit per wr_status that is retried */
    bool given_attempts, given_base, given_cap, given_budget;
    double capacity, cost, cost_timeout, cost_throttle, on_success, per_call, refill;
    bool refund, has_budget, whole_traffic, starts_empty;
    bool given_cost, given_cost_timeout; /* of the budget */
} wr_retry_cfg;
void wr_retry_prepare(wr_retry_cfg *cfg, wr_build *b);
/* Of a WR_T_BLOCK of wr_retry_params: a completed copy; NULL where nothing was written, or nothing is ever retried. */
const wr_retry_cfg *wr_retry_build(wr_build *b, const void *written);
typedef struct wr_retry wr_retry; /* quota and limiter of one client object */
wr_retry *wr_retry_create(wr_comp *owner, const wr_retry_cfg *cfg);
enum wr_retry_verdict { WR_RETRY_NO, WR_RETRY_YES, WR_RETRY_SUPPRESSED };
typedef struct wr_tries { /* of one request; {0} at first */
    int32_t made;       /* tries that have ended */
    float paid;         /* tokens the last retry cost */
    wr_dur previous;    /* last wait, for decorrelated jitter */
} wr_tries;
double wr_retry_tokens(wr_retry *r, wr_time now); /* left in its budget */
void wr_retry_first(wr_retry *r, wr_time now);    /* a new request: tokens that come with it */
/* After a try that ended with `s` against a callee of model `callee` (NULL: none): again, and after which wait? */
enum wr_retry_verdict wr_retry_again(wr_retry *r, const wr_retry_cfg *cfg, wr_tries *t, enum wr_status s,
                                     const wr_model *callee, wr_time now, wr_rng *rng, wr_dur *wait);
void wr_retry_ended(wr_retry *r, const wr_retry_cfg *cfg, const wr_tries *t, enum wr_status s, wr_time now); /* refunds */
/* The wait of a retry whose answer carried a hint of the server (0: none). */
wr_dur wr_retry_hinted(const wr_retry_cfg *cfg, wr_dur wait, wr_dur hint);
/* A long poll (ReceiveMessage) whose retry was suppressed sleeps so long before its error is final: only in the rules
 * of 2026, where it keeps an empty quota from making a hot loop; else 0. */
wr_dur wr_retry_poll_pause(const wr_retry_cfg *cfg, const wr_tries *t, enum wr_status s, const wr_model *callee,
                           wr_rng *rng);
/* The client-side rate limiter (adaptive). NULL: this try may go at once; else `go` runs when its token has come, in
 * order, unless it is let off before. */
typedef struct wr_held wr_held;
typedef void wr_retry_go(wr_comp *self, wr_call *c);
wr_held *wr_retry_admit(wr_retry *r, const wr_retry_cfg *cfg, wr_call *c, wr_retry_go *go);
void wr_retry_let_off(wr_held *h);
void wr_retry_answered(wr_retry *r, const wr_retry_cfg *cfg, enum wr_status s, wr_time now); /* every try's end */

/* breaker - stops calling a callee that fails, and tries it again after a while. One state per client object. */
extern const wr_param wr_breaker_params[];
typedef struct wr_breaker_cfg { /* bound by wr_breaker_params */
    int64_t failures, half_open;
    double share;
    wr_dur window, open_for;
} wr_breaker_cfg;
typedef struct wr_breaker wr_breaker;
wr_breaker *wr_breaker_create(wr_comp *owner, const wr_breaker_cfg *cfg);
bool wr_breaker_admits(wr_breaker *b, wr_time now);         /* false: open, the call must not be made */
void wr_breaker_ended(wr_breaker *b, bool well, wr_time now); /* of every call that was admitted */

/* hedge - a second copy of what is slow; the first good answer wins. */
extern const wr_param wr_hedge_params[];
typedef struct wr_hedge_cfg { /* bound by wr_hedge_params; completed by wr_hedge_build */
    const char *after;
    int64_t max;
    wr_dur fixed;    /* 0: the quantile */
    double quantile; /* 0: fixed */
} wr_hedge_cfg;
const wr_hedge_cfg *wr_hedge_build(wr_build *b, const void *written); /* NULL where nothing was written */
typedef struct wr_hedge wr_hedge;
typedef struct wr_copies wr_copies; /* of one try */
wr_hedge *wr_hedge_create(wr_comp *owner, const wr_hedge_cfg *cfg);
/* Like wr_call_send; `done` runs once, with the first good answer or the last bad one. No program runs for `mine`, or
 * it stands at the step that sends this. */
void wr_hedge_send(wr_hedge *h, wr_comp *to, wr_call *mine, const wr_send *what, wr_done_fn *done);
void wr_hedge_drop(wr_call *mine); /* stop waiting for all copies: done will not run */

#ifdef __cplusplus
}
#endif
#endif
