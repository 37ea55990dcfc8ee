/* alb.h - the files of the Application Load Balancer among themselves.
 *
 * alb_table.c is what users write and read; alb_plan.c checks it and compiles it into plans; alb.c is the way of
 * a request; alb_pick.c chooses a target; alb_health.c knows which targets there are and how they are; alb_dns.c
 * which zones clients come to; alb_meter.c counts LCUs, bills them and limits them; alb_conn.c keeps connections to
 * targets that close them too early; alb_weights.c takes requests away from targets that fail. */
#ifndef WR_ALB_H
#define WR_ALB_H
#include "models.h"

enum { ALB_ZONES = 26, ALB_FORWARDS = 5, ALB_SLOTS = 16 };

/* ---- as written (alb_table.c) ----------------------------------------------------------------------- */
typedef struct alb_zone { const char *letter; } alb_zone;
typedef struct alb_weight { /* of a group by name; `to` only in `target`, whose names are resources */
    const char *name;
    const wr_link *to;
    int64_t weight;
} alb_weight;
typedef struct alb_link { const wr_link *to; } alb_link;
typedef struct alb_check {
    bool enabled;
    wr_dur interval, timeout;
    int64_t healthy, unhealthy;
    const char *path;
    const wr_dist *cost;
} alb_check;
typedef struct alb_sticky {
    bool enabled;
    int type;
    wr_dur duration;
    int64_t clients;
} alb_sticky;
typedef struct alb_attr { /* keys of a group that may stand on the balancer itself when it has one group */
    int64_t weight;
    wr_dur slow_start;
    const void *stickiness;   /* alb_sticky */
    wr_dur delay;
    const void *check;        /* alb_check */
    const char *routing, *dns;
    int64_t slots;
} alb_attr;
typedef struct alb_group_cfg {
    const char *name;
    wr_list targets;          /* of alb_link */
    wr_pick algorithm;
    int cross_zone;
    alb_attr attr;
} alb_group_cfg;
typedef struct alb_operation { const char *name; } alb_operation;
typedef struct alb_rule_cfg {
    wr_list operations;       /* of alb_operation */
    double share;
    int64_t priority, fixed, redirect;
    wr_list forward;          /* of alb_weight */
} alb_rule_cfg;
typedef struct alb_connections {
    const wr_dist *requests;
    double rate;              /* NaN: by requests */
    bool tls, http2;
} alb_connections;
typedef struct alb_capacity {
    int ramp;
    double initial;
    wr_dur double_in, halve_in;
} alb_capacity;
enum { ALB_RAMP_AWS, ALB_RAMP_UNLIMITED };
typedef struct alb_shift {
    const char *az;
    wr_dur at, lasts;
} alb_shift;
enum alb_way { ALB_ROUND_ROBIN, ALB_LEAST, ALB_WEIGHTED_RANDOM, ALB_RANDOM, ALB_TWO, ALB_CHOICES };
enum { ALB_CROSS_ON, ALB_CROSS_OFF, ALB_CROSS_INHERIT };

/* ---- compiled (alb_plan.c) -------------------------------------------------------------------------- */
typedef struct alb_least { double count, share; } alb_least; /* of healthy targets; share of the registered ones */
typedef struct alb_plan { /* one target group */
    const char *name;
    size_t links;
    const alb_link *link;
    enum alb_way way;
    int64_t choices;
    bool cross_zone, named;   /* named: written under target_groups, has metrics of its own */
    alb_attr attr;
    bool mitigates;           /* weights follow anomalies */
    wr_ask probe;             /* of checks that cost the target something */
    alb_least routing, dns;   /* a zone with fewer than `dns` leaves DNS; 0: never */
    bool own_check;           /* the user wrote health_check */
} alb_plan;
typedef struct alb_action { /* what a rule does */
    int code;                 /* answers with this code; -1: forwards */
    int groups;
    int group[ALB_FORWARDS];
    int64_t upto[ALB_FORWARDS]; /* cumulated weights */
} alb_action;
typedef struct alb_rule {
    double share;
    alb_action action;
} alb_rule;
typedef struct alb_matches { int n, *rule; } alb_matches; /* rules that can match an operation, in order */

