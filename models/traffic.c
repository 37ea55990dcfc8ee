/* traffic.c - who asks: sources of requests, open or closed, and the clients that see them through.
 *
 * A source decides when a request begins: by a rate that may change (constant, stages, expression, trace), at its
 * own times, or when a user of a closed loop has thought. A client sends it, waits, tries again by its policy and
 * counts what came of it, from the first try to the final answer. The only request that nobody sent is made
 * here; all others descend from it.
 * Not modelled: TCP, TLS and HTTP/2 as such. Faults: `spike` multiplies the rate of an open
 * source, and the number of users of a closed loop, at once.
 * Truth: tests/unit/test_traffic.c, test_client.c, tests/truth (M/M/1, MMPP/M/1, batches, MVA, retries, storms). */
#include "traffic.h"
#include <math.h>
#include <string.h>

static const char *const batch_of[] = {"poisson", "uniform", NULL};
static const char *const firsts[] = {"think", "send", NULL};
static const char *const formats[] = {"auto", "cloudwatch", "counts", "timestamps", "alb_log", NULL};
enum { CONTINUES, CANCELLED };
static const char *const abandoned[] = {"continues", "cancelled", NULL};

/* ---- tables ------------------------------------------------------------------------------------------- */
static const wr_param gamma_rows[] = {
    {.key = "cv", WR_FIELD(struct gamma, cv), .type = WR_T_NUMBER, .min = 0.001, .max = 1000, .doc = "Coefficient of variation of the time between arrivals; 1 is Poisson."},
    {0}};
static const wr_param rate_row_rows[] = {
    {.key = "rate", WR_FIELD(struct rate_row, rate), .type = WR_T_RATE, .max = 1e9, .doc = "A rate."},
    {0}};
static const wr_param mmpp_rows[] = {
    {.key = "rates", WR_FIELD(struct mmpp, rates), .type = WR_T_LIST, .rows = rate_row_rows, .size = sizeof(struct rate_row), .shorthand = "rate", .min = 1, .max = 1000, .doc = "Rate of arrivals in each state."},
    {.key = "leave", WR_FIELD(struct mmpp, leave), .type = WR_T_LIST, .rows = rate_row_rows, .size = sizeof(struct rate_row), .shorthand = "rate", .min = 1, .max = 1000, .doc = "Rate at which each state is left for the next one; the last leads to the first."},
    {0}};
static const wr_param batch_rows[] = {
    {.key = "size", WR_FIELD(struct batch, size), .type = WR_T_DIST, .of = WR_T_INT, .doc = "Requests in a batch."},
    {.key = "of", WR_FIELD(struct batch, of), .type = WR_T_ENUM, .choices = batch_of, .def = "poisson", .doc = "How batches arrive, at the rate divided by their mean size."},
    {0}};
static const wr_param interarrival_rows[] = {
    {.key = "of", WR_FIELD(struct interarrivals, of), .type = WR_T_DIST, .of = WR_T_DUR, .words = "never", .doc = "Time between arrivals."},
    {0}};
static const wr_param csv_rows[] = {
    {.key = "file", WR_FIELD(struct csv, file), .type = WR_T_TEXT, .doc = "One arrival time a line, in seconds or ISO 8601; the first one is t = 0 where it is a date."},
    {0}};
static const wr_variant arrival_laws[] = {
    [POISSON] = {.key = "poisson", .doc = "Independent arrivals."},
    [UNIFORM] = {.key = "uniform", .doc = "Constant spacing; of counts, spread evenly over their period."},
    [GAMMA] = {.key = "gamma", .rows = gamma_rows, .size = sizeof(struct gamma), .shorthand = "cv", .doc = "Gamma times between arrivals: smoother or burstier than Poisson."},
    [MMPP] = {.key = "mmpp", .rows = mmpp_rows, .size = sizeof(struct mmpp), .doc = "Poisson at a rate that jumps between states; in place of 'rate'."},
    [BATCH] = {.key = "batch", .rows = batch_rows, .size = sizeof(struct batch), .shorthand = "size", .doc = "Several at once."},
    [INTERARRIVALS] = {.key = "interarrivals", .rows = interarrival_rows, .size = sizeof(struct interarrivals), .shorthand = "of", .doc = "Any law of the time between arrivals; in place of 'rate'."},
    [CSV] = {.key = "csv", .rows = csv_rows, .size = sizeof(struct csv), .shorthand = "file", .doc = "Arrival times from a file; in place of 'rate'."},
    {0}};
