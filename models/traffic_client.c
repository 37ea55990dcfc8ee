/* traffic_client.c - a request from its first try to its final answer.
 *
 * The root call stands for the request; each try sends one call (or runs the steps of `request`) on its behalf,
 * with what is left of the client's patience. What follows a failed try - another one, after a wait, or the end -
 * is the retry policy's word, within the deadline. The simple case, one call without steps, costs nothing beyond
 * that call. Requests that end are counted here, and on their operation's part where there are several.
 * Truth: tests/unit/test_client.c. */
#include "traffic.h"

static struct request *request_of(wr_call *root)
{
    return WR_MINE(root, struct request);
}

static inline void add(wr_comp *self, const struct request *r, int metric, double n)
{
    const struct traffic *s = wr_const_state(self);
    wr_add(self, metric, n);
    if (s->part)
        wr_add(s->part[r->kind], metric, n);
}

static inline void shift(wr_comp *self, const struct request *r, int metric, double by)
{
    const struct traffic *s = wr_const_state(self);
    wr_shift(self, metric, by);
    if (s->part)
        wr_shift(s->part[r->kind], metric, by);
}

static inline void observe(wr_comp *self, const struct request *r, int metric, wr_dur d)
{
    const struct traffic *s = wr_const_state(self);
    wr_observe_dur(self, metric, d);
    if (s->part)
        wr_observe_dur(s->part[r->kind], metric, d);
}

void client_start(wr_comp *self)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    s->host = wr_host_create(self);
    s->object = wr_alloc(self, (size_t)cfg->objects * sizeof *s->object);
    for (int64_t i = 0; i < cfg->objects; i++) {
        struct object *o = &s->object[i];
        if (cfg->retry)
            o->retry = cfg->retry->whole_traffic && i ? s->object[0].retry : wr_retry_create(self, cfg->retry);
        if (cfg->breaker)
            o->breaker = wr_breaker_create(self, cfg->breaker);
    }
    if (cfg->kinds > 1) {
        s->part = wr_alloc(self, cfg->kinds * sizeof(wr_comp *));
        for (size_t i = 0; i < cfg->kinds; i++)
            s->part[i] = wr_part(self, cfg->kind[i].name, false);
    }
    if (cfg->hedge)
        s->hedge = wr_hedge_create(self, cfg->hedge);
}

/* ---- the end ------------------------------------------------------------------------------------------ */
static void count_spans(wr_comp *self, wr_call *root, const struct request *r, wr_dur latency)
{
    wr_dur wait = wr_call_span(root, WR_WAIT), cold = wr_call_span(root, WR_COLD),
           backoff = wr_call_span(root, WR_BACKOFF);
    wr_dur service = latency - wait - cold - backoff;
    add(self, r, WR_U_TIME_SERVICE, service > 0 ? wr_dur_to_s(service) : 0);
    if (wait)
        add(self, r, WR_U_TIME_WAIT, wr_dur_to_s(wait));
    if (cold)
        add(self, r, WR_U_TIME_COLD, wr_dur_to_s(cold));
    if (backoff)
        add(self, r, WR_U_TIME_BACKOFF, wr_dur_to_s(backoff));
}

static void count_end(wr_comp *self, const struct request *r, enum wr_status s, wr_dur latency)
{
    static const short counter[WR_STATUSES] = {
        [WR_THROTTLED] = WR_U_THROTTLED, [WR_TIMEOUT] = WR_U_TIMEOUTS, [WR_REJECTED] = WR_U_REJECTED};
    const struct traffic_cfg *cfg = wr_cfg(self);
    if (s == WR_OK) {
        add(self, r, WR_U_COMPLETED, 1);
        observe(self, r, WR_U_LATENCY, latency);
        if (latency <= cfg->deadline)
            add(self, r, WR_U_GOODPUT, 1);
        return;
    }
    observe(self, r, WR_U_LATENCY_ALL, latency); /* a good one counts there by itself */
    add(self, r, WR_U_ERRORS, 1);
    if (counter[s])
        add(self, r, counter[s], 1);
}

static void finish(wr_comp *self, wr_call *root, enum wr_status s)
{
    const struct request *r = request_of(root);
    wr_dur latency = wr_now(self) - r->started;
    uint32_t user = r->user;
    if (s != WR_OK && !wr_call_cause(root).where)
        wr_call_blame(root, self, CODE_REQUEST - 1 + (int)s);
    else if (s == WR_OK)
        wr_call_clear_cause(root); /* of a copy that lost, or of a branch that was not waited for */
    wr_call_stage(root, WR_SERVICE);
    count_end(self, r, s, latency);
    count_spans(self, root, r, latency);
    shift(self, r, WR_U_IN_SYSTEM, -1);
    wr_call_close(root);
    if (user != NO_USER)
        users_answered(self, user, latency);
}

