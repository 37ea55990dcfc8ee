/* compile.c - steps as they were written, turned into a flat list of instructions.
 *
 * Choose, repeat and parallel become jumps, so that running never nests; a branch of parallel is a stretch of
 * instructions of its own that ends with DO_END. What a step asks of a resource is made ready once, so that
 * sending it costs no decision. A program is frozen with the scenario and shared by all runs.
 * Truth: tests/unit/test_program.c. */
#include "program.h"
#include <stdlib.h>
#include <string.h>

typedef struct builder {
    wr_build *b;
    instruction *code;
    size_t n, room;
    int depth, loops;
    bool own, branch, full;
    bool remembers;
    asking *asks;
} builder;

static void compile(builder *p, wr_list steps);

/* ---- emitting ----------------------------------------------------------------------------------------- */
static size_t emit(builder *p, instruction i)
{
    if (p->n == PROGRAM_MOST) {
        if (!p->full)
            wr_build_error(p->b, NULL, "the steps of '%s' make more than %d instructions", wr_build_name(p->b),
                           PROGRAM_MOST);
        p->full = true;
        return 0;
    }
    if (p->n == p->room) {
        size_t room = p->room ? p->room * 2 : 32;
        p->code = memory_grow(p->code, p->room * sizeof *p->code, room * sizeof *p->code);
        p->room = room;
    }
    p->code[p->n] = i;
    return p->n++;
}

static uint32_t here(const builder *p)
{
    return (uint32_t)p->n;
}

/* ---- steps that call ---------------------------------------------------------------------------------- */
static const struct {
    enum wr_op op;
    bool api; /* an AWS API: the scenario's `sdk` retries it */
} asks_of[] = {
    [STEP_CALL] = {WR_OP_REQUEST, false},     [STEP_GET] = {WR_OP_GET, true},
    [STEP_PUT] = {WR_OP_PUT, true},           [STEP_UPDATE] = {WR_OP_UPDATE, true},
    [STEP_DELETE] = {WR_OP_DELETE, true},     [STEP_QUERY] = {WR_OP_QUERY, true},
    [STEP_SCAN] = {WR_OP_SCAN, true},         [STEP_BATCH] = {WR_OP_BATCH, true},
    [STEP_TRANSACT] = {WR_OP_TRANSACT, true}, [STEP_SEND] = {WR_OP_SEND, true},
    [STEP_PUBLISH] = {WR_OP_PUBLISH, true},   [STEP_INVOKE] = {WR_OP_INVOKE, true},
    [STEP_READ] = {WR_OP_READ, false},        [STEP_WRITE] = {WR_OP_WRITE, false},
};

static const wr_retry_cfg *retry_of(const builder *p, const step_ask *s, bool api)
{
    if (wr_build_given(p->b, &s->retry))
        return wr_retry_build(p->b, s->retry);
    const wr_retry_cfg *sdk = api && !p->own ? wr_build_sdk(p->b) : NULL;
    return sdk && !sdk->classes ? wr_retry_build(p->b, sdk) : sdk && sdk->mode ? sdk : NULL;
}

/* Steps with the same policy are one client's, as those of `sdk` are. */
static const wr_retry_cfg *policy_of(const builder *p, const step_ask *s, bool api)
{
    const wr_retry_cfg *r = retry_of(p, s, api);
    for (const asking *a = p->asks; r && a; a = a->next)
        if (a->retry && retry_same(a->retry, r))
            return a->retry;
    return r;
}

static void condition_of(builder *p, const step_ask *s, wr_ask *ask)
{
    bool ok = true;
    ask->condition = 1;
    if (!s->condition)
        return;
    if (!strcmp(s->condition, "unchanged")) {
        ask->unchanged = p->remembers = true;
        return;
    }
    ask->condition = wr_text_number(s->condition, WR_T_SHARE, NULL, &ok);
    if (!ok || ask->condition < 0 || ask->condition > 1)
        wr_build_error(p->b, &s->condition, "'condition' is '%s'; allowed are a share such as 95%%, and unchanged",
                       s->condition);
}

static void deadline_of(builder *p, const step_ask *s, asking *a)
{
    bool ok = true;
    a->deadline = WR_NEVER;
    a->bounded = s->deadline != NULL;
    if (!s->deadline)
        return;
    a->propagates = !strcmp(s->deadline, "propagate");
    if (!a->propagates)
        a->deadline = wr_dur_from_s(wr_text_number(s->deadline, WR_T_DUR, NULL, &ok));
    if (!ok || a->deadline <= 0)
        wr_build_error(p->b, &s->deadline, "'deadline' is '%s'; allowed are a time such as 2s, and propagate",
                       s->deadline);
}