static const wr_param stage_rows[] = {
    {.key = "rate", WR_FIELD(struct stage, rate), .type = WR_T_RATE, .max = 1e9, .doc = "Rate that is reached and held."},
    {.key = "ramp", WR_FIELD(struct stage, ramp), .type = WR_T_DUR, .def = "0s", .doc = "Time over which it is reached linearly."},
    {.key = "for", WR_FIELD(struct stage, hold), .type = WR_T_DUR, .def = "0s", .doc = "Time it is held; the last one stays."},
    {0}};
static const wr_param user_stage_rows[] = {
    {.key = "users", WR_FIELD(struct stage, rate), .type = WR_T_NUMBER, .max = 1e7, .doc = "Number of users that is reached and held."},
    {.key = "ramp", WR_FIELD(struct stage, ramp), .type = WR_T_DUR, .def = "0s", .doc = "Time over which it is reached, one user after the other."},
    {.key = "for", WR_FIELD(struct stage, hold), .type = WR_T_DUR, .def = "0s", .doc = "Time it is held; the last one stays."},
    {0}};
static const wr_param users_rows[] = {
    {.key = "count", WR_FIELD(struct users_block, count), .type = WR_T_INT, .optional = true, .min = 1, .max = 1e7, .doc = "Number of users."},
    {.key = "stages", WR_FIELD(struct users_block, stages), .type = WR_T_LIST, .rows = user_stage_rows, .size = sizeof(struct stage), .optional = true, .doc = "Number of users over time."},
    {0}};
static const wr_param path_rows[] = {
    {.key = "path", WR_FIELD(struct path_row, path), .type = WR_T_TEXT, .doc = "Beginning of the paths that mean this operation; the longest one that fits counts."},
    {0}};
