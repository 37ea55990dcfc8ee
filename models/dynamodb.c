/* dynamodb.c - a DynamoDB table: what a request needs, whether it gets it, and when the answer comes.
 *
 * Modelled: capacity units by AWS's arithmetic; a bucket for the table and ceilings for its partitions, or
 * the older even split; on-demand tables; batches item by item; conditions, optimistic locks and
 * transactions; global and local indexes; auto scaling. The table decides when a request arrives; the answer
 * follows after its latency, throttles at once. A failed condition or a conflict still consumes. Items of
 * one request beyond the first have keys of their own, derived from the request's. Not modelled: streams,
 * expiry, DAX, global tables, item collections, the 16 MB of a batch, plain writes that cancel a reading
 * transaction. Truth: tests/unit/test_dynamodb.c. */
#include "dynamodb.h"
#include <math.h>
#include <string.h>

#define GUIDE "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
#define PRICING "https://aws.amazon.com/dynamodb/pricing/"

/* ---- tables --------------------------------------------------------------------------------------------- */
static const wr_metric metrics[] = {
    [DDB_CONSUMED] = {.name = "ConsumedReadCapacityUnits", .kind = WR_COUNT, .unit = "units", .doc = "Read units consumed."},
    {.name = "ConsumedWriteCapacityUnits", .kind = WR_COUNT, .unit = "units", .doc = "Write units consumed."},
    [DDB_LEVEL] = {.name = "ProvisionedReadCapacityUnits", .kind = WR_LEVEL, .unit = "units", .doc = "Read units a second that are provisioned."},
    {.name = "ProvisionedWriteCapacityUnits", .kind = WR_LEVEL, .unit = "units", .doc = "Write units a second that are provisioned."},
    [DDB_EVENTS] = {.name = "ReadThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Reads of items that a limit refused; of an index, on its own series."},
    {.name = "WriteThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Writes of items that a limit refused; of an index, on its own series."},
    [DDB_LIMIT_EVENTS] = {.name = "ReadProvisionedThroughputThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Reads refused by the provisioned capacity."},
    {.name = "WriteProvisionedThroughputThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Writes refused by the provisioned capacity."},
    {.name = "ReadKeyRangeThroughputThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Reads refused by a partition, or by what an on-demand table is warm for."},
    {.name = "WriteKeyRangeThroughputThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Writes refused by a partition, or by what an on-demand table is warm for."},
    {.name = "ReadMaxOnDemandThroughputThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Reads refused by the maximum set for an on-demand table."},
    {.name = "WriteMaxOnDemandThroughputThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Writes refused by the maximum set for an on-demand table."},
    {.name = "ReadAccountLimitThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Reads of an on-demand table refused by the quota of the account."},
    {.name = "WriteAccountLimitThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Writes of an on-demand table refused by the quota of the account."},
    [DDB_THROTTLED] = {.name = "ThrottledRequests", .kind = WR_COUNT, .unit = "1", .doc = "Requests refused by a limit; a batch only when nothing of it was done."},
    [DDB_LATENCY] = {.name = "SuccessfulRequestLatency", .kind = WR_VALUE, .unit = "s", .doc = "Arrival to answer of requests that ended well."},
    [DDB_CONDITIONS] = {.name = "ConditionalCheckFailedRequests", .kind = WR_COUNT, .unit = "1", .doc = "Writes whose condition did not hold."},
    [DDB_CONFLICTS] = {.name = "TransactionConflict", .kind = WR_COUNT, .unit = "1", .doc = "Items refused because a transaction on them was in progress."},
    [DDB_RETURNED] = {.name = "ReturnedItemCount", .kind = WR_VALUE, .unit = "1", .doc = "Items returned by a query or scan."},
    [DDB_SYSTEM_ERRORS] = {.name = "SystemErrors", .kind = WR_COUNT, .unit = "1", .doc = "Requests answered with HTTP 500."},
    [DDB_USER_ERRORS] = {.name = "UserErrors", .kind = WR_COUNT, .unit = "1", .doc = "Requests that were not valid."},
    [DDB_USED] = {.name = "consumed_read", .kind = WR_COUNT, .unit = "units", .doc = "Read units consumed.", .ours = true},
    {.name = "consumed_write", .kind = WR_COUNT, .unit = "units", .doc = "Write units consumed.", .ours = true},
    [DDB_LEFT] = {.name = "burst_left_read", .kind = WR_LEVEL, .unit = "units", .doc = "Read units left in the bucket; the uniform burst_left is the smaller of the two, once a second.", .ours = true},
    {.name = "burst_left_write", .kind = WR_LEVEL, .unit = "units", .doc = "Write units left in the bucket.", .ours = true},
    [DDB_WARM] = {.name = "warm_read", .kind = WR_LEVEL, .unit = "units", .doc = "Read units a second that an on-demand table is warm for.", .ours = true},
    {.name = "warm_write", .kind = WR_LEVEL, .unit = "units", .doc = "Write units a second that an on-demand table is warm for.", .ours = true},
    [DDB_PARTITIONS] = {.name = "partitions", .kind = WR_LEVEL, .unit = "1", .doc = "Partitions.", .ours = true},
    [DDB_UNPROCESSED] = {.name = "unprocessed", .kind = WR_COUNT, .unit = "1", .doc = "Items of batches that came back undone in an answer that is no error.", .ours = true},
    [DDB_UTILIZATION] = {.name = "utilization", .kind = WR_RATIO, .unit = "1", .doc = "Consumed of provisioned units, of the side, read or write, that was busier over the last minute.", .num = "busier_units", .den = "busier_room", .ours = true},
    [DDB_BUSIER_UNITS] = {.name = "busier_units", .kind = WR_COUNT, .unit = "units", .doc = "Units consumed of the busier side.", .ours = true, .hidden = true},
    [DDB_BUSIER_ROOM] = {.name = "busier_room", .kind = WR_COUNT, .unit = "units", .doc = "Units provisioned of the busier side.", .ours = true, .hidden = true},
    {0}};