/* ---- a try -------------------------------------------------------------------------------------------- */
static void try_ended(wr_comp *self, wr_call *root, enum wr_status status, wr_dur hint);

static void answered(wr_comp *self, wr_call *root, const wr_call *answer)
{
    try_ended(self, root, wr_call_status(answer), wr_call_retry_after(answer));
}

static void stepped(wr_comp *self, wr_call *root, enum wr_status s)
{
    struct request *r = request_of(root);
    wr_cancel(self, r->timer);
    r->timer = (wr_event){0};
    try_ended(self, root, s, 0);
}

/* The client's patience ends between or within the steps of its own request. */
static void impatient(wr_comp *self, void *arg)
{
    struct traffic *s = wr_state(self);
    wr_call *root = arg;
    request_of(root)->timer = (wr_event){0};
    wr_call_expire(root);
    wr_program_abort(s->host, root);
    try_ended(self, root, WR_TIMEOUT, 0);
}

/* 0: none. Negative: the deadline has passed. */
static wr_dur patience(wr_comp *self, const struct request *r)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    wr_dur d = cfg->timeout ? wr_draw_dur(cfg->timeout, &s->client) : WR_NEVER;
    wr_dur left = cfg->deadline == WR_NEVER ? WR_NEVER : cfg->deadline - (wr_now(self) - r->started);
    if (left <= 0)
        return -1;
    d = left < d ? left : d;
    return d == WR_NEVER ? 0 : d > 0 ? d : 1;
}

static const wr_ask ask_cancelling = {.op = WR_OP_REQUEST, .condition = 1, .delay = -1, .cancel = true};

static void send_one(wr_comp *self, wr_call *root, wr_dur timeout)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    wr_send what = wr_send_like(root);
    what.ask = cfg->cancels ? &ask_cancelling : &wr_ask_request;
    what.timeout = timeout;
    what.az = wr_call_az(root);
    if (cfg->hedge)
        wr_hedge_send(s->hedge, wr_link_to(self, cfg->single), root, &what, answered);
    else
        wr_call_send(self, wr_link_to(self, cfg->single), root, &what, answered);
}

/* The deadline passed while it waited for its turn. */
static void too_late(wr_comp *self, wr_call *root)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    if (cfg->pool)
        pool_give(self, &s->object[request_of(root)->object], true);
    wr_call_blame(root, self, CODE_TIMEOUT_SELF);
    finish(self, root, WR_TIMEOUT);
}

void request_attempt(wr_comp *self, wr_call *root)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    struct request *r = request_of(root);
    wr_dur timeout = patience(self, r);
    if (timeout < 0) {
        too_late(self, root);
        return;
    }
    wr_call_stage(root, WR_SERVICE);
    add(self, r, WR_U_TRIES, 1);
    if (cfg->single) {
        send_one(self, root, timeout);
        return;
    }
    wr_call_wait_until(root, timeout ? wr_now(self) + timeout : WR_NEVER);
    if (timeout)
        r->timer = wr_after(self, timeout, impatient, root);
    wr_program_run(s->host, root, cfg->program, stepped);
}

/* The deadline passes before the try has a token or a connection. */
static void waited_out(wr_comp *self, void *arg)
{
    wr_call *root = arg;
    struct request *r = request_of(root);
    r->timer = (wr_event){0};
    if (r->waits == FOR_TOKEN)
        wr_retry_let_off(r->held);
    else
        pool_leave(self, root);
    wr_call_blame(root, self, CODE_TIMEOUT_SELF);
    finish(self, root, WR_TIMEOUT);
}

static void wait_for(wr_comp *self, wr_call *root, enum waits what)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct request *r = request_of(root);
    wr_cancel(self, r->timer);
    r->timer = (wr_event){0};
    r->waits = (uint8_t)what;
    wr_call_stage(root, what == FOR_TOKEN ? WR_BACKOFF : what == FOR_CONNECTION ? WR_WAIT : WR_SERVICE);
    if (what != FOR_NOTHING && cfg->deadline != WR_NEVER)
        r->timer = wr_at(self, r->started + cfg->deadline, WR_PHASE_WORK, waited_out, root);
}

static void connect(wr_comp *self, wr_call *root)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    if (!cfg->pool) {
        request_attempt(self, root);
        return;
    }
    wait_for(self, root, FOR_CONNECTION);
    pool_take(self, root);
}

static void admitted(wr_comp *self, wr_call *root)
{
    wait_for(self, root, FOR_NOTHING);
    connect(self, root);
}

