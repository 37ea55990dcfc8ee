/* call.c - the life of a call: send, deliver, reply, answer; expire, drop.
 *
 * A call is one request visiting one component; the tree of calls is the way back, so nobody keeps
 * tables of pending requests. Sending and replying only put marks in the queue: nothing runs inside
 * anything. The framework owns timeouts: equal timeouts expire in the order in which they were armed,
 * so each length of time is a lane, a list with one event for its head; arming and cancelling cost a
 * few pointers. The lane's event is not moved when its head is answered; it finds the new head when
 * it fires, at most once per length of the timeout. Lengths beyond the first LANES (they are drawn) have
 * events of their own.
 *
 * A call is freed when it is answered (or lost), its caller has been told (or has gone), its own calls
 * have ended and nobody holds it. Truth: tests/contract, tests/unit/test_call.c. */
#include "call.h"
#include <stdlib.h>
#include <string.h>

#define BLOCK 256
#define LANES 64
#define GUESSES 16
#define MOST_OPEN 10000000 /* calls in flight: some 3 GB */

struct call_pool {
    run *run;
    wr_call *free;
    uint64_t open, made;
    int lanes;
    lane lane[LANES];
    lane alone;           /* stands for none: of lengths beyond those */
    lane *guess[GUESSES]; /* by the length's bits: the lane found last */
};

struct call_pool *calls_create(run *r)
{
    struct call_pool *p = arena_alloc(r->arena, sizeof *p);
    p->run = r;
    return p;
}

uint64_t calls_open(const struct call_pool *p)
{
    return p->open;
}

/* Where most of the requests are, for the message. */
static void overflow(run *r)
{
    const wr_comp *most = NULL;
    double here = 0;
    for (const wr_comp *c = r->first; c; c = c->next) {
        const cell *level = comp_cell(c, WR_U_IN_SYSTEM);
        if (level && !c->traffic && cell_level(level) > here) {
            here = cell_level(level);
            most = c;
        }
    }
    run_break(r, arena_print(r->arena, "more than %d requests and calls under way at once%s%s%s", MOST_OPEN,
                             most ? ", most of them in '" : "", most ? most->name : "", most ? "'" : ""));
}

static void pool_grow(struct call_pool *p)
{
    p->made += BLOCK;
    if (p->made > MOST_OPEN && !p->run->broken)
        overflow(p->run);
    char *block = arena_aligned(p->run->arena, BLOCK * sizeof(wr_call), 64);
    for (int i = BLOCK - 1; i >= 0; i--) {
        wr_call *c = (wr_call *)(void *)(block + (size_t)i * sizeof(wr_call));
        c->parent = p->free;
        p->free = c;
    }
}

/* A whole cache line becomes zero by plain stores: a string instruction costs more than the line. */
static inline void clear_line(void *at)
{
    typedef uint64_t words __attribute__((vector_size(16), may_alias));
    words *w = at, none = {0};
    w[0] = w[1] = w[2] = w[3] = none;
}

static inline void clear_room(wr_call *c)
{
    clear_line(c->mine);
    clear_line(c->room);
}

static inline wr_call *take(run *r, wr_comp *from, wr_comp *to, wr_call *mine)
{
    struct call_pool *p = r->calls;
    if (!p->free)
        pool_grow(p);
    wr_call *c = p->free;
    p->free = c->parent;
    p->open++;
    clear_line(c);
    clear_line((char *)c + 64);
    clear_line((char *)c + 128);
    static_assert(offsetof(struct wr_call, line) == 192, "three lines");
    c->from = from;
    c->to = to;
    c->parent = mine;
    c->sent = run_now(r);
    if (mine) {
        mine->open++;
        mine->child = c;
    }
    return c;
}

static inline void lane_unlink(wr_call *c)
{
    lane *l = c->lane;
    *(c->lane_prev ? &c->lane_prev->lane_next : &l->head) = c->lane_next;
    *(c->lane_next ? &c->lane_next->lane_prev : &l->tail) = c->lane_prev;
}

static inline void disarm(wr_call *c)
{
    run *r = c->from->run;
    if (!c->lane)
        return;
    if (c->lane == &r->calls->alone)
        wr_engine_cancel(r->engine, c->alone);
    else
        lane_unlink(c);
    c->lane = NULL;
}

static inline void give_back(wr_call *c)
{
    struct call_pool *p = c->from->run->calls;
    c->state = 0;
    c->from = c->to = NULL;
    c->parent = p->free;
    p->free = c;
    p->open--;
}

