/* service.c - the plain station: a partner API, an on-premises host, a database without a model, and the
 * ground on which closed forms are checked.
 *
 * Modelled: a number of equal servers with a bounded, timed waiting line (fifo, lifo, priority) or
 * processor sharing; a token bucket in front; errors after service; steps while the server is held
 * (`operations`) and after it is released (`then`). Not modelled: servers of different speed, preemption.
 * A failing share of servers drops what it holds; which requests those are is drawn, since servers are not
 * told apart. Truth: tests/truth/mm1.yaml and the other stations there (M/M/c, M/G/1, M/M/c/K, Erlang A, Cobham,
 * PS, Jackson). */
#include "models.h"
#include <math.h>

struct by_operation { /* a law for one operation */
    const char *name;
    const wr_dist *of;
};
struct then_steps {
    const char *name;
    wr_list steps;
};
struct limit {
    double rate, burst, cost;
    wr_dur retry_after;
};
struct service_cfg {
    int64_t servers, queue_limit;
    wr_dur contention;
    wr_list service_time, then; /* of by_operation; of then_steps */
    int discipline, on_full, az;
    const wr_dist *queue_timeout, *latency;
    double failure_rate;
    const void *rate_limit; /* struct limit */
    wr_program_cfg program;
    const char *zone;
    wr_dur keep_alive;
    /* by prepare: */
    int operations;
    const wr_dist **law;        /* by operation; [0] is default's, NULL: no time of its own */
    const wr_program **after;
};
enum { FIFO, LIFO, PS, PRIORITY };
static const char *const disciplines[] = {"fifo", "lifo", "ps", "priority", NULL};
enum { REJECT, DROP };
static const char *const on_full[] = {"reject", "drop", NULL};

static const wr_param law_rows[] = {
    {.key = "of", WR_FIELD(struct by_operation, of), .type = WR_T_DIST, .of = WR_T_DUR, .words = "never", .doc = "Time a server is held by this operation."},
    {0}};
static const wr_param then_rows[] = {
    {.key = "steps", WR_FIELD(struct then_steps, steps), .type = WR_T_LIST, .variants = wr_steps, .flags = WR_P_ONE, .doc = "Steps of this operation."},
    {0}};
static const wr_param limit_rows[] = {
    {.key = "rate", WR_FIELD(struct limit, rate), .type = WR_T_RATE, .max = 1e12, .doc = "Tokens added a second."},
    {.key = "burst", WR_FIELD(struct limit, burst), .type = WR_T_NUMBER, .max = 1e12, .doc = "Tokens the bucket holds; it starts full."},
    {.key = "cost", WR_FIELD(struct limit, cost), .type = WR_T_NUMBER, .def = "1", .max = 1e12, .doc = "Tokens a request takes."},
    {.key = "retry_after", WR_FIELD(struct limit, retry_after), .type = WR_T_DUR, .def = "0s", .doc = "Hint with a refusal when to come again, for clients that honour it; 0: none."},
    {0}};
