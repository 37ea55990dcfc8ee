/* steps.c - the step language as tables: what may be written for each step of SCENARIO.md section 6.
 *
 * All steps that call bind to one struct; a table has rows for the fields that its step knows. Steps within
 * steps (parallel, choose, repeat) refer to the same list of variants. What the words mean when they run is
 * in compile.c. Truth: tests/unit/test_program.c, and the lint of all tables in tests/contract. */
#include "program.h"

#define FIELD(F) WR_FIELD(step_ask, F)
#define DYNAMODB_DOC "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"

static const char *const consistencies[] = {"eventual", "strong", NULL};
static const char *const invoke_modes[] = {"sync", "async", NULL};
static const char *const catches[] = {"fail", "continue", NULL};
static const char *const outcomes[] = {"ok", "throttled", "error", "timeout", "rejected", "conflict", "invalid", NULL};
const enum wr_status step_outcomes[] = {WR_OK,       WR_THROTTLED, WR_FAILED, WR_TIMEOUT,
                                        WR_REJECTED, WR_CONFLICT,  WR_INVALID};

static const wr_param time_rows[] = {
    {.key = "time", WR_FIELD(step_time, time), .type = WR_T_DIST, .of = WR_T_DUR, .words = "never", .doc = "How long."},
    {0}};

/* ---- steps that call ---------------------------------------------------------------------------------- */
static const wr_param common_rows[] = {
    {.key = "timeout", FIELD(timeout), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "Longest time one try is waited for."},
    {.key = "retry", FIELD(retry), .type = WR_T_BLOCK, .rows = wr_retry_params, .size = sizeof(wr_retry_cfg), .shorthand = "mode", .optional = true,
     .doc = "Retry policy; steps that call an AWS API follow the scenario's 'sdk', others and the steps of a traffic's request try once."},
    {.key = "deadline", FIELD(deadline), .type = WR_T_TEXT, .optional = true, .doc = "Time for all tries together, or 'propagate': as long as the step's own caller still waits; no try begins after it."},
    {.key = "circuit_breaker", FIELD(breaker), .type = WR_T_BLOCK, .rows = wr_breaker_params, .size = sizeof(wr_breaker_cfg), .optional = true, .doc = "Stops calling a callee that fails; each instance has its own."},
    {.key = "hedge", FIELD(hedge), .type = WR_T_BLOCK, .rows = wr_hedge_params, .size = sizeof(wr_hedge_cfg), .optional = true, .doc = "Sends a second copy of a call that is slow; the first good answer wins."},
    {.key = "catch", FIELD(catches), .type = WR_T_ENUM, .choices = catches, .def = "fail", .doc = "Whether a failure ends the operation, or it goes on as if nothing had happened."},
    {.key = "name", FIELD(name), .type = WR_T_TEXT, .optional = true, .doc = "Name of the span in traces."},
    {0}};
#define COMMON {.key = "", .type = WR_T_INCLUDE, .offset = 0, .rows = common_rows, .size = sizeof(step_ask), .doc = "Common keys of steps that call."}
#define LINK(KEY, F, OPS, OPTIONAL, DOC) {.key = KEY, FIELD(F), .type = WR_T_LINK, .accepts = OPS, .optional = OPTIONAL, .doc = DOC}
#define KEY_ROW {.key = "key", FIELD(key), .type = WR_T_CHOICE, .variants = wr_key_laws, .shorthand = "constant", .optional = true, .doc = "Law of the key; without it, the key of the request."}
#define SIZE_ROW(DOC) {.key = "item_size", FIELD(item_size), .type = WR_T_DIST, .of = WR_T_BYTES, .optional = true, .doc = DOC}
#define CONSISTENCY_ROW {.key = "consistency", FIELD(consistency), .type = WR_T_ENUM, .choices = consistencies, .def = "eventual", .doc = "Eventually consistent reads cost half.", .src = DYNAMODB_DOC "HowItWorks.ReadConsistency.html"}
#define INDEX_ROW {.key = "index", FIELD(index), .type = WR_T_TEXT, .optional = true, .doc = "Secondary index that is read."}
#define COUNT_ROW(KEY, F, DEF, DOC) {.key = KEY, FIELD(F), .type = WR_T_DIST, .of = WR_T_INT, .def = DEF, .doc = DOC}
#define CACHE_ROW {.key = "cache_for", FIELD(cache_for), .type = WR_T_DUR, .optional = true, .words = "never", .max = 3e9, .doc = "Each instance or environment keeps a good answer of this step for so long and makes no call then, whatever the key: a parameter, a secret, a data key."}
#define ITEM_SIZE "Size of one item; without it, the table's own."

