/* ask.c - a step that calls somebody: the try, its retries, and what a failure does to the program.
 *
 * A host has one client object for each pair of a policy and a kind of callee, as a process has one SDK client a
 * service; a policy that is written in several steps is one. Its quota and its rate limit are shared by all requests
 * of the host. Breakers, hedges and answers that are kept (cache_for) belong to one step of one host. A retry asks
 * for the same key. A step that gives up ends the operation with its last outcome, unless it is caught.
 * Truth: tests/unit/test_program.c, test_retry.c, test_retry_steps.c, test_quota.c. */
#include "program.h"

static const asking *asking_of(const visit *v)
{
    return v->program->code[v->pc].ask;
}

static void **part_of(wr_host *h, const void *cfg, const wr_model *callee)
{
    for (host_part *k = h->parts; k; k = k->next)
        if (k->cfg == cfg && k->callee == callee)
            return &k->part;
    host_part *k = wr_alloc(h->owner, sizeof *k);
    *k = (host_part){cfg, callee, NULL, h->parts};
    h->parts = k;
    return &k->part;
}

static wr_retry *client_of(wr_host *h, const wr_retry_cfg *cfg, const wr_model *callee)
{
    void **part = part_of(h, cfg, callee);
    if (!*part)
        *part = wr_retry_create(h->owner, cfg);
    return *part;
}

static wr_breaker *breaker_of(wr_host *h, const asking *a)
{
    void **part = part_of(h, a->breaker, NULL);
    if (!*part)
        *part = wr_breaker_create(h->owner, a->breaker);
    return *part;
}

static wr_hedge *hedge_of(wr_host *h, const asking *a)
{
    void **part = part_of(h, a->hedge, NULL);
    if (!*part)
        *part = wr_hedge_create(h->owner, a->hedge);
    return *part;
}

typedef struct kept { /* the answer of a step */
    wr_time until;
    uint64_t life;    /* of the process that has it */
} kept;

static kept *kept_of(wr_host *h, const asking *a)
{
    void **part = part_of(h, &a->cache_for, NULL);
    if (!*part)
        *part = wr_alloc(h->owner, sizeof(kept));
    return *part;
}

static bool is_kept(wr_host *h, const asking *a)
{
    const kept *k = kept_of(h, a);
    return k->life == h->life && wr_now(h->owner) < k->until;
}

static uint64_t *count_of(wr_host *h, const wr_keys *keys)
{
    for (key_count *k = h->common->counts; k; k = k->next)
        if (k->keys == keys)
            return &k->nth;
    key_count *k = wr_alloc(h->owner, sizeof *k);
    *k = (key_count){keys, 0, h->common->counts};
    h->common->counts = k;
    return &k->nth;
}

/* ---- stamps: what `condition: unchanged` compares with ------------------------------------------------ */
static void remember(wr_host *h, wr_call *c, const wr_call *answer)
{
    extra *x = program_extra(h, visit_of(fork_root(c)));
    stamp s = {wr_call_to(answer), wr_call_key(answer), wr_call_stamp(answer)};
    unsigned room = sizeof x->seen / sizeof *x->seen, n = x->seen_n < room ? x->seen_n : room, at = 0;
    while (at < n && (x->seen[at].of != s.of || x->seen[at].key != s.key))
        at++;
    if (at == n)
        at = x->seen_n++ % room; /* the oldest one is forgotten */
    x->seen[at] = s;
}

static uint64_t recall(wr_call *c, const wr_comp *of, uint64_t key)
{
    const extra *x = visit_of(fork_root(c))->extra;
    unsigned room = x ? sizeof x->seen / sizeof *x->seen : 0;
    for (unsigned i = 0; i < room && i < x->seen_n; i++)
        if (x->seen[i].of == of && x->seen[i].key == key)
            return x->seen[i].value;
    return 0;
}

/* ---- one try ------------------------------------------------------------------------------------------ */
/* Of a message: what tells a repeated one. */
static uint64_t id_of(wr_host *h, wr_call *c, const asking *a)
{
    wr_rng *r = &h->common->key_rng;
    return a->dedup ? mix64(wr_keys_next(a->dedup, r, wr_call_key(c), count_of(h, a->dedup))) | 1 : wr_rng_u64(r) | 1;
}

