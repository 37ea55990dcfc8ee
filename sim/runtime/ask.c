/* ask.c - what a call says of itself: what was asked, how it ended, where its time went and who refused it. */
#include "call.h"
#include <string.h>

#define PLAIN(OP) {.op = (OP), .condition = 1, .delay = -1}
const wr_ask wr_ask_request = PLAIN(WR_OP_REQUEST);
const wr_ask wr_ask_event = {.op = WR_OP_INVOKE, .condition = 1, .delay = -1, .async = true};
const wr_ask wr_ask_plain[WR_OPS] = {
    [WR_OP_REQUEST] = PLAIN(WR_OP_REQUEST),   [WR_OP_GET] = PLAIN(WR_OP_GET),
    [WR_OP_PUT] = PLAIN(WR_OP_PUT),           [WR_OP_UPDATE] = PLAIN(WR_OP_UPDATE),
    [WR_OP_DELETE] = PLAIN(WR_OP_DELETE),     [WR_OP_QUERY] = PLAIN(WR_OP_QUERY),
    [WR_OP_SCAN] = PLAIN(WR_OP_SCAN),         [WR_OP_BATCH] = PLAIN(WR_OP_BATCH),
    [WR_OP_TRANSACT] = PLAIN(WR_OP_TRANSACT), [WR_OP_SEND] = PLAIN(WR_OP_SEND),
    [WR_OP_RECEIVE] = PLAIN(WR_OP_RECEIVE),   [WR_OP_REMOVE] = PLAIN(WR_OP_REMOVE),
    [WR_OP_PUBLISH] = PLAIN(WR_OP_PUBLISH),   [WR_OP_INVOKE] = PLAIN(WR_OP_INVOKE),
    [WR_OP_READ] = PLAIN(WR_OP_READ),         [WR_OP_WRITE] = PLAIN(WR_OP_WRITE),
    [WR_OP_HIDE] = PLAIN(WR_OP_HIDE),         [WR_OP_RECORDS] = PLAIN(WR_OP_RECORDS)};

const wr_ask *wr_ask_telling(const wr_comp *to)
{
    unsigned accepts = to->model->accepts;
    if (accepts & WR_ACCEPTS(WR_OP_SEND))
        return &wr_ask_plain[WR_OP_SEND];
    if (accepts & WR_ACCEPTS(WR_OP_PUBLISH))
        return &wr_ask_plain[WR_OP_PUBLISH];
    return accepts & WR_ACCEPTS(WR_OP_INVOKE) ? &wr_ask_event : NULL;
}

void call_end_stage(wr_call *c, wr_time now)
{
    if (c->stage != WR_SERVICE)
        c->span[c->stage - 1] += now - c->since;
    c->since = now;
}

void call_set_cause(wr_call *c, const wr_comp *where, int code)
{
    c->cause_where = where;
    c->cause_code = (int16_t)code;
    c->cause_stage = c->stage;
}

void call_blame_end(wr_call *c)
{
    wr_comp *s = c->from;
    blame *b = s->blames;
    while (b && (b->where != c->cause_where || b->code != c->cause_code || b->stage != (enum wr_stage)c->cause_stage))
        b = b->next;
    if (!b) {
        b = arena_alloc(s->run->arena, sizeof *b);
        *b = (blame){c->cause_where, c->cause_code, (enum wr_stage)c->cause_stage, 0, run_now(s->run), s->blames};
        s->blames = b;
    }
    if (run_now(s->run) >= s->run->warmup)
        b->count++;
}

static const wr_call *deepest(const wr_call *c)
{
    while (c->child)
        c = c->child;
    return c;
}

static void blame_place(wr_call *mine, const wr_call *at)
{
    if (mine->cause_where)
        return;
    mine->cause_where = at->to;
    mine->cause_code = -1;
    mine->cause_stage = at->stage;
}

void call_blame_late(const wr_call *c, wr_call *mine)
{
    const wr_call *at = deepest(c);
    if (!mine)
        return;
    for (int i = 0; mine->open == 1 && i < WR_STAGES - 1; i++)
        mine->span[i] += c->span[i];
    if (mine->open == 1 && at->stage != WR_SERVICE)
        mine->span[at->stage - 1] += run_now(c->from->run) - at->since;
    blame_place(mine, at);
}

void wr_call_expire(wr_call *c)
{
    const wr_call *at = deepest(c);
    if (at != c && c->open == 1 && at->stage != WR_SERVICE)
        c->span[at->stage - 1] += run_now(c->from->run) - at->since;
    c->cause_where = NULL; /* of a branch that had failed before */
    blame_place(c, at);
    comp_cause(c->from, CODE_TIMEOUT);
}

/* Spans of an ended call belong to its parent when nothing else of it is open: counted waits never overlap. */
void call_fold(wr_call *c)
{
    wr_call *mine = c->parent;
    if (!mine || mine->open > 1)
        return;
    for (int i = 0; i < WR_STAGES - 1; i++)
        mine->span[i] += c->span[i];
}

