/* sns_push.h - deliveries of events to targets, as topics and buses make them: a target, tries, a dead-letter queue.
 *
 * A delivery is a root call of its owner, so one that waits holds up no other. The owner says how long to wait after
 * a failure, and counts what became of it. */
#ifndef WR_SNS_PUSH_H
#define WR_SNS_PUSH_H
#include "models.h"
#include <weir/cache.h>

typedef struct push push;
typedef struct push_rules {
    wr_dur (*wait)(push *p, const wr_call *root, int32_t failures); /* before the next try; negative: it is given up */
    wr_dur (*pace)(push *p);                                       /* a try waits so long for its turn; NULL: never */
    void (*ended)(push *p, const wr_call *root, bool well);        /* delivered, or given up */
    void (*buried)(push *p, bool well);                            /* whether its dead-letter queue took it */
    bool (*expired)(const push *p, const wr_call *root);           /* a try comes too late and is not made; NULL: never */
    int pending, retries;                                          /* rows: the level of deliveries under way; retries or 0 */
} push_rules;
struct push {            /* one target; the first fields are its owner's to fill */
    wr_comp *self, *to;
    wr_comp *dead, *part; /* dead-letter queue and own series; NULL: none */
    const push_rules *rules;
    const void *of;
    const wr_ask *ask;   /* how the target is told; NULL: as it accepts. With one of its own every failure is worth a retry */
    wr_dur timeout;
    double jitter;
    bool ordered;        /* the messages of a group follow each other */
    wr_rng *rng;
    /* by push_open: */
    struct push_ask *asks;
    wr_cache *groups;    /* stamp: the delivery that holds up its group */
    wr_time last;        /* latest departure */
    uint32_t order;
};
typedef struct push_visit { /* on each delivery's call */
    push *of;
    wr_call *next, *last;   /* of its group, behind it; the end of that line */
    int32_t failures;
    uint32_t order;
    double records;         /* its owner's: how many it holds, and the time of the oldest */
    wr_time oldest;
} push_visit;

/* In prepare: whether the resource takes events at all; reports why not. */
bool push_check(wr_build *b, const wr_link *to, const char *what);
bool push_is_http(unsigned accepts); /* an HTTP endpoint; else a service of AWS */
void push_open(push *p);
/* A new event: what it is like, the law of its size, and how long until the first try. */
wr_call *push_begin(push *p, const wr_send *like, const wr_dist *size, wr_dur delay);
void push_add(push *p, int metric, double n); /* on the owner and the target's own series */
wr_dur push_jitter(push *p, wr_dur wait);
wr_comp *push_part(wr_comp *self, wr_comp *const *earlier, size_t n, wr_comp *to); /* series named after the target */
#endif
