/* asg.h - the files of the Auto Scaling group among themselves.
 *
 * asg_table.c and asg_plan.c are what users write, asg.c checks it and has the descriptor, asg_fleet.c launches,
 * terminates and balances zones, asg_victims.c says who goes, asg_hooks.c what holds an instance on its way,
 * asg_health.c replaces what is unhealthy and takes faults, asg_roll.c brings a new version, asg_policy.c turns
 * alarms into capacity, asg_consume.c polls queues, asg_rules.c holds the arithmetic that AWS documents. One instance is ec2.h. */
#ifndef WR_ASG_H
#define WR_ASG_H
#include "asg_rules.h"
#include "ec2.h"

enum { ZONES = 26, SCALERS = 50, MARKS = 64 };

/* ---- the group's configuration (asg.c) -------------------------------------------------------------------------- */
typedef struct asg_policy {
    int type, predefined;
    const wr_formula *metric;
    double target, threshold, low_factor, scale_in_limit;
    bool disable_scale_in;
    wr_dur warmup, period, cooldown;
    int64_t datapoints_high, datapoints_low, evaluation_periods, datapoints_to_alarm, least;
    int comparison, missing, adjustment;
    wr_list steps;              /* of asg_step */
    double adjust;
    int mode;                   /* predictive */
    wr_dur buffer;
    const char *history;
    /* by prepare: */
    wr_alarm_cfg high, low;     /* low: target tracking; step and simple have only `high` */
    wr_dur warm_after;
} asg_policy;
enum { TARGET_TRACKING, STEP, SIMPLE, PREDICTIVE };

typedef struct asg_scheduled {
    wr_dur at, every;           /* -1: not given */
    int64_t min, max, desired;  /* -1: not given */
} asg_scheduled;

typedef struct asg_hook {
    int transition, result;
    wr_dur heartbeat;
    const wr_dist *takes;
} asg_hook;
enum { LAUNCHING, TERMINATING };
enum { ABANDON, CONTINUE };

typedef struct asg_refresh { /* also maintenance_policy */
    double least, most;         /* percent of the desired capacity */
    wr_dur at, delay, bake;
    wr_list checkpoints;        /* of struct asg_checkpoint */
} asg_refresh;
struct asg_checkpoint { double percent; };

typedef struct asg_cfg {
    int64_t min, max, desired;
    wr_list zones;              /* of struct asg_zone */
    int distribution;
    bool az_rebalance;
    wr_list types;              /* of struct asg_name */
    double vcpus, memory, speed;
    int64_t concurrency, queue_limit;
    int discipline, on_full;
    const wr_dist *queue_timeout;
    wr_dur keep_alive;
    const wr_dist *boot_time, *application_start;
    wr_list launch_failure;     /* of struct asg_zone_share */
    int credits;
    double initial_credits;
    wr_dur credit_ramp;
    const void *purchase, *spot;
    bool capacity_rebalance;
    wr_list health_checks;      /* of struct asg_check */
    wr_dur grace, detection, cooldown, warmup;
    int monitoring;
    const wr_dist *metric_delay;
    wr_list policies;           /* of asg_policy */
    wr_list scheduled;          /* of asg_scheduled */
    const void *warm_pool, *maintenance, *refresh;
    wr_list hooks;
    wr_list termination;        /* of struct asg_termination */
    wr_dur lifetime;
    wr_list consume;            /* of asg_consumer */
    wr_program_cfg program;
    /* by prepare: */
    ec2_plan plan;
    const char *price;          /* "ec2.m7g.large" */
    int zone_n;
    signed char zone[ZONES];    /* letters, 0 = a */
    double failure[ZONES];      /* by place in `zone` */
    bool elb;                   /* health_check_type has ELB */
    bool prepared;
    int message;                /* the operation that consumers run */
    asg_policy *policy;         /* copies of policies, completed */
} asg_cfg;
struct asg_zone { const char *letter; };
struct asg_name { const char *name; };
struct asg_zone_share { const char *name; double share; };
struct asg_check { int type; };
struct asg_termination { int policy; };
enum { EC2_CHECK, ELB_CHECK, EBS_CHECK };
enum { BASIC, DETAILED };
enum { STANDARD, UNLIMITED };
enum { BEST_EFFORT, BALANCED_ONLY };
enum { T_DEFAULT, T_OLDEST, T_NEWEST, T_OLDEST_TEMPLATE, T_NEXT_HOUR, T_ALLOCATION };
extern const wr_param asg_params[];      /* asg_table.c */
void asg_refuse_later(const asg_cfg *cfg, wr_build *b);
extern const wr_param asg_policy_rows[]; /* asg_plan.c */
void asg_policy_prepare(asg_cfg *cfg, wr_build *b);

