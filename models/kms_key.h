/* kms_key.h - services of which only a shared quota and a latency matter: KMS, Parameter Store, Secrets Manager, Cognito.
 *
 * They are one model (kms_key_limit.c) with a descriptor each: kms_key.c, parameter_store.c, secret.c, cognito.c. */
#ifndef WR_KMS_KEY_H
#define WR_KMS_KEY_H
#include "models.h"

typedef struct quota_cfg {
    double rate, burst;      /* NaN: not written */
    const wr_dist *latency;
    bool high_throughput;    /* Parameter Store */
    double users;            /* Cognito */
    double own_rate;         /* by prepare: of its bucket */
    bool shared;             /* by prepare: the bucket is the account's */
} quota_cfg;

/* The rows of all four have this order. */
enum { QUOTA_CALLS, QUOTA_THROTTLES };
enum { QUOTA_OK, QUOTA_THROTTLED, QUOTA_FAIL };
enum { QUOTA_REQUESTS, QUOTA_HELD };

typedef struct quota {
    const quota_cfg *cfg;
    wr_bucket *bucket;       /* its own, or the account's */
    double down;             /* share of requests that fail */
    int hangs;
    wr_rng latency, fate;
} quota;

extern const wr_fault quota_faults[];
void quota_prepare(void *cfg, wr_build *b, const char *account, double instead);
void quota_start(wr_comp *self, const char *shared);
void quota_call(wr_comp *self, wr_call *c);
void quota_fault(wr_comp *self, int fault, const void *cfg, bool on);

#define QUOTA_ACCEPTS (WR_ACCEPTS(WR_OP_REQUEST) | WR_ACCEPTS(WR_OP_READ) | WR_ACCEPTS(WR_OP_WRITE))
#define QUOTA_ROWS(ACCOUNT, LATENCY, SAID) \
    {.key = "rate", WR_FIELD(quota_cfg, rate), .type = WR_T_RATE, .unit = "/s", .optional = true, .min = 0.001, .max = 1e9, .doc = "Requests a second of a quota of its own; when left out it shares '" ACCOUNT "' of 'account' with all of its type."}, \
    {.key = "burst", WR_FIELD(quota_cfg, burst), .type = WR_T_NUMBER, .optional = true, .min = 1, .max = 1e12, .doc = "Requests at once, of a quota of its own; when left out one second's.", .src = "assumption: AWS counts by the second"}, \
    {.key = "latency", WR_FIELD(quota_cfg, latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = LATENCY, .doc = "Time of a request.", .src = SAID}
#define QUOTA_FAULTS \
    .faults = quota_faults, .cfg_size = sizeof(quota_cfg), .state_size = sizeof(quota), .call = quota_call, .fault = quota_fault, \
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_HAS_BUCKET, .net = WR_NET_AWS, .accepts = QUOTA_ACCEPTS
#endif