static const wr_link *target_of(builder *p, const step_ask *s)
{
    if (s->to && s->from && s->to != s->from)
        wr_build_error(p->b, &s->from, "'from' and 'to' of a step are the same thing; write one of them");
    else if (!s->to && !s->from && !wr_build_given(p->b, &s->to) && !wr_build_given(p->b, &s->from))
        wr_build_error(p->b, s, "a step of '%s' calls nobody; write 'from' or 'to'", wr_build_name(p->b));
    return s->to ? s->to : s->from;
}

/* Without a law of its own, a message needs an id only where it may be sent again. */
static void name_message(builder *p, enum step_kind kind, const step_ask *s, asking *a)
{
    if (kind != STEP_SEND)
        return;
    a->dedup = wr_keys_build(p->b, &s->dedup);
    a->named = a->dedup || (a->timeout && a->retry);
}

/* {call: NAME} and nothing else. */
static bool is_plain(const asking *a)
{
    bool client = a->timeout || a->retry || a->breaker || a->hedge || a->bounded || a->cache_for;
    return !client && !a->size && a->operation < 0 && !a->caught;
}

static void compile_ask(builder *p, enum step_kind kind, const step_ask *s)
{
    asking *a = wr_build_alloc(p->b, sizeof *a);
    a->to = target_of(p, s);
    a->ask = (wr_ask){.op = asks_of[kind].op, .items = s->items, .puts = s->puts, .item_size = s->item_size,
                      .old_size = s->old_size, .strong = s->consistency == READ_STRONG, .missing = s->missing,
                      .index = s->index, .async = s->mode == INVOKE_ASYNC,
                      .delay = kind == STEP_SEND ? s->delay : -1};
    condition_of(p, s, &a->ask);
    a->keys = wr_keys_build(p->b, &s->key);
    a->size = s->size;
    a->timeout = s->timeout;
    a->retry = policy_of(p, s, asks_of[kind].api);
    name_message(p, kind, s, a);
    a->breaker = s->breaker;
    a->hedge = wr_hedge_build(p->b, s->hedge);
    deadline_of(p, s, a);
    a->cache_for = s->cache_for > 0 ? s->cache_for : 0;
    a->name = s->name;
    a->operation = s->operation ? wr_build_operation(p->b, s->operation) : -1;
    a->caught = s->catches == CATCH_CONTINUE;
    a->plain = kind == STEP_CALL && is_plain(a);
    if (!a->to)
        return; /* its mistake has been reported */
    a->next = p->asks;
    p->asks = a;
    emit(p, (instruction){.op = DO_ASK, .ask = a});
}

/* ---- steps made of steps ------------------------------------------------------------------------------ */
static bool deeper(builder *p, const void *where)
{
    if (p->depth < PROGRAM_DEPTH) {
        p->depth++;
        return true;
    }
    wr_build_error(p->b, where, "steps stand within steps more than %d deep", PROGRAM_DEPTH);
    return false;
}

static void compile_choose(builder *p, const step_choose *s)
{
    const step_branch *of = s->options.items;
    size_t n = s->options.n;
    if (!n || !deeper(p, s))
        return;
    option *options = wr_build_alloc(p->b, n * sizeof *options);
    uint32_t *leave = wr_build_alloc(p->b, n * sizeof *leave);
    double sum = 0;
    size_t head = emit(p, (instruction){.op = DO_CHOOSE, .n = (uint32_t)n, .options = options});
    for (size_t i = 0; i < n; i++) {
        options[i] = (option){sum += of[i].share, here(p)};
        compile(p, of[i].steps);
        leave[i] = (uint32_t)emit(p, (instruction){.op = DO_JUMP});
    }
    if (sum > 1 + 1e-9)
        wr_build_error(p->b, s, "the shares of 'choose' sum to %.6g; at most 1 is allowed", sum);
    if (sum > 1 - 1e-9)
        options[n - 1].upto = 1;
    for (size_t i = 0; i < n && !p->full; i++)
        p->code[leave[i]].to = here(p);
    if (!p->full)
        p->code[head].to = here(p);
    p->depth--;
}

static void compile_times(builder *p, const step_repeat *s)
{
    if (p->loops == PROGRAM_LOOPS) {
        wr_build_error(p->b, s, "'repeat' stands within 'repeat' more than %d deep", PROGRAM_LOOPS);
        return;
    }
    int slot = p->loops++;
    emit(p, (instruction){.op = DO_COUNT, .dist = s->times, .slot = slot});
    size_t head = emit(p, (instruction){.op = DO_AGAIN, .slot = slot});
    compile(p, s->steps);
    emit(p, (instruction){.op = DO_JUMP, .to = (uint32_t)head});
    if (!p->full)
        p->code[head].to = here(p);
    p->loops--;
}

