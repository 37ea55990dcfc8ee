/* elasticache.c - a cache in front of something slower: nodes, eviction, expiry, and who fills it.
 *
 * Keys are spread over the nodes by a fixed hash; each node holds what its policy keeps (weir/cache.h: 56 bytes a key of
 * simulated cache, and its hash). Lazy: a read that misses asks the origin and puts the answer (three trips); writes go
 * to the origin and leave what is cached stale. Write-through: writes go to both, and reads that miss fill nothing. A
 * node runs commands one after the other. A failed node loses all it held, unless it has a replica, and is back after
 * failover_time or at the end of the fault. Without an origin the answer to a miss comes from nowhere and is put at
 * once. Not modelled: commands under way at a node that fails, the lag of replicas, several misses of a key that wait
 * for one fill, slots and resharding, connections, noeviction, the sampling of Redis's LRU.
 * Truth: tests/unit/test_elasticache.c, tests/truth/cache-*.yaml (Che's approximation, and exact sums). */
#include "models.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <weir/cache.h>

#define GUIDE "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/"
#define GB 1073741824.0

/* ---- what users write ----------------------------------------------------------------------------------- */
enum { LAZY, WRITE_THROUGH, BOTH };
static const char *const patterns[] = {"lazy", "write_through", "both", NULL};
static const char *const policies[] = {[WR_CACHE_LRU] = "lru", [WR_CACHE_RANDOM] = "random", [WR_CACHE_FIFO] = "fifo", NULL};
static const char *const expiries[] = {"fixed", "idle", NULL};
static const struct {
    const char *name, *price;
    double gb;
} types[] = {{"cache.t3.micro", "elasticache.t3.micro", 0.5},    {"cache.t3.small", "elasticache.t3.small", 1.37},
             {"cache.t3.medium", "elasticache.t3.medium", 3.09}, {"cache.m6g.large", "elasticache.m6g.large", 6.38},
             {"cache.r6g.large", "elasticache.r6g.large", 13.07}, {"cache.r6g.xlarge", "elasticache.r6g.xlarge", 26.32}};

struct elasticache_cfg {
    const char *node_type, *capacity;
    int64_t nodes, replicas;
    int policy, expiry, pattern;
    const wr_dist *ttl, *failover_time, *latency, *item_size;
    double node_rate;
    const wr_link *origin;
    /* by prepare: */
    double entries, bytes; /* of one node */
    int type;
};
static const wr_param params[] = {
    {.key = "origin", WR_FIELD(struct elasticache_cfg, origin), .type = WR_T_LINK, .flags = WR_P_FORWARDS, .optional = true, .doc = "Who has what the cache has not, and is written to; it is asked by read, get or a plain request, whichever it takes."},
    {.key = "pattern", WR_FIELD(struct elasticache_cfg, pattern), .type = WR_T_ENUM, .choices = patterns, .def = "lazy", .doc = "lazy: reads that miss fill the cache, writes leave it stale; write_through: writes fill it; both: either does.", .src = GUIDE "Strategies.html"},
    {.key = "capacity", WR_FIELD(struct elasticache_cfg, capacity), .type = WR_T_TEXT, .optional = true, .doc = "What one node holds: a number of items, a size, or unlimited; when left out three quarters of the memory of its type.", .src = GUIDE "redis-memory-management.html"},
    {.key = "policy", WR_FIELD(struct elasticache_cfg, policy), .type = WR_T_ENUM, .choices = policies, .def = "lru", .doc = "What goes when a node is full: the least recently used, any, or the oldest item.", .src = "assumption: LRU of all keys; Redis looks at a sample of those with a time to live"},
    {.key = "ttl", WR_FIELD(struct elasticache_cfg, ttl), .type = WR_T_DIST, .of = WR_T_DUR, .def = "never", .words = "never", .doc = "An item's time to live, drawn when it is put; a law makes it jitter.", .src = "assumption: the owner chooses"},
    {.key = "expiry", WR_FIELD(struct elasticache_cfg, expiry), .type = WR_T_ENUM, .choices = expiries, .def = "fixed", .doc = "fixed: from the put; idle: every hit renews it."},
    {.key = "item_size", WR_FIELD(struct elasticache_cfg, item_size), .type = WR_T_DIST, .of = WR_T_BYTES, .optional = true, .doc = "Bytes of an item; when left out the size of the step that reads or writes it, and the answer's of a plain request."},
    {.key = "node_type", WR_FIELD(struct elasticache_cfg, node_type), .type = WR_T_TEXT, .def = "cache.r6g.large", .doc = "Type of its nodes: memory and price.", .src = "assumption: a common choice", .cfn = "CacheNodeType"},
    {.key = "nodes", WR_FIELD(struct elasticache_cfg, nodes), .type = WR_T_INT, .def = "1", .min = 1, .max = 500, .doc = "Nodes (shards) that the keys are spread over."},
    {.key = "replicas", WR_FIELD(struct elasticache_cfg, replicas), .type = WR_T_INT, .def = "0", .max = 5, .doc = "Replicas of each node: paid for, and with one a failed node comes back with what it held.", .src = GUIDE "Replication.html", .cfn = "ReplicasPerNodeGroup"},
    {.key = "failover_time", WR_FIELD(struct elasticache_cfg, failover_time), .type = WR_T_DIST, .of = WR_T_DUR, .def = "30s", .words = "never", .doc = "A failed node is replaced after this time, or is back when its fault ends, if that is earlier.", .src = "assumption: a few seconds to tens of seconds"},
    {.key = "node_rate", WR_FIELD(struct elasticache_cfg, node_rate), .type = WR_T_RATE, .def = "100k/s", .words = "unlimited", .min = 0.001, .max = 1e9, .doc = "Commands a second of one node, which runs them one after the other.", .src = "assumption: about 100,000 simple commands a second on one thread"},
    {.key = "latency", WR_FIELD(struct elasticache_cfg, latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 0.4ms, p99: 1ms}}", .doc = "One trip to the cache, without waiting for the commands before it.", .src = "assumption: AWS says below a millisecond"},
    {0}};

