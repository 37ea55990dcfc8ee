/* sns_push.c - deliveries: how a target is told, which answers are worth another try, where events end.
 *
 * What a target accepts decides how it is told: a queue is sent to, a topic, bus or stream published to, a function
 * invoked asynchronously, anything else is an HTTP endpoint. Of HTTP answers 429, 5xx and silence are tried again; of
 * AWS's services everything but an invalid request, such as a message too large. Messages keep the law of their
 * size, which the target draws anew. Where order counts, messages leave in order, and one that failed holds back
 * later ones of its group; those that were on their way by then may overtake it. An unbounded backlog ends the run
 * by the engine's limit of waiting events. Truth: tests/unit/test_sns.c, test_event_bus.c. */
#include "sns_push.h"
#include <math.h>
#include <stdio.h>

typedef struct push_ask { /* how a target, or its dead-letter queue, is told of messages of one law of sizes */
    wr_ask ask, dead;
    struct push_ask *next;
} push_ask;

static const enum wr_op told_by[] = {WR_OP_SEND, WR_OP_PUBLISH, WR_OP_REQUEST, WR_OP_INVOKE};
enum { WAYS = sizeof told_by / sizeof *told_by };

/* A function takes plain requests too, but not store operations: that tells it from a plain service. */
static bool is_function(unsigned accepts)
{
    return accepts & WR_ACCEPTS(WR_OP_INVOKE) && !(accepts & WR_ACCEPTS(WR_OP_READ));
}

bool push_is_http(unsigned accepts)
{
    unsigned aws = WR_ACCEPTS(WR_OP_SEND) | WR_ACCEPTS(WR_OP_PUBLISH);
    return accepts & WR_ACCEPTS(WR_OP_REQUEST) && !(accepts & aws) && !is_function(accepts);
}

bool push_check(wr_build *b, const wr_link *to, const char *what)
{
    unsigned accepts = to ? wr_build_accepts(b, to) : 0, any = 0;
    for (int i = 0; i < WAYS; i++)
        any |= WR_ACCEPTS(told_by[i]);
    if (!accepts || accepts & any)
        return accepts != 0;
    wr_build_error(b, NULL, "a %s of '%s' takes no events; a queue, a topic, a bus, a stream, a function or an HTTP "
                   "endpoint does", what, wr_build_name(b));
    return false;
}

static wr_ask ask_of(unsigned accepts, const wr_dist *size)
{
    wr_ask a = {.op = WR_OP_INVOKE, .condition = 1, .delay = -1, .async = true, .item_size = size};
    for (int i = 0; i < WAYS && !is_function(accepts); i++)
        if (accepts & WR_ACCEPTS(told_by[i])) {
            a.op = told_by[i];
            a.async = false;
            break;
        }
    return a;
}

static const wr_ask *told(push *p, const wr_dist *size)
{
    push_ask *a = p->asks;
    if (p->ask)
        return p->ask;
    while (a && a->ask.item_size != size)
        a = a->next;
    if (a)
        return &a->ask;
    a = wr_alloc(p->self, sizeof *a);
    *a = (push_ask){ask_of(wr_model_of(p->to)->accepts, size), ask_of(WR_ACCEPTS(WR_OP_SEND), size), p->asks};
    p->asks = a;
    return &a->ask;
}

/* ---- counting ------------------------------------------------------------------------------------------- */
void push_add(push *p, int metric, double n)
{
    wr_add(p->self, metric, n);
    if (p->part)
        wr_add(p->part, metric, n);
}

static void pending(push *p, double by)
{
    wr_shift(p->self, p->rules->pending, by);
    if (p->part)
        wr_shift(p->part, p->rules->pending, by);
}

wr_dur push_jitter(push *p, wr_dur wait)
{
    if (wait <= 0 || p->jitter <= 0)
        return wait;
    return wr_dur_from_s(wr_dur_to_s(wait) * (1 + p->jitter * (2 * wr_rng_unit(p->rng) - 1)));
}

/* ---- a try ---------------------------------------------------------------------------------------------- */
static void answered(wr_comp *self, wr_call *root, const wr_call *answer);
static void end(push *p, wr_call *root, bool well);

static void leave(wr_comp *self, void *arg)
{
    wr_call *root = arg;
    push *p = WR_MINE(root, push_visit)->of;
    if (p->rules->expired && p->rules->expired(p, root)) {
        end(p, root, false);
        return;
    }
    wr_send what = wr_send_like(root);
    what.timeout = p->timeout;
    push_add(p, WR_U_TRIES, 1);
    if (WR_MINE(root, push_visit)->failures) {
        push_add(p, WR_U_RETRIES, 1);
        if (p->rules->retries)
            push_add(p, p->rules->retries, 1);
    }
    wr_call_clear_cause(root);
    wr_call_send(self, p->to, root, &what, answered);
}

static void take_turn(wr_comp *self, void *arg)
{
    push *p = WR_MINE((wr_call *)arg, push_visit)->of;
    wr_dur d = p->rules->pace ? p->rules->pace(p) : 0;
    if (d > 0)
        wr_after(self, d, leave, arg);
    else
        leave(self, arg);
}

static void depart(push *p, wr_call *root, wr_dur d)
{
    if (d > 0)
        wr_after(p->self, d, take_turn, root);
    else
        take_turn(p->self, root);
}