static const wr_param trace_rows[] = {
    {.key = "file", WR_FIELD(struct trace, file), .type = WR_T_TEXT, .doc = "File beside the scenario."},
    {.key = "format", WR_FIELD(struct trace, format), .type = WR_T_ENUM, .choices = formats, .def = "auto", .doc = "auto: found from the header; cloudwatch: timestamp,value; counts: second,requests; timestamps: one arrival a line; alb_log: access log of an Application Load Balancer, with each request's time, sizes and path.", .src = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html"},
    {.key = "column", WR_FIELD(struct trace, column), .type = WR_T_TEXT, .optional = true, .doc = "Column of the numbers, by the name in the header; without it, the second one."},
    {.key = "scale", WR_FIELD(struct trace, scale), .type = WR_T_NUMBER, .def = "1", .max = 1e9, .doc = "Multiplies the counts."},
    {.key = "speed", WR_FIELD(struct trace, speed), .type = WR_T_NUMBER, .def = "1", .min = 1e-6, .max = 1e6, .doc = "Plays so many times as fast."},
    {.key = "offset", WR_FIELD(struct trace, offset), .type = WR_T_DUR, .def = "0s", .doc = "Begins so far into the trace."},
    {.key = "loop", WR_FIELD(struct trace, loop), .type = WR_T_BOOL, .def = "false", .doc = "Starts over at its end."},
    {.key = "operations", WR_FIELD(struct trace, operations), .type = WR_T_MAP, .rows = path_rows, .size = sizeof(struct path_row), .shorthand = "path", .flags = WR_P_OPERATION, .optional = true, .doc = "Access logs: which paths mean which operation; the operation of all others is drawn from the mix."},
    {0}};
static const wr_param at_rows[] = {
    {.key = "t", WR_FIELD(struct at_row, t), .type = WR_T_DUR, .doc = "Instant."},
    {.key = "count", WR_FIELD(struct at_row, count), .type = WR_T_INT, .def = "1", .max = 1e9, .doc = "Requests at this instant, in order."},
    {.key = "operation", WR_FIELD(struct at_row, operation), .type = WR_T_TEXT, .optional = true, .flags = WR_P_OPERATION, .doc = "Their operation; without it, drawn from the mix."},
    {.key = "key", WR_FIELD(struct at_row, key), .type = WR_T_CHOICE, .variants = wr_key_laws, .shorthand = "constant", .optional = true, .doc = "Law of their key; without it, the traffic's."},
    {0}};
static const wr_param share_rows[] = {
    {.key = "share", WR_FIELD(struct share_row, share), .type = WR_T_SHARE, .doc = "Share of requests."},
    {0}};
static const wr_param priority_rows[] = {
    {.key = "value", WR_FIELD(struct priority_row, value), .type = WR_T_INT, .min = -1e6, .max = 1e6, .doc = "Smaller is served first where the discipline is priority."},
    {0}};
static const wr_param connection_rows[] = {
    {.key = "max", WR_FIELD(struct connections, max), .type = WR_T_INT, .def = "unlimited", .min = 1, .max = 1e9, .words = "unlimited", .doc = "Connections of one client object at once; further tries wait for one. botocore has 10."},
    {.key = "keep_alive", WR_FIELD(struct connections, keep_alive), .type = WR_T_DUR, .def = "60s", .doc = "How long an idle connection is kept open for the next try."},
    {.key = "handshake", WR_FIELD(struct connections, handshake), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "Time that opening a new connection takes (TCP and TLS); it counts as waiting."},
    {0}};
static const wr_param client_rows[] = {
    {.key = "timeout", WR_FIELD(struct client_block, timeout), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "Time one try is waited for; the client then counts it as failed."},
    {.key = "deadline", WR_FIELD(struct client_block, deadline), .type = WR_T_DUR, .optional = true, .doc = "Time for all tries together; none starts after it."},
    {.key = "abandoned_work", WR_FIELD(struct client_block, abandoned), .type = WR_T_ENUM, .choices = abandoned, .def = "continues", .doc = "Whether the callee goes on after the client gave up; a reply then counts as late."},
    {.key = "retry", WR_FIELD(struct client_block, retry), .type = WR_T_BLOCK, .rows = wr_retry_params, .size = sizeof(wr_retry_cfg), .shorthand = "mode", .optional = true, .doc = "How it tries again."},
    {.key = "objects", WR_FIELD(struct client_block, objects), .type = WR_T_INT, .def = "1", .min = 1, .max = 60000, .doc = "Number of client objects; each request picks one at random; quotas, breakers and rate limits belong to one object."},
    {.key = "circuit_breaker", WR_FIELD(struct client_block, breaker), .type = WR_T_BLOCK, .rows = wr_breaker_params, .size = sizeof(wr_breaker_cfg), .optional = true, .doc = "Stops calling a callee that fails."},
    {.key = "hedge", WR_FIELD(struct client_block, hedge), .type = WR_T_BLOCK, .rows = wr_hedge_params, .size = sizeof(wr_hedge_cfg), .optional = true, .doc = "Sends a second copy of a request that is slow; the first good answer wins."},
    {.key = "connections", WR_FIELD(struct client_block, connections), .type = WR_T_BLOCK, .rows = connection_rows, .size = sizeof(struct connections), .optional = true, .doc = "Connection pool of each client object."},
    {0}};
static const wr_param params[] = {
    {.key = "target", WR_FIELD(struct traffic_cfg, target), .type = WR_T_LINK, .accepts = WR_ACCEPTS(WR_OP_REQUEST), .flags = WR_P_FORWARDS, .optional = true, .doc = "Resource that is called; short for a request of one call."},
    {.key = "request", WR_FIELD(struct traffic_cfg, request), .type = WR_T_LIST, .variants = wr_steps, .flags = WR_P_ONE, .optional = true, .doc = "Steps of one request."},
    {.key = "mix", WR_FIELD(struct traffic_cfg, mix), .type = WR_T_MAP, .rows = share_rows, .size = sizeof(struct share_row), .shorthand = "share", .flags = WR_P_OPERATION, .def = "{default: 100%}", .doc = "Operations and their shares; drawn for each request, and it travels with it."},
    {.key = "priority", WR_FIELD(struct traffic_cfg, priority), .type = WR_T_MAP, .rows = priority_rows, .size = sizeof(struct priority_row), .shorthand = "value", .optional = true, .doc = "Priority of each operation; 0 where none is given."},
    {.key = "key", WR_FIELD(struct traffic_cfg, key), .type = WR_T_CHOICE, .variants = wr_key_laws, .shorthand = "constant", .optional = true, .doc = "Law of the request's key; without it, every request has a key of its own."},
    {.key = "size", WR_FIELD(struct traffic_cfg, size), .type = WR_T_DIST, .of = WR_T_BYTES, .def = "1 KB", .doc = "Size of the body.", .src = "assumption: a small request"},
    {.key = "response_size", WR_FIELD(struct traffic_cfg, response_size), .type = WR_T_DIST, .of = WR_T_BYTES, .def = "10 KB", .doc = "Size of the answer's body, for balancer capacity units and data transfer.", .src = "assumption: a small page"},
    {.key = "from_az", WR_FIELD(struct traffic_cfg, from_az), .type = WR_T_MAP, .rows = share_rows, .size = sizeof(struct share_row), .shorthand = "share", .optional = true, .doc = "Share of requests that come from each availability zone; without it, evenly over the zones of what is called."},
    {.key = "start", WR_FIELD(struct traffic_cfg, start), .type = WR_T_DUR, .def = "0s", .doc = "Nothing is sent before."},
    {.key = "end", WR_FIELD(struct traffic_cfg, end), .type = WR_T_DUR, .optional = true, .doc = "Nothing is sent from then on; without it, the end of the run."},
    {.key = "count", WR_FIELD(struct traffic_cfg, count), .type = WR_T_INT, .def = "unlimited", .max = 1e15, .words = "unlimited", .doc = "Requests in all."},
    {.key = "client", WR_FIELD(struct traffic_cfg, client), .type = WR_T_BLOCK, .rows = client_rows, .size = sizeof(struct client_block), .optional = true, .doc = "How long it waits, and how it tries again."},
    {.key = "dns_ttl", WR_FIELD(struct traffic_cfg, dns_ttl), .type = WR_T_DUR, .optional = true, .doc = "How long a client keeps a balancer's address; without it, as the balancer's own dns_ttl says."},
    {.key = "rate", WR_FIELD(struct traffic_cfg, rate), .type = WR_T_PROFILE, .optional = true, .doc = "Requests per second, or an expression of t."},
    {.key = "stages", WR_FIELD(struct traffic_cfg, stages), .type = WR_T_LIST, .rows = stage_rows, .size = sizeof(struct stage), .optional = true, .doc = "Rates over time, counted from 'start'."},
    {.key = "trace", WR_FIELD(struct traffic_cfg, trace), .type = WR_T_BLOCK, .rows = trace_rows, .size = sizeof(struct trace), .shorthand = "file", .optional = true, .doc = "Recorded traffic; its first record is t = 0."},
    {.key = "at", WR_FIELD(struct traffic_cfg, at), .type = WR_T_LIST, .rows = at_rows, .size = sizeof(struct at_row), .shorthand = "t", .flags = WR_P_ONE, .optional = true, .doc = "Requests at given instants."},
    {.key = "users", WR_FIELD(struct traffic_cfg, users), .type = WR_T_BLOCK, .rows = users_rows, .size = sizeof(struct users_block), .shorthand = "count", .optional = true, .doc = "Closed loop: each user thinks, sends, and waits for the final answer."},
    {.key = "think_time", WR_FIELD(struct traffic_cfg, think_time), .type = WR_T_DIST, .of = WR_T_DUR, .def = "0s", .doc = "Time a user thinks."},
    {.key = "first", WR_FIELD(struct traffic_cfg, first), .type = WR_T_ENUM, .choices = firsts, .def = "think", .doc = "What a user does first."},
    {.key = "requests_per_user", WR_FIELD(struct traffic_cfg, requests_per_user), .type = WR_T_INT, .def = "unlimited", .min = 1, .max = 1e15, .words = "unlimited", .doc = "Requests of one user; then it is gone."},
    {.key = "arrivals", WR_FIELD(struct traffic_cfg, arrivals), .type = WR_T_CHOICE, .variants = arrival_laws, .def = "poisson", .doc = "Shape of the arrivals, or a law with times of its own."},
    {0}};

static const wr_code codes[] = {
    {"OK", NULL, WR_OK, 200, "The final answer was good."},
    {"RetryQuota", "Client.RetryQuota", WR_FAILED, 0, "It failed, and the retry budget had no tokens left."},
    {"BreakerOpen", "Client.BreakerOpen", WR_REJECTED, 0, "The circuit breaker was open: nothing was sent."},
    {"Timeout", "Client.Timeout", WR_TIMEOUT, 0, "The client's patience ended between the steps of its request."},
    {"Throttled", "Client.Throttled", WR_THROTTLED, 0, "A step of the request said so."},
    {"Failed", "Client.Failed", WR_FAILED, 0, "A step of the request said so."},
    {"TimedOut", "Client.TimedOut", WR_TIMEOUT, 0, "A step of the request said so."},
    {"Rejected", "Client.Rejected", WR_REJECTED, 0, "A step of the request said so."},
    {"Conflict", "Client.Conflict", WR_CONFLICT, 0, "A step of the request said so."},
    {"Invalid", "Client.Invalid", WR_INVALID, 0, "A step of the request said so."},
    {0}};

struct spike {
    double factor;
};
static const wr_param spike_rows[] = {
    {.key = "factor", WR_FIELD(struct spike, factor), .type = WR_T_NUMBER, .min = 0.000001, .max = 1e6, .doc = "What the rate, or the number of users, is multiplied by."},
    {0}};
static const wr_fault faults[] = {
    {"spike", spike_rows, sizeof(struct spike), "The rate is multiplied while it lasts.", NULL},
    {0}};

/* ---- prepare: operations ------------------------------------------------------------------------------ */
static struct kind *kind_of(struct traffic_cfg *cfg, int operation)
{
    for (size_t i = 0; i < cfg->kinds; i++)
        if (cfg->kind[i].operation == operation)
            return &cfg->kind[i];
    return NULL;
}

static void add_kind(struct traffic_cfg *cfg, wr_build *b, const char *name)
{
    int operation = name ? wr_build_operation(b, name) : -1;
    if (operation >= 0 && !kind_of(cfg, operation))
        cfg->kind[cfg->kinds++] = (struct kind){name, operation, 0, 1};
}

static void prepare_mix(struct traffic_cfg *cfg, wr_build *b)
{
    const struct share_row *mix = cfg->mix.items;
    const struct at_row *at = cfg->at.items;
    const struct trace *trace = cfg->trace;
    const struct path_row *path = trace ? trace->operations.items : NULL;
    size_t paths = trace ? trace->operations.n : 0;
    double sum = 0;
    cfg->kind = wr_build_alloc(b, (cfg->mix.n + cfg->at.n + paths + 1) * sizeof *cfg->kind);
    for (size_t i = 0; i < cfg->mix.n; i++) {
        sum += mix[i].share;
        cfg->kind[cfg->kinds++] = (struct kind){mix[i].name, wr_build_operation(b, mix[i].name), 0, sum};
    }
    if (fabs(sum - 1) > 1e-6)
        wr_build_error(b, &cfg->mix, "the shares of 'mix' sum to %.6g; they must sum to 1", sum);
    if (cfg->kinds)
        cfg->kind[cfg->kinds - 1].upto = 1;
    for (size_t i = 0; i < cfg->at.n; i++)
        add_kind(cfg, b, at[i].operation);
    for (size_t i = 0; i < paths; i++)
        add_kind(cfg, b, path[i].name);
    if (cfg->kinds > 250)
        wr_build_error(b, &cfg->mix, "'mix' has %zu operations; at most 250 are possible", cfg->kinds);
}

static void prepare_priority(struct traffic_cfg *cfg, wr_build *b)
{
    const struct priority_row *p = cfg->priority.items;
    for (size_t i = 0; i < cfg->priority.n; i++) {
        struct kind *k = kind_of(cfg, wr_build_operation(b, p[i].name));
        if (k)
            k->priority = (int)p[i].value;
        else
            wr_build_error(b, &p[i], "'%s' is no operation of the mix", p[i].name);
    }
}

static void prepare_zones(struct traffic_cfg *cfg, wr_build *b)
{
    const struct share_row *az = cfg->from_az.items;
    double *zone = wr_build_alloc(b, 26 * sizeof *zone), sum = 0;
    for (size_t i = 0; i < cfg->from_az.n; i++) {
        if (az[i].name[1] || az[i].name[0] < 'a' || az[i].name[0] > 'z') {
            wr_build_error(b, &az[i], "'%s' is not an availability zone; write one letter, such as a", az[i].name);
            continue;
        }
        zone[az[i].name[0] - 'a'] += az[i].share;
        sum += az[i].share;
    }
    if (cfg->from_az.n && fabs(sum - 1) > 1e-6)
        wr_build_error(b, &cfg->from_az, "the shares of 'from_az' sum to %.6g; they must sum to 1", sum);
    for (int i = 1; i < 26; i++)
        zone[i] += zone[i - 1];
    cfg->zone = zone;
    cfg->zones = cfg->from_az.n ? 26 : 0;
}

/* ---- prepare: when ------------------------------------------------------------------------------------ */
static void prepare_stages(struct traffic_cfg *cfg, wr_build *b)
{
    const struct stage *s = cfg->stages.items;
    size_t n = cfg->stages.n;
    wr_rate_stage *out = wr_build_alloc(b, (n + 1) * sizeof *out);
    out[0] = (wr_rate_stage){0, 0, cfg->start};
    for (size_t i = 0; i < n; i++)
        out[i + 1] = (wr_rate_stage){s[i].rate, s[i].ramp, i + 1 < n ? s[i].hold : WR_NEVER};
    cfg->profile = wr_profile_stages(wr_build_arena(b), out, n + 1);
}

static int by_time(const struct script *a, const struct script *b)
{
    return (a->t > b->t) - (a->t < b->t);
}

/* Insertion: lists are written in order nearly always, and equal times keep theirs. */
static void sort_script(struct script *s, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct script x = s[i];
        size_t k = i;
        for (; k && by_time(&x, &s[k - 1]) < 0; k--)
            s[k] = s[k - 1];
        s[k] = x;
    }
}

