/* dynamodb.c - a DynamoDB table: what a request needs, whether it gets it, and when the answer comes.
 *
 * Modelled: capacity units by AWS's arithmetic; a bucket for the table and ceilings for its partitions, or the
 * older even split; on-demand tables; batches item by item; conditions, optimistic locks and transactions; global
 * and local indexes; auto scaling. The table decides when a request arrives; the answer follows after its latency,
 * throttles at once. A failed condition or a conflict still consumes. Items of one request beyond the first have
 * keys of their own, derived from the request's. Reads of the stream are requests of the table, too. Not modelled:
 * global tables, item collections, the 16 MB of a batch, plain writes that cancel a reading transaction. Truth:
 * tests/unit/test_dynamodb.c. */
#include "dynamodb.h"
#include <math.h>
#include <string.h>

/* ---- faults ---------------------------------------------------------------------------------------------- */
enum { FAIL, SLOW };
static const wr_fault faults[] = {
    {"fail", wr_fail_rows, sizeof(wr_fail_fault), "A share of the key space is not served while it lasts.", "assumption: a partition without its leader"},
    {"slow", wr_slow_rows, sizeof(wr_slow_fault), "Latencies are multiplied.", "assumption: see factor"},
    {0}};

/* ---- answers -------------------------------------------------------------------------------------------- */
struct visit {
    int code;
    int64_t held;  /* keys of its transaction */
    wr_time since;
};

static void answered(wr_comp *self, void *arg)
{
    wr_call *c = arg;
    ddb *t = wr_state(self);
    const struct visit *v = WR_MINE(c, struct visit);
    for (int64_t i = 0; i < v->held; i++)
        ddb_flights_remove(&t->flights, ddb_other_key(wr_call_key(c), i));
    if (v->code == DDB_OK)
        wr_observe_dur(self, DDB_LATENCY, wr_now(self) - v->since);
    wr_reply(c, v->code);
}

static wr_dur latency(ddb *t, const wr_call *c, bool writes)
{
    const wr_dist *const *law = t->plan->law;
    enum wr_op op = wr_call_op(c);
    double times = t->slow;
    const wr_dist *d = law[op - WR_OP_GET];
    if (!d) { /* batch or transact, by the operation that it is made of */
        d = law[(writes ? WR_OP_PUT : WR_OP_GET) - WR_OP_GET];
        times *= op == WR_OP_TRANSACT ? 2.5 : 1;
    }
    return times == 1 ? wr_draw_dur(d, &t->latency) : wr_dur_from_s(times * wr_draw(d, &t->latency));
}

static void answer_in(ddb *t, wr_call *c, int code, int64_t held, wr_dur d)
{
    *WR_MINE(c, struct visit) = (struct visit){code, held, wr_now(t->self)};
    if (d > 0)
        wr_after(t->self, d, answered, c);
    else
        answered(t->self, c);
}

static void throttle(ddb *t, wr_call *c, int code)
{
    wr_add(t->self, DDB_THROTTLED, 1);
    wr_reply(c, code);
}

static void invalid(ddb *t, wr_call *c)
{
    wr_add(t->self, DDB_USER_ERRORS, 1);
    wr_reply(c, DDB_INVALID);
}

/* ---- claims of items ------------------------------------------------------------------------------------ */
static double item_size(ddb *t, wr_call *c)
{
    return wr_call_ask(c)->item_size ? wr_call_item_size(c, 0) : wr_draw(t->plan->item_size, &t->sizes);
}

/* The pool that a read is for; NULL: there is no such index, or it has no strong reads. */
static ddb_pool *asked(ddb *t, const wr_ask *ask)
{
    const ddb_local_rows *local = t->plan->locals.items;
    if (!ask->index)
        return &t->table;
    for (size_t i = 0; i < t->plan->indexes; i++)
        if (!strcmp(ask->index, t->plan->index[i].name))
            return ask->strong ? NULL : &t->index[i];
    for (size_t i = 0; i < t->plan->locals.n; i++)
        if (!strcmp(ask->index, local[i].name))
            return &t->table;
    return NULL;
}

/* The size of what was found. */
static double claim_read(ddb *t, wr_call *c, ddb_pool *p, uint64_t key, double factor)
{
    double bytes = item_size(t, c);
    if (wr_call_chance(c, wr_call_ask(c)->missing))
        bytes = 0;
    ddb_claim_units(t, p, DDB_READ, wr_key_spot(key), ddb_read_units(bytes, factor));
    return bytes;
}

