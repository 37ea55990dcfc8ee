/* dynamodb_capacity.c - admission: a request takes all the units it needs, or none.
 *
 * A pool is whatever has capacity of its own: the table, and each global index. Its bucket fills at the
 * provisioned rate (on demand: at what the table is warm for) and keeps unused units for a while. Each
 * key range has a ceiling of its own below it, or, by the older even split, its part of rate and burst and
 * no bucket above it. What a request needs is claimed bucket by bucket; a refusal gives back what was
 * claimed, so that every limit that refused can be counted. A request larger than a ceiling's whole bucket
 * passes when that bucket is full and leaves it in debt, for AWS would have served it page by page.
 * Not modelled: the delay of the global admission control, other tenants of a storage node, eventual reads
 * from replicas beyond the ceiling of one. Truth: tests/unit/test_dynamodb.c. */
#include "dynamodb.h"
#include <math.h>

/* ---- pools ---------------------------------------------------------------------------------------------- */
static double burst_of(const ddb_pool *p, double rate)
{
    return rate * (p->on_demand || p->seconds <= 0 ? 1 : p->seconds);
}

/* On demand: the least of what the table is warm for, its owner's maximum and the quota. */
static double on_demand_rate(const ddb *t, ddb_pool *p, int side)
{
    static const char *const quota[DDB_SIDES] = {"dynamodb_table_rcu", "dynamodb_table_wcu"};
    const ddb_on_demand *o = t->plan->on_demand;
    double rate = fmax(o->warm[side], 2 * p->growth[side].peak), most = wr_quota(t->self, quota[side]);
    p->limit[side] = DDB_BY_KEY_RANGE;
    wr_set(p->who, DDB_WARM + side, rate);
    if (o->most[side] < rate) {
        rate = o->most[side];
        p->limit[side] = DDB_BY_MAXIMUM;
    }
    if (most < rate) {
        rate = most;
        p->limit[side] = DDB_BY_ACCOUNT;
    }
    return rate;
}

static void bill(ddb *t, int side)
{
    double sum = t->table.rate[side];
    for (size_t i = 0; i < t->plan->indexes; i++)
        sum += t->index[i].rate[side];
    wr_bill_level(t->self, DDB_HOURS + side, sum);
}

typedef struct account { /* what all tables of the account provision */
    double units[DDB_SIDES];
} account;
static const char *const account_quota[DDB_SIDES] = {"dynamodb_account_rcu", "dynamodb_account_wcu"};

double ddb_account_room(ddb *t, int side)
{
    const account *all = wr_shared(t->self, "dynamodb.account", sizeof *all);
    return wr_quota(t->self, account_quota[side]) - all->units[side];
}

static void provision(ddb *t, ddb_pool *p, int side, double rate)
{
    const char *key = account_quota[side];
    account *all = wr_shared(t->self, "dynamodb.account", sizeof *all);
    all->units[side] += rate - p->counted[side];
    p->counted[side] = rate;
    if (ddb_account_room(t, side) < 0)
        wr_break(t->self, "the tables provision %.0f units together, above the quota of %.0f; raise '%s' in 'account'",
                 all->units[side], wr_quota(t->self, key), key);
}

static int64_t partitions_needed(const ddb *t, const ddb_pool *p)
{
    double bytes = p->index ? 0 : t->plan->bytes;
    if (!p->on_demand)
        return ddb_partitions(p->rate[DDB_READ], p->rate[DDB_WRITE], bytes);
    double reads = ceil(p->rate[DDB_READ] / DDB_READ_CEILING), writes = ceil(p->rate[DDB_WRITE] / DDB_WRITE_CEILING);
    return (int64_t)fmin(DDB_MOST_PARTITIONS, fmax(fmax(4, (double)ddb_partitions(0, 0, bytes)), fmax(reads, writes)));
}

void ddb_pool_rate(ddb *t, ddb_pool *p, int side, double rate)
{
    wr_time now = wr_now(t->self);
    p->rate[side] = rate;
    wr_bucket_change(&p->bucket[side], now, rate, burst_of(p, rate));
    if (!p->on_demand) {
        provision(t, p, side, rate);
        wr_set(p->who, DDB_LEVEL + side, rate);
        bill(t, side);
    }
    if (!p->fixed)
        ddb_partitions_grow(t, p, partitions_needed(t, p));
    ddb_partitions_rate(p, now, side);
}

void ddb_pool_open(ddb *t, ddb_pool *p, const ddb_index *index)
{
    const ddb_plan *plan = t->plan;
    const ddb_burst *burst = plan->burst;
    p->who = index ? wr_part(t->self, index->name, false) : t->self;
    p->index = index != NULL;
    p->on_demand = plan->billing == DDB_ON_DEMAND;
    p->even = plan->model == DDB_EVEN;
    p->seconds = burst->seconds;
    p->partition_seconds = burst->partition_seconds;
    p->initial = plan->initial;
    p->fixed = !index && plan->shares;
    for (int s = 0; s < DDB_SIDES; s++) {
        p->limit[s] = DDB_BY_TABLE;
        p->rate[s] = p->on_demand ? on_demand_rate(t, p, s) : index ? index->units[s] : plan->units[s];
        p->bucket[s] = wr_bucket_full(p->rate[s], burst_of(p, p->rate[s]));
        p->bucket[s].level *= p->initial;
    }
    p->n = (size_t)(p->fixed ? plan->shares : partitions_needed(t, p));
    ddb_partitions_open(t, p);
    for (int s = 0; s < DDB_SIDES; s++) {
        ddb_pool_rate(t, p, s, p->rate[s]);
        wr_set(p->who, DDB_LEFT + s, ddb_pool_left(p, s, wr_now(t->self)));
    }
}