static const wr_param params[] = {
    {.key = "servers", WR_FIELD(struct service_cfg, servers), .type = WR_T_INT, .def = "1", .min = 1, .max = 1e9, .words = "unlimited", .doc = "Requests in work at once."},
    {.key = "service_time", WR_FIELD(struct service_cfg, service_time), .type = WR_T_MAP, .rows = law_rows, .size = sizeof(struct by_operation), .shorthand = "of", .flags = WR_P_ONE | WR_P_OPERATION, .optional = true,
     .doc = "Time a server is held: a time or distribution, or one for each operation; may be left out when there are operations."},
    {.key = "contention", WR_FIELD(struct service_cfg, contention), .type = WR_T_DUR, .def = "0s", .max = 86400, .doc = "Added to the service time for every request present at its start, itself included.", .src = "assumption: linear contention"},
    {.key = "discipline", WR_FIELD(struct service_cfg, discipline), .type = WR_T_ENUM, .choices = disciplines, .def = "fifo", .doc = "Order of the waiting line; ps: all present share the servers equally, at most one server each; priority: non-preemptive, first come first served within a class."},
    {.key = "queue_limit", WR_FIELD(struct service_cfg, queue_limit), .type = WR_T_INT, .def = "unlimited", .max = 1e15, .words = "unlimited", .doc = "Waiting places, without those in service."},
    {.key = "on_full", WR_FIELD(struct service_cfg, on_full), .type = WR_T_ENUM, .choices = on_full, .def = "reject", .doc = "What a request meets that finds no waiting place; drop: no answer at all, the client sees only its timeout."},
    {.key = "queue_timeout", WR_FIELD(struct service_cfg, queue_timeout), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .words = "none", .doc = "A request that has waited this long leaves with the error QueueTimeout."},
    {.key = "failure_rate", WR_FIELD(struct service_cfg, failure_rate), .type = WR_T_SHARE, .def = "0", .doc = "Share of requests answered with an error after service."},
    {.key = "latency", WR_FIELD(struct service_cfg, latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = "0ms", .doc = "Pure delay before the waiting line."},
    {.key = "rate_limit", WR_FIELD(struct service_cfg, rate_limit), .type = WR_T_BLOCK, .rows = limit_rows, .size = sizeof(struct limit), .optional = true, .doc = "Token bucket in front: starts full, refills continuously; without enough tokens a request is throttled at once."},
    {.key = "then", WR_FIELD(struct service_cfg, then), .type = WR_T_MAP, .rows = then_rows, .size = sizeof(struct then_steps), .shorthand = "steps", .flags = WR_P_ONE | WR_P_OPERATION, .optional = true,
     .doc = "Steps run after the server is released and before the answer; a list, or one for each operation."},
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(struct service_cfg, program), .rows = wr_program_params, .size = sizeof(wr_program_cfg), .doc = "What is done while the server is held."},
    {.key = "keep_alive", WR_FIELD(struct service_cfg, keep_alive), .type = WR_T_DUR, .def = "never", .words = "never", .doc = "How long it keeps an idle connection; shorter than a balancer's idle_timeout, it makes stray 502s."},
    {.key = "availability_zone", WR_FIELD(struct service_cfg, zone), .type = WR_T_TEXT, .optional = true, .doc = "Zone it stands in: lets az_outage reach it."},
    {0}};

enum { OK, QUEUE_FULL, FAILURE, QUEUE_TIMEOUT, RATE_LIMIT, FAULT_FAIL }; /* FAILURE comes first: steps that fail use it */
static const wr_code codes[] = {
    {"OK", NULL, WR_OK, 200, "Served."},
    {"QueueFull", "Service.QueueFull", WR_REJECTED, 503, "No waiting place was free."},
    {"Error", "Service.Error", WR_FAILED, 500, "An error after service, by failure_rate, or of a step."},
    {"QueueTimeout", "Service.QueueTimeout", WR_FAILED, 503, "It waited longer than queue_timeout."},
    {"RateLimit", "Service.RateLimit", WR_THROTTLED, 429, "The rate limit had no token left."},
    {"Fail", "Fault.fail", WR_FAILED, 0, "The server it was in, or every server, had failed."},
    {0}};

enum { FAIL, SLOW, OUTAGE };
static const wr_fault faults[] = {
    {"fail", wr_fail_rows, sizeof(wr_fail_fault), "That share of servers does not serve while it lasts.", "assumption: servers fail together"},
    {"slow", wr_slow_rows, sizeof(wr_slow_fault), "Service times are multiplied.", "assumption: see factor"},
    {"az_outage", NULL, 0, "The service fails with its zone.", "assumption: a zone fails as a whole"},
    {0}};

struct service {
    wr_station station;
    wr_share *share;
    wr_host *host;
    wr_bucket bucket;
    wr_rng time, fate;
    double slow;
    int64_t down;            /* servers out */
    bool hang;
    wr_call *in_work;        /* list of those that hold a server */
};
struct visit {
    wr_event timer;
    wr_call *next, *prev;
    bool working;
};

static const wr_dist *law_of(const struct service_cfg *cfg, const wr_call *c)
{
    int op = wr_call_operation(c);
    return cfg->law[op < cfg->operations ? op : 0];
}

static const wr_program *after_of(const struct service_cfg *cfg, const wr_call *c)
{
    int op = wr_call_operation(c);
    return cfg->after[op < cfg->operations ? op : 0];
}

static int highest(const struct service_cfg *cfg, wr_build *b)
{
    int most = 0;
    const struct by_operation *law = cfg->service_time.items;
    const struct then_steps *then = cfg->then.items;
    for (size_t i = 0; i < cfg->service_time.n; i++)
        most = (int)fmax(most, wr_build_operation(b, law[i].name));
    for (size_t i = 0; i < cfg->then.n; i++)
        most = (int)fmax(most, wr_build_operation(b, then[i].name));
    return most + 1;
}

