/* call.h - the inside of a call, for the files that make its life (call.c), its way (network.c) and its words
 * (ask.c). What one event touches stands in as few cache lines as it can. */
#ifndef WR_CALL_H
#define WR_CALL_H
#include "runtime.h"

enum { DELIVERED = 1, ANSWERED = 2, TOLD = 4, ABANDONED = 8, LOST = 16, ROOT = 32, OWN_CODE = 64, CLOSED = 128 };

typedef struct lane { /* calls that time out `length` after they were sent, oldest first */
    wr_dur length;
    wr_call *head, *tail;
    bool armed;
    run *run;
} lane;

struct wr_call {
    wr_comp *to, *from;
    wr_call *parent;     /* of `from`, for which this one is made; free list */
    wr_done_fn *done;
    const wr_ask *ask;
    uint64_t key;
    wr_time sent;
    uint8_t state, status, stage, op;
    uint32_t open;       /* own calls that have not ended */
    /* 64 */
    union {
        wr_call *lane_next;
        wr_event alone;  /* of a timeout that has no lane */
    };
    wr_call *lane_prev;
    lane *lane;          /* NULL: no timeout armed; call_pool's `alone`: an event of its own */
    wr_time deadline;
    wr_time arrived;
    wr_call *child;      /* the latest own call still open: where a timeout looks for the place */
    int32_t priority;
    int16_t code;
    int16_t az;
    uint32_t holds;
    float size;
    /* 128 */
    wr_time since;       /* of the present stage */
    wr_dur span[WR_STAGES - 1]; /* wait, cold, backoff */
    const wr_comp *cause_where;
    int16_t cause_code;
    uint8_t cause_stage;
    float response, retry_after;
    uint16_t operation;
    uint64_t stamp;
    /* 192 */
    _Alignas(64) call_line line;
    char mine[64];
    char room[64];
};

/* ask.c */
void call_end_stage(wr_call *c, wr_time now);
void call_blame_end(wr_call *c);   /* at a source: counts what ended its request */
void call_fold(wr_call *c);        /* spans of an ended call belong to its parent when nothing else of it is open */
void call_pass_cause(wr_call *c);  /* the first cause travels up unchanged */
void call_blame_late(const wr_call *c, wr_call *mine); /* `mine` stopped waiting for c: where its time went */
void call_set_cause(wr_call *c, const wr_comp *where, int code);
/* network.c: one way from a to b; WR_NEVER: the packet is lost. */
wr_dur call_travel_odd(run *r, const wr_comp *a, int a_az, const wr_comp *b, int b_az);
wr_dur call_travel_drawn(run *r, const net_law *l);
extern const uint8_t call_apart[4][4]; /* by enum wr_net of both: row of run->net, or CALL_HERE */
enum { CALL_HERE = 4 };
static inline wr_dur call_hop(run *r, const wr_comp *a, int a_az, const wr_comp *b, int b_az)
{
    if (r->net_off)
        return 0;
    int which = call_apart[a->net][b->net];
    if (which == CALL_HERE || (which == NET_SAME_AZ && a == b)) /* an instance's own work needs no network */
        return 0;
    if (which == NET_SAME_AZ && a_az != b_az && a_az >= 0 && b_az >= 0)
        which = NET_CROSS_AZ;
    const net_law *l = &r->net[which];
    return l->dist ? call_travel_drawn(r, l) : l->fixed;
}

static inline wr_dur call_travel(run *r, const wr_comp *a, int a_az, const wr_comp *b, int b_az)
{
    return r->links || r->net_faults ? call_travel_odd(r, a, a_az, b, b_az) : call_hop(r, a, a_az, b, b_az);
}
#endif