static uint64_t key_of(wr_host *h, wr_call *c, const asking *a)
{
    return a->keys ? wr_keys_next(a->keys, &h->common->key_rng, wr_call_key(c), count_of(h, a->keys)) : wr_call_key(c);
}

static void answered(wr_comp *self, wr_call *mine, const wr_call *answer);
static void gave_up(wr_host *h, wr_call *c, enum wr_status s);

/* 0: for ever. Negative: no try may begin any more. */
static wr_dur patience(wr_host *h, const visit *v, const asking *a)
{
    wr_dur d = a->timeout ? wr_draw_dur(a->timeout, &h->common->step_rng) : WR_NEVER;
    wr_time until = a->bounded ? v->extra->until : WR_NEVER;
    wr_dur left = until == WR_NEVER ? WR_NEVER : until - wr_now(h->owner);
    if (left <= 0)
        return -1;
    d = left < d ? left : d;
    return d == WR_NEVER ? 0 : d;
}

static void fill(wr_host *h, wr_call *c, const visit *v, wr_send *what)
{
    const asking *a = asking_of(v);
    bool again = v->tries.made > 0;
    what->ask = &a->ask;
    what->priority = wr_call_priority(c);
    what->az = -1;
    what->operation = a->operation >= 0 ? a->operation : wr_call_operation(c);
    what->key = again ? v->extra->key : key_of(h, c, a);
    what->size = again ? v->extra->size : a->size ? wr_draw(a->size, &h->common->step_rng) : wr_call_size(c);
    what->response = wr_call_response_size(c);
}

static void dispatch(wr_host *h, wr_call *c)
{
    visit *v = visit_of(c);
    const asking *a = asking_of(v);
    wr_comp *to = wr_link_to(h->owner, a->to);
    wr_send what = {0};
    fill(h, c, v, &what);
    what.timeout = patience(h, v, a);
    if (what.timeout < 0) {
        call_blame_own(c, h->owner, CODE_TIMEOUT);
        gave_up(h, c, WR_TIMEOUT);
        return;
    }
    if (a->ask.unchanged)
        what.stamp = recall(c, to, what.key);
    if (a->named)
        what.stamp = v->tries.made > 0 ? v->extra->id : id_of(h, c, a);
    wr_call_stage(c, WR_SERVICE);
    if (!h->source || v->tries.made > 0)
        wr_add(h->owner, WR_U_TRIES, 1);
    if (a->hedge) {
        v->doing = HEDGED;
        wr_hedge_send(hedge_of(h, a), to, c, &what, answered);
    } else {
        v->doing = SENT;
        v->on.sent = wr_call_send(h->owner, to, c, &what, answered);
    }
}

static void admitted(wr_comp *self, wr_call *c)
{
    (void)self;
    visit_of(c)->doing = IDLE;
    dispatch(visit_of(c)->host, c);
}

/* The breaker and the client's rate limiter come first. */
static void try_once(wr_host *h, wr_call *c)
{
    visit *v = visit_of(c);
    const asking *a = asking_of(v);
    wr_held *held = NULL;
    if (a->breaker && !wr_breaker_admits(breaker_of(h, a), wr_now(h->owner))) {
        call_blame_own(c, h->owner, CODE_BREAKER_OPEN);
        gave_up(h, c, WR_REJECTED);
        return;
    }
    if (a->retry && retry_limits(a->retry))
        held = wr_retry_admit(client_of(h, a->retry, wr_model_of(wr_link_to(h->owner, a->to))), a->retry, c, admitted);
    if (!held) {
        dispatch(h, c);
        return;
    }
    wr_call_stage(c, WR_BACKOFF);
    v->doing = HELD;
    v->on.held = held;
}

static void try_again(wr_comp *self, void *arg)
{
    wr_call *c = arg;
    (void)self;
    visit_of(c)->doing = IDLE;
    try_once(visit_of(c)->host, c);
}

static void set_deadline(wr_host *h, wr_call *c, visit *v, const asking *a)
{
    wr_time now = wr_now(h->owner);
    wr_dur d = a->propagates ? wr_call_left(c) : a->deadline;
    program_extra(h, v)->until = d >= WR_NEVER - now ? WR_NEVER : now + d;
}

static void pass_over(wr_host *h, wr_call *c)
{
    visit_of(c)->pc++;
    program_pause(h, c, 0, program_awake); /* a loop of them must not pile up on the stack */
}