/* Laws and steps by the number of the operation; what is not said is as for operation 0, "default". */
static void by_number(struct service_cfg *cfg, wr_build *b)
{
    cfg->operations = highest(cfg, b);
    cfg->law = wr_build_alloc(b, (size_t)cfg->operations * sizeof(wr_dist *));
    cfg->after = wr_build_alloc(b, (size_t)cfg->operations * sizeof(wr_program *));
    const struct by_operation *law = cfg->service_time.items;
    for (size_t i = 0; i < cfg->service_time.n; i++)
        cfg->law[wr_build_operation(b, law[i].name)] = law[i].of;
    const struct then_steps *then = cfg->then.items;
    for (size_t i = 0; i < cfg->then.n; i++)
        cfg->after[wr_build_operation(b, then[i].name)] = wr_program_build(b, then[i].steps, false);
    for (int i = 1; i < cfg->operations; i++) {
        cfg->law[i] = cfg->law[i] ? cfg->law[i] : cfg->law[0];
        cfg->after[i] = cfg->after[i] ? cfg->after[i] : cfg->after[0];
    }
}

static void service_prepare(void *mine, wr_build *b)
{
    struct service_cfg *cfg = mine;
    wr_program_prepare(&cfg->program, b, false);
    if (!cfg->service_time.n && !cfg->program.code)
        wr_build_error(b, NULL, "'service_time' of service '%s' is required: give a time or a distribution", wr_build_name(b));
    if (cfg->discipline == PS && cfg->queue_timeout)
        wr_build_error(b, &cfg->queue_timeout, "'queue_timeout' has no meaning with 'discipline: ps': nobody waits");
    cfg->az = cfg->zone ? cfg->zone[0] - 'a' : -1;
    if (cfg->zone && (cfg->zone[1] || cfg->az < 0 || cfg->az > 25))
        wr_build_error(b, &cfg->zone, "'%s' is not an availability zone; write one letter, such as a", cfg->zone);
    by_number(cfg, b);
}

/* ---- serving ------------------------------------------------------------------------------------- */
static void work_list_add(struct service *s, wr_call *c)
{
    struct visit *v = WR_MINE(c, struct visit);
    v->working = true;
    v->prev = NULL;
    v->next = s->in_work;
    if (v->next)
        WR_MINE(v->next, struct visit)->prev = c;
    s->in_work = c;
}

static void work_list_remove(struct service *s, wr_call *c)
{
    struct visit *v = WR_MINE(c, struct visit);
    *(v->prev ? &WR_MINE(v->prev, struct visit)->next : &s->in_work) = v->next;
    if (v->next)
        WR_MINE(v->next, struct visit)->prev = v->prev;
    v->working = false;
}

static void then_done(wr_comp *self, wr_call *c, enum wr_status status)
{
    (void)self;
    wr_reply_status(c, status);
}

/* The server is free again; what follows is the answer, or the steps of `then`. */
static void served(wr_comp *self, wr_call *c)
{
    const struct service_cfg *cfg = wr_cfg(self);
    struct service *s = wr_state(self);
    const wr_program *after = after_of(cfg, c);
    work_list_remove(s, c);
    wr_station_leave(&s->station, c);
    if (wr_rng_chance(&s->fate, cfg->failure_rate))
        wr_reply(c, FAILURE);
    else if (after)
        wr_program_run(s->host, c, after, then_done);
    else
        wr_reply(c, OK);
}

static void steps_done(wr_comp *self, wr_call *c, enum wr_status status)
{
    struct service *s = wr_state(self);
    if (status == WR_OK) {
        served(self, c);
        return;
    }
    work_list_remove(s, c);
    wr_station_leave(&s->station, c);
    wr_reply_status(c, status);
}

/* Its own time is over; the steps of its operation hold the server on. */
static void timed(wr_comp *self, void *arg)
{
    const struct service_cfg *cfg = wr_cfg(self);
    struct service *s = wr_state(self);
    wr_call *c = arg;
    const wr_program *code = wr_program_for(c, cfg->program.code);
    WR_MINE(c, struct visit)->timer = (wr_event){0};
    if (code)
        wr_program_run(s->host, c, code, steps_done);
    else
        served(self, c);
}

static void shared_out(wr_comp *self, wr_call *c)
{
    timed(self, c);
}