static const wr_param call_rows[] = {
    {.key = "to", FIELD(to), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_REQUEST), .flags = WR_P_FORWARDS, .doc = "Resource that is called."},
    {.key = "operation", FIELD(operation), .type = WR_T_TEXT, .optional = true, .flags = WR_P_OPERATION, .doc = "Operation asked for; without it, the current one."},
    {.key = "size", FIELD(size), .type = WR_T_DIST, .of = WR_T_BYTES, .optional = true, .doc = "Size of the body; without it, that of the current request."},
    CACHE_ROW,
    COMMON,
    {0}};
static const wr_param get_rows[] = {
    LINK("from", to, WR_ACCEPTS(WR_OP_GET), false, "Table that is read."),
    COUNT_ROW("items", items, "1", "Items read; more than one is a BatchGetItem."),
    SIZE_ROW(ITEM_SIZE), CONSISTENCY_ROW, KEY_ROW, INDEX_ROW,
    {.key = "missing", FIELD(missing), .type = WR_T_SHARE, .def = "0%", .doc = "Share of reads that find nothing."},
    COMMON,
    {0}};
#define WRITE_ROWS(OP) \
    LINK("to", to, WR_ACCEPTS(OP), false, "Table that is written."), SIZE_ROW(ITEM_SIZE), \
    {.key = "old_size", FIELD(old_size), .type = WR_T_DIST, .of = WR_T_BYTES, .optional = true, .doc = "Size of the item that is replaced; without it, the same."}, \
    KEY_ROW, \
    {.key = "condition", FIELD(condition), .type = WR_T_TEXT, .optional = true, \
     .doc = "Share of conditions that hold, or 'unchanged': fails if the item was written since this request's last get of the key."}, \
    COMMON, {0}
static const wr_param put_rows[] = {WRITE_ROWS(WR_OP_PUT)};
static const wr_param update_rows[] = {WRITE_ROWS(WR_OP_UPDATE)};
static const wr_param delete_rows[] = {WRITE_ROWS(WR_OP_DELETE)};
static const wr_param query_rows[] = {
    LINK("from", to, WR_ACCEPTS(WR_OP_QUERY), false, "Table that is read."), COUNT_ROW("items", items, "1", "Items found."),
    SIZE_ROW(ITEM_SIZE), CONSISTENCY_ROW, KEY_ROW, INDEX_ROW, COMMON, {0}};
static const wr_param scan_rows[] = {
    LINK("from", to, WR_ACCEPTS(WR_OP_SCAN), false, "Table that is read."), COUNT_ROW("items", items, "1", "Items read."),
    SIZE_ROW(ITEM_SIZE), CONSISTENCY_ROW, KEY_ROW, INDEX_ROW, COMMON, {0}};
#define MANY_ROWS(OP) \
    LINK("from", from, WR_ACCEPTS(OP), true, "Table; the same as 'to'."), LINK("to", to, WR_ACCEPTS(OP), true, "Table; the same as 'from'."), \
    COUNT_ROW("gets", items, "0", "Items read."), COUNT_ROW("puts", puts, "0", "Items written."), SIZE_ROW(ITEM_SIZE), KEY_ROW, COMMON, {0}
static const wr_param batch_rows[] = {MANY_ROWS(WR_OP_BATCH)};
static const wr_param transact_rows[] = {MANY_ROWS(WR_OP_TRANSACT)};
static const wr_param send_rows[] = {
    LINK("to", to, WR_ACCEPTS(WR_OP_SEND), false, "Queue."),
    {.key = "size", FIELD(item_size), .type = WR_T_DIST, .of = WR_T_BYTES, .def = "1 KB", .doc = "Size of one message.", .src = "assumption: a small event"},
    COUNT_ROW("messages", items, "1", "Messages; up to 10 are one batch."),
    {.key = "delay", FIELD(delay), .type = WR_T_DUR, .optional = true, .doc = "Before it becomes visible; without it, the queue's delay."},
    {.key = "group", FIELD(key), .type = WR_T_CHOICE, .variants = wr_key_laws, .shorthand = "constant", .optional = true, .doc = "Law of the message group."},
    {.key = "dedup", FIELD(dedup), .type = WR_T_CHOICE, .variants = wr_key_laws, .shorthand = "constant", .optional = true, .doc = "Law of the deduplication id; without it, only retries of a step repeat one."},
    COMMON,
    {0}};
