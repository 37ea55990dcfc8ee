/* weir/model.h - all that the author of an AWS service model needs (with kit.h).
 *
 * A model is one file in models/ that ends in one const descriptor, and one line in
 * models/models.def. Components are its instances; they meet only through calls. */
#ifndef WEIR_MODEL_H
#define WEIR_MODEL_H
#include <weir/engine.h>
#include <weir/err.h>
#include <weir/table.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wr_call wr_call; /* one request visiting one component */

/* ---- outcomes: what every caller understands; retry policies look only at this ------------- */
enum wr_status { WR_OK, WR_THROTTLED, WR_FAILED, WR_TIMEOUT, WR_REJECTED, WR_CONFLICT, WR_INVALID, WR_STATUSES };
typedef struct wr_code { /* wr_reply(c, i) answers with row i of the callee's table; row 0 is success */
    const char *name;    /* as AWS spells it: "ProvisionedThroughputExceededException" */
    const char *cause;   /* which limit, for reports: "DynamoDB.TableReadProvisionedThroughputExceeded"; NULL for success */
    enum wr_status status;
    int http;            /* 0: no HTTP answer at all (connection refused or reset) */
    const char *doc;
} wr_code;

/* ---- operations: the closed vocabulary between callers and callees -------------------------- */
enum wr_op {
    WR_OP_REQUEST, WR_OP_GET, WR_OP_PUT, WR_OP_UPDATE, WR_OP_DELETE, WR_OP_QUERY, WR_OP_SCAN, WR_OP_BATCH,
    WR_OP_TRANSACT, WR_OP_SEND, WR_OP_RECEIVE, WR_OP_REMOVE, WR_OP_PUBLISH, WR_OP_INVOKE, WR_OP_READ, WR_OP_WRITE,
    WR_OP_HIDE,    /* ChangeMessageVisibility of the records of a batch */
    WR_OP_RECORDS, /* GetRecords of one shard of a stream */
    WR_OPS
};
#define WR_ACCEPTS(op) (1u << (op))

/* What a step asks of the resource it calls: frozen with the scenario, lent to every call of that step. */
typedef struct wr_ask {
    enum wr_op op;
    const wr_dist *items;     /* items, messages, gets of a batch; NULL: 1 */
    const wr_dist *puts;      /* puts of a batch or transaction; NULL: 0   */
    const wr_dist *item_size; /* bytes of one item; NULL: the callee's default. Drawn per item by wr_call_item_size */
    const wr_dist *old_size;  /* of the item that is replaced; NULL: as item_size */
    bool strong;              /* strongly consistent read */
    bool unchanged;           /* condition: the key was not written since this request's last get of it */
    double condition;         /* share of conditions that hold; 1: none can fail */
    double missing;           /* share of reads that find nothing */
    const char *index;        /* secondary index, qualifier or group; NULL: none */
    bool cancel;              /* after a timeout the callee may give up the work (abandoned_work: cancelled) */
    bool async;               /* invoke: answer when queued */
    const struct wr_program *instead; /* the callee runs this and not its own program (health probes); NULL: its own */
    wr_dur delay;             /* send: seconds before it is visible; -1: the queue's */
    bool body;                /* without item_size: the item is the body of the call, of its size */
} wr_ask;
extern const wr_ask wr_ask_request;       /* a plain request */
extern const wr_ask wr_ask_plain[WR_OPS]; /* by op: one thing of the callee's own size, without conditions */
extern const wr_ask wr_ask_event;         /* an invocation that is answered when it is queued */

/* ---- metrics -------------------------------------------------------------------------------- */
enum wr_metric_kind {
    WR_COUNT = 1, /* things that happened:        sum, rate                               */
    WR_LEVEL,     /* holds until changed:         time-weighted mean, min, max, last      */
    WR_VALUE,     /* one number per observation:  mean, p50..p99.9, max, histogram        */
    WR_RATIO      /* of two counts or levels of the same table, over any window           */
};
typedef struct wr_metric {
    const char *name; /* CloudWatch's, exactly, where there is one: "ThrottledRequests" */
    enum wr_metric_kind kind;
    const char *unit; /* of RESULTS.md: "1" counts and shares, "s", "B", "units", "USD", "%" */
    const char *doc;
    /* WR_RATIO: scale x (sum or integral of num) / (of den). Names of metrics of the same model or uniform ones. */
    const char *num, *den; /* den may be two names, "completed errors": their sum */
    double scale;     /* 0 means 1 */
    bool ours;        /* not CloudWatch's: a name of weir's own */
    bool hidden;      /* only feeds ratios and alarms: not in results */
} wr_metric;