static void prepare_at(struct traffic_cfg *cfg, wr_build *b)
{
    const struct at_row *at = cfg->at.items;
    struct script *out = wr_build_alloc(b, (cfg->at.n + 1) * sizeof *out);
    for (size_t i = 0; i < cfg->at.n; i++) {
        struct kind *k = at[i].operation ? kind_of(cfg, wr_build_operation(b, at[i].operation)) : NULL;
        out[i] = (struct script){.t = at[i].t, .count = at[i].count, .kind = k ? (int)(k - cfg->kind) : -1,
                                 .key = wr_keys_build(b, &at[i].key)};
    }
    sort_script(out, cfg->at.n);
    cfg->script = out;
    cfg->scripts = cfg->at.n;
}

static void prepare_states(struct traffic_cfg *cfg, wr_build *b)
{
    const struct mmpp *m = cfg->arrivals.cfg;
    if (m->rates.n != m->leave.n)
        wr_build_error(b, &m->leave, "'rates' has %zu states and 'leave' has %zu; they must agree", m->rates.n,
                       m->leave.n);
}

static void prepare_batch(struct traffic_cfg *cfg, wr_build *b)
{
    const struct batch *batch = cfg->arrivals.cfg;
    cfg->mean = batch->size ? wr_dist_mean(batch->size) : 1;
    if (!(cfg->mean > 0))
        wr_build_error(b, &batch->size, "the mean 'size' of a batch must be known and above 0");
}