void ask_begin(wr_host *h, wr_call *c)
{
    visit *v = visit_of(c);
    const asking *a = asking_of(v);
    v->tries = (wr_tries){0};
    if (a->cache_for && is_kept(h, a)) {
        pass_over(h, c);
        return;
    }
    if (a->bounded)
        set_deadline(h, c, v, a);
    if (!h->source)
        wr_add(h->owner, WR_U_TRIED, 1);
    if (a->retry && retry_earns(a->retry))
        wr_retry_first(client_of(h, a->retry, wr_model_of(wr_link_to(h->owner, a->to))), wr_now(h->owner));
    try_once(h, c);
}

/* ---- its end ------------------------------------------------------------------------------------------ */
static void gave_up(wr_host *h, wr_call *c, enum wr_status s)
{
    visit *v = visit_of(c);
    if (!asking_of(v)->caught) {
        program_end(h, c, s);
        return;
    }
    wr_call_clear_cause(c);
    pass_over(h, c);
}

/* True: another try follows. */
static bool retried(wr_host *h, wr_call *c, const wr_call *answer, const asking *a)
{
    visit *v = visit_of(c);
    const wr_model *callee = wr_model_of(wr_call_to(answer));
    wr_retry *client = client_of(h, a->retry, callee);
    wr_dur wait = 0;
    switch (wr_retry_again(client, a->retry, &v->tries, wr_call_status(answer), callee, wr_now(h->owner),
                           &h->common->retry_rng, &wait)) {
    case WR_RETRY_SUPPRESSED: wr_add(h->owner, WR_U_SUPPRESSED, 1); return false;
    case WR_RETRY_NO: return false;
    case WR_RETRY_YES: break;
    }
    wait = wr_retry_hinted(a->retry, wait, wr_call_retry_after(answer));
    if (a->bounded && v->extra->until != WR_NEVER && wait >= v->extra->until - wr_now(h->owner))
        return false;
    extra *x = program_extra(h, v);
    x->key = wr_call_key(answer);
    x->id = wr_call_stamp(answer);
    x->size = wr_call_size(answer);
    wr_add(h->owner, WR_U_RETRIES, 1);
    wr_call_clear_cause(c);
    if (wait > 0)
        wr_call_stage(c, WR_BACKOFF);
    program_pause(h, c, wait, try_again);
    return true;
}

/* Tells the client's parts how a try ended. */
static void count_answer(wr_host *h, const visit *v, const wr_call *answer, const asking *a)
{
    enum wr_status s = wr_call_status(answer);
    wr_time now = wr_now(h->owner);
    if (a->breaker)
        wr_breaker_ended(breaker_of(h, a), s == WR_OK || s == WR_CONFLICT || s == WR_INVALID, now);
    if (!a->retry)
        return;
    wr_retry *client = client_of(h, a->retry, wr_model_of(wr_call_to(answer)));
    wr_retry_answered(client, a->retry, s, now);
    wr_retry_ended(client, a->retry, &v->tries, s, now);
}

static void go_on(wr_host *h, wr_call *c)
{
    visit_of(c)->pc++;
    program_go(h, c);
}

static void keep(wr_host *h, const asking *a)
{
    wr_time now = wr_now(h->owner);
    *kept_of(h, a) = (kept){a->cache_for >= WR_NEVER - now ? WR_NEVER : now + a->cache_for, h->life};
}

static void succeeded(wr_host *h, wr_call *c, const wr_call *answer, const asking *a)
{
    if (a->cache_for)
        keep(h, a);
    if (a->ask.op == WR_OP_GET && visit_of(c)->program->remembers)
        remember(h, c, answer);
    if (a->hedge)
        wr_call_clear_cause(c); /* a copy that lost may have failed */
    go_on(h, c);
}

static void failed(wr_host *h, wr_call *c, enum wr_status s, const asking *a)
{
    if (!a->caught) {
        program_end(h, c, s);
        return;
    }
    wr_call_clear_cause(c);
    go_on(h, c);
}

static void answered(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    visit *v = visit_of(mine);
    wr_host *h = v->host;
    const asking *a = asking_of(v);
    enum wr_status s = wr_call_status(answer);
    (void)self;
    v->doing = IDLE;
    count_answer(h, v, answer, a);
    if (s == WR_OK)
        succeeded(h, mine, answer, a);
    else if (!a->retry || !retried(h, mine, answer, a))
        failed(h, mine, s, a);
}