static void claim_index(ddb *t, size_t i, uint64_t key, double bytes)
{
    const ddb_index *x = &t->plan->index[i];
    ddb_pool *p = &t->index[i];
    if (!wr_rng_chance(&t->fate, x->written))
        return;
    double units = ddb_write_units(bytes * x->projection);
    if (wr_rng_chance(&t->fate, x->key_changes))
        units *= 2;
    uint64_t at = x->keys ? wr_keys_next(x->keys, &t->fate, 0, &p->nth) : ddb_other_key(key, -1 - (int64_t)i);
    ddb_claim_units(t, p, DDB_WRITE, wr_key_spot(at), units);
}

/* `done`: the write will happen, so indexes change too. */
static void claim_write(ddb *t, uint64_t key, double bytes, double factor, bool done)
{
    const ddb_local_rows *local = t->plan->locals.items;
    double units = ddb_write_units(bytes);
    for (size_t i = 0; i < t->plan->locals.n && done; i++)
        if (wr_rng_chance(&t->fate, local[i].written))
            units += ddb_write_units(bytes);
    ddb_claim_units(t, &t->table, DDB_WRITE, wr_key_spot(key), units * factor);
    for (size_t i = 0; i < t->plan->indexes && done; i++)
        claim_index(t, i, key, bytes);
}

/* It has been written: whoever follows the table's writes learns of it. */
static void written(ddb *t, const wr_call *c, uint64_t key, double bytes)
{
    bool gone = wr_call_op(c) == WR_OP_DELETE;
    ddb_history_add(&t->history, t->self, key);
    if (t->plan->stream)
        ddb_stream_write(t, key, bytes, wr_call_operation(c));
    if (t->plan->ttl)
        ddb_ttl_write(t, key, bytes, gone);
    if (t->plan->dax)
        ddb_dax_write(t, key, bytes, gone);
}

/* All or nothing of what was claimed since ddb_claims_begin. */
static bool granted(ddb *t)
{
    if (t->refused)
        ddb_claims_undo(t);
    else
        ddb_claims_commit(t);
    return !t->refused;
}

/* ---- one item written ----------------------------------------------------------------------------------- */
static int verdict(ddb *t, wr_call *c, uint64_t key)
{
    const wr_ask *ask = wr_call_ask(c);
    if (t->plan->conflicts && ddb_flights_has(&t->flights, key))
        return DDB_CONFLICT;
    if (ask->unchanged)
        return ddb_history_changed(&t->history, key, wr_call_stamp(c)) ? DDB_CONDITION : DDB_OK;
    return wr_call_chance(c, ask->condition) ? DDB_OK : DDB_CONDITION;
}

static void write_item(ddb *t, wr_call *c)
{
    double now = item_size(t, c), old = wr_call_old_size(c, now);
    double bytes = wr_call_op(c) == WR_OP_DELETE ? old : fmax(now, old);
    uint64_t key = wr_call_key(c);
    if (bytes > DDB_ITEM_MOST) {
        invalid(t, c);
        return;
    }
    int code = verdict(t, c, key);
    ddb_claims_begin(t);
    claim_write(t, key, bytes, 1, code == DDB_OK);
    if (!granted(t)) {
        throttle(t, c, t->refused);
        return;
    }
    if (code == DDB_OK)
        written(t, c, key, bytes);
    else
        wr_add(t->self, code == DDB_CONFLICT ? DDB_CONFLICTS : DDB_CONDITIONS, 1);
    answer_in(t, c, code, 0, latency(t, c, true));
}

/* ---- gets and batches: item by item --------------------------------------------------------------------- */
struct tally {
    int64_t done, cached;
    int refused; /* the first code */
    bool invalid;
};

static void batch_get(ddb *t, wr_call *c, ddb_pool *p, int64_t n, int64_t first, struct tally *sum)
{
    const wr_ask *ask = wr_call_ask(c);
    for (int64_t i = 0; i < n; i++) {
        uint64_t key = ddb_other_key(wr_call_key(c), first + i);
        if (t->plan->dax && ddb_dax_finds(t, ask, key)) {
            sum->done++;
            sum->cached++;
            continue;
        }
        ddb_claims_begin(t);
        double bytes = claim_read(t, c, p, key, ask->strong ? 1 : 0.5);
        bool done = granted(t);
        sum->done += done;
        if (done && t->plan->dax)
            ddb_dax_keeps(t, ask, key, bytes);
        sum->refused = sum->refused ? sum->refused : t->refused;
    }
}

static void batch_put(ddb *t, wr_call *c, int64_t n, struct tally *sum)
{
    for (int64_t i = 0; i < n; i++) {
        uint64_t key = ddb_other_key(wr_call_key(c), i);
        double now = item_size(t, c), bytes = fmax(now, wr_call_old_size(c, now));
        if (bytes > DDB_ITEM_MOST) {
            sum->invalid = true;
            continue;
        }
        ddb_claims_begin(t);
        claim_write(t, key, bytes, 1, true);
        if (granted(t)) {
            written(t, c, key, bytes);
            sum->done++;
        }
        sum->refused = sum->refused ? sum->refused : t->refused;
    }
}