/* Uniform metrics: the same words for every resource (SCENARIO.md 8.2). The runtime and the kit count them;
 * a model says which apply and sets those levels that only it knows. */
enum wr_uniform {
    WR_U_REQUESTS = 1000, WR_U_COMPLETED, WR_U_ERRORS, WR_U_THROTTLED, WR_U_TIMEOUTS, WR_U_REJECTED, WR_U_LATE,
    WR_U_GOODPUT, WR_U_LATENCY, WR_U_LATENCY_ALL, /* WR_HAS_CALLS: by the runtime; what is observed as LATENCY counts as
                                                     LATENCY_ALL, too */
    WR_U_IN_SYSTEM, WR_U_CONCURRENCY,                                  /* WR_HAS_PRESENCE: by runtime or station */
    WR_U_WAIT, WR_U_SERVICE, WR_U_RESIDENCE, WR_U_QUEUE_DEPTH, WR_U_BUSY, WR_U_WAITED, WR_U_SLOTS_TAKEN, /* WR_HAS_STATION */
    WR_U_IN_SERVICE,                                                   /* WR_HAS_UNITS */
    WR_U_RETRIES, WR_U_SUPPRESSED, WR_U_TRIES, WR_U_TRIED,             /* WR_HAS_RETRIES: `attempts` = tries / tried */
    WR_U_CONSUMED, WR_U_BURST_LEFT,                                    /* WR_HAS_BUCKET */
    WR_U_AGE_OF_OLDEST,                                                /* WR_HAS_AGE */
    WR_U_TIME_SERVICE, WR_U_TIME_WAIT, WR_U_TIME_COLD, WR_U_TIME_BACKOFF, /* WR_HAS_SPANS: seconds of ended requests */
    WR_U_RATIOS, /* from here on derived: error_rate ... */
    WR_U_ERROR_RATE = WR_U_RATIOS, WR_U_THROTTLED_SHARE, WR_U_REJECTED_SHARE, WR_U_TIMEOUT_SHARE, WR_U_WAITED_SHARE,
    WR_U_UTILIZATION, WR_U_ATTEMPTS, WR_U_COST, WR_U_COST_PER_HOUR, WR_U_END
};
enum wr_has {
    WR_HAS_CALLS = 1, WR_HAS_PRESENCE = 2, WR_HAS_STATION = 4, WR_HAS_UNITS = 8, WR_HAS_RETRIES = 16,
    WR_HAS_BUCKET = 32, WR_HAS_AGE = 64, WR_HAS_SPANS = 128,
    WR_OWN_PRESENCE = 256,   /* in_system and concurrency are kept by a station or the model, not by the runtime */
    WR_OWN_UTILIZATION = 512 /* the model's table has a ratio named "utilization" of its own */
};
extern const wr_metric wr_uniforms[]; /* row i is WR_U_REQUESTS + i */

/* ---- usage: what AWS bills. The bill of a run = usage x price book --------------------------- */
typedef struct wr_usage {
    const char *name;  /* "Compute" */
    const char *unit;  /* "GB-s", as on the price page */
    const char *price; /* key of the price book: "lambda.gb_second"; "ec2.*": the model names it by wr_bill_as */
    double per;        /* amount of usage one price buys: 1e6 for "per million"; 0 means 1; 3600 for level x hour */
    const char *doc, *src;
} wr_usage;
typedef struct wr_price { /* one line of models/prices.def; `prices:` overrides it by key */
    const char *region, *key;
    double usd;
    const char *date, *src;
} wr_price;
extern const wr_price wr_prices[]; /* ends with {0} */
typedef struct wr_allowance { /* one line of models/free_tier.def: so much of a price's unit is free in a month */
    const char *key;
    double quantity;
    const char *src;
} wr_allowance;
extern const wr_allowance wr_allowances[]; /* ends with {0} */

/* ---- faults: the scheduled disturbances this model understands -------------------------------- */
typedef struct wr_fault {
    const char *name;       /* the key in `faults:`: fail, terminate, slow, capacity, spike, deploy */
    const wr_param *params; /* what may stand beside it and the common keys (at, for, every ...) */
    size_t cfg_size;
    const char *doc, *src;
} wr_fault;
/* error_rate, throttle and latency are applied by the runtime to every model that accepts calls. */

/* ---- the model -------------------------------------------------------------------------------- */
enum wr_net { WR_NET_AWS, WR_NET_CLIENT, WR_NET_VPC, WR_NET_SERVICE }; /* which latency of `network:` a call pays */