enum { FAIL, SLOW };
static const wr_fault faults[] = {
    {"fail", wr_fail_rows, sizeof(wr_fail_fault), "Nodes do not serve until they are replaced, or the fault ends; then they are empty, unless they have a replica.", "assumption: memory is lost with the node"},
    {"slow", wr_slow_rows, sizeof(wr_slow_fault), "Trips and commands take longer.", "assumption: see factor"},
    {0}};

/* ---- what they read ------------------------------------------------------------------------------------- */
enum { CACHE_HITS, CACHE_MISSES, HIT_RATE, EVICTIONS, ITEMS, BYTES, GETS, SETS, HITS, MISSES, HIT_SHARE, EVICTED, STALE };
static const wr_metric metrics[] = {
    [CACHE_HITS] = {.name = "CacheHits", .kind = WR_COUNT, .unit = "1", .doc = "Reads that found their key."},
    [CACHE_MISSES] = {.name = "CacheMisses", .kind = WR_COUNT, .unit = "1", .doc = "Reads that did not."},
    [HIT_RATE] = {.name = "CacheHitRate", .kind = WR_RATIO, .unit = "%", .num = "CacheHits", .den = "CacheHits CacheMisses", .scale = 100, .doc = "Hits of all reads."},
    [EVICTIONS] = {.name = "Evictions", .kind = WR_COUNT, .unit = "1", .doc = "Items that had to go for others."},
    [ITEMS] = {.name = "CurrItems", .kind = WR_LEVEL, .unit = "1", .doc = "Items held, as of the latest command of their node."},
    [BYTES] = {.name = "BytesUsedForCache", .kind = WR_LEVEL, .unit = "B", .doc = "Their sizes together."},
    [GETS] = {.name = "GetTypeCmds", .kind = WR_COUNT, .unit = "1", .doc = "Commands that read."},
    [SETS] = {.name = "SetTypeCmds", .kind = WR_COUNT, .unit = "1", .doc = "Commands that write, fills included."},
    [HITS] = {.name = "hits", .kind = WR_COUNT, .unit = "1", .ours = true, .doc = "As CacheHits."},
    [MISSES] = {.name = "misses", .kind = WR_COUNT, .unit = "1", .ours = true, .doc = "As CacheMisses."},
    [HIT_SHARE] = {.name = "hit_share", .kind = WR_RATIO, .unit = "1", .num = "hits", .den = "hits misses", .ours = true, .doc = "Hits of all reads."},
    [EVICTED] = {.name = "evictions", .kind = WR_COUNT, .unit = "1", .ours = true, .doc = "As Evictions."},
    [STALE] = {.name = "stale", .kind = WR_COUNT, .unit = "1", .ours = true, .doc = "Hits of items that were written at the origin since."},
    {0}};

enum { OK, ORIGIN_FAILED, FAULT_FAIL };
static const wr_code codes[] = {
    [OK] = {"OK", NULL, WR_OK, 200, "Found, or fetched, or written."},
    [ORIGIN_FAILED] = {"OriginError", "ElastiCache.OriginError", WR_FAILED, 500, "The origin failed without saying why."},
    [FAULT_FAIL] = {"Fail", "Fault.fail", WR_FAILED, 0, "The node of the key had failed."},
    {0}};