static void batch(ddb *t, wr_call *c, int64_t gets, int64_t puts)
{
    ddb_pool *p = asked(t, wr_call_ask(c));
    struct tally sum = {0};
    if (!p || gets > DDB_BATCH_GETS || puts > DDB_BATCH_PUTS) {
        invalid(t, c);
        return;
    }
    wr_call_set_stamp(c, t->history.clock);
    batch_get(t, c, p, gets, puts, &sum);
    batch_put(t, c, puts, &sum);
    if (sum.invalid) {
        invalid(t, c);
    } else if (sum.refused && !sum.done) {
        throttle(t, c, sum.refused);
    } else {
        if (sum.refused)
            wr_add(t->self, DDB_UNPROCESSED, (double)(gets + puts - sum.done));
        bool cached = sum.cached > 0 && sum.cached == gets + puts;
        answer_in(t, c, DDB_OK, 0, cached ? ddb_dax_latency(t) : latency(t, c, puts > 0));
    }
}

/* ---- query and scan ------------------------------------------------------------------------------------- */
static void query(ddb *t, wr_call *c)
{
    ddb_pool *p = asked(t, wr_call_ask(c));
    int64_t n = wr_call_items(c);
    ddb_pages pages = {0};
    if (!p) {
        invalid(t, c);
        return;
    }
    if (t->plan->dax && ddb_dax_answers(t, c)) {
        wr_observe(t->self, DDB_RETURNED, (double)n);
        answer_in(t, c, DDB_OK, 0, ddb_dax_latency(t));
        return;
    }
    for (int64_t i = 0; i < n; i++)
        ddb_pages_add(&pages, item_size(t, c));
    ddb_claims_begin(t);
    double units = ddb_pages_units(&pages, wr_call_ask(c)->strong ? 1 : 0.5);
    ddb_claim_units(t, p, DDB_READ, wr_key_spot(wr_call_key(c)), units);
    if (!granted(t)) {
        throttle(t, c, t->refused);
        return;
    }
    if (t->plan->dax)
        ddb_dax_keeps_answer(t, c, pages.open);
    wr_call_set_stamp(c, t->history.clock);
    wr_observe(t->self, DDB_RETURNED, (double)n);
    wr_dur d = 0;
    for (int64_t i = ddb_pages_count(&pages); i > 0; i--)
        d += latency(t, c, false);
    answer_in(t, c, DDB_OK, 0, d);
}

/* ---- transactions --------------------------------------------------------------------------------------- */
/* Items that are in another transaction. */
static int64_t conflicts(const ddb *t, const wr_call *c, int64_t n)
{
    int64_t found = 0;
    for (int64_t i = 0; i < n && t->plan->conflicts && t->flights.n; i++)
        found += ddb_flights_has(&t->flights, ddb_other_key(wr_call_key(c), i));
    return found;
}

static bool claim_transaction(ddb *t, wr_call *c, int64_t gets, int64_t puts, bool done)
{
    double sum = 0;
    bool valid = true;
    for (int64_t i = 0; i < gets; i++)
        claim_read(t, c, &t->table, ddb_other_key(wr_call_key(c), puts + i), 2);
    for (int64_t i = 0; i < puts; i++) {
        double now = item_size(t, c), bytes = fmax(now, wr_call_old_size(c, now));
        valid = valid && bytes <= DDB_ITEM_MOST;
        sum += t->item[i] = bytes;
        claim_write(t, ddb_other_key(wr_call_key(c), i), bytes, 2, done);
    }
    return valid && sum <= DDB_TRANSACT_MOST;
}

static void transact(ddb *t, wr_call *c, int64_t gets, int64_t puts)
{
    if (gets + puts > DDB_TRANSACT) {
        invalid(t, c);
        return;
    }
    int64_t busy = conflicts(t, c, gets + puts);
    bool holds = busy || wr_call_chance(c, wr_call_ask(c)->condition);
    int code = busy || !holds ? DDB_CANCELED : DDB_OK;
    ddb_claims_begin(t);
    if (!claim_transaction(t, c, gets, puts, code == DDB_OK)) {
        ddb_claims_undo(t);
        invalid(t, c);
        return;
    }
    if (!granted(t)) {
        throttle(t, c, t->refused);
        return;
    }
    wr_add(t->self, DDB_CONFLICTS, (double)busy);
    wr_add(t->self, DDB_CONDITIONS, !holds);
    wr_call_set_stamp(c, t->history.clock);
    int64_t held = code == DDB_OK ? puts : 0;
    for (int64_t i = 0; i < held; i++) {
        ddb_flights_add(&t->flights, t->self, ddb_other_key(wr_call_key(c), i));
        written(t, c, ddb_other_key(wr_call_key(c), i), t->item[i]);
    }
    answer_in(t, c, code, held, latency(t, c, puts > 0));
}

