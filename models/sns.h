/* sns.h - the files of a topic among themselves: sns_table.c is what users write and checks it, sns_retry.c the ladders
 * of tries, sns_push.c deliveries, which buses make too, sns.c the topic and its descriptor. */
#ifndef WR_SNS_H
#define WR_SNS_H
#include "sns_push.h"

enum { SNS_BATCH = 10, SNS_PHASES = 4 };
enum sns_law { SNS_LINEAR, SNS_ARITHMETIC, SNS_GEOMETRIC, SNS_EXPONENTIAL };
enum sns_protocol { SNS_AUTO, SNS_HTTP, SNS_MANAGED, SNS_CUSTOMER };
enum { SNS_SCOPE_TOPIC, SNS_SCOPE_GROUP };

/* ---- what users write ----------------------------------------------------------------------------------- */
typedef struct sns_policy { /* of an HTTP endpoint */
    int64_t retries, no_delay, min_delay, max_delay;
    wr_dur least, most;
    int law;
    double per_second;
} sns_policy;
typedef struct sns_phase {
    int64_t n;
    wr_dur from, to;        /* before its first and its last try */
    int law;
} sns_phase;
typedef struct sns_ladder {
    sns_phase phase[SNS_PHASES];
} sns_ladder;
typedef struct sns_subscription {
    const wr_link *to, *dead;
    double filter;
    int protocol;
    wr_dur timeout;
    const void *policy;     /* NULL: not written */
    sns_ladder ladder;      /* by prepare */
    double per_second;      /* likewise; infinite: no limit */
} sns_subscription;
typedef struct sns_cfg {
    wr_list subscriptions;
    bool fifo;
    int scope;
    double publish_rate, group_rate;
    double jitter;
    const wr_dist *latency, *delivery;
    /* by prepare: */
    sns_subscription *subscription;
    double account_rate;
    bool in_account;        /* the account's quota counts */
} sns_cfg;
extern const wr_param sns_params[];
void sns_prepare(void *cfg, wr_build *b);

/* ---- sns_retry.c ---------------------------------------------------------------------------------------- */
sns_ladder sns_ladder_managed(void);
sns_ladder sns_ladder_customer(void);
sns_ladder sns_ladder_of(const sns_policy *p);
wr_dur sns_ladder_wait(const sns_ladder *l, int64_t retry); /* before the n-th one, from 0; -1: there is none */
int64_t sns_ladder_retries(const sns_ladder *l);
double sns_ladder_seconds(const sns_ladder *l);            /* all waits together */

/* ---- a run ---------------------------------------------------------------------------------------------- */
enum sns_metric {
    SNS_PUBLISHED, SNS_SIZE, SNS_DELIVERED, SNS_FAILED, SNS_FILTERED, SNS_REDRIVEN, SNS_NOT_REDRIVEN, SNS_PENDING, SNS_TIME
};
enum sns_code { SNS_OK, SNS_ACCOUNT, SNS_TOPIC, SNS_FIFO, SNS_GROUP, SNS_PARAMETER, SNS_TOO_MANY, SNS_TOO_LONG, SNS_FAIL };
enum { SNS_BILL_PUBLISHES, SNS_BILL_HTTP };

typedef struct sns {
    wr_comp *self;
    const sns_cfg *cfg;
    push *push;             /* by subscription */
    wr_bucket *throttle;    /* likewise: max_receives_per_second */
    wr_bucket *account, own, messages, bytes;
    wr_cache *groups;       /* stamp: the time at which a group has caught up with its rate */
    double down, slow;
    wr_rng fate, latency, filter, jitter;
} sns;
#endif
