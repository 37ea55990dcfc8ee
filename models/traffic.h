/* traffic.h - the files of the client model among themselves.
 *
 * traffic.c holds tables, rules and the descriptor; traffic_trace.c reads traces; traffic_source.c makes requests
 * of open sources, traffic_users.c of closed loops; traffic_client.c sees each request through its tries, for which
 * traffic_pool.c finds connections; traffic_log.c reads access logs. */
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
    wr_list operations; /* of path_row */
};
struct path_row {
    const char *name, *path;
};
enum format { FORMAT_AUTO, FORMAT_CLOUDWATCH, FORMAT_COUNTS, FORMAT_TIMESTAMPS, FORMAT_ALB_LOG };
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
struct connections {
    int64_t max;
    wr_dur keep_alive;
    const wr_dist *handshake;
};
struct client_block {
    const wr_dist *timeout;
    wr_dur deadline;
    int abandoned;
    const void *retry, *breaker, *hedge, *connections;
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
    uint64_t path;         /* key of a request that was recorded; 0: by `key` */
    double size, response; /* of such a one */
};
enum source { BY_PROFILE, BY_PACE, BY_SCRIPT, BY_USERS };
struct traffic_cfg {
    const wr_link *target;
    wr_list request, mix, priority, from_az, stages, at;
    wr_pick key, arrivals;
    const wr_dist *size, *response_size, *think_time;
    wr_dur start, end, dns_ttl;
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
    const wr_breaker_cfg *breaker;
    const wr_hedge_cfg *hedge;
    const struct connections *pool;
    int64_t objects;
};

/* ---- what moves --------------------------------------------------------------------------------------- */
struct object { /* one client object */
    wr_retry *retry;
    wr_breaker *breaker;
    int64_t connected;         /* connections in use */
    wr_call *head, *tail;      /* who waits for one */
    wr_time *idle;             /* since when; the latest on top */
    size_t idle_n, idle_room;
};
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
    wr_hedge *hedge;
};
enum waits { FOR_NOTHING, FOR_TOKEN, FOR_CONNECTION };
struct request { /* in the root call's 64 bytes */
    wr_time started;
    wr_event timer;
    wr_tries tries;
    wr_held *held;             /* FOR_TOKEN */
    wr_call *next, *prev;      /* FOR_CONNECTION */
    uint32_t user;
    uint16_t object;
    uint8_t kind, waits;
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
void request_open(wr_comp *self, int kind, const struct script *as, uint32_t user); /* as: NULL, it was not scripted */
void request_attempt(wr_comp *self, wr_call *root);
/* traffic_pool.c */
void pool_take(wr_comp *self, wr_call *root); /* request_attempt when it has a connection */
void pool_give(wr_comp *self, struct object *o, bool reusable);
void pool_leave(wr_comp *self, wr_call *root); /* it waits no longer */
#endif