/* Frees the call when nobody needs it any more. */
static inline void settle(wr_call *c)
{
    if (!(c->state & (TOLD | CLOSED)))
        return;
    unsigned over = (c->state & ROOT) ? c->state & CLOSED : (c->state & (ANSWERED | LOST) ? c->state & TOLD : 0);
    if (over && !c->open && !c->holds)
        give_back(c);
}

/* The caller no longer has this call open. */
static inline void detach(wr_call *c)
{
    wr_call *mine = c->parent;
    if (!mine)
        return;
    mine->open--;
    if (mine->child == c)
        mine->child = NULL;
}

/* ---- send and deliver -------------------------------------------------------------------------- */
static void lane_fire(wr_comp *self, void *arg);

/* The lane of a length; NULL: there are too many. */
static lane *lane_search(run *r, wr_dur length)
{
    struct call_pool *p = r->calls;
    for (int i = 0; i < p->lanes; i++)
        if (p->lane[i].length == length)
            return &p->lane[i];
    if (p->lanes == LANES)
        return NULL;
    p->lane[p->lanes] = (lane){.length = length, .run = r};
    return &p->lane[p->lanes++];
}

static inline lane *lane_of(run *r, wr_dur length)
{
    lane **guess = &r->calls->guess[(uint64_t)length >> 20 & (GUESSES - 1)];
    if (!*guess || (*guess)->length != length)
        *guess = lane_search(r, length);
    return *guess;
}

static inline void lane_arm(lane *l)
{
    if (l->armed || !l->head)
        return;
    l->armed = true;
    wr_engine_at(l->run->engine, l->head->deadline, WR_PHASE_WORK, lane_fire, NULL, l);
}

static inline void lane_append(lane *l, wr_call *c)
{
    c->lane_prev = l->tail;
    c->lane_next = NULL;
    *(l->tail ? &l->tail->lane_next : &l->head) = c;
    l->tail = c;
}

static void expire(wr_call *c);

static void lane_fire(wr_comp *self, void *arg)
{
    (void)self;
    lane *l = arg;
    wr_time now = run_now(l->run);
    l->armed = false;
    while (l->head && l->head->deadline <= now) {
        wr_call *c = l->head;
        disarm(c);
        expire(c);
    }
    lane_arm(l);
}

static void alone_fire(wr_comp *self, void *arg)
{
    wr_call *c = arg;
    (void)self;
    c->lane = NULL;
    expire(c);
}

static inline void arm(run *r, wr_call *c, wr_dur timeout)
{
    wr_time now = run_now(r);
    if (timeout <= 0 || timeout >= WR_NEVER - now)
        return;
    c->deadline = now + timeout;
    lane *l = lane_of(r, timeout);
    c->lane = l ? l : &r->calls->alone;
    if (l) {
        lane_append(l, c);
        lane_arm(l);
    } else {
        c->alone = wr_engine_at(r->engine, c->deadline, WR_PHASE_WORK, alone_fire, NULL, c);
    }
}

static void deliver(wr_comp *to, void *arg)
{
    wr_call *c = arg;
    run *r = to->run;
    if ((c->state & ABANDONED) && c->ask->cancel) { /* the caller left before it arrived, and says so */
        c->state |= LOST;
        settle(c);
        return;
    }
    c->state |= DELIVERED;
    c->arrived = c->since = run_now(r);
    clear_room(c);
    cell_add(to->uniform[0], 1); /* requests */
    if (to->presence)
        cell_step(to->uniform[WR_U_IN_SYSTEM - WR_U_REQUESTS], 1, c->since);
    if (to->faulty && fault_answers(to, c))
        return;
    to->model->call(to, c);
}

wr_call *wr_call_send(wr_comp *self, wr_comp *to, wr_call *mine, const wr_send *what, wr_done_fn *done)
{
    run *r = self->run;
    wr_call *c = take(r, self, to, mine);
    c->done = done;
    c->ask = what->ask;
    c->op = (uint8_t)what->ask->op;
    c->key = what->key;
    c->stamp = what->stamp;
    c->size = (float)what->size;
    c->response = (float)what->response;
    c->operation = (uint16_t)what->operation;
    c->priority = what->priority;
    c->az = (int16_t)(what->az >= 0 ? what->az : self->az);
    if (what->timeout)
        arm(r, c, what->timeout);
    wr_dur d = call_travel(r, self, c->az, to, to->az);
    if (d == WR_NEVER) {
        c->state |= LOST;
        return c;
    }
    d += what->delay;
    if (d > 0)
        wr_engine_at(r->engine, c->sent + d, WR_PHASE_WORK, deliver, to, c);
    else
        wr_engine_soon(r->engine, deliver, to, c);
    return c;
}

