/* lambda.h - a function as written, as compiled and as running: what the lambda_*.c files share.
 *
 * A function has one pool of environments for its own configuration and one for each published version. An invocation
 * is a call at work in an environment: a caller's own, or one opened for an event of the internal queue. */
#ifndef WR_LAMBDA_H
#define WR_LAMBDA_H
#include "models.h"
/* ---- as written ------------------------------------------------------------------------------------------ */
typedef struct lambda_law { const char *name; const wr_dist *of; } lambda_law;       /* for one operation */
typedef struct lambda_rate { const char *name; double share; } lambda_rate;
typedef struct lambda_snap { bool enabled; const wr_dist *restore; } lambda_snap;
typedef struct lambda_provisioned {
    int64_t concurrency, min, max; /* min, max -1: not given */
    double target;
    const wr_dist *ready;
} lambda_provisioned;
typedef struct lambda_runtime lambda_runtime; /* measured figures of one runtime: lambda_runtimes.c */

/* What a version has of its own. The last fields are by prepare. */
typedef struct lambda_code {
    double memory;          /* bytes */
    wr_dur timeout;
    int runtime, package, architecture, reuse;
    wr_list duration, failure; /* lambda_law, lambda_rate */
    wr_program_cfg program;
    const wr_dist *init, *placement, *extra, *cold, *idle_expiry, *max_age;
    const void *snap, *provisioned;
    double crash;
    int64_t initial;
    int operations;
    const wr_dist **law;    /* by operation; [0] is default's */
    double *fails;          /* likewise */
    const lambda_runtime *measured;
    double least, factor;   /* lower end of the measured inits in ms; what those of another package take */
    double extra_s;         /* of the first invocation, where no law is given */
    double gb, speed;
    wr_alarm_cfg alarm[2];  /* above the target, below it */
} lambda_code;
typedef struct lambda_version { const char *name; lambda_code code; } lambda_version;
typedef struct lambda_weight { const char *name; double share; } lambda_weight;
typedef struct lambda_alias_rows { const char *name; wr_list weights; } lambda_alias_rows;
typedef struct lambda_alias { const char *name; int pool[2]; double second; } lambda_alias; /* share of pool[1] */
typedef struct lambda_scaling {
    int model;
    int64_t burst, initial_burst, per_minute;
    double refill, rps, per; /* by prepare: rps more every `per` seconds; rps infinite: unlimited */
    const char *rps_text;
} lambda_scaling;
typedef struct lambda_delay { wr_dur of; } lambda_delay;
typedef struct lambda_backoff { wr_dur base, cap; } lambda_backoff;
typedef struct lambda_async {
    int64_t retries;
    wr_dur most_age;
    wr_list delays;         /* lambda_delay */
    const void *backoff;
} lambda_async;
typedef struct lambda_cfg {
    lambda_code code;
    int64_t reserved;       /* -1: none */
    const void *scaling, *async;
    wr_list versions, alias_rows, events;
    const wr_link *on_failure, *on_success, *dead_letter;
    const wr_dist *latency;
    lambda_version *version; /* by prepare, as the rest: made whole */
    size_t aliases;
    lambda_alias *alias;
} lambda_cfg;
enum { LAMBDA_CURRENT, LAMBDA_LEGACY };
enum { LAMBDA_MOST_RECENT, LAMBDA_NEWEST, LAMBDA_OLDEST, LAMBDA_LEAST_RECENT, LAMBDA_RANDOM };
enum { LAMBDA_ZIP, LAMBDA_IMAGE };
enum { LAMBDA_X86, LAMBDA_ARM };
extern const wr_param lambda_params[], lambda_code_rows[];
extern const wr_metric lambda_metrics[];
extern const wr_code lambda_codes[];
extern const wr_usage lambda_usage[];
extern const wr_fault lambda_faults[];
extern const char *const lambda_runtimes[];
void lambda_prepare(void *cfg, wr_build *b);

/* lambda_runtimes.c: what was measured, or the nearest of it, whose inits are to be multiplied. */
const lambda_runtime *lambda_runtime_of(int runtime, int package, int architecture, double *factor);
double lambda_runtime_least(const lambda_runtime *r);              /* ms */
double lambda_runtime_init(const lambda_code *c, wr_rng *rng);     /* seconds */
double lambda_runtime_extra(const lambda_runtime *r, double megabytes);
enum { /* rows of the tables */
    LAMBDA_INVOCATIONS, LAMBDA_ERRORS, LAMBDA_THROTTLES, LAMBDA_DURATION, LAMBDA_CONCURRENT, LAMBDA_UNRESERVED,
    LAMBDA_PROVISIONED_BUSY, LAMBDA_PROVISIONED_INVOCATIONS, LAMBDA_SPILLOVER, LAMBDA_PROVISIONED_SHARE,
    LAMBDA_RECEIVED, LAMBDA_EVENT_AGE, LAMBDA_DROPPED, LAMBDA_DEAD_LETTER_ERRORS, LAMBDA_DESTINATION_FAILURES,
    LAMBDA_ITERATOR_AGE, LAMBDA_COLD, LAMBDA_COLD_SHARE, LAMBDA_INIT, LAMBDA_LIFE, LAMBDA_RESETS, LAMBDA_READY,
    LAMBDA_WAITING, LAMBDA_UTILIZATION
};
enum {
    LAMBDA_OK, LAMBDA_ERROR, LAMBDA_TIMEOUT, LAMBDA_CRASH, LAMBDA_ACCOUNT_RATE, LAMBDA_FULL, LAMBDA_RATE,
    LAMBDA_RESERVED_FULL, LAMBDA_RESERVED_RATE, LAMBDA_SCALING, LAMBDA_NO_SUCH, LAMBDA_TOO_LARGE, LAMBDA_FAIL,
    LAMBDA_CANCELLED
};
enum { LAMBDA_REQUESTS, LAMBDA_COMPUTE, LAMBDA_KEPT, LAMBDA_KEPT_COMPUTE };