static const wr_usage usage[] = {
    {"Nodes", "hour", "elasticache.*", 3600, "Hours of nodes and replicas, by their type.", "https://aws.amazon.com/elasticache/pricing/"},
    {0}};

/* ---- checks --------------------------------------------------------------------------------------------- */
static void read_type(struct elasticache_cfg *cfg, wr_build *b)
{
    char list[256] = "";
    size_t n = sizeof types / sizeof *types;
    for (size_t i = 0; i < n; i++) {
        size_t at = strlen(list);
        if (!strcmp(types[i].name, cfg->node_type)) {
            cfg->type = (int)i;
            return;
        }
        snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", types[i].name);
    }
    wr_build_error(b, &cfg->node_type, "'%s' is not a node type in this build; allowed are %s", cfg->node_type, list);
}

static void elasticache_prepare(void *mine, wr_build *b)
{
    struct elasticache_cfg *cfg = mine;
    bool items = false, size = false;
    read_type(cfg, b);
    cfg->entries = INFINITY;
    cfg->bytes = 0.75 * types[cfg->type].gb * GB;
    if (!cfg->capacity)
        return;
    cfg->bytes = INFINITY;
    if (!strcmp(cfg->capacity, "unlimited"))
        return;
    double n = wr_text_number(cfg->capacity, WR_T_NUMBER, NULL, &items);
    double bytes = items ? 0 : wr_text_number(cfg->capacity, WR_T_BYTES, NULL, &size);
    if (items && n >= 1 && n <= 1e9)
        cfg->entries = floor(n);
    else if (size && bytes > 0)
        cfg->bytes = bytes;
    else
        wr_build_error(b, &cfg->capacity, "'%s' is not a capacity; allowed are a number of items from 1 on, a size such as 2 GB, and unlimited",
                       cfg->capacity);
}

/* ---- nodes ---------------------------------------------------------------------------------------------- */
struct node {
    wr_cache *cache;
    wr_comp *part;     /* its own series; NULL: not recorded */
    wr_time busy, back; /* busy: with commands until then; back: it serves from then on */
    int down, hangs;   /* faults that hold it */
    double items, bytes;
};
struct elasticache {
    struct node *node;
    int64_t nodes;
    wr_comp *origin;
    const wr_ask *read, *write; /* of the origin */
    double slow;
    wr_rng latency, life, size;
};
struct visit {
    double size;
    struct node *node;
};

static void count(wr_comp *self, const struct node *n, int metric, double by)
{
    wr_add(self, metric, by);
    if (n->part)
        wr_add(n->part, metric, by);
}

static void tell_filling(wr_comp *self, struct node *n)
{
    double items = (double)wr_cache_count(n->cache), bytes = wr_cache_bytes(n->cache);
    if (items == n->items && bytes == n->bytes)
        return;
    wr_shift(self, ITEMS, items - n->items);
    wr_shift(self, BYTES, bytes - n->bytes);
    if (n->part) {
        wr_set(n->part, ITEMS, items);
        wr_set(n->part, BYTES, bytes);
    }
    n->items = items;
    n->bytes = bytes;
}

static struct node *node_of(struct elasticache *e, uint64_t key)
{
    return &e->node[(int64_t)(wr_key_spot(key) * (double)e->nodes)];
}

/* One trip to a node: it waits for the commands before it. */
static wr_dur trip(wr_comp *self, struct node *n)
{
    const struct elasticache_cfg *cfg = wr_cfg(self);
    struct elasticache *e = wr_state(self);
    wr_time now = wr_now(self), begin = n->busy > now ? n->busy : now;
    if (!isinf(cfg->node_rate))
        n->busy = begin + wr_dur_from_s(e->slow / cfg->node_rate);
    wr_dur d = wr_draw_dur(cfg->latency, &e->latency);
    return begin - now + (e->slow == 1 ? d : wr_dur_from_s(e->slow * wr_dur_to_s(d)));
}

static void put(wr_comp *self, const wr_call *c)
{
    const struct elasticache_cfg *cfg = wr_cfg(self);
    struct elasticache *e = wr_state(self);
    const struct visit *v = WR_MINE((wr_call *)(uintptr_t)c, struct visit);
    struct node *n = v->node;
    if (wr_now(self) < n->back)
        return;
    int64_t evicted = wr_cache_put(n->cache, wr_call_key(c), v->size, wr_draw_dur(cfg->ttl, &e->life));
    count(self, n, SETS, 1);
    if (evicted) {
        count(self, n, EVICTIONS, (double)evicted);
        count(self, n, EVICTED, (double)evicted);
    }
    tell_filling(self, n);
}