wr_send wr_send_like(const wr_call *c)
{
    return (wr_send){.ask = c->ask,
                     .key = c->key,
                     .stamp = c->stamp,
                     .size = (double)c->size,
                     .response = (double)c->response,
                     .operation = c->operation,
                     .priority = c->priority,
                     .az = -1};
}

wr_call *wr_call_open(wr_comp *self, wr_call *mine, const wr_send *what)
{
    run *r = self->run;
    wr_call *c = take(r, self, self, mine);
    c->state = ROOT | DELIVERED;
    c->arrived = c->since = c->sent;
    c->ask = what->ask ? what->ask : &wr_ask_request;
    c->op = (uint8_t)c->ask->op;
    self->serial++;
    if (self->traffic && !mine) {
        r->requests++;
        r->began = true;
    }
    c->key = what->key;
    c->stamp = what->stamp;
    c->size = (float)what->size;
    c->response = (float)what->response;
    c->operation = (uint16_t)what->operation;
    c->priority = what->priority;
    c->az = (int16_t)(what->az >= 0 ? what->az : self->az);
    clear_room(c);
    return c;
}

void wr_call_close(wr_call *c)
{
    assert((c->state & ROOT) && !(c->state & CLOSED));
    call_end_stage(c, run_now(c->from->run));
    if (c->parent) {
        call_fold(c);
        call_pass_cause(c);
    } else if (c->cause_where && c->from->traffic) {
        call_blame_end(c);
    }
    wr_call *mine = c->parent;
    detach(c);
    c->state |= CLOSED;
    settle(c);
    if (mine)
        settle(mine);
}

/* ---- answers ------------------------------------------------------------------------------------- */
static void answer(wr_comp *from, void *arg)
{
    wr_call *c = arg;
    (void)from;
    c->holds--;
    if (c->state & TOLD) { /* the caller left while the answer travelled */
        settle(c);
        return;
    }
    disarm(c);
    c->state |= TOLD;
    wr_call *mine = c->parent;
    call_fold(c);
    if (c->status != WR_OK)
        call_pass_cause(c);
    detach(c);
    c->done(c->from, mine, c);
    settle(c);
    if (mine)
        settle(mine);
}

static void count_bad_end(wr_comp *to, const wr_call *c, double s)
{
    static const short counter[WR_STATUSES] = {[WR_THROTTLED] = WR_U_THROTTLED,
                                               [WR_TIMEOUT] = WR_U_TIMEOUTS,
                                               [WR_REJECTED] = WR_U_REJECTED};
    wr_observe(to, WR_U_LATENCY_ALL, s);
    wr_add(to, WR_U_ERRORS, 1);
    if (counter[c->status])
        wr_add(to, counter[c->status], 1);
}

static void count_late(wr_comp *to, const wr_call *c)
{
    bool leaving = to->run->leaving == c;
    if (!leaving)
        wr_add(to, WR_U_LATE, 1);
    if (!leaving || !c->ask->cancel)
        wr_add(c->from, WR_U_LATE, 1);
}

static inline void count_end(wr_comp *to, const wr_call *c, wr_time now)
{
    double s = (double)(now - c->arrived) / 1e9;
    if (c->status == WR_OK) {
        cell_add(to->uniform[WR_U_COMPLETED - WR_U_REQUESTS], 1);
        cell_observe(to->uniform[WR_U_LATENCY - WR_U_REQUESTS], s);
        if (!(c->state & ABANDONED))
            cell_add(to->uniform[WR_U_GOODPUT - WR_U_REQUESTS], 1);
    } else {
        count_bad_end(to, c, s);
    }
    if (c->state & ABANDONED)
        count_late(to, c);
    if (to->presence)
        cell_step(to->uniform[WR_U_IN_SYSTEM - WR_U_REQUESTS], -1, now);
}

/* The answer leaves the callee now. */
static void leave(wr_comp *to, void *arg)
{
    wr_call *c = arg;
    run *r = to->run;
    wr_time now = run_now(r);
    call_end_stage(c, now);
    count_end(to, c, now);
    wr_dur d = c->state & ABANDONED ? WR_NEVER : call_travel(r, to, to->az, c->from, c->az);
    if (d == WR_NEVER) {
        c->state |= LOST;
        wr_call_release(c);
        return;
    }
    if (d > 0)
        wr_engine_at(r->engine, now + d, WR_PHASE_WORK, answer, c->from, c);
    else
        wr_engine_soon(r->engine, answer, c->from, c);
}