/* ---- the model ------------------------------------------------------------------------------------------ */
static bool failed(ddb *t, wr_call *c)
{
    if (!(t->down > 0) || wr_key_spot(wr_call_key(c)) >= t->down)
        return false;
    if (t->hangs) {
        wr_reply_never(c);
    } else {
        wr_add(t->self, DDB_SYSTEM_ERRORS, 1);
        wr_reply(c, DDB_FAIL);
    }
    return true;
}

static void dynamodb_call(wr_comp *self, wr_call *c)
{
    ddb *t = wr_state(self);
    bool gets = wr_call_ask(c)->items;
    if (failed(t, c))
        return;
    switch (wr_call_op(c)) {
    case WR_OP_GET:
        batch(t, c, wr_call_items(c), 0);
        break;
    case WR_OP_QUERY:
    case WR_OP_SCAN:
        query(t, c);
        break;
    case WR_OP_BATCH:
        batch(t, c, gets ? wr_call_items(c) : 0, wr_call_puts(c));
        break;
    case WR_OP_RECORDS:
        ddb_stream_read(t, c);
        break;
    case WR_OP_TRANSACT:
        transact(t, c, gets ? wr_call_items(c) : 0, wr_call_puts(c));
        break;
    default:
        write_item(t, c);
        break;
    }
}

static void dynamodb_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    ddb *t = wr_state(self);
    if (fault == SLOW) {
        double factor = ((const wr_slow_fault *)arg)->factor;
        t->slow = on ? t->slow * factor : t->slow / factor;
        return;
    }
    const wr_fail_fault *f = arg;
    t->down += on ? f->share : -f->share;
    if (t->down < 1e-9)
        t->down = 0;
    if (f->mode == WR_HANG)
        t->hangs += on ? 1 : -1;
}

static void dynamodb_start(wr_comp *self)
{
    ddb *t = wr_state(self);
    const ddb_plan *plan = wr_cfg(self);
    t->self = self;
    t->plan = plan;
    t->slow = 1;
    t->history.clock = 1;
    t->claim = wr_alloc(self, DDB_TRANSACT * (1 + plan->indexes) * sizeof *t->claim);
    t->index = wr_alloc(self, (plan->indexes + 1) * sizeof *t->index);
    wr_stream(self, "latency", &t->latency);
    wr_stream(self, "sizes", &t->sizes);
    wr_stream(self, "fate", &t->fate);
    ddb_stream_open(t);
    ddb_ttl_start(t);
    ddb_dax_start(t);
    ddb_pool_open(t, &t->table, NULL);
    for (size_t i = 0; i < plan->indexes; i++)
        ddb_pool_open(t, &t->index[i], &plan->index[i]);
    if (plan->bytes > 0)
        wr_bill_level(self, DDB_STORAGE, plan->bytes / 1073741824.0);
    ddb_scaling_start(t);
    wr_at(self, WR_S - 1, WR_PHASE_CONTROL, ddb_second, t);
}

static void dynamodb_finish(wr_comp *self)
{
    ddb_settle(wr_state(self));
}

const wr_model wr_model_dynamodb = {
    .kind = "dynamodb", .aws = "AWS::DynamoDB::Table", .title = "DynamoDB table", .cloudwatch = "AWS/DynamoDB",
    .doc = "A table with provisioned or on-demand capacity, its partitions and its indexes.",
    .accepts = WR_ACCEPTS(WR_OP_GET) | WR_ACCEPTS(WR_OP_PUT) | WR_ACCEPTS(WR_OP_UPDATE) | WR_ACCEPTS(WR_OP_DELETE) |
               WR_ACCEPTS(WR_OP_QUERY) | WR_ACCEPTS(WR_OP_SCAN) | WR_ACCEPTS(WR_OP_BATCH) | WR_ACCEPTS(WR_OP_TRANSACT) |
               WR_ACCEPTS(WR_OP_RECORDS),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_HAS_BUCKET | WR_OWN_UTILIZATION,
    .net = WR_NET_AWS,
    .params = ddb_params, .metrics = ddb_metrics, .codes = ddb_codes, .usage = ddb_usages, .faults = faults,
    .cfg_size = sizeof(ddb_plan), .state_size = sizeof(ddb),
    .prepare = ddb_prepare, .start = dynamodb_start, .call = dynamodb_call, .fault = dynamodb_fault,
    .finish = dynamodb_finish,
};