/* ---- requests ------------------------------------------------------------------------------------------- */
static double size_of(struct elasticache *e, const struct elasticache_cfg *cfg, const wr_call *c)
{
    if (cfg->item_size)
        return wr_draw(cfg->item_size, &e->size);
    double size = wr_call_op(c) == WR_OP_REQUEST ? wr_call_response_size(c) : wr_call_size(c);
    return size > 0 ? size : wr_call_op(c) == WR_OP_REQUEST ? 10240 : 1024; /* SCENARIO.md's defaults */
}

static void ask_origin(wr_comp *self, wr_call *c, const wr_ask *ask, wr_dur delay, wr_done_fn *done)
{
    const struct elasticache *e = wr_state(self);
    wr_send what = wr_send_like(c);
    what.ask = ask;
    what.delay = delay;
    wr_call_send(self, e->origin, c, &what, done);
}

static void fetched(wr_comp *self, wr_call *c, const wr_call *answer)
{
    const struct elasticache_cfg *cfg = wr_cfg(self);
    if (wr_call_status(answer) != WR_OK) {
        wr_reply_status(c, wr_call_status(answer));
    } else if (cfg->pattern == WRITE_THROUGH) {
        wr_reply(c, OK);
    } else {
        put(self, c);
        wr_reply_after(c, trip(self, WR_MINE(c, struct visit)->node), OK);
    }
}

static void stored(wr_comp *self, wr_call *c, const wr_call *answer)
{
    const struct elasticache_cfg *cfg = wr_cfg(self);
    struct node *n = WR_MINE(c, struct visit)->node;
    if (wr_call_status(answer) != WR_OK) {
        wr_reply_status(c, wr_call_status(answer));
    } else if (cfg->pattern == LAZY) {
        wr_cached *old = wr_cache_peek(n->cache, wr_call_key(c));
        if (old)
            old->stamp = 1;
        wr_reply(c, OK);
    } else {
        put(self, c);
        wr_reply_after(c, trip(self, n), OK);
    }
}

static void read_key(wr_comp *self, wr_call *c, struct node *n)
{
    const struct elasticache_cfg *cfg = wr_cfg(self);
    const struct elasticache *e = wr_state(self);
    const wr_cached *found = wr_cache_find(n->cache, wr_call_key(c));
    wr_dur d = trip(self, n);
    count(self, n, GETS, 1);
    count(self, n, found ? CACHE_HITS : CACHE_MISSES, 1);
    count(self, n, found ? HITS : MISSES, 1);
    if (found && found->stamp)
        count(self, n, STALE, 1);
    tell_filling(self, n);
    if (!found && e->origin) {
        ask_origin(self, c, e->read, d, fetched);
        return;
    }
    if (!found && cfg->pattern != WRITE_THROUGH)
        put(self, c);
    wr_reply_after(c, d, OK);
}

static void write_key(wr_comp *self, wr_call *c, struct node *n)
{
    const struct elasticache *e = wr_state(self);
    if (e->origin) {
        ask_origin(self, c, e->write, 0, stored);
        return;
    }
    put(self, c);
    wr_reply_after(c, trip(self, n), OK);
}

static void elasticache_call(wr_comp *self, wr_call *c)
{
    struct elasticache *e = wr_state(self);
    struct node *n = node_of(e, wr_call_key(c));
    if (n->part)
        wr_add(n->part, WR_U_REQUESTS, 1);
    *WR_MINE(c, struct visit) = (struct visit){size_of(e, wr_cfg(self), c), n};
    if (wr_now(self) < n->back) {
        if (n->hangs)
            wr_reply_never(c);
        else
            wr_reply(c, FAULT_FAIL);
    } else if (wr_call_op(c) == WR_OP_WRITE) {
        write_key(self, c, n);
    } else {
        read_key(self, c, n);
    }
}

/* ---- faults --------------------------------------------------------------------------------------------- */
static void in_service(wr_comp *self)
{
    const struct elasticache *e = wr_const_state(self);
    int64_t up = 0;
    for (int64_t i = 0; i < e->nodes; i++)
        up += e->node[i].back <= wr_now(self);
    wr_set(self, WR_U_IN_SERVICE, (double)up);
}

static void replaced(wr_comp *self, void *arg)
{
    (void)arg;
    in_service(self);
}

