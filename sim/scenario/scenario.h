/* scenario.h - the inside of a loaded scenario: what the run reads. Frozen; shared by threads. */
#ifndef WR_SCENARIO_INTERNAL_H
#define WR_SCENARIO_INTERNAL_H
#include "../base/base.h"
#include <weir/kit.h>
#include <weir/scenario.h>

typedef struct scenario_comp { /* one traffic entry or resource */
    const char *name;
    const wr_model *model;
    const void *cfg;            /* model->cfg_size bytes; NULL cfg_size 0 */
    bool traffic;
    bool detail;                /* detail: parts */
    int azs;                    /* of `availability_zones`, default a, b */
    const signed char *az;      /* 0 = a */
    wr_pos at;                  /* of its name */
} scenario_comp;

typedef struct scenario_fault { /* one entry of `faults:` */
    const char *kind;
    enum { FAULT_MODEL, FAULT_ERRORS, FAULT_THROTTLE, FAULT_LATENCY, FAULT_ZONE } how; /* ZONE: az_outage, to all */
    int comp;                   /* target; -1: the network, or every component of the zone */
    int row;                    /* FAULT_MODEL: row of the model's faults; ZONE: each model's own row */
    const void *cfg;            /* model's struct of that row; ZONE: a const int *, the zone (0 = a) */
    /* common keys */
    size_t ats;
    const wr_time *at;          /* begins; empty with random */
    const wr_dist *lasts;       /* NULL: to the end */
    wr_dur every;               /* 0: once */
    double probability;         /* 1 */
    const wr_dist *mttf, *mttr; /* random: */
    /* runtime kinds */
    double share, rate;         /* errors: share; throttle: share or rate (rate > 0) */
    enum wr_status as;
    const wr_dist *add;         /* latency */
    int from, to;               /* latency: pair of components; -1: any */
    int az;                     /* zone */
    wr_pos where;
    wr_dur ramp;              /* 0: at once; else the factor at `factor` of cfg grows from 1 over so long */
    size_t factor, cfg_size;
    wr_pos ramp_at;
} scenario_fault;

typedef struct scenario_link { int from, to; const wr_dist *latency; double loss; } scenario_link;
typedef struct scenario_edge { int from, to; const char *label; } scenario_edge; /* topology */
typedef struct scenario_file { const char *path; char sha256[65]; } scenario_file;
typedef struct scenario_price { const char *key; double usd; } scenario_price;
typedef struct scenario_account { /* bound by account_params in load.c */
    int64_t lambda_concurrency;
    double lambda_rps_per_concurrency, api_gateway_rate, api_gateway_burst, dynamodb_table_rcu, dynamodb_table_wcu,
        dynamodb_account_rcu, dynamodb_account_wcu, ec2_vcpus, ec2_run_instances_bucket, ec2_run_instances_refill,
        kms_rate, ssm_rate, secrets_rate, cognito_rate, sns_publish_rate, event_bus_put_rate; /* NaN: the Region's */
} scenario_account;

typedef struct scenario_precision { /* replications: {min, max, precision, of, confidence} */
    int64_t most;               /* 0: no more than `replications` */
    double half_width;          /* share of the mean; NaN: not asked for */
    const wr_formula *of;       /* NULL: the first of slo */
    double confidence;
} scenario_precision;

struct wr_scenario {
    wr_arena *arena;
    const char *name, *description, *region, *file;
    const char *text;           /* as read */
    size_t len;
    const char *resolved;       /* canonical YAML after parameters and overrides */
    char sha256[65];            /* of resolved */
    wr_dur duration;            /* WR_NEVER: only stop_when ends it */
    wr_dur warmup;
    bool warmup_auto;           /* to be found from the data by each replication; warmup is 0 */
    wr_dur period;
    int64_t replications;       /* the smallest number */
    scenario_precision precision;
    uint64_t seed;
    const wr_formula *stop_when; /* NULL: none */
    scenario_account account;
    const wr_retry_cfg *sdk;
    bool free_tier;
    size_t prices;
    const scenario_price *price;
    const wr_dist *net_client, *net_same_az, *net_cross_az, *net_service;
    size_t links;
    const scenario_link *link;
    size_t comps;
    scenario_comp *comp;        /* traffic first, then resources, in file order */
    size_t faults;
    const scenario_fault *fault;
    size_t slos;
    const wr_formula *const *slo;
    size_t edges;
    const scenario_edge *edge;
    size_t operations;
    const char *const *operation; /* names by number; 0 is "default" */
    size_t sequences;
    size_t files;
    const scenario_file *included;
    const char *charts;         /* the section's resolved text; NULL: none */
    const char *sweep;          /* likewise */
    const char *plan;           /* likewise */
    wr_scenario_view view;      /* the same, as the world sees it */
};
/* Metrics of the owner `run`: atoms with comp -1 and one of these as metric_row. */
enum scenario_run_metric { RUN_END_TIME, RUN_EVENTS, RUN_COST, RUN_COST_PER_HOUR };
extern const wr_metric scenario_run_metrics[]; /* ends with {0} */

const wr_param *scenario_settings(void);      /* the keys of the file itself, for explain and schema */
const wr_param *scenario_resource_keys(void); /* those of every resource */
const wr_param *scenario_fault_keys(void);    /* those of every fault */
const wr_fault *scenario_faults(void);        /* those that need no model: error_rate, throttle, latency, az_outage */
void scenario_schema(text *out);              /* JSON Schema (draft-07) of scenario files */
double scenario_quota(const wr_scenario *s, const char *name); /* a key of `account:`; asserts that it exists */
double scenario_usd(const wr_scenario *s, const char *key, bool *known); /* price book and overrides */
#endif