typedef struct alb_cfg {
    wr_list target;           /* of alb_weight */
    wr_list targets;          /* of alb_link: of the only group */
    wr_list target_groups;    /* of alb_group_cfg */
    wr_list rules_written;    /* of alb_rule_cfg */
    wr_pick algorithm;
    bool anomaly_mitigation;
    int cross_zone;
    int64_t nodes_per_az;
    wr_list zones_written;    /* of alb_zone */
    wr_dur idle_timeout, connect_timeout, keep_alive, dns_ttl;
    const void *connections;  /* alb_connections */
    const wr_dist *latency;
    const void *capacity;     /* alb_capacity */
    int64_t minimum_units;
    wr_list shifts;           /* of alb_shift */
    alb_attr attr;
    /* by prepare: */
    int groups;
    alb_plan *group;
    int rules, operations;
    alb_rule *rule;
    alb_matches *matches;     /* by operation; the last one for operations that no rule names */
    alb_action otherwise;
    int zones;
    signed char zone[ALB_ZONES];    /* az of each zone */
    signed char zone_of[ALB_ZONES]; /* -1: no node there */
    bool strict;              /* the user listed the zones: targets in others are unused */
    wr_dur latency_fixed;     /* -1: drawn */
    double requests_per_connection;
} alb_cfg;
struct alb_choices { int64_t n; };
extern const wr_param alb_params[];
extern const wr_metric alb_metrics[];
extern const wr_code alb_codes[];
extern const wr_usage alb_usage[];
void alb_prepare(void *mine, wr_build *b);

enum alb_metric {
    ALB_REQUEST_COUNT, ALB_PER_TARGET, ALB_RESPONSE_TIME, ALB_TARGET_2XX, ALB_TARGET_3XX, ALB_TARGET_4XX,
    ALB_TARGET_5XX, ALB_ELB_3XX, ALB_ELB_4XX, ALB_ELB_5XX, ALB_ELB_500, ALB_ELB_502, ALB_ELB_503, ALB_ELB_504,
    ALB_ELB_460, ALB_FIXED_RESPONSES, ALB_REDIRECTS, ALB_CONNECTION_ERRORS, ALB_LAMBDA_ERRORS, ALB_HEALTHY,
    ALB_UNHEALTHY, ALB_UNHEALTHY_ROUTING, ALB_NON_STICKY, ALB_ACTIVE, ALB_NEW_CONNECTIONS,
    ALB_REJECTED_CONNECTIONS, ALB_BYTES, ALB_EVALUATIONS, ALB_LCUS, ALB_ANOMALOUS, ALB_MITIGATED
};
enum alb_code {
    ALB_OK, ALB_BAD_GATEWAY, ALB_KEEP_ALIVE, ALB_DEREGISTERED, ALB_LAMBDA_FAILED, ALB_NO_TARGETS, ALB_NO_SLOT, ALB_NO_CAPACITY,
    ALB_TARGET_TIMEOUT, ALB_CONNECT_TIMEOUT, ALB_CLIENT_CLOSED, ALB_NODE_LOST, ALB_FIXED_2XX, ALB_FIXED_4XX,
    ALB_FIXED_5XX, ALB_REDIRECT
};
enum { ALB_HOURS, ALB_LCU_HOURS };

/* ---- in a run --------------------------------------------------------------------------------------- */
enum alb_state { ALB_UNUSED, ALB_INITIAL, ALB_IS_HEALTHY, ALB_IS_UNHEALTHY, ALB_DRAINING };
typedef struct alb_idle { /* connections from one node to one target */
    wr_time *since;           /* idle since; the latest on top */
    uint32_t n, room;
} alb_idle;
typedef struct alb_target {
    wr_comp *comp;
    struct alb_group *group;
    wr_call *calls;           /* requests of ours that are in it */
    uint32_t id, gen;         /* ids are used again; gen tells one holder from the next */
    uint32_t at;              /* place in its probe slot */
    uint16_t good, bad;       /* passes and failures in a row */
    int8_t az, slot;
    uint8_t state;
    bool lambda, reported;    /* reported: as unhealthy */
    bool anomalous;
    float weight, answers, failures; /* of alb_weights.c: share of its turn; since long, fading */
    wr_dur keep_alive;        /* of the target; WR_NEVER: longer than ours */
    alb_idle *idle;           /* by node; NULL: not kept */
    wr_time since, slow_until;
    wr_event timer;           /* the verdict after a failed probe; the end of draining */
} alb_target;

typedef struct alb_view { /* which targets a node may choose among; built when somebody asks */
    uint32_t *id, n, room, version;
    int az;                   /* -1: of all zones */
    bool stale, open;         /* open: too few are healthy, all take part */
} alb_view;

/* What one node knows of one group. With least outstanding requests `order` holds the view's targets by count:
 * edge[k] is the first place with a count of k or more, so that a count moves by one swap and the least loaded
 * ones stand in front. */
typedef struct alb_lane {
    alb_view *view;
    uint32_t version;         /* of the view, as last seen */
    uint32_t turn, n, low, edges, edge_room;
    uint32_t *count, *place, *order, *edge; /* by id, by id, by place, by count */
    float *credit;            /* by id: of a slow starter's turns in round robin */
} alb_lane;

typedef struct alb_session { wr_time expires; uint32_t id, gen; } alb_session;
typedef struct alb_slot { uint32_t *id, n, room; } alb_slot;