static void fail_node(wr_comp *self, struct node *n, bool hang)
{
    const struct elasticache_cfg *cfg = wr_cfg(self);
    struct elasticache *e = wr_state(self);
    wr_time now = wr_now(self);
    wr_dur d = wr_draw_dur(cfg->failover_time, &e->life);
    wr_time back = d >= WR_NEVER - now ? WR_NEVER : now + d;
    n->down++;
    n->hangs += hang;
    n->back = back > n->back ? back : n->back;
    if (!cfg->replicas)
        wr_cache_clear(n->cache);
    tell_filling(self, n);
    wr_at(self, n->back, WR_PHASE_CONTROL, replaced, NULL);
}

static void end_fail(wr_comp *self, struct node *n, bool hang)
{
    wr_time now = wr_now(self);
    n->hangs -= hang;
    if (--n->down == 0 && n->back > now)
        n->back = now;
}

static void elasticache_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    struct elasticache *e = wr_state(self);
    if (fault == SLOW) {
        double factor = ((const wr_slow_fault *)arg)->factor;
        e->slow = on ? e->slow * factor : e->slow / factor;
        return;
    }
    const wr_fail_fault *f = arg;
    int64_t n = (int64_t)floor(f->share * (double)e->nodes + 0.5);
    for (int64_t i = 0; i < n; i++) {
        if (on)
            fail_node(self, &e->node[i], f->mode == WR_HANG);
        else
            end_fail(self, &e->node[i], f->mode == WR_HANG);
    }
    in_service(self);
}

static bool elasticache_healthy(const wr_comp *self)
{
    const struct elasticache *e = wr_const_state(self);
    for (int64_t i = 0; i < e->nodes; i++)
        if (e->node[i].back <= wr_now(self))
            return true;
    return false;
}

/* ---- the component -------------------------------------------------------------------------------------- */
/* How the origin is asked: the first of these that it takes. */
static const wr_ask *asked(wr_comp *self, const enum wr_op *ops)
{
    const struct elasticache *e = wr_state(self);
    for (int i = 0; i < 3; i++)
        if (wr_model_of(e->origin)->accepts & WR_ACCEPTS(ops[i]))
            return &wr_ask_plain[ops[i]];
    wr_break(self, "the origin '%s' of elasticache '%s' takes neither reads and writes nor requests", wr_name(e->origin), wr_name(self));
    return &wr_ask_request;
}

static void elasticache_start(wr_comp *self)
{
    static const enum wr_op reads[] = {WR_OP_READ, WR_OP_GET, WR_OP_REQUEST}, writes[] = {WR_OP_WRITE, WR_OP_PUT, WR_OP_REQUEST};
    const struct elasticache_cfg *cfg = wr_cfg(self);
    struct elasticache *e = wr_state(self);
    wr_cache_cfg holds = {(enum wr_cache_policy)cfg->policy, cfg->expiry == 1, cfg->entries, cfg->bytes};
    e->slow = 1;
    e->nodes = cfg->nodes;
    e->node = wr_alloc(self, (size_t)e->nodes * sizeof *e->node);
    wr_stream(self, "latency", &e->latency);
    wr_stream(self, "life", &e->life);
    wr_stream(self, "size", &e->size);
    for (int64_t i = 0; i < e->nodes; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", (int)i);
        e->node[i] = (struct node){.cache = wr_cache_create(self, &holds), .part = wr_part(self, name, true)};
    }
    if (cfg->origin) {
        e->origin = wr_link_to(self, cfg->origin);
        e->read = asked(self, reads);
        e->write = asked(self, writes);
    }
    in_service(self);
    wr_bill_level(self, 0, (double)(cfg->nodes * (1 + cfg->replicas)));
    wr_bill_as(self, 0, types[cfg->type].price, types[cfg->type].name);
}

const wr_model wr_model_elasticache = {
    .kind = "elasticache", .aws = "AWS::ElastiCache::ReplicationGroup", .title = "ElastiCache", .cloudwatch = "AWS/ElastiCache",
    .doc = "A cache of nodes with eviction, expiry, a pattern that fills it from its origin, and failover.",
    .accepts = WR_ACCEPTS(WR_OP_READ) | WR_ACCEPTS(WR_OP_WRITE) | WR_ACCEPTS(WR_OP_REQUEST),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_HAS_UNITS,
    .net = WR_NET_AWS,
    .params = params, .metrics = metrics, .codes = codes, .usage = usage, .faults = faults,
    .cfg_size = sizeof(struct elasticache_cfg), .state_size = sizeof(struct elasticache),
    .prepare = elasticache_prepare, .start = elasticache_start, .call = elasticache_call, .fault = elasticache_fault,
    .healthy = elasticache_healthy,
};
