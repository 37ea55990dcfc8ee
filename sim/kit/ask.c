/* ask.c - a step that calls somebody: the try, its retries, and what a failure does to the program.
 *
 * A host has one client object for each pair of a policy and a kind of callee, as a process has one SDK client
 * a service: its quota and its rate limit are shared by all requests of the host. A retry asks for the same
 * key. A step that gives up ends the operation with its last outcome, unless it is caught.
 * Truth: tests/unit/test_program.c, tests/unit/test_retry.c. */
#include "program.h"

static const asking *asking_of(const visit *v)
{
    return v->program->code[v->pc].ask;
}

static wr_retry *client_of(wr_host *h, const wr_retry_cfg *cfg, const wr_model *callee)
{
    for (retry_client *k = h->clients; k; k = k->next)
        if (k->cfg == cfg && k->callee == callee)
            return k->retry;
    retry_client *k = wr_alloc(h->owner, sizeof *k);
    *k = (retry_client){cfg, callee, wr_retry_create(h->owner, cfg), h->clients};
    h->clients = k;
    return k->retry;
}

static uint64_t *count_of(wr_host *h, const wr_keys *keys)
{
    for (key_count *k = h->counts; k; k = k->next)
        if (k->keys == keys)
            return &k->nth;
    key_count *k = wr_alloc(h->owner, sizeof *k);
    *k = (key_count){keys, 0, h->counts};
    h->counts = k;
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
static uint64_t key_of(wr_host *h, wr_call *c, const asking *a)
{
    return a->keys ? wr_keys_next(a->keys, &h->key_rng, wr_call_key(c), count_of(h, a->keys)) : wr_call_key(c);
}

static void answered(wr_comp *self, wr_call *mine, const wr_call *answer);

static void dispatch(wr_host *h, wr_call *c)
{
    visit *v = visit_of(c);
    const asking *a = asking_of(v);
    wr_comp *to = wr_link_to(h->owner, a->to);
    bool again = v->tries.made > 0;
    wr_send what = {.ask = &a->ask, .priority = wr_call_priority(c), .az = -1};
    what.operation = a->operation >= 0 ? a->operation : wr_call_operation(c);
    what.key = again ? v->extra->key : key_of(h, c, a);
    what.size = again ? v->extra->size : a->size ? wr_draw(a->size, &h->step_rng) : wr_call_size(c);
    if (a->timeout)
        what.timeout = wr_draw_dur(a->timeout, &h->step_rng);
    if (a->ask.unchanged)
        what.stamp = recall(c, to, what.key);
    wr_call_stage(c, WR_SERVICE);
    if (!h->source || again)
        wr_add(h->owner, WR_U_TRIES, 1);
    v->doing = SENT;
    v->on.sent = wr_call_send(h->owner, to, c, &what, answered);
}

static void admitted(wr_comp *self, void *arg)
{
    wr_call *c = arg;
    (void)self;
    dispatch(visit_of(c)->host, c);
}

/* The client's rate limiter comes first. */
static void try_once(wr_host *h, wr_call *c)
{
    const asking *a = asking_of(visit_of(c));
    wr_dur held = 0;
    if (a->retry)
        held = wr_retry_admit(client_of(h, a->retry, wr_model_of(wr_link_to(h->owner, a->to))), a->retry,
                              wr_now(h->owner));
    if (held > 0) {
        wr_call_stage(c, WR_BACKOFF);
        program_pause(h, c, held, admitted);
    } else {
        dispatch(h, c);
    }
}

static void try_again(wr_comp *self, void *arg)
{
    wr_call *c = arg;
    (void)self;
    try_once(visit_of(c)->host, c);
}

void ask_begin(wr_host *h, wr_call *c)
{
    visit *v = visit_of(c);
    const asking *a = asking_of(v);
    v->tries = (wr_tries){0};
    if (!h->source)
        wr_add(h->owner, WR_U_TRIED, 1);
    if (a->retry)
        wr_retry_first(client_of(h, a->retry, wr_model_of(wr_link_to(h->owner, a->to))), wr_now(h->owner));
    try_once(h, c);
}

/* ---- its end ------------------------------------------------------------------------------------------ */
/* True: another try follows. */
static bool retried(wr_host *h, wr_call *c, const wr_call *answer, const asking *a)
{
    visit *v = visit_of(c);
    const wr_model *callee = wr_model_of(wr_call_to(answer));
    wr_retry *client = client_of(h, a->retry, callee);
    wr_dur wait = 0;
    switch (wr_retry_again(client, a->retry, &v->tries, wr_call_status(answer), callee, wr_now(h->owner), &h->retry_rng,
                           &wait)) {
    case WR_RETRY_SUPPRESSED: wr_add(h->owner, WR_U_SUPPRESSED, 1); return false;
    case WR_RETRY_NO: return false;
    case WR_RETRY_YES: break;
    }
    extra *x = program_extra(h, v);
    x->key = wr_call_key(answer);
    x->size = wr_call_size(answer);
    wr_add(h->owner, WR_U_RETRIES, 1);
    wr_call_clear_cause(c);
    if (wait > 0)
        wr_call_stage(c, WR_BACKOFF);
    program_pause(h, c, wait, try_again);
    return true;
}

static void answered(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    visit *v = visit_of(mine);
    wr_host *h = v->host;
    const asking *a = asking_of(v);
    enum wr_status s = wr_call_status(answer);
    v->doing = IDLE;
    if (a->retry) {
        wr_retry *client = client_of(h, a->retry, wr_model_of(wr_call_to(answer)));
        wr_retry_answered(client, a->retry, s, wr_now(self));
        wr_retry_ended(client, a->retry, &v->tries, s, wr_now(self));
        if (s != WR_OK && retried(h, mine, answer, a))
            return;
    }
    if (s == WR_OK && a->ask.op == WR_OP_GET && v->program->remembers)
        remember(h, mine, answer);
    if (s != WR_OK && !a->caught) {
        program_end(h, mine, s);
        return;
    }
    if (s != WR_OK)
        wr_call_clear_cause(mine);
    v->pc++;
    program_go(h, mine);
}