static void prepare_times(struct traffic_cfg *cfg, wr_build *b)
{
    const struct csv *csv = cfg->arrivals.cfg;
    if (cfg->stages.n)
        prepare_stages(cfg, b);
    else if (cfg->trace)
        trace_read(cfg, b, cfg->trace, &cfg->trace);
    else if (cfg->at.n)
        prepare_at(cfg, b);
    else if (cfg->users)
        users_prepare(cfg, b);
    else if (cfg->shape == CSV && csv)
        trace_times(cfg, b, csv->file, &cfg->arrivals);
}

static size_t ways(const struct traffic_cfg *cfg, bool own_times)
{
    return (size_t)(cfg->rate != NULL) + (cfg->stages.n > 0) + (cfg->trace != NULL) + (cfg->at.n > 0) +
           (cfg->users != NULL) + own_times;
}

static enum source source_of(const struct traffic_cfg *cfg, bool own_times)
{
    if (cfg->users)
        return BY_USERS;
    if (cfg->at.n || cfg->shape == CSV)
        return BY_SCRIPT;
    return own_times ? BY_PACE : BY_PROFILE;
}

static void prepare_shape(struct traffic_cfg *cfg, wr_build *b)
{
    bool shapeless = cfg->at.n || cfg->users;
    if (shapeless && wr_build_given(b, &cfg->arrivals))
        wr_build_error(b, &cfg->arrivals, "'arrivals' shapes a rate; it has no meaning with '%s'",
                       cfg->users ? "users" : "at");
    if (cfg->shape == MMPP)
        prepare_states(cfg, b);
    if (cfg->shape == BATCH)
        prepare_batch(cfg, b);
}