/* ---- the group in a run -------------------------------------------------------------------------------------- */
typedef struct asg_mark { wr_time at; double integral; } asg_mark;
typedef struct scaler { /* one policy at work */
    wr_comp *group;
    const asg_policy *policy;
    int64_t warm;               /* instances in service and past its warm-up */
    double integral;            /* of warm over time, instance-ns, as of `since` */
    wr_time since;
    asg_mark mark[MARKS];       /* the integral at the latest evaluations: which capacity produced a datapoint */
    size_t marks;
    wr_alarm *high, *low;
    enum wr_alarm_state high_state, low_state;
    bool out, in, wants_in;     /* asked for at this instant; its low alarm is on */
    int64_t out_to, in_to;
    wr_time free_at;            /* simple: dropped until then */
    bool waits;                 /* simple: its activity has not ended */
} scaler;

typedef struct asg_fault_mark { /* one fault in force on the group */
    const void *cfg;
    int fault;
    ec2 **hit;                  /* the instances it struck */
    size_t n;
    double factor;              /* slow */
    int64_t min, max, desired;  /* capacity: what they were */
    struct asg_fault_mark *next;
} asg_fault_mark;
typedef struct asg_roll { /* a new version on its way through the group; see asg_roll.c */
    bool on, launch_first, barrier;
    double least, most;         /* of the desired capacity: ready instances, all instances */
    int64_t batch, canaries;    /* at once; 0: as many as `least` and `most` allow; launched alone, before all others */
    wr_dur pause, warm;         /* after each batch; from in service to ready */
    wr_time not_before;
    const double *checkpoint;   /* shares at which it pauses */
    size_t checkpoints, passed;
    wr_dur delay, bake;
    int64_t total, under_way;   /* instances it replaces; new ones of this batch that are not ready */
    const void *cause;
} asg_roll;

typedef struct asg {
    wr_comp *self;
    const asg_cfg *cfg;
    wr_rng boot, fate;
    ec2 **fleet;                /* pending and in service */
    size_t n, room;
    size_t turn;                /* of requests sent to the group itself */
    int64_t min, max, desired, pending, in_service, terminating, extras, billed;
    int64_t count[ZONES];       /* pending and in service, by place in cfg->zone */
    int zone_down[ZONES];
    int64_t serial;
    int template;
    double slow;                /* of faults that take the whole group */
    asg_fault_mark *marks;
    struct candidate *bench;    /* asg_victims.c */
    ec2 **gone;
    size_t bench_room;
    asg_roll roll;
    scaler *scaler;
    size_t scalers;
    bool decide_due;
    wr_event retry;             /* of failed launches */
    wr_dur backoff;
    wr_bucket *run_instances;   /* of the account */
    double *vcpus_used;
    double vcpus_quota;
} asg;

/* asg_fleet.c */
void asg_fleet_start(wr_comp *self);
void asg_want(wr_comp *self, int64_t desired, const char *why); /* clamps, annotates, reconciles */
void asg_resize(wr_comp *self, int64_t min, int64_t max, int64_t desired, const char *why);
void asg_reconcile(wr_comp *self);
void asg_terminate(wr_comp *self, ec2 *i);        /* drains, then ends */
void asg_lost(wr_comp *self, ec2 *i);             /* it is not running any more */
void asg_left(wr_comp *self, wr_comp *member);
int64_t asg_launch_extras(asg *g, int64_t n);     /* above the desired capacity; how many it could */
void asg_balance(wr_comp *self);                  /* az_rebalance */
bool asg_warming(const asg *g, const scaler *s);  /* some instance is pending or in its warm-up */
ec2 *asg_next(asg *g);                            /* who serves a request sent to the group; NULL: nobody */
/* asg_victims.c */
ec2 **asg_victims(asg *g, int64_t n);             /* who goes, by `termination_policies`; valid until the next call */
void asg_ended(asg *g, ec2 *i);                   /* it exists no more */
/* asg_hooks.c */
wr_dur asg_hook_wait(asg *g, int transition, bool *abandon); /* how long hooks hold an instance, and what follows */
void asg_age(wr_comp *self, ec2 *i);              /* in service: max_instance_lifetime begins to count */
/* asg_health.c */
extern const wr_fault asg_faults[];
void asg_health_start(wr_comp *self);
void asg_fault(wr_comp *self, int fault, const void *arg, bool on);
void asg_afflict(asg *g, ec2 *i);                 /* faults of the whole group reach a new instance too */
/* asg_roll.c */
void asg_roll_start(wr_comp *self, const asg_roll *how); /* every instance is replaced by one of the next version */
void asg_roll_step(wr_comp *self);                /* something it may have waited for has happened */
void asg_roll_in_service(wr_comp *self, ec2 *i);
bool asg_roll_ready(const asg *g, const ec2 *i);
void asg_refresh_start(wr_comp *self);            /* `instance_refresh` */
/* asg_policy.c */
void asg_policy_start(wr_comp *self);
void asg_warm(scaler *s, int64_t by);
void asg_policy_in_service(wr_comp *self, ec2 *i);   /* warm-ups begin */
void asg_policy_left(wr_comp *self, const ec2 *i);
void asg_policy_settled(wr_comp *self);              /* no activity is under way: cooldowns begin */
#endif