static const char exceeded[] = "ProvisionedThroughputExceededException", throttling[] = "ThrottlingException";
static const wr_code codes[] = {
    [DDB_OK] = {"OK", NULL, WR_OK, 200, "Done."},
    [DDB_THROTTLES] = {exceeded, "DynamoDB.TableReadProvisionedThroughputExceeded", WR_THROTTLED, 400, "The table's provisioned read capacity and its burst were used up."},
    {exceeded, "DynamoDB.TableWriteProvisionedThroughputExceeded", WR_THROTTLED, 400, "The table's provisioned write capacity and its burst were used up."},
    {exceeded, "DynamoDB.IndexReadProvisionedThroughputExceeded", WR_THROTTLED, 400, "A global index's provisioned read capacity and its burst were used up."},
    {exceeded, "DynamoDB.IndexWriteProvisionedThroughputExceeded", WR_THROTTLED, 400, "A global index's provisioned write capacity was used up: the table's write is refused."},
    {exceeded, "DynamoDB.TableReadKeyRangeThroughputExceeded", WR_THROTTLED, 400, "A partition's ceiling for reads was reached, or an on-demand table was not warm for so much."},
    {exceeded, "DynamoDB.TableWriteKeyRangeThroughputExceeded", WR_THROTTLED, 400, "A partition's ceiling for writes was reached, or an on-demand table was not warm for so much."},
    {exceeded, "DynamoDB.IndexReadKeyRangeThroughputExceeded", WR_THROTTLED, 400, "The same for reads of a global index."},
    {exceeded, "DynamoDB.IndexWriteKeyRangeThroughputExceeded", WR_THROTTLED, 400, "The same for writes of a global index."},
    {throttling, "DynamoDB.TableReadMaxOnDemandThroughputExceeded", WR_THROTTLED, 400, "The maximum that the owner set for reads of an on-demand table."},
    {throttling, "DynamoDB.TableWriteMaxOnDemandThroughputExceeded", WR_THROTTLED, 400, "The maximum that the owner set for writes of an on-demand table."},
    {throttling, "DynamoDB.IndexReadMaxOnDemandThroughputExceeded", WR_THROTTLED, 400, "The same for reads of a global index."},
    {throttling, "DynamoDB.IndexWriteMaxOnDemandThroughputExceeded", WR_THROTTLED, 400, "The same for writes of a global index."},
    {throttling, "DynamoDB.TableReadAccountLimitExceeded", WR_THROTTLED, 400, "The account's quota for reads of one on-demand table."},
    {throttling, "DynamoDB.TableWriteAccountLimitExceeded", WR_THROTTLED, 400, "The account's quota for writes of one on-demand table."},
    {throttling, "DynamoDB.IndexReadAccountLimitExceeded", WR_THROTTLED, 400, "The same for reads of a global index."},
    {throttling, "DynamoDB.IndexWriteAccountLimitExceeded", WR_THROTTLED, 400, "The same for writes of a global index."},
    [DDB_CONDITION] = {"ConditionalCheckFailedException", "DynamoDB.ConditionalCheckFailed", WR_CONFLICT, 400, "The condition did not hold."},
    [DDB_CONFLICT] = {"TransactionConflictException", "DynamoDB.TransactionConflict", WR_CONFLICT, 400, "The item was in a transaction in progress."},
    [DDB_CANCELED] = {"TransactionCanceledException", "DynamoDB.TransactionCanceled", WR_CONFLICT, 400, "An item of the transaction was in another one, or a condition did not hold."},
    [DDB_INVALID] = {"ValidationException", "DynamoDB.ValidationException", WR_INVALID, 400, "An item over 400 KB, too many items, an unknown index, or a strong read of a global index."},
    [DDB_FAIL] = {"InternalServerError", "Fault.fail", WR_FAILED, 500, "The partition had failed."},
    {0}};