static void prepare_when(struct traffic_cfg *cfg, wr_build *b)
{
    cfg->shape = (enum shape)cfg->arrivals.which;
    bool own_times = cfg->shape == MMPP || cfg->shape == INTERARRIVALS || cfg->shape == CSV;
    size_t n = ways(cfg, own_times);
    if (n != 1) {
        wr_build_error(b, NULL,
                       "traffic '%s' has %s; exactly one of 'rate', 'stages', 'trace', 'at', 'users' and an 'arrivals' "
                       "with times of its own is needed",
                       wr_build_name(b), n ? "several sources of arrivals" : "no arrivals");
        return;
    }
    cfg->source = source_of(cfg, own_times);
    cfg->profile = cfg->rate;
    prepare_times(cfg, b);
    prepare_shape(cfg, b);
}

/* ---- prepare: what and how ---------------------------------------------------------------------------- */
static void prepare_request(struct traffic_cfg *cfg, wr_build *b)
{
    bool none = !cfg->target; /* not written, or the word */
    if (none == !cfg->request.n) {
        wr_build_error(b, NULL, "traffic '%s' needs one of 'target' and 'request'", wr_build_name(b));
        return;
    }
    if (cfg->request.n)
        cfg->program = wr_program_build(b, cfg->request, true);
    else
        cfg->program = wr_program_call(b, cfg->target);
    if (!cfg->program)
        return;
    cfg->single = wr_program_single(cfg->program, 0);
    cfg->callee = wr_program_callee(cfg->program, 0);
    if (cfg->cancels)
        wr_program_cancels(cfg->program);
}

