/* event_bus.h - the files of an event bus among themselves: event_bus_table.c is what users write and checks it,
 * event_bus_rule.c its rules, deliveries and schedules, event_bus.c PutEvents and the descriptor. Deliveries are those
 * of sns_push.h. */
#ifndef WR_EVENT_BUS_H
#define WR_EVENT_BUS_H
#include "sns_push.h"

enum { BUS_ENTRIES = 10 };
typedef struct bus_target {
    const wr_link *to;
    double rate;            /* NaN: not written */
} bus_target;
typedef struct bus_rule {
    double match;
    wr_dur schedule;        /* WR_NEVER: it matches events */
    wr_list targets;
    int64_t retries;
    wr_dur most_age;
    const wr_link *dead;
} bus_rule;
typedef struct bus_backoff { wr_dur base, cap; } bus_backoff;
typedef struct bus_cfg {
    wr_list rules;
    double put_rate, invocation_rate; /* NaN: the account's, shared by all buses */
    const void *backoff;
    double jitter;
    wr_dur timeout;
    const wr_dist *latency, *delivery;
    /* by prepare: */
    double account_put, account_invocations;
    bool in_account;        /* the account's quota of PutEvents counts */
    size_t targets;         /* of all rules */
} bus_cfg;
extern const wr_param bus_params[];
void bus_prepare(void *cfg, wr_build *b);

enum bus_metric {
    BUS_EVENTS, BUS_CALLS, BUS_THROTTLED, BUS_FAILED, BUS_SIZE, BUS_LATENCY, BUS_MATCHED, BUS_TRIGGERED, BUS_INVOCATIONS,
    BUS_FAILED_INVOCATIONS, BUS_THROTTLED_RULES, BUS_RETRIES, BUS_TO_DLQ, BUS_NOT_TO_DLQ, BUS_START, BUS_DONE, BUS_PENDING
};
enum bus_code { BUS_OK, BUS_ACCOUNT, BUS_OWN, BUS_INVALID, BUS_FAIL };
enum { BUS_BILL_EVENTS, BUS_BILL_HTTP };

typedef struct bus_limit {  /* of an HTTP endpoint */
    wr_bucket bucket;
    bool counts;
} bus_limit;
typedef struct bus {
    wr_comp *self;
    const bus_cfg *cfg;
    push *push;             /* targets, rule by rule */
    bus_limit *limit;       /* likewise */
    wr_bucket *put_account, *invocations, own_put, own_invocations;
    double down, slow;
    wr_rng fate, latency, match, jitter;
} bus;

void bus_rules_open(bus *s);
void bus_match(bus *s, const wr_call *c, double size, wr_dur stored); /* one event against all rules */
#endif