/* ---- order ---------------------------------------------------------------------------------------------- */
static wr_cached *held_up(push *p, const wr_call *root)
{
    return p->ordered ? wr_cache_find(p->groups, wr_call_key(root)) : NULL;
}

static void hold_up(push *p, wr_call *root)
{
    wr_cache_put(p->groups, wr_call_key(root), 0, WR_NEVER);
    wr_cache_find(p->groups, wr_call_key(root))->stamp = (uint64_t)(uintptr_t)root;
}

/* In line behind the one that holds up the group: nearly always at its end. */
static void line_up(wr_call *head, wr_call *root)
{
    push_visit *h = WR_MINE(head, push_visit), *v = WR_MINE(root, push_visit);
    wr_call *before = h->last ? h->last : head;
    if (before != head && WR_MINE(before, push_visit)->order > v->order)
        for (before = head; WR_MINE(WR_MINE(before, push_visit)->next, push_visit)->order < v->order;)
            before = WR_MINE(before, push_visit)->next;
    v->next = WR_MINE(before, push_visit)->next;
    WR_MINE(before, push_visit)->next = root;
    if (!v->next)
        h->last = root;
}

/* False: it has to wait for another one of its group. */
static bool is_first(push *p, wr_call *root)
{
    wr_cached *e = held_up(p, root);
    wr_call *head = e ? (wr_call *)(uintptr_t)e->stamp : NULL;
    if (head && head != root)
        line_up(head, root);
    return !head || head == root;
}

static void let_next(push *p, wr_call *root)
{
    wr_cached *e = held_up(p, root);
    push_visit *v = WR_MINE(root, push_visit);
    if (!e || e->stamp != (uint64_t)(uintptr_t)root)
        return;
    wr_cache_remove(p->groups, wr_call_key(root));
    if (!v->next)
        return;
    WR_MINE(v->next, push_visit)->last = v->last == v->next ? NULL : v->last;
    hold_up(p, v->next);
    depart(p, v->next, 0);
}

/* ---- the end of a delivery ------------------------------------------------------------------------------ */
static void buried(wr_comp *self, wr_call *root, const wr_call *answer)
{
    push *p = WR_MINE(root, push_visit)->of;
    (void)self;
    p->rules->buried(p, wr_call_status(answer) == WR_OK);
    wr_call_close(root);
}

static void end(push *p, wr_call *root, bool well)
{
    pending(p, -1);
    push_add(p, WR_U_TRIED, 1);
    p->rules->ended(p, root, well);
    let_next(p, root);
    if (well || !p->dead) {
        wr_call_close(root);
        return;
    }
    wr_send what = wr_send_like(root);
    what.ask = &((const push_ask *)(const void *)what.ask)->dead; /* the ask is the first field */
    what.timeout = p->timeout;
    wr_call_send(p->self, p->dead, root, &what, buried);
}

static bool final(const push *p, const wr_call *answer)
{
    enum wr_status s = wr_call_status(answer);
    int http = wr_call_http(answer);
    if (p->ask || wr_call_abandoned(answer))
        return false;
    if (push_is_http(wr_model_of(wr_call_to(answer))->accepts))
        return http >= 300 && http < 500 && http != 429;
    return s == WR_INVALID || s == WR_CONFLICT;
}

static void answered(wr_comp *self, wr_call *root, const wr_call *answer)
{
    push_visit *v = WR_MINE(root, push_visit);
    push *p = v->of;
    (void)self;
    if (wr_call_status(answer) == WR_OK) {
        end(p, root, true);
        return;
    }
    wr_dur wait = final(p, answer) ? -1 : p->rules->wait(p, root, ++v->failures);
    if (wait < 0) {
        end(p, root, false);
        return;
    }
    if (!is_first(p, root))
        return;
    if (p->ordered)
        hold_up(p, root);
    depart(p, root, wait);
}

/* ---- the beginning -------------------------------------------------------------------------------------- */
wr_call *push_begin(push *p, const wr_send *like, const wr_dist *size, wr_dur delay)
{
    wr_send what = *like;
    wr_time now = wr_now(p->self);
    what.ask = told(p, size);
    what.stamp = 0;
    what.az = -1;
    wr_call *root = wr_call_open(p->self, NULL, &what);
    *WR_MINE(root, push_visit) = (push_visit){.of = p, .order = p->order++};
    pending(p, 1);
    if (p->ordered && now + delay < p->last)
        delay = p->last - now;
    p->last = now + delay;
    if (is_first(p, root))
        depart(p, root, delay);
    return root;
}

void push_open(push *p)
{
    if (p->ordered)
        p->groups = wr_cache_create(p->self, &(wr_cache_cfg){.policy = WR_CACHE_FIFO, .entries = INFINITY, .bytes = INFINITY});
    wr_set(p->self, p->rules->pending, 0);
    if (p->part)
        wr_set(p->part, p->rules->pending, 0);
}

wr_comp *push_part(wr_comp *self, wr_comp *const *earlier, size_t n, wr_comp *to)
{
    char name[96];
    size_t same = 1;
    for (size_t i = 0; i < n; i++)
        same += earlier[i] == to;
    if (same == 1)
        return wr_part(self, wr_name(to), false);
    snprintf(name, sizeof name, "%s-%zu", wr_name(to), same);
    return wr_part(self, name, false);
}