/* The breaker and the client's rate limiter come first. */
static void try_once(wr_comp *self, wr_call *root)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    struct request *r = request_of(root);
    struct object *o = &s->object[r->object];
    if (cfg->breaker && !wr_breaker_admits(o->breaker, wr_now(self))) {
        wr_call_blame(root, self, CODE_BREAKER_OPEN);
        finish(self, root, WR_REJECTED);
        return;
    }
    r->held = cfg->retry ? wr_retry_admit(o->retry, cfg->retry, root, admitted) : NULL;
    if (r->held)
        wait_for(self, root, FOR_TOKEN);
    else
        connect(self, root);
}

static void try_again(wr_comp *self, void *arg)
{
    wr_call *root = arg;
    request_of(root)->timer = (wr_event){0};
    try_once(self, root);
}

/* ---- after a try -------------------------------------------------------------------------------------- */
static const wr_model *callee_of(wr_comp *self, wr_call *root)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    if (cfg->callee)
        return wr_model_of(wr_link_to(self, cfg->callee));
    const wr_comp *where = wr_call_cause(root).where;
    return where ? wr_model_of(where) : NULL;
}

/* True: another try will follow. */
static bool retried(wr_comp *self, wr_call *root, enum wr_status status, wr_dur hint)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    struct request *r = request_of(root);
    wr_dur wait = 0, past = wr_now(self) - r->started;
    if (!cfg->retry || past >= cfg->deadline)
        return false;
    enum wr_retry_verdict v = wr_retry_again(s->object[r->object].retry, cfg->retry, &r->tries, status,
                                             callee_of(self, root), wr_now(self), &s->retry, &wait);
    if (v == WR_RETRY_SUPPRESSED) {
        add(self, r, WR_U_SUPPRESSED, 1);
        wr_call_blame(root, self, CODE_RETRY_QUOTA);
    }
    if (v == WR_RETRY_YES)
        wait = wr_retry_hinted(cfg->retry, wait, hint);
    if (v != WR_RETRY_YES || wait >= cfg->deadline - past)
        return false;
    add(self, r, WR_U_RETRIES, 1);
    wr_call_clear_cause(root);
    if (wait > 0)
        wr_call_stage(root, WR_BACKOFF);
    r->timer = wr_after(self, wait, try_again, root);
    return true;
}

static void try_ended(wr_comp *self, wr_call *root, enum wr_status status, wr_dur hint)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    struct request *r = request_of(root);
    struct object *o = &s->object[r->object];
    if (cfg->pool)
        pool_give(self, o, status != WR_TIMEOUT);
    if (cfg->breaker)
        wr_breaker_ended(o->breaker, status == WR_OK || status == WR_CONFLICT || status == WR_INVALID, wr_now(self));
    if (cfg->retry) {
        wr_retry_answered(o->retry, cfg->retry, status, wr_now(self));
        wr_retry_ended(o->retry, cfg->retry, &r->tries, status, wr_now(self));
    }
    if (status == WR_OK || !retried(self, root, status, hint))
        finish(self, root, status);
}

/* ---- the beginning ------------------------------------------------------------------------------------ */
static int zone_of(const struct traffic_cfg *cfg, struct traffic *s)
{
    int az = 0;
    if (!cfg->zones)
        return -1;
    double u = wr_rng_unit(&s->client);
    while (az + 1 < (int)cfg->zones && u > cfg->zone[az])
        az++;
    return az;
}

static uint64_t key_for(wr_comp *self, const struct script *as, uint32_t user)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    const wr_keys *key = as && as->key ? as->key : cfg->keys;
    if (as && as->path && !key)
        return as->path;
    return key ? wr_keys_next(key, &s->keys, user == NO_USER ? s->serial : user, &s->nth) : s->serial;
}

void request_open(wr_comp *self, int kind, const struct script *as, uint32_t user)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    const struct kind *k = &cfg->kind[kind];
    wr_send what = {.operation = k->operation, .priority = k->priority, .az = zone_of(cfg, s)};
    bool recorded = as && as->path;
    s->made++;
    s->serial++;
    what.key = key_for(self, as, user);
    what.size = recorded ? as->size : wr_draw(cfg->size, &s->client);
    what.response = recorded ? as->response : wr_draw(cfg->response_size, &s->client);
    wr_call *root = wr_call_open(self, NULL, &what);
    struct request *r = request_of(root);
    *r = (struct request){.started = wr_now(self), .user = user, .kind = (uint8_t)kind};
    if (cfg->objects > 1)
        r->object = (uint16_t)wr_rng_below(&s->client, (uint64_t)cfg->objects);
    add(self, r, WR_U_REQUESTS, 1);
    add(self, r, WR_U_TRIED, 1);
    shift(self, r, WR_U_IN_SYSTEM, 1);
    if (cfg->retry)
        wr_retry_first(s->object[r->object].retry, wr_now(self));
    try_once(self, root);
}