void call_pass_cause(wr_call *c)
{
    wr_call *mine = c->parent;
    if (mine && c->cause_where && !mine->cause_where) {
        mine->cause_where = c->cause_where;
        mine->cause_code = c->cause_code;
        mine->cause_stage = c->cause_stage;
    }
}

/* ---- how long it is waited for ---------------------------------------------------------------------------- */
wr_dur wr_call_left(const wr_call *c)
{
    wr_time until = WR_NEVER, now = run_now(c->from->run);
    for (; c; c = c->parent)
        if (c->deadline && c->deadline < until)
            until = c->deadline;
    return until == WR_NEVER ? WR_NEVER : until > now ? until - now : 0;
}

void wr_call_wait_until(wr_call *c, wr_time t)
{
    c->deadline = t == WR_NEVER ? 0 : t;
}

void wr_call_set_retry_after(wr_call *c, wr_dur d) { c->retry_after = (float)wr_dur_to_s(d); }
wr_dur wr_call_retry_after(const wr_call *c) { return wr_dur_from_s((double)c->retry_after); }

/* ---- what a call says --------------------------------------------------------------------------------- */
enum wr_op wr_call_op(const wr_call *c) { return (enum wr_op)c->op; }
const wr_ask *wr_call_ask(const wr_call *c) { return c->ask; }
uint64_t wr_call_key(const wr_call *c) { return c->key; }
uint64_t wr_call_stamp(const wr_call *c) { return c->stamp; }
void wr_call_set_stamp(wr_call *c, uint64_t stamp) { c->stamp = stamp; }
double wr_call_size(const wr_call *c) { return (double)c->size; }
double wr_call_response_size(const wr_call *c) { return (double)c->response; }
int wr_call_operation(const wr_call *c) { return c->operation; }
int wr_call_priority(const wr_call *c) { return c->priority; }
int wr_call_az(const wr_call *c) { return c->az; }
wr_comp *wr_call_from(const wr_call *c) { return c->from; }
wr_comp *wr_call_to(const wr_call *c) { return c->to; }
wr_time wr_call_sent(const wr_call *c) { return c->sent; }
wr_dur wr_call_age(const wr_call *c) { return run_now(c->from->run) - c->sent; }
bool wr_call_abandoned(const wr_call *c) { return c->state & ABANDONED; }
enum wr_status wr_call_status(const wr_call *c) { return (enum wr_status)c->status; }
int wr_call_code(const wr_call *c) { return c->state & OWN_CODE ? c->code : -1; }
void *call_program_room(wr_call *c) { return c->room; }
call_line *call_line_of(wr_call *c) { return &c->line; }

int wr_call_http(const wr_call *c)
{
    static const short usual[WR_STATUSES] = {200, 429, 500, 504, 503, 409, 400};
    return c->state & OWN_CODE ? c->to->model->codes[c->code].http : usual[c->status];
}

void *wr_call_mine(wr_call *c, size_t size)
{
    assert(size <= sizeof c->mine);
    (void)size;
    return c->mine;
}

double wr_call_item_size(wr_call *c, double def)
{
    if (c->ask->item_size)
        return wr_draw(c->ask->item_size, &c->from->ask_rng);
    return c->ask->body ? (double)c->size : def;
}

double wr_call_old_size(wr_call *c, double now)
{
    return c->ask->old_size ? wr_draw(c->ask->old_size, &c->from->ask_rng) : now;
}

static int64_t whole(const wr_dist *d, wr_rng *r, int64_t def)
{
    return d ? (int64_t)(wr_draw(d, r) + 0.5) : def;
}

int64_t wr_call_items(wr_call *c) { return whole(c->ask->items, &c->from->ask_rng, 1); }
int64_t wr_call_puts(wr_call *c) { return whole(c->ask->puts, &c->from->ask_rng, 0); }
bool wr_call_chance(wr_call *c, double p) { return wr_rng_chance(&c->from->ask_rng, p); }

/* ---- why ------------------------------------------------------------------------------------------------ */
void wr_call_stage(wr_call *c, enum wr_stage s)
{
    if (c->stage == (uint8_t)s)
        return;
    call_end_stage(c, run_now(c->from->run));
    c->stage = (uint8_t)s;
}

void wr_call_spend(wr_call *c, enum wr_stage s, wr_dur d)
{
    if (s != WR_SERVICE)
        c->span[s - 1] += d;
}

wr_dur wr_call_span(const wr_call *c, enum wr_stage s)
{
    return s == WR_SERVICE ? 0 : c->span[s - 1];
}

wr_cause wr_call_cause(const wr_call *c)
{
    return (wr_cause){c->cause_where, c->cause_code, (enum wr_stage)c->cause_stage};
}

void wr_call_clear_cause(wr_call *c)
{
    c->cause_where = NULL;
}

void call_blame_own(wr_call *c, wr_comp *self, int row)
{
    call_set_cause(c, self, -1 - row);
    comp_cause(self, row);
}

void wr_call_blame(wr_call *c, wr_comp *self, int code)
{
    call_set_cause(c, self, code);
    comp_cause(self, CODE_OWN + code);
}