static const wr_param publish_rows[] = {
    LINK("to", to, WR_ACCEPTS(WR_OP_PUBLISH), false, "Topic, bus or stream."),
    {.key = "size", FIELD(item_size), .type = WR_T_DIST, .of = WR_T_BYTES, .def = "1 KB", .doc = "Size of one message.", .src = "assumption: a small event"},
    COUNT_ROW("messages", items, "1", "Messages."), KEY_ROW, COMMON, {0}};
static const wr_param invoke_rows[] = {
    LINK("to", to, WR_ACCEPTS(WR_OP_INVOKE), false, "Function."),
    {.key = "mode", FIELD(mode), .type = WR_T_ENUM, .choices = invoke_modes, .def = "sync", .doc = "async: answered when queued."},
    {.key = "payload", FIELD(size), .type = WR_T_DIST, .of = WR_T_BYTES, .def = "1 KB", .doc = "Size of the event.", .src = "assumption: a small event"},
    {.key = "qualifier", FIELD(index), .type = WR_T_TEXT, .optional = true, .doc = "Version or alias."},
    COMMON,
    {0}};
#define STORE_ROWS(OP) \
    LINK("from", from, WR_ACCEPTS(OP), true, "Cache, bucket or database; the same as 'to'."), \
    LINK("to", to, WR_ACCEPTS(OP), true, "Cache, bucket or database; the same as 'from'."), KEY_ROW, \
    {.key = "size", FIELD(item_size), .type = WR_T_DIST, .of = WR_T_BYTES, .optional = true, .doc = "Size of the object."}, COMMON, {0}
static const wr_param read_rows[] = {CACHE_ROW, STORE_ROWS(WR_OP_READ)};
static const wr_param write_rows[] = {STORE_ROWS(WR_OP_WRITE)};

/* ---- steps made of steps ------------------------------------------------------------------------------ */
#define STEPS(S, F, OPTIONAL, DOC) {.key = "steps", WR_FIELD(S, F), .type = WR_T_LIST, .variants = wr_steps, .flags = WR_P_ONE, .optional = OPTIONAL, .doc = DOC}
static const wr_param branch_rows[] = {STEPS(step_branch, steps, false, "Steps of this branch."), {0}};
static const wr_param parallel_rows[] = {
    {.key = "branches", WR_FIELD(step_parallel, branches), .type = WR_T_LIST, .rows = branch_rows, .size = sizeof(step_branch), .shorthand = "steps", .optional = true, .doc = "Branches, each a list of steps."},
    {.key = "count", WR_FIELD(step_parallel, count), .type = WR_T_DIST, .of = WR_T_INT, .optional = true, .doc = "Number of branches that all run 'steps'."},
    STEPS(step_parallel, steps, true, "Steps of each of 'count' branches."),
    {.key = "wait_for", WR_FIELD(step_parallel, wait_for), .type = WR_T_TEXT, .def = "all", .doc = "Branches that must end well before it goes on: all, any or a number; the others run out."},
    {0}};
static const wr_param option_rows[] = {
    {.key = "share", WR_FIELD(step_branch, share), .type = WR_T_SHARE, .doc = "Share of requests that take this one."},
    STEPS(step_branch, steps, false, "Its steps."),
    {0}};
static const wr_param choose_rows[] = {
    {.key = "options", WR_FIELD(step_choose, options), .type = WR_T_LIST, .rows = option_rows, .size = sizeof(step_branch), .flags = WR_P_ONE, .min = 1, .max = 1000, .doc = "One of these is taken; what is left of the shares takes none."},
    {0}};
static const wr_param repeat_rows[] = {
    {.key = "times", WR_FIELD(step_repeat, times), .type = WR_T_DIST, .of = WR_T_INT, .optional = true, .doc = "Number of rounds."},
    {.key = "while", WR_FIELD(step_repeat, while_share), .type = WR_T_SHARE, .optional = true, .doc = "Share of times that another round follows; drawn before each."},
    STEPS(step_repeat, steps, false, "Steps of a round."),
    {0}};