static void compile_while(builder *p, const step_repeat *s)
{
    size_t head = emit(p, (instruction){.op = DO_WHILE, .share = s->while_share});
    compile(p, s->steps);
    emit(p, (instruction){.op = DO_JUMP, .to = (uint32_t)head});
    if (!p->full)
        p->code[head].to = here(p);
}

static void compile_repeat(builder *p, const step_repeat *s)
{
    bool times = wr_build_given(p->b, &s->times), again = wr_build_given(p->b, &s->while_share);
    if (times == again)
        wr_build_error(p->b, s, "'repeat' needs one of 'times' and 'while'");
    else if (deeper(p, s)) {
        if (times && s->times)
            compile_times(p, s);
        else if (again)
            compile_while(p, s);
        p->depth--;
    }
}

/* A number of branches; 0: all, also after an error. */
static int64_t needed(builder *p, const step_parallel *s)
{
    bool ok = true;
    if (!strcmp(s->wait_for, "all"))
        return 0;
    if (!strcmp(s->wait_for, "any"))
        return 1;
    double n = wr_text_number(s->wait_for, WR_T_INT, NULL, &ok), most = s->count ? 1e9 : (double)s->branches.n;
    if (ok && n >= 1 && n <= most)
        return (int64_t)n;
    wr_build_error(p->b, &s->wait_for, "'wait_for' is '%s'; allowed are all, any and a number of branches",
                   s->wait_for);
    return 0;
}

static void compile_branch(builder *p, option *o, wr_list steps)
{
    bool branch = p->branch;
    int loops = p->loops;
    p->branch = true;
    p->loops = 0;
    o->to = here(p);
    compile(p, steps);
    emit(p, (instruction){.op = DO_END});
    p->branch = branch;
    p->loops = loops;
}

static void compile_fork(builder *p, const step_parallel *s)
{
    const step_branch *of = s->branches.items;
    size_t n = s->count ? 1 : s->branches.n;
    option *options = wr_build_alloc(p->b, n * sizeof *options);
    size_t head = emit(p, (instruction){.op = DO_FORK, .options = options, .need = needed(p, s), .n = (uint32_t)n,
                                        .dist = s->count});
    for (size_t i = 0; i < n; i++)
        compile_branch(p, &options[i], s->count ? s->steps : of[i].steps);
    if (!p->full)
        p->code[head].to = here(p);
}

static void compile_parallel(builder *p, const step_parallel *s)
{
    bool listed = s->branches.n > 0, counted = s->count && s->steps.n, half = s->count || s->steps.n;
    if (listed ? half : !counted) {
        wr_build_error(p->b, s, "'parallel' needs a list of branches, or 'count' and 'steps'");
    } else if (deeper(p, s)) {
        compile_fork(p, s);
        p->depth--;
    }
}

static void compile_end(builder *p, const step_fail *s, bool fails)
{
    enum wr_status status = step_outcomes[s->as];
    if (fails && status == WR_OK)
        wr_build_error(p->b, &s->as, "'fail' cannot be 'ok'; 'return' ends well");
    if (!fails && p->branch)
        wr_build_error(p->b, s, "'return' stands within 'parallel'; only the request itself can be answered");
    emit(p, (instruction){.op = fails ? DO_FAIL : DO_RETURN, .status = status, .share = fails ? s->share : 1});
}

static void compile_time(builder *p, enum opcode op, const step_time *s)
{
    emit(p, (instruction){.op = op, .dist = s->time});
}

static void compile_step(builder *p, const wr_pick *step)
{
    enum step_kind kind = (enum step_kind)step->which;
    switch (kind) {
    case STEP_CPU: compile_time(p, DO_CPU, step->cfg); break;
    case STEP_WAIT: compile_time(p, DO_WAIT, step->cfg); break;
    case STEP_PARALLEL: compile_parallel(p, step->cfg); break;
    case STEP_CHOOSE: compile_choose(p, step->cfg); break;
    case STEP_REPEAT: compile_repeat(p, step->cfg); break;
    case STEP_FAIL: compile_end(p, step->cfg, true); break;
    case STEP_RETURN: compile_end(p, step->cfg, false); break;
    default: compile_ask(p, kind, step->cfg); break;
    }
}