static void begin(wr_comp *self, wr_call *c)
{
    const struct service_cfg *cfg = wr_cfg(self);
    struct service *s = wr_state(self);
    const wr_dist *law = wr_call_ask(c)->instead ? NULL : law_of(cfg, c);
    double work = law ? wr_draw(law, &s->time) : 0;
    work += wr_dur_to_s(cfg->contention) * (double)(s->station.busy + s->station.waiting);
    work_list_add(s, c);
    if (s->hang)
        return;
    if (s->share)
        wr_share_enter(s->share, c, work, shared_out);
    else if (work > 0)
        WR_MINE(c, struct visit)->timer = wr_after(self, wr_dur_from_s(work * s->slow), timed, c);
    else
        timed(self, c);
}

static void impatient(wr_comp *self, wr_call *c)
{
    (void)self;
    wr_reply(c, QUEUE_TIMEOUT);
}

static void enter(wr_comp *self, void *arg)
{
    const struct service_cfg *cfg = wr_cfg(self);
    struct service *s = wr_state(self);
    wr_call *c = arg;
    if (!s->station.servers && !s->hang) {
        wr_reply(c, FAULT_FAIL);
    } else if (cfg->servers == INT64_MAX && s->down && !s->hang && wr_rng_chance(&s->fate, (double)s->down * 1e-9)) {
        wr_reply(c, FAULT_FAIL);
    } else if (!wr_station_enter(&s->station, c)) {
        if (cfg->on_full == DROP)
            wr_reply_never(c);
        else
            wr_reply(c, QUEUE_FULL);
    }
}

static void service_call(wr_comp *self, wr_call *c)
{
    const struct service_cfg *cfg = wr_cfg(self);
    struct service *s = wr_state(self);
    const struct limit *limit = cfg->rate_limit;
    if (limit) {
        if (!wr_bucket_take(&s->bucket, wr_now(self), limit->cost)) {
            wr_call_set_retry_after(c, limit->retry_after);
            wr_reply(c, RATE_LIMIT);
            return;
        }
        wr_add(self, WR_U_CONSUMED, limit->cost);
        wr_set(self, WR_U_BURST_LEFT, s->bucket.level);
    }
    wr_dur d = wr_draw_dur(cfg->latency, &s->time);
    if (d > 0)
        wr_after(self, d, enter, c);
    else
        enter(self, c);
}

/* Takes a request out of its server without an end of service. */
static void evict(wr_comp *self, wr_call *c)
{
    struct service *s = wr_state(self);
    struct visit *v = WR_MINE(c, struct visit);
    wr_cancel(self, v->timer);
    if (s->share)
        wr_share_remove(s->share, c);
    wr_program_abort(s->host, c);
    work_list_remove(s, c);
    wr_station_leave(&s->station, c);
}

static void service_gone(wr_comp *self, wr_call *c)
{
    struct service *s = wr_state(self);
    if (!wr_call_ask(c)->cancel)
        return; /* as in real life: the work goes on in vain */
    if (WR_MINE(c, struct visit)->working)
        evict(self, c);
    else if (!wr_station_remove(&s->station, c))
        return; /* still in its latency, or already in `then` */
    wr_reply(c, QUEUE_TIMEOUT);
}

/* ---- faults --------------------------------------------------------------------------------------- */
static void resize(wr_comp *self)
{
    const struct service_cfg *cfg = wr_cfg(self);
    struct service *s = wr_state(self);
    if (cfg->servers == INT64_MAX)
        return;
    int64_t left = cfg->servers - s->down;
    left = left > 0 ? left : 0;
    wr_set(self, WR_U_IN_SERVICE, (double)left);
    if (s->share)
        wr_share_change(s->share, (double)left, 1 / s->slow);
    else
        wr_station_resize(&s->station, left);
}

/* Requests in failed servers fail at once; servers are not told apart, so which ones is drawn. */
static void lose(wr_comp *self, int64_t failed, int64_t up)
{
    struct service *s = wr_state(self);
    wr_call *next;
    for (wr_call *c = s->in_work; c && failed > 0; c = next) {
        next = WR_MINE(c, struct visit)->next;
        if (wr_rng_unit(&s->fate) * (double)up <= (double)failed) {
            failed--;
            s->station.servers--;
            evict(self, c);
            wr_reply(c, FAULT_FAIL);
        }
        up--;
    }
}