static const wr_param fail_rows[] = {
    {.key = "as", WR_FIELD(step_fail, as), .type = WR_T_ENUM, .choices = outcomes, .def = "error", .doc = "Outcome."},
    {.key = "share", WR_FIELD(step_fail, share), .type = WR_T_SHARE, .def = "100%", .doc = "Share of requests that end here."},
    {0}};
static const wr_param return_rows[] = {
    {.key = "as", WR_FIELD(step_fail, as), .type = WR_T_ENUM, .choices = outcomes, .def = "ok", .doc = "Outcome that is answered now; later steps run after the answer."},
    {0}};

#define ASK(KEY, ROWS, SHORT, DOC) {.key = KEY, .rows = ROWS, .size = sizeof(step_ask), .shorthand = SHORT, .doc = DOC}
const wr_variant wr_steps[] = {
    [STEP_CPU] = {.key = "cpu", .rows = time_rows, .size = sizeof(step_time), .shorthand = "time", .doc = "CPU time on one vCPU of speed 1."},
    [STEP_WAIT] = {.key = "wait", .rows = time_rows, .size = sizeof(step_time), .shorthand = "time", .doc = "Time without CPU; the slot stays held."},
    [STEP_CALL] = ASK("call", call_rows, "to", "Synchronous request to any resource that answers requests."),
    [STEP_GET] = ASK("get", get_rows, "from", "GetItem, or BatchGetItem of several items."),
    [STEP_PUT] = ASK("put", put_rows, "to", "PutItem."),
    [STEP_UPDATE] = ASK("update", update_rows, "to", "UpdateItem."),
    [STEP_DELETE] = ASK("delete", delete_rows, "to", "DeleteItem."),
    [STEP_QUERY] = ASK("query", query_rows, "from", "Query: sizes are summed, then rounded once a page."),
    [STEP_SCAN] = ASK("scan", scan_rows, "from", "Scan: sizes are summed, then rounded once a page."),
    [STEP_BATCH] = ASK("batch", batch_rows, "to", "BatchGetItem or BatchWriteItem."),
    [STEP_TRANSACT] = ASK("transact", transact_rows, "to", "TransactGetItems or TransactWriteItems: twice the units."),
    [STEP_SEND] = ASK("send", send_rows, "to", "SendMessage."),
    [STEP_PUBLISH] = ASK("publish", publish_rows, "to", "A message to a topic, a bus or a stream."),
    [STEP_INVOKE] = ASK("invoke", invoke_rows, "to", "Invokes a function."),
    [STEP_READ] = ASK("read", read_rows, "from", "Reads from a cache, a bucket or a database."),
    [STEP_WRITE] = ASK("write", write_rows, "to", "Writes to a cache, a bucket or a database."),
    [STEP_PARALLEL] = {.key = "parallel", .rows = parallel_rows, .size = sizeof(step_parallel), .shorthand = "branches", .doc = "Fork and join."},
    [STEP_CHOOSE] = {.key = "choose", .rows = choose_rows, .size = sizeof(step_choose), .shorthand = "options", .doc = "One of several lists of steps, at random."},
    [STEP_REPEAT] = {.key = "repeat", .rows = repeat_rows, .size = sizeof(step_repeat), .doc = "The same steps several times."},
    [STEP_FAIL] = {.key = "fail", .rows = fail_rows, .size = sizeof(step_fail), .shorthand = "as", .doc = "Ends the operation with an outcome."},
    [STEP_RETURN] = {.key = "return", .rows = return_rows, .size = sizeof(step_fail), .shorthand = "as", .doc = "Answers now; later steps run after the answer."},
    {0}};

static const wr_param operation_rows[] = {STEPS(step_branch, steps, false, "Steps of this operation."), {0}};
const wr_param wr_program_params[] = {
    {.key = "operations", WR_FIELD(wr_program_cfg, operations), .type = WR_T_MAP, .rows = operation_rows, .size = sizeof(step_branch), .shorthand = "steps", .flags = WR_P_OPERATION, .optional = true,
     .doc = "What is done with a request: a list of steps for each operation; 'default' stands for all others."},
    {.key = "steps", WR_FIELD(wr_program_cfg, steps), .type = WR_T_LIST, .variants = wr_steps, .flags = WR_P_ONE, .optional = true,
     .doc = "What is done with a request where all operations are alike."},
    {0}};