static void set_answer(wr_call *c, int code, enum wr_status s)
{
    assert(!(c->state & (ANSWERED | LOST | ROOT)) && (c->state & DELIVERED));
    c->state |= ANSWERED;
    c->code = (int16_t)code;
    c->status = (uint8_t)s;
    c->holds++; /* until the answer has arrived, or nobody waits for it */
}

void wr_reply_after(wr_call *c, wr_dur d, int code)
{
    wr_comp *to = c->to;
    const wr_code *row = &to->model->codes[code];
    set_answer(c, code, row->status);
    c->state |= OWN_CODE;
    if (row->status == WR_OK) {
        c->cause_where = NULL;
    } else if (!c->cause_where) {
        call_set_cause(c, to, code);
        comp_cause(to, CODE_OWN + code);
    }
    if (d > 0)
        wr_engine_at(to->run->engine, run_now(to->run) + d, WR_PHASE_WORK, leave, to, c);
    else
        leave(to, c);
}

void wr_reply(wr_call *c, int code)
{
    wr_reply_after(c, 0, code);
}

void wr_reply_status(wr_call *c, enum wr_status s)
{
    const wr_code *codes = c->to->model->codes;
    int row = 0;
    if (s == WR_OK) {
        wr_reply_after(c, 0, 0);
        return;
    }
    while (codes[row].name && codes[row].status != s)
        row++;
    if (!c->cause_where && codes[row].name) {
        wr_reply_after(c, 0, row);
        return;
    }
    set_answer(c, codes[row].name ? row : -1, s);
    leave(c->to, c);
}

/* An answer that `faults:` gives in the component's place. */
void call_answer_fault(wr_call *c, enum wr_status s)
{
    int row = s == WR_THROTTLED ? CODE_FAULT_THROTTLE : CODE_FAULT_ERROR;
    set_answer(c, -1, s);
    call_blame_own(c, c->to, row);
    leave(c->to, c);
}

void wr_reply_never(wr_call *c)
{
    assert(!(c->state & (ANSWERED | LOST | ROOT)));
    c->state |= LOST;
    if (c->to->presence)
        wr_shift(c->to, WR_U_IN_SYSTEM, -1);
    settle(c);
}

/* ---- timeouts and drops ----------------------------------------------------------------------------- */
/* The caller stops waiting: the time so far is counted where the call stood. */
static void abandon(wr_call *c)
{
    c->state |= TOLD | ABANDONED;
    detach(c);
    if (!(c->state & DELIVERED) || (c->state & (ANSWERED | LOST)) || !c->to->model->gone)
        return;
    run *r = c->to->run;
    const wr_call *before = r->leaving;
    r->leaving = c; /* what it ends within gone() is not late: a balancer's 460, work that is given up */
    c->to->model->gone(c->to, c);
    r->leaving = before;
}

static void expire(wr_call *c)
{
    wr_comp *from = c->from;
    wr_call *mine = c->parent;
    if (c->state & TOLD)
        return;
    call_blame_late(c, mine);
    if (from->model->has & WR_HAS_RETRIES) /* a client's; a balancer's or gateway's own limit has a code of its own */
        comp_cause(from, CODE_TIMEOUT);
    uint8_t status = c->status;
    int16_t code = c->code;
    uint8_t own = c->state & OWN_CODE;
    wr_call_hold(c);
    abandon(c);
    c->status = WR_TIMEOUT;
    c->code = -1;
    c->state &= (uint8_t)~OWN_CODE;
    c->done(from, mine, c);
    if (c->state & ANSWERED) { /* its answer was on the way already: keep what the callee said */
        c->status = status;
        c->code = code;
        c->state |= own;
    }
    wr_call_release(c);
    if (mine)
        settle(mine);
}

void wr_call_drop(wr_call *c)
{
    if (c->state & TOLD)
        return;
    wr_call *mine = c->parent;
    disarm(c);
    wr_call_hold(c);
    abandon(c);
    wr_call_release(c);
    if (mine)
        settle(mine);
}

void wr_call_hold(wr_call *c)
{
    c->holds++;
}

void wr_call_release(wr_call *c)
{
    assert(c->holds);
    c->holds--;
    settle(c);
}