static void compile(builder *p, wr_list steps)
{
    const wr_pick *step = steps.items;
    for (size_t i = 0; i < steps.n && !p->full; i++)
        compile_step(p, &step[i]);
}

/* ---- programs ----------------------------------------------------------------------------------------- */
static uint32_t compile_entry(builder *p, wr_list steps)
{
    uint32_t entry = here(p);
    compile(p, steps);
    emit(p, (instruction){.op = DO_END});
    return entry;
}

static const wr_program *freeze(builder *p, const uint32_t *entry, size_t operations)
{
    wr_program *out = wr_build_alloc(p->b, sizeof *out);
    instruction *code = wr_build_alloc(p->b, (p->n ? p->n : 1) * sizeof *code);
    if (p->n)
        memcpy(code, p->code, p->n * sizeof *code);
    free(p->code);
    *out = (wr_program){
        .code = code, .operations = operations, .entry = entry, .asks = p->asks, .remembers = p->remembers};
    return out;
}

const wr_program *wr_program_build(wr_build *b, wr_list steps, bool own)
{
    builder p = {.b = b, .own = own};
    uint32_t *entry = wr_build_alloc(b, sizeof *entry);
    entry[0] = compile_entry(&p, steps);
    return freeze(&p, entry, 1);
}

const wr_program *wr_program_call(wr_build *b, const wr_link *to)
{
    builder p = {.b = b, .own = true};
    uint32_t *entry = wr_build_alloc(b, sizeof *entry);
    asking *a = wr_build_alloc(b, sizeof *a);
    *a = (asking){.ask = wr_ask_request, .to = to, .operation = -1, .plain = true, .deadline = WR_NEVER};
    p.asks = a;
    emit(&p, (instruction){.op = DO_ASK, .ask = a});
    emit(&p, (instruction){.op = DO_END});
    return freeze(&p, entry, 1);
}

const wr_program *wr_program_cpu(wr_build *b, const wr_dist *time)
{
    builder p = {.b = b};
    uint32_t *entry = wr_build_alloc(b, sizeof *entry);
    emit(&p, (instruction){.op = DO_CPU, .dist = time});
    emit(&p, (instruction){.op = DO_END});
    return freeze(&p, entry, 1);
}

void wr_program_prepare(wr_program_cfg *cfg, wr_build *b, bool own)
{
    const step_branch *op = cfg->operations.items;
    size_t n = cfg->operations.n, most = 0;
    if (n && cfg->steps.n)
        wr_build_error(b, &cfg->steps, "'steps' of '%s' stands for all operations; write it or 'operations'",
                       wr_build_name(b));
    cfg->code = NULL;
    if (!n) {
        cfg->code = cfg->steps.n || wr_build_given(b, &cfg->steps) ? wr_program_build(b, cfg->steps, own) : NULL;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t number = (size_t)wr_build_operation(b, op[i].name);
        most = number > most ? number : most;
    }
    builder p = {.b = b, .own = own};
    uint32_t *entry = wr_build_alloc(b, (most + 1) * sizeof *entry);
    for (size_t i = 0; i <= most; i++)
        entry[i] = NO_ENTRY;
    for (size_t i = 0; i < n; i++)
        entry[wr_build_operation(b, op[i].name)] = compile_entry(&p, op[i].steps);
    cfg->code = freeze(&p, entry, most + 1);
}

/* ---- questions about programs ------------------------------------------------------------------------- */
uint32_t program_entry(const wr_program *p, int operation)
{
    uint32_t e = operation >= 0 && (size_t)operation < p->operations ? p->entry[operation] : NO_ENTRY;
    return e != NO_ENTRY ? e : p->entry[0];
}

bool wr_program_has(const wr_program *p, int operation)
{
    return program_entry(p, operation) != NO_ENTRY;
}

const wr_link *wr_program_single(const wr_program *p, int operation)
{
    uint32_t e = program_entry(p, operation);
    if (e == NO_ENTRY || p->code[e].op != DO_ASK || !p->code[e].ask->plain || p->code[e + 1].op != DO_END)
        return NULL;
    return p->code[e].ask->to;
}

const wr_link *wr_program_callee(const wr_program *p, int operation)
{
    (void)operation; /* all steps of the program stand in one list */
    const wr_link *only = p->asks ? p->asks->to : NULL;
    for (const asking *a = p->asks; a; a = a->next)
        if (a->to != only && strcmp(a->to->name, only->name) != 0)
            return NULL;
    return only;
}

void wr_program_cancels(const wr_program *p)
{
    for (asking *a = p->asks; a; a = a->next)
        a->ask.cancel = true;
}