/* ---- as running ------------------------------------------------------------------------------------------ */
typedef struct lambda_env { /* one environment */
    wr_call *call;          /* in work; NULL: idle */
    struct lambda_env *next, *prev; /* idle ones by recency, latest first; free ones */
    wr_time created, dies;  /* dies: too old */
    wr_time until;          /* idle until then */
    uint64_t order;         /* which idle one is next, smallest first */
    uint32_t nth, place[2]; /* in the list of all; in the heaps */
    wr_host *host;          /* of its steps: its own clients; NULL: none yet */
    bool provisioned, reset; /* reset: init runs again in the next invocation */
} lambda_env;
typedef struct lambda_heap { lambda_env **at; size_t n, room; } lambda_heap;
typedef struct lambda lambda;
typedef struct lambda_pool { /* the environments of one version */
    lambda *fn;
    const lambda_code *code;
    wr_comp *part;          /* of a published version, else NULL */
    wr_host *host;
    lambda_env **all, *idle, *idle_last, *spare;
    size_t n, room;
    lambda_heap soon, order; /* by end of idleness; by order, where recency does not decide */
    wr_event timer;
    wr_time armed;          /* WR_NEVER: it is not */
    uint64_t serial;
    lambda_env *kept;       /* idle provisioned ones */
    int64_t ready, wanted, surplus; /* provisioned: usable; asked for; to end when they fall idle */
    wr_bucket kept_rate;
    wr_event allocating;    /* more are on their way */
    wr_time changed;        /* latest change of `ready` */
} lambda_pool;
typedef struct lambda_event { /* of the internal queue */
    wr_send what;
    lambda_pool *pool;
    int alias;              /* -1: none */
    wr_time queued;
    int64_t errors, waits;  /* tries that failed; refusals in a row */
    struct lambda_event *next;
} lambda_event;
typedef struct lambda_account { /* shared by all functions */
    bool opened;
    double rps, limit, reserved, provisioned; /* requests a unit; concurrency; the sums */
    double busy;            /* unreserved, on demand */
    wr_bucket rate, unreserved_rate;
    double burst_left;      /* legacy scaling */
    int64_t minute;
} lambda_account;
struct lambda {
    wr_comp *self;
    const lambda_cfg *cfg;
    lambda_account *account;
    lambda_pool *pool;
    size_t pools;
    wr_comp **alias_part;
    double in_work;
    int64_t provisioned;    /* of all versions */
    wr_bucket rate, environments, growth; /* reserved; scaling: environments, requests */
    double allowed, served; /* requests a second that scaling allows; served in this second */
    int64_t second;
    double slow, down;      /* product of factors; share of invocations that fail */
    int hangs;
    lambda_event *spare;
    wr_comp *on_failure, *on_success, *dead_letter;
    wr_rng time, cold, fate, idle, route, latency, allocate;
};
typedef struct lambda_visit { /* of a call at work; on each call */
    lambda_env *env;        /* NULL: not in work */
    lambda_pool *pool;
    lambda_event *event;    /* NULL: somebody else's call */
    wr_event timer;         /* end of its being cold, of its own time, or of its patience */
    wr_time handler;        /* when the handler begins */
    wr_dur own, init;       /* the function's own time; billed before the handler */
    int16_t alias;          /* -1: none */
    uint8_t late, running, items; /* the timer is the timeout; its steps are at work; drawn per record */
} lambda_visit;

/* lambda_work.c */
void lambda_count(const lambda_pool *p, int alias, int metric, double n);
void lambda_answer(const lambda_pool *p, int alias, wr_call *c, int code);
void lambda_begin(lambda_pool *p, lambda_env *env, wr_call *c, lambda_event *event, int alias, bool fresh);
void lambda_cut(lambda *fn, wr_call *c, int code);      /* it ends now */
void lambda_timed(wr_comp *self, void *arg);            /* its own time is over, or its timeout has come */
/* lambda_faults.c */
void lambda_fault(wr_comp *self, int fault, const void *arg, bool on);
/* lambda_admit.c: the row of codes; LAMBDA_OK with *env taken. */
void lambda_admit_start(lambda *fn);
bool lambda_admit_account(lambda *fn);
int lambda_admit(lambda_pool *p, lambda_env **env, bool *fresh);
void lambda_admit_change(lambda *fn, int64_t provisioned); /* that many more are set aside */
/* lambda_env.c */
void lambda_env_open(lambda_pool *p);                 /* with those there at the start */
lambda_env *lambda_env_make(lambda_pool *p, bool provisioned);
lambda_env *lambda_env_take(lambda_pool *p);          /* an idle one; NULL: there is none */
void lambda_env_leave(lambda_pool *p, lambda_env *env); /* its invocation is over */
void lambda_env_end(lambda_pool *p, lambda_env *env);  /* it is neither at work nor in a line */
void lambda_env_deploy(lambda_pool *p, double at_once, wr_dur takes);
/* lambda_async.c */
void lambda_async_start(lambda *fn);
void lambda_async_accept(lambda_pool *p, wr_call *c, int alias);
void lambda_async_ended(lambda *fn, lambda_event *e, int code);
/* lambda_provisioned.c */
void lambda_provisioned_start(lambda_pool *p);
#endif