static void prepare_client(struct traffic_cfg *cfg, wr_build *b)
{
    const struct client_block *c = cfg->client;
    cfg->deadline = WR_NEVER;
    cfg->objects = 1;
    if (!c)
        return;
    cfg->timeout = c->timeout;
    if (c->deadline >= 0)
        cfg->deadline = c->deadline;
    cfg->cancels = c->abandoned == CANCELLED;
    cfg->retry = wr_retry_build(b, c->retry);
    cfg->objects = c->objects;
    cfg->breaker = c->breaker;
    cfg->hedge = wr_hedge_build(b, c->hedge);
    cfg->pool = c->connections;
}

static void traffic_prepare(void *mine, wr_build *b)
{
    struct traffic_cfg *cfg = mine;
    if (cfg->end < 0)
        cfg->end = WR_NEVER;
    if (cfg->end <= cfg->start)
        wr_build_error(b, &cfg->end, "'end' is not after 'start'");
    cfg->keys = wr_keys_build(b, &cfg->key);
    prepare_mix(cfg, b);
    prepare_priority(cfg, b);
    prepare_zones(cfg, b);
    prepare_client(cfg, b);
    prepare_request(cfg, b);
    prepare_when(cfg, b);
    if (cfg->hedge && cfg->program && !cfg->single)
        wr_build_error(b, &((const struct client_block *)cfg->client)->hedge,
                       "'hedge' is for a request that is one plain call; a step may have one of its own");
}

/* ---- the component ------------------------------------------------------------------------------------ */
static void traffic_start(wr_comp *self)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    s->factor = 1;
    wr_stream(self, "arrivals", &s->arrivals);
    wr_stream(self, "mix", &s->mix);
    wr_stream(self, "key", &s->keys);
    wr_stream(self, "client", &s->client);
    wr_stream(self, "backoff", &s->retry);
    if (cfg->dns_ttl >= 0)
        wr_set_dns_ttl(self, cfg->dns_ttl);
    client_start(self);
    if (cfg->source == BY_USERS)
        users_start(self);
    else
        source_start(self);
}

static void traffic_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    double factor = ((const struct spike *)arg)->factor;
    (void)fault;
    s->spikes += on ? 1 : -1;
    factor = !s->spikes ? 1 : on ? s->factor * factor : s->factor / factor;
    if (cfg->source == BY_USERS)
        users_spike(self, factor);
    else
        source_spike(self, factor);
}

const wr_model wr_model_traffic = {
    .kind = "traffic", .title = "Traffic", .doc = "A source of requests and its clients.",
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_HAS_RETRIES | WR_HAS_SPANS,
    .net = WR_NET_CLIENT, .internal = true,
    .params = params, .codes = codes, .faults = faults,
    .cfg_size = sizeof(struct traffic_cfg), .state_size = sizeof(struct traffic),
    .prepare = traffic_prepare, .start = traffic_start, .fault = traffic_fault,
};
