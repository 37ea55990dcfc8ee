/* traffic.h - the files of the client model among themselves.
 *
 * traffic.c holds tables, rules and the descriptor; traffic_trace.c reads traces; traffic_source.c makes requests
 * of open sources, traffic_users.c of closed loops; traffic_client.c sees each request through its tries;
 * traffic_breaker.c and traffic_hedge.c are what a client object may have besides. */
#ifndef WR_MODELS_TRAFFIC_H
#define WR_MODELS_TRAFFIC_H
#include "models.h"

/* ---- what is bound ------------------------------------------------------------------------------------ */
enum shape { POISSON, UNIFORM, GAMMA, MMPP, BATCH, INTERARRIVALS, CSV };
struct gamma {
    double cv;
};
struct rate_row {
    double rate;
};
struct mmpp {
    wr_list rates, leave; /* of rate_row */
};
struct batch {
    const wr_dist *size;
    int of;
};
struct interarrivals {
    const wr_dist *of;
};
struct csv {
    const char *file;
};
struct stage { /* of a rate, or of a number of users */
    double rate;
    wr_dur ramp, hold;
};
struct trace {
    const char *file, *column;
    int format;
    double scale, speed;
    wr_dur offset;
    bool loop;
};
enum format { FORMAT_AUTO, FORMAT_CLOUDWATCH, FORMAT_COUNTS, FORMAT_TIMESTAMPS };
struct at_row {
    wr_dur t;
    int64_t count;
    const char *operation;
    wr_pick key;
};
struct users_block {
    int64_t count;
    wr_list stages; /* of stage */
};
struct share_row { /* mix, from_az */
    const char *name;
    double share;
};
struct priority_row {
    const char *name;
    int64_t value;
};
struct breaker {
    int64_t failures, half_open;
    double share;
    wr_dur window, open_for;
};
struct hedge {
    const char *after;
    int64_t max;
};
struct client_block {
    const wr_dist *timeout;
    wr_dur deadline;
    int abandoned;
    const void *retry, *breaker, *hedge;
    int64_t objects;
};

/* ---- what prepare makes of it ------------------------------------------------------------------------- */
struct kind { /* one operation of the mix */
    const char *name;
    int operation, priority;
    double upto;
};
struct script { /* requests at one instant */
    wr_time t;
    int64_t count;
    int kind; /* -1: drawn from the mix */
    const wr_keys *key;
};
enum source { BY_PROFILE, BY_PACE, BY_SCRIPT, BY_USERS };
struct traffic_cfg {
    const wr_link *target;
    wr_list request, mix, priority, from_az, stages, at;
    wr_pick key, arrivals;
    const wr_dist *size, *response_size, *think_time;
    wr_dur start, end;
    int64_t count, requests_per_user;
    const void *client, *trace, *users; /* client_block, trace, users_block */
    const wr_profile *rate;
    int first;
    /* by prepare: */
    enum source source;
    enum shape shape;
    const wr_profile *profile;
    bool counts;               /* the profile says how many requests a period has */
    double mean;               /* of a batch */
    size_t scripts, kinds, zones, stages_n;
    const struct script *script;
    struct kind *kind;
    const double *zone;        /* shares summed, by number of the zone */
    struct stage *user_stage;
    const wr_keys *keys;
    const wr_program *program;
    const wr_link *single, *callee; /* the request is one plain call; or asks one resource only */
    const wr_dist *timeout;    /* NULL: none */
    wr_dur deadline;           /* WR_NEVER: none */
    bool cancels;
    const wr_retry_cfg *retry;
    const struct breaker *breaker;
    const struct hedge *hedge;
    wr_dur hedge_after;        /* 0: the quantile */
    double hedge_quantile;
    int64_t objects;
};

/* ---- what moves --------------------------------------------------------------------------------------- */
enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF };
enum { BREAKER_SLOTS = 10 };
struct object { /* one client object */
    wr_retry *retry;
    enum breaker_state breaker;
    wr_time until;             /* open: until then */
    int64_t trials, passed;    /* half open: sent, and come back well */
    wr_time *failed;           /* the latest failures, a ring */
    size_t failed_n;
    int64_t slot;              /* of time, by which the counts below are kept */
    double calls[BREAKER_SLOTS], failures[BREAKER_SLOTS];
};
struct copies { /* of a hedged try */
    wr_call *sent[4];
    int n, open;
    wr_send what;
    wr_time until;             /* patience ends; WR_NEVER: none */
    wr_event timer;
    struct copies *next;
};
struct learned; /* what a hedge by quantile knows of latencies */
enum user_state { PARKED, THINKING, ASKING, GONE };
struct user {
    int64_t made;
    uint32_t number;
    uint8_t state;
};
struct traffic {
    wr_host *host;
    wr_rng arrivals, mix, keys, client, retry;
    wr_comp **part;            /* by kind; NULL: one kind only */
    struct object *object;
    int64_t made;              /* requests so far */
    uint64_t serial, nth;
    double factor;             /* of spikes in force */
    int spikes;
    /* open sources */
    wr_cursor cursor;
    wr_event next;
    double owed, pace;         /* left until the next arrival, as of `since`; its rate when there is no profile */
    wr_time since;
    size_t at;                 /* script; state of the mmpp */
    /* users */
    struct user **user;
    size_t users, room;        /* created ones */
    size_t wanted, admitted;   /* that should be active, without spikes; that were told so */
    struct copies *free;
    struct learned *learned;
};
struct request { /* in the root call's 64 bytes */
    wr_time started;
    wr_event timer;
    wr_tries tries;
    wr_call *sent;
    struct copies *copies;
    uint32_t user;
    uint16_t object;
    uint8_t kind;
};
#define NO_USER UINT32_MAX
/* Rows of codes; from CODE_REQUEST on, by status. */
enum { CODE_OK, CODE_RETRY_QUOTA, CODE_BREAKER_OPEN, CODE_TIMEOUT_SELF, CODE_REQUEST };

/* traffic_trace.c */
void trace_read(struct traffic_cfg *cfg, wr_build *b, const struct trace *t, const void *field);
void trace_times(struct traffic_cfg *cfg, wr_build *b, const char *path, const void *field);
/* traffic_source.c */
void source_start(wr_comp *self);
void source_spike(wr_comp *self, double factor);
bool source_open(const wr_comp *self); /* more requests may begin now */
int source_kind(wr_comp *self);        /* drawn from the mix */
/* traffic_users.c */
void users_prepare(struct traffic_cfg *cfg, wr_build *b);
void users_start(wr_comp *self);
void users_spike(wr_comp *self, double factor);
void users_answered(wr_comp *self, uint32_t user, wr_dur took);
/* traffic_client.c */
void client_start(wr_comp *self);
void request_open(wr_comp *self, int kind, const wr_keys *key, uint32_t user);
void request_try_ended(wr_comp *self, wr_call *root, enum wr_status s);
/* traffic_breaker.c */
void breaker_start(wr_comp *self, struct object *o);
bool breaker_admits(const struct traffic_cfg *cfg, struct object *o, wr_time now);
void breaker_ended(const struct traffic_cfg *cfg, struct object *o, bool well, wr_time now);
/* traffic_hedge.c */
void hedge_prepare(struct traffic_cfg *cfg, wr_build *b);
void hedge_start(wr_comp *self);
void hedge_send(wr_comp *self, wr_call *root, const wr_send *what); /* the try and, later, its copies */
void hedge_learn(wr_comp *self, wr_dur latency);
#endif