double ddb_pool_left(ddb_pool *p, int side, wr_time now)
{
    double sum = 0;
    if (!p->even)
        return wr_bucket_level(&p->bucket[side], now);
    for (size_t i = 0; i < p->n; i++)
        sum += wr_bucket_level(&p->partition[i]->bucket[side], now);
    return sum;
}

/* ---- claims --------------------------------------------------------------------------------------------- */
static bool holds(wr_bucket *b, wr_time now, double units)
{
    return wr_bucket_level(b, now) >= units - 1e-9 * (units + 1);
}

/* Which limit refuses the units; -1: none. */
static int refuses(ddb_pool *p, ddb_partition *q, int side, double units, wr_time now)
{
    wr_bucket *range = &q->bucket[side];
    if (p->even)
        return holds(range, now, units) ? -1 : DDB_BY_KEY_RANGE;
    if (!holds(&p->bucket[side], now, units))
        return (int)p->limit[side];
    return holds(range, now, fmin(units, range->burst)) ? -1 : DDB_BY_KEY_RANGE;
}

static void count_refusal(wr_comp *who, int side, int limit, bool whole)
{
    wr_add(who, DDB_EVENTS + side, 1);
    wr_add(who, DDB_LIMIT_EVENTS + 2 * limit + side, 1);
    if (whole) /* a table's own requests are counted by the runtime */
        return;
    wr_add(who, WR_U_REQUESTS, 1);
    wr_add(who, WR_U_ERRORS, 1);
    wr_add(who, WR_U_THROTTLED, 1);
}

static void refuse(ddb *t, ddb_pool *p, ddb_partition *q, int side, int limit)
{
    if (!t->refused)
        t->refused = DDB_THROTTLES + 4 * limit + 2 * p->index + side;
    count_refusal(p->who, side, limit, !p->index);
    if (q->part)
        count_refusal(q->part, side, limit, false);
    if (q->heat && limit == DDB_BY_KEY_RANGE)
        q->heat->refused = true;
}

void ddb_claims_begin(ddb *t)
{
    t->claims = 0;
    t->refused = 0;
}

bool ddb_claim_units(ddb *t, ddb_pool *p, int side, double spot, double units)
{
    wr_time now = wr_now(t->self);
    ddb_partition *q = ddb_partition_at(p, spot);
    int limit = refuses(p, q, side, units, now);
    if (q->heat)
        q->heat->spot[q->heat->n++ % (sizeof q->heat->spot / sizeof *q->heat->spot)] = spot;
    if (limit >= 0) {
        refuse(t, p, q, side, limit);
        return false;
    }
    if (p->even) {
        wr_bucket_take(&q->bucket[side], now, units);
    } else {
        wr_bucket_take(&p->bucket[side], now, units);
        wr_bucket_delay(&q->bucket[side], now, units);
    }
    t->claim[t->claims++] = (ddb_claim){p, q, units, side};
    return true;
}

static void count_use(wr_comp *who, int side, double units)
{
    wr_add(who, DDB_CONSUMED + side, units);
    wr_add(who, DDB_USED + side, units);
    wr_add(who, WR_U_CONSUMED, units);
}

static void count_part(wr_comp *who, int side, double units)
{
    wr_add(who, WR_U_REQUESTS, 1);
    wr_add(who, WR_U_COMPLETED, 1);
    count_use(who, side, units);
}

void ddb_claims_commit(ddb *t)
{
    for (size_t i = 0; i < t->claims; i++) {
        const ddb_claim *c = &t->claim[i];
        ddb_pool *p = c->pool;
        ddb_partition *q = c->partition;
        p->used[c->side] += c->units;
        q->used[c->side] += c->units;
        if (!p->even)
            wr_set(p->who, DDB_LEFT + c->side, p->bucket[c->side].level);
        if (p->index)
            count_part(p->who, c->side, c->units);
        else
            count_use(p->who, c->side, c->units);
        if (q->part)
            count_part(q->part, c->side, c->units);
        if (p->on_demand) {
            p->growth[c->side].used += c->units;
            wr_bill(t->self, DDB_REQUESTS + c->side, c->units);
        }
    }
    t->claims = 0;
}

static void give_back(wr_bucket *b, double units)
{
    b->level = fmin(b->burst, b->level + units);
}

void ddb_claims_undo(ddb *t)
{
    while (t->claims > 0) {
        const ddb_claim *c = &t->claim[--t->claims];
        give_back(&c->partition->bucket[c->side], c->units);
        if (!c->pool->even)
            give_back(&c->pool->bucket[c->side], c->units);
    }
}

/* ---- on demand ------------------------------------------------------------------------------------------ */
void ddb_pool_minute(ddb *t, ddb_pool *p, int64_t minute)
{
    for (int s = 0; s < DDB_SIDES; s++) {
        ddb_growth *g = &p->growth[s];
        double *slot = &g->minute[(size_t)minute % p->minutes];
        g->peak = fmax(g->peak, *slot);
        *slot = g->used / 60;
        g->used = 0;
        double rate = on_demand_rate(t, p, s);
        if (rate > p->rate[s])
            ddb_pool_rate(t, p, s, rate);
    }
}