typedef struct alb_group {
    const alb_plan *plan;
    wr_comp *part;            /* NULL: no metrics of its own */
    struct alb *alb;
    alb_target **target;      /* by id; NULL: free */
    uint32_t ids, room, frees, *free, holders;
    alb_target **place;       /* hash of component -> target */
    size_t places;
    uint32_t registered, healthy, unhealthy;
    uint32_t registered_in[ALB_ZONES + 1], healthy_in[ALB_ZONES + 1]; /* by az; the last: in no zone */
    alb_view *view;           /* one, or one a zone */
    alb_lane *lane;           /* one a node, or one for all */
    bool checks, shared, counted; /* lanes: one for all; they count */
    double anomalous, mitigated; /* targets, as shown */
    wr_time slow_until;       /* nobody is in slow start from then on */
    wr_time began;            /* probes: slot k of round r at began + (ALB_SLOTS r + k) interval / ALB_SLOTS */
    int64_t tick;
    alb_slot slot[ALB_SLOTS];
    alb_session *session;
} alb_group;

typedef struct alb_dns { /* of a zone */
    bool in;
    double share;             /* of its clients that come, as of `since` */
    wr_time since;
} alb_dns;
typedef struct alb_meter { /* since the hour began, in LCU-hours */
    double connections, active, bytes, rules;
    double then[4], billed;   /* at the last tick */
    double area, conns;       /* request-ns; fractions of a connection not yet counted */
    int64_t present;
    wr_time at, ticked, hour;
    wr_bucket units;          /* capacity ramp: LCU-seconds */
    double capacity, offered;
} alb_meter;

typedef struct alb {
    wr_comp *self;
    const alb_cfg *cfg;
    wr_rng fate, health, delay;
    alb_group *group;
    int zones, nodes, per_az;
    int down[ALB_ZONES];      /* az_outages in force, by zone */
    int shifts[ALB_ZONES];    /* zonal shifts in force, by zone */
    alb_dns dns[ALB_ZONES];
    bool settled;             /* every zone is in DNS, and every client knows */
    wr_dur longest_ttl;       /* that any client has */
    uint32_t healthy, unhealthy;
    alb_meter meter;
} alb;

typedef struct alb_visit { /* on each call */
    wr_call *sent, *next, *prev;
    alb_target *target;
    wr_time since;            /* it left the balancer */
    uint32_t session;         /* UINT32_MAX: none */
    uint16_t node;
    bool connecting;          /* the target takes no connections */
} alb_visit;

/* alb.c */
static inline void alb_count(const alb_group *g, enum alb_metric m, double n)
{
    wr_add(g->alb->self, (int)m, n);
    if (g->part)
        wr_add(g->part, (int)m, n);
}
void alb_refuse(alb *b, const alb_group *g, wr_call *c, enum alb_code code); /* answers in the balancer's own name */
void alb_cut(alb *b, wr_call *c, enum alb_code code); /* the same for one that is with a target */
/* alb_pick.c */
void alb_pick_start(alb *b, alb_group *g);
void alb_pick_grow(alb_group *g, int nodes, uint32_t before); /* g->room has grown */
void alb_pick_forget(alb_group *g, int nodes, uint32_t id);   /* the id has a new holder */
void alb_stale(alb_group *g);
bool alb_any(const alb_group *g, int zone);          /* somebody is registered whom this zone's nodes may choose */
/* Are too few of the registered ones healthy? az -1: of all zones. */
bool alb_too_few(const alb_group *g, const alb_least *l, int az);
alb_target *alb_choose(alb *b, alb_group *g, int node, uint32_t session); /* NULL: nobody has a free slot */
void alb_more(alb_group *g, int node, uint32_t id);
void alb_less(alb_group *g, int node, uint32_t id);
/* alb_health.c */
void alb_health_start(alb *b, alb_group *g);
void alb_member(wr_comp *self, const wr_link *link, wr_comp *m, bool joined);
/* alb_conn.c */
void alb_conn_begin(alb *b, alb_target *t);
bool alb_conn_take(alb *b, alb_target *t, int node);  /* false: the target has just closed it */
void alb_conn_give(alb *b, alb_target *t, int node);
/* alb_weights.c */
void alb_weights_start(alb *b, alb_group *g);
void alb_weights_answer(alb_target *t, bool well);
/* alb_dns.c */
void alb_dns_start(alb *b);
void alb_dns_judge(alb *b);                          /* who belongs in DNS now */
int alb_zone_for(alb *b, const wr_call *c);
void alb_fault(wr_comp *self, int fault, const void *arg, bool on);
/* alb_meter.c */
void alb_meter_start(alb *b);
void alb_meter_finish(alb *b);
bool alb_admit(alb *b, const wr_call *c);            /* false: beyond the capacity of the moment */
void alb_meter_rules(alb *b, int looked);
void alb_enter(alb *b);
void alb_leave(alb *b, const wr_call *c, bool lambda, bool answered);
#endif
