/* event_bus_rule.c - rules of a bus: which events trigger them, how their targets are invoked, and schedules.
 *
 * A matched event is one invocation for each target. Tries above the quota of the account, and of an HTTP endpoint
 * above its own rate, wait their turn. A failed one is tried again after waits that double, with jitter, until it has
 * used up its attempts or is too old, at that instant; then it goes to the dead-letter queue. AWS counts an invocation
 * when it has ended for good, retries apart. Truth: tests/unit/test_event_bus.c. */
#include "event_bus.h"
#include <math.h>

static bus_limit *limit_of(const push *p)
{
    bus *s = wr_state(p->self);
    return &s->limit[p - s->push];
}

static wr_dur left(const push *p, const wr_call *root)
{
    return ((const bus_rule *)p->of)->most_age - wr_call_age(root);
}

static wr_dur wait_after(push *p, const wr_call *root, int32_t failures)
{
    const bus *s = wr_state(p->self);
    const bus_backoff *b = s->cfg->backoff;
    if (failures > ((const bus_rule *)p->of)->retries)
        return -1;
    double wait = fmin(ldexp((double)b->base, failures - 1), (double)b->cap);
    wr_dur d = push_jitter(p, (wr_dur)wait), most = left(p, root);
    return d < most ? d : most > 0 ? most : 0;
}

static bool expired(const push *p, const wr_call *root)
{
    return left(p, root) <= 0;
}

static wr_dur pace(push *p)
{
    bus *s = wr_state(p->self);
    bus_limit *l = limit_of(p);
    wr_time now = wr_now(p->self);
    wr_dur d = wr_bucket_delay(s->invocations, now, 1);
    wr_dur own = l->counts ? wr_bucket_delay(&l->bucket, now, 1) : 0;
    if (d > 0)
        push_add(p, BUS_THROTTLED_RULES, 1);
    return d > own ? d : own;
}

static void ended(push *p, const wr_call *root, bool well)
{
    wr_dur took = wr_call_age(root);
    push_add(p, BUS_INVOCATIONS, 1);
    if (!well) {
        push_add(p, BUS_FAILED_INVOCATIONS, 1);
        return;
    }
    wr_observe_dur(p->self, BUS_DONE, took);
    wr_observe_dur(p->part, BUS_DONE, took);
    if (limit_of(p)->counts)
        wr_bill(p->self, BUS_BILL_HTTP, 1);
}

static void buried(push *p, bool well)
{
    push_add(p, well ? BUS_TO_DLQ : BUS_NOT_TO_DLQ, 1);
}

static const push_rules rules = {.wait = wait_after, .pace = pace, .ended = ended, .buried = buried, .expired = expired,
                                 .pending = BUS_PENDING, .retries = BUS_RETRIES};

/* ---- events --------------------------------------------------------------------------------------------- */
static void invoke(bus *s, size_t first, const bus_rule *r, const wr_send *like, const wr_dist *law, wr_dur stored)
{
    wr_add(s->self, BUS_TRIGGERED, 1);
    for (size_t i = 0; i < r->targets.n; i++) {
        wr_dur d = stored + wr_dur_from_s(s->slow * wr_draw(s->cfg->delivery, &s->latency));
        wr_observe_dur(s->self, BUS_START, d);
        push_begin(&s->push[first + i], like, law, d);
    }
}

void bus_match(bus *s, const wr_call *c, double size, wr_dur stored)
{
    const bus_rule *r = s->cfg->rules.items;
    wr_send like = {.key = wr_call_key(c), .size = size, .operation = wr_call_operation(c)};
    bool matched = false;
    for (size_t i = 0, first = 0; i < s->cfg->rules.n; first += r[i++].targets.n) {
        if (r[i].schedule != WR_NEVER || !wr_rng_chance(&s->match, r[i].match))
            continue;
        matched = true;
        invoke(s, first, &r[i], &like, wr_call_ask(c)->item_size, stored);
    }
    if (matched)
        wr_add(s->self, BUS_MATCHED, 1);
}

/* ---- schedules ------------------------------------------------------------------------------------------ */
static void struck(wr_comp *self, void *arg)
{
    bus *s = wr_state(self);
    size_t first = (size_t)((push *)arg - s->push);
    const bus_rule *r = ((push *)arg)->of;
    invoke(s, first, r, &(wr_send){.size = 1024}, NULL, 0);
    wr_after(self, r->schedule, struck, arg);
}

/* ---- the start ------------------------------------------------------------------------------------------ */
static void open_target(bus *s, size_t i, const bus_rule *r, const bus_target *t, wr_comp **to)
{
    to[i] = wr_link_to(s->self, t->to);
    double rate = isnan(t->rate) ? 300 : t->rate;
    if (push_is_http(wr_model_of(to[i])->accepts))
        s->limit[i] = (bus_limit){wr_bucket_full(rate, rate), true};
    s->push[i] = (push){.self = s->self, .to = to[i], .dead = r->dead ? wr_link_to(s->self, r->dead) : NULL,
                        .part = push_part(s->self, to, i, to[i]), .rules = &rules, .of = r, .timeout = s->cfg->timeout,
                        .jitter = s->cfg->jitter, .rng = &s->jitter};
    push_open(&s->push[i]);
}

void bus_rules_open(bus *s)
{
    const bus_rule *r = s->cfg->rules.items;
    size_t n = s->cfg->targets, at = 0;
    s->push = wr_alloc(s->self, (n + 1) * sizeof *s->push);
    s->limit = wr_alloc(s->self, (n + 1) * sizeof *s->limit);
    wr_comp **to = wr_alloc(s->self, (n + 1) * sizeof(wr_comp *));
    for (size_t i = 0; i < s->cfg->rules.n; i++) {
        const bus_target *t = r[i].targets.items;
        if (r[i].schedule != WR_NEVER)
            wr_after(s->self, r[i].schedule, struck, &s->push[at]);
        for (size_t j = 0; j < r[i].targets.n; j++)
            open_target(s, at++, &r[i], &t[j], to);
    }
}