static void fail(wr_comp *self, double share, bool hang, bool on)
{
    const struct service_cfg *cfg = wr_cfg(self);
    struct service *s = wr_state(self);
    int64_t all = cfg->servers == INT64_MAX ? 1000000000 : cfg->servers; /* unlimited: parts per billion */
    int64_t n = (int64_t)floor(share * (double)all + 0.5), before = s->down;
    s->down += on ? n : -n;
    s->hang = on ? hang && s->down >= all : false;
    int64_t up = all - before > 0 ? all - before : 0;
    if (on && !hang)
        lose(self, n, up);
    resize(self);
}

static void service_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    const struct service_cfg *cfg = wr_cfg(self);
    struct service *s = wr_state(self);
    if (fault == SLOW) {
        double factor = ((const wr_slow_fault *)arg)->factor;
        s->slow = on ? s->slow * factor : s->slow / factor;
        wr_host_speed(s->host, 1 / s->slow);
        if (s->share)
            wr_share_change(s->share, (double)(cfg->servers - s->down), 1 / s->slow);
    } else if (fault == FAIL) {
        const wr_fail_fault *f = arg;
        fail(self, f->share, f->mode == WR_HANG, on);
    } else if (cfg->az >= 0 && cfg->az == *(const int *)arg) { /* az_outage: arg is the zone */
        fail(self, 1, false, on);
    }
}

static bool service_healthy(const wr_comp *self)
{
    const struct service_cfg *cfg = wr_cfg(self);
    const struct service *s = wr_const_state(self);
    return cfg->servers == INT64_MAX ? s->down < 1000000000 : s->down < cfg->servers;
}

static int64_t places(const struct service_cfg *cfg)
{
    if (cfg->discipline != PS)
        return cfg->servers;
    return cfg->queue_limit > INT64_MAX - cfg->servers ? INT64_MAX : cfg->servers + cfg->queue_limit;
}

static void busy_changed(wr_comp *self, double busy)
{
    wr_set(self, WR_U_BUSY, busy);
}

static void service_start(wr_comp *self)
{
    static const enum wr_order order[] = {[FIFO] = WR_FIFO, [LIFO] = WR_LIFO, [PS] = WR_FIFO, [PRIORITY] = WR_PRIORITY};
    const struct service_cfg *cfg = wr_cfg(self);
    struct service *s = wr_state(self);
    bool ps = cfg->discipline == PS;
    s->slow = 1;
    s->station = (wr_station){.owner = self, .order = order[cfg->discipline], .servers = places(cfg),
                              .room = ps ? 0 : cfg->queue_limit, .patience = cfg->queue_timeout,
                              .sharing = ps, .begin = begin, .expired = impatient};
    wr_stream(self, "service", &s->time);
    wr_stream(self, "fate", &s->fate);
    wr_stream(self, "patience", &s->station.patience_rng);
    s->host = wr_host_create(self);
    if (ps) {
        s->share = wr_share_create(self, cfg->servers == INT64_MAX ? INFINITY : (double)cfg->servers, 1);
        wr_share_watch(s->share, busy_changed);
    }
    const struct limit *limit = cfg->rate_limit;
    if (limit) {
        s->bucket = wr_bucket_full(limit->rate, limit->burst);
        wr_set(self, WR_U_BURST_LEFT, limit->burst);
    }
    wr_set_az(self, cfg->az);
    wr_set(self, WR_U_IN_SERVICE, cfg->servers == INT64_MAX ? 0 : (double)cfg->servers);
}

static wr_dur service_keep_alive(const wr_comp *self)
{
    return ((const struct service_cfg *)wr_cfg(self))->keep_alive;
}

const wr_model wr_model_service = {
    .kind = "service", .title = "Service", .doc = "A plain station: servers, a waiting line, a time. Whatever has no model of its own.",
    .accepts = WR_ACCEPTS(WR_OP_REQUEST) | WR_ACCEPTS(WR_OP_INVOKE) | WR_ACCEPTS(WR_OP_READ) | WR_ACCEPTS(WR_OP_WRITE),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_OWN_PRESENCE | WR_HAS_STATION | WR_HAS_UNITS | WR_HAS_BUCKET | WR_HAS_RETRIES,
    .net = WR_NET_SERVICE,
    .params = params, .codes = codes, .faults = faults,
    .cfg_size = sizeof(struct service_cfg), .state_size = sizeof(struct service),
    .program = 1 + offsetof(struct service_cfg, program),
    .prepare = service_prepare, .start = service_start, .call = service_call, .gone = service_gone,
    .fault = service_fault, .healthy = service_healthy, .keep_alive = service_keep_alive,
};