static const wr_usage usage[] = {
    [DDB_HOURS] = {"Provisioned reads", "RCU-hours", "dynamodb.rcu_hour", 3600, "Provisioned read capacity, of indexes too.", PRICING},
    {"Provisioned writes", "WCU-hours", "dynamodb.wcu_hour", 3600, "Provisioned write capacity, of indexes too.", PRICING},
    [DDB_REQUESTS] = {"On-demand reads", "million RRU", "dynamodb.million_rru", 1e6, "Read units consumed on demand, of indexes too.", PRICING},
    {"On-demand writes", "million WRU", "dynamodb.million_wru", 1e6, "Write units consumed on demand, of indexes too.", PRICING},
    [DDB_STORAGE] = {"Storage", "GB-months", "dynamodb.gb_month", 730 * 3600.0, "item_count items of the mean item_size.", PRICING},
    {0}};

struct fail {
    double share;
    int mode;
};
struct slow {
    double factor;
};
enum { RESET, HANG };
static const char *const modes[] = {"reset", "hang", NULL};
static const wr_param fail_rows[] = {
    {.key = "share", WR_FIELD(struct fail, share), .type = WR_T_SHARE, .def = "100%", .doc = "Share of the key space that is not served."},
    {.key = "mode", WR_FIELD(struct fail, mode), .type = WR_T_ENUM, .choices = modes, .def = "reset", .doc = "reset: InternalServerError at once; hang: no answer."},
    {0}};
static const wr_param slow_rows[] = {
    {.key = "factor", WR_FIELD(struct slow, factor), .type = WR_T_NUMBER, .def = "2", .min = 0.001, .max = 1e6, .doc = "How many times longer answers take."},
    {0}};
enum { FAIL, SLOW };
static const wr_fault faults[] = {
    {"fail", fail_rows, sizeof(struct fail), "A share of the key space is not served while it lasts.", "assumption: a partition without its leader"},
    {"slow", slow_rows, sizeof(struct slow), "Latencies are multiplied.", "assumption: see factor"},
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

static void claim_read(ddb *t, wr_call *c, ddb_pool *p, uint64_t key, double factor)
{
    double bytes = item_size(t, c);
    if (wr_call_chance(c, wr_call_ask(c)->missing))
        bytes = 0;
    ddb_claim_units(t, p, DDB_READ, wr_key_spot(key), ddb_read_units(bytes, factor));
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
        ddb_history_add(&t->history, t->self, key);
    else
        wr_add(t->self, code == DDB_CONFLICT ? DDB_CONFLICTS : DDB_CONDITIONS, 1);
    answer_in(t, c, code, 0, latency(t, c, true));
}

/* ---- gets and batches: item by item --------------------------------------------------------------------- */
struct tally {
    int64_t done;
    int refused; /* the first code */
    bool invalid;
};

static void batch_get(ddb *t, wr_call *c, ddb_pool *p, int64_t n, int64_t first, struct tally *sum)
{
    double factor = wr_call_ask(c)->strong ? 1 : 0.5;
    for (int64_t i = 0; i < n; i++) {
        ddb_claims_begin(t);
        claim_read(t, c, p, ddb_other_key(wr_call_key(c), first + i), factor);
        sum->done += granted(t);
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
            ddb_history_add(&t->history, t->self, key);
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
        answer_in(t, c, DDB_OK, 0, latency(t, c, puts > 0));
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
    for (int64_t i = 0; i < n; i++)
        ddb_pages_add(&pages, item_size(t, c));
    ddb_claims_begin(t);
    double units = ddb_pages_units(&pages, wr_call_ask(c)->strong ? 1 : 0.5);
    ddb_claim_units(t, p, DDB_READ, wr_key_spot(wr_call_key(c)), units);
    if (!granted(t)) {
        throttle(t, c, t->refused);
        return;
    }
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
        sum += bytes;
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
        ddb_history_add(&t->history, t->self, ddb_other_key(wr_call_key(c), i));
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
        double factor = ((const struct slow *)arg)->factor;
        t->slow = on ? t->slow * factor : t->slow / factor;
        return;
    }
    const struct fail *f = arg;
    t->down += on ? f->share : -f->share;
    if (t->down < 1e-9)
        t->down = 0;
    if (f->mode == HANG)
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
               WR_ACCEPTS(WR_OP_QUERY) | WR_ACCEPTS(WR_OP_SCAN) | WR_ACCEPTS(WR_OP_BATCH) | WR_ACCEPTS(WR_OP_TRANSACT),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_HAS_BUCKET | WR_OWN_UTILIZATION,
    .net = WR_NET_AWS,
    .params = ddb_params, .metrics = metrics, .codes = codes, .usage = usage, .faults = faults,
    .cfg_size = sizeof(ddb_plan), .state_size = sizeof(ddb),
    .prepare = ddb_prepare, .start = dynamodb_start, .call = dynamodb_call, .fault = dynamodb_fault,
    .finish = dynamodb_finish,
};