typedef struct wr_model {
    const char *kind; /* `type:` in YAML */
    const char *aws;  /* "AWS::Lambda::Function"; NULL: ours alone */
    const char *title, *doc;
    const char *cloudwatch;   /* namespace of its metrics: "AWS/Lambda"; NULL: none */
    unsigned accepts;         /* WR_ACCEPTS(...) | ...; the loader refuses other wiring; 0: takes no calls */
    unsigned has;             /* enum wr_has: which uniform metrics apply */
    enum wr_net net;
    const wr_param *params;   /* the tables end with {0} */
    const wr_metric *metrics;
    const wr_code *codes;     /* row 0 is success */
    const wr_usage *usage;    /* NULL: free of charge, and the doc says why */
    const wr_fault *faults;   /* NULL: nothing but the common ones */
    bool internal;            /* no `type:` of its own: only spawned by another model */
    size_t cfg_size;          /* filled from params, completed by prepare; read-only ever after */
    size_t state_size;        /* zeroed, one per component per run */
    size_t program;           /* 1 + offset of a struct wr_program_cfg in cfg, for checks of operations; 0: none */
    void (*prepare)(void *cfg, wr_build *b);  /* rules between keys; compiles what the table cannot; NULL: none */
    void (*start)(wr_comp *self);             /* once, at time 0 */
    void (*call)(wr_comp *self, wr_call *c);  /* answer exactly once, now or later */
    void (*gone)(wr_comp *self, wr_call *c);  /* its caller stopped waiting; NULL: work on in vain */
    /* Row `fault` begins (on) or is lifted. Pairs may overlap; the same cfg pointer marks one pair.
     * Runs in WR_PHASE_CONTROL; one still on at the end of the run is not lifted. `az_outage` is offered to every
     * component whose model has that row, with cfg a const int *: the zone (0 = a); each looks whether it is hit. */
    void (*fault)(wr_comp *self, int fault, const void *cfg, bool on);
    /* A group this one follows (wr_follow) gained or is losing a member. A leaving member must be let go with
     * wr_let_go(self, member) once its work for us is done. */
    void (*member)(wr_comp *self, const wr_link *group, wr_comp *member, bool joined);
    void (*left)(wr_comp *self, wr_comp *member);  /* all followers have let go of a member of ours */
    bool (*healthy)(const wr_comp *self);          /* would a health check pass? NULL: always */
    wr_dur (*keep_alive)(const wr_comp *self);     /* how long it keeps an idle connection open; NULL: for ever */
    void (*finish)(wr_comp *self);                 /* the run is over: bring levels up to date; NULL: nothing to do */
} wr_model;

/* ---- what a model may do: itself ---------------------------------------------------------------- */
const void *wr_cfg(const wr_comp *self);
void *wr_state(wr_comp *self);
const void *wr_const_state(const wr_comp *self);
const char *wr_name(const wr_comp *self);           /* "web", "web:i-3" */
const wr_model *wr_model_of(const wr_comp *c);
void *wr_alloc(wr_comp *self, size_t size);         /* zeroed, lives as long as the run */
void *wr_shared(wr_comp *self, const char *name, size_t size); /* one for all who ask: account-wide limits */
double wr_quota(const wr_comp *self, const char *name);        /* a key of `account:` */
void wr_stream(wr_comp *self, const char *purpose, wr_rng *out);
wr_time wr_now(const wr_comp *self);
wr_event wr_after(wr_comp *self, wr_dur d, wr_event_fn *fn, void *arg);        /* in WR_PHASE_WORK */
wr_event wr_at(wr_comp *self, wr_time t, enum wr_phase p, wr_event_fn *fn, void *arg);
bool wr_cancel(wr_comp *self, wr_event ev);
bool wr_broken(const wr_comp *self); /* the run is about to end with an error: long loops within one event stop */
void wr_break(wr_comp *self, const char *fmt, ...)  /* the run cannot go on: it ends with WR_E_LIMIT and this reason */
    __attribute__((format(printf, 2, 3)));
int wr_az(const wr_comp *self);                     /* 0 = a, 1 = b ...; -1: not in a zone */
void wr_set_az(wr_comp *self, int az);
void wr_set_dns_ttl(wr_comp *self, wr_dur ttl);     /* how long it keeps the addresses of those whom it calls ... */
wr_dur wr_dns_ttl(const wr_comp *c);                /* ... -1: as they say themselves */
/* Something worth a mark on a chart. kind: scale_out scale_in launch terminate alarm split deploy. */
void wr_annotate(wr_comp *self, const char *kind, double value, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* ---- calls -----------------------------------------------------------------------------------------
 * 1. A call is answered exactly once, by the component it was sent to.
 * 2. It lives until that answer, and until its own calls have ended (steps after `return`,
 *    `wait_for`), whatever its caller does: `c` never vanishes under you.
 * 3. `done` runs exactly once: with the answer, or with WR_TIMEOUT if that is earlier.
 * 4. After a timeout the callee works on and its answer is dropped - as in real life -
 *    unless it has gone().
 * 5. Nothing runs inside anything: sending and replying only put a mark in the queue. */
typedef struct wr_send {
    const wr_ask *ask;
    uint64_t key;    /* partitioning, hashing, FIFO groups */
    uint64_t stamp;  /* with ask->unchanged: wr_call_stamp of the answer to the last get of the key */
    wr_dur timeout;  /* 0: wait for ever */
    wr_dur delay;    /* before it sets out (a balancer's own latency) */
    double size;     /* bytes of the body */
    double response; /* bytes of the answer's body; 0: not said */
    int operation;   /* of wr_build_operation; 0 is "default" */
    int priority;    /* smaller is served first where the discipline says so */
    int az;          /* zone it is sent from; -1: the sender's own */
} wr_send;
typedef void wr_done_fn(wr_comp *self, wr_call *mine, const wr_call *answer);
/* `mine` is the call of our own this one is made for. The result may be dropped with wr_call_drop until done ran. */
wr_call *wr_call_send(wr_comp *self, wr_comp *to, wr_call *mine, const wr_send *what, wr_done_fn *done);
wr_comp *wr_link_to(const wr_comp *self, const wr_link *l); /* the component a link names */
/* How it can be told of something: by a message, a publication or an event, the first that it takes; NULL: not at all. */
const wr_ask *wr_ask_telling(const wr_comp *to);
wr_send wr_send_like(const wr_call *c); /* the same request again: what a balancer passes on; timeout and delay are 0 */
void wr_call_drop(wr_call *sent);       /* stop waiting for it: done will not run; the callee learns by gone() */

/* A request of our own, which nobody sent: what traffic makes, and branches of `parallel`. It carries state,
 * spans and a cause like any other and ends with wr_call_close. */
wr_call *wr_call_open(wr_comp *self, wr_call *mine, const wr_send *what);
void wr_call_close(wr_call *c);

void wr_reply(wr_call *c, int code);
void wr_reply_after(wr_call *c, wr_dur d, int code);
void wr_reply_status(wr_call *c, enum wr_status s); /* pass on the outcome of a call of ours, with the cause it left on c;
                                                       s WR_OK is row 0. Without a cause on c, the first row of that status. */
void wr_reply_never(wr_call *c);                    /* the packet is lost: the caller sees only its own timeout */
void wr_call_hold(wr_call *c);                      /* keep it alive after the answer ... */
void wr_call_release(wr_call *c);                   /* ... until as many releases */

enum wr_op wr_call_op(const wr_call *c);
const wr_ask *wr_call_ask(const wr_call *c);
uint64_t wr_call_key(const wr_call *c);
uint64_t wr_call_stamp(const wr_call *c);
void wr_call_set_stamp(wr_call *c, uint64_t stamp);  /* by the callee, for wr_call_stamp of the answer */
double wr_call_size(const wr_call *c);
double wr_call_response_size(const wr_call *c);      /* 0: not said */
void wr_call_set_retry_after(wr_call *c, wr_dur d);  /* by the callee: a hint when to come again, with its refusal */
wr_dur wr_call_retry_after(const wr_call *c);        /* of an answer; 0: no hint */
/* How long its caller, or any caller before, still waits for it; WR_NEVER: nobody said; 0: no longer. */
wr_dur wr_call_left(const wr_call *c);
double wr_call_item_size(wr_call *c, double def);    /* draws one more item size by the caller's law, from the caller's stream */
double wr_call_old_size(wr_call *c, double now);
int64_t wr_call_items(wr_call *c);                   /* draws, likewise; at least 0 */
int64_t wr_call_puts(wr_call *c);
bool wr_call_chance(wr_call *c, double p);           /* likewise: conditions, missing items */
int wr_call_operation(const wr_call *c);
int wr_call_priority(const wr_call *c);
int wr_call_az(const wr_call *c);                    /* zone it came from; -1: none */
wr_comp *wr_call_from(const wr_call *c);             /* who sent it; a root call: its owner */
wr_comp *wr_call_to(const wr_call *c);
wr_time wr_call_sent(const wr_call *c);
wr_dur wr_call_age(const wr_call *c);
bool wr_call_abandoned(const wr_call *c);            /* its caller has stopped waiting */
enum wr_status wr_call_status(const wr_call *c);     /* of an answer */
int wr_call_code(const wr_call *c);                  /* row of the callee's codes; -1 when it is not the callee's own word */
int wr_call_http(const wr_call *c);                  /* of an answer; 0: none */

/* 64 bytes on each call for the component working on it: WR_MINE(c, struct visit)->attempt */
#define WR_MINE(c, T) ((T *)wr_call_mine((c), sizeof(T)))
void *wr_call_mine(wr_call *c, size_t size);

/* ---- why: where a call's time went, and who refused it. Service is the remainder, so the four always add up
 * to the latency. The kit's parts do this by themselves. ----------------------------------------------- */
enum wr_stage { WR_SERVICE, WR_WAIT, WR_COLD, WR_BACKOFF, WR_STAGES };
void wr_call_stage(wr_call *c, enum wr_stage s);           /* from now until the next stage, or the answer */
void wr_call_spend(wr_call *c, enum wr_stage s, wr_dur d); /* a span known beforehand */
wr_dur wr_call_span(const wr_call *c, enum wr_stage s);    /* of an ended call */
typedef struct wr_cause { /* of an answer that is not WR_OK */
    const wr_comp *where;
    int code;            /* row of where's codes; -1: the caller's patience ended; -2: a fault of `faults:` */
    enum wr_stage stage; /* what it was doing there */
} wr_cause;
wr_cause wr_call_cause(const wr_call *answer); /* where is NULL: none */
void wr_call_clear_cause(wr_call *c);          /* a new attempt, or `catch: continue` */
/* A refusal of our own before anything was sent (an open breaker, an empty retry quota): row of self's codes. */
void wr_call_blame(wr_call *c, wr_comp *self, int code);
/* A patience of its own, which no timeout of a call stands for, has ended: blames where it stands, as a timeout would. */
void wr_call_expire(wr_call *c);
void wr_call_wait_until(wr_call *c, wr_time t); /* what such a patience is, for wr_call_left of calls made for it */

/* ---- metrics and usage, by row of the model's own table, or by wr_uniform ----------------------------- */
void wr_add(wr_comp *self, int metric, double n);
void wr_set(wr_comp *self, int metric, double level);
void wr_shift(wr_comp *self, int metric, double by);    /* a level, relative */
double wr_level(const wr_comp *self, int metric);       /* its present level */
void wr_observe(wr_comp *self, int metric, double value);
void wr_observe_dur(wr_comp *self, int metric, wr_dur d);
void wr_bill(wr_comp *self, int usage, double amount);      /* so much, once */
void wr_bill_level(wr_comp *self, int usage, double level); /* so much per second, until changed */
void wr_bill_as(wr_comp *self, int usage, const char *price, const char *label); /* which price, and its name on the bill */

/* A part with metrics of its own ("orders:p0", "web:blue"), by the same rows. detail: only where the scenario
 * says `detail: parts`, else NULL comes back. In start, or later for what appears while running. */
wr_comp *wr_part(wr_comp *self, const char *name, bool detail);

/* ---- groups: targets that come and go (ASG to ALB) ------------------------------------------------------ */
/* "web:i-3": counted on self's metrics (and, with detail, on its own). cfg is lent. */
wr_comp *wr_spawn(wr_comp *self, const wr_model *m, const void *cfg, const char *name);
void wr_join(wr_comp *self, wr_comp *member);    /* into the group others link to by self's name */
void wr_leave(wr_comp *self, wr_comp *member);   /* no new work; self's left() runs when all followers let go */
void wr_follow(wr_comp *self, const wr_link *group); /* in start: our member() learns of all members, now and later.
                                                        A component that is no group has itself as its only member */
void wr_let_go(wr_comp *self, wr_comp *member);
bool wr_healthy(const wr_comp *c);               /* its model's word */
wr_dur wr_keep_alive(const wr_comp *c);          /* likewise; WR_NEVER: for ever */
void wr_report_health(wr_comp *self, wr_comp *member, bool healthy); /* a follower's verdict on a member ... */
bool wr_reported_unhealthy(const wr_comp *member);                   /* ... any follower's */
bool wr_followed(const wr_comp *group);          /* somebody follows it */

extern const wr_model *const wr_models[]; /* ends with NULL: models/models.def */

#ifdef __cplusplus
}
#endif
#endif
