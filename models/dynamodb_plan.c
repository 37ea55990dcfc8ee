/* dynamodb_plan.c - what the table of keys cannot say: rules between keys, quotas, and texts made numbers.
 *
 * Everything is checked while the scenario loads; a run finds a plan that holds. Quotas of the account are
 * compared with each table by itself: the sum over tables is looked at when the run begins.
 * Truth: tests/unit/test_dynamodb.c. */
#include "dynamodb.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const side_key[DDB_SIDES] = {"read_capacity_units", "write_capacity_units"};
static const char *const table_quota[DDB_SIDES] = {"dynamodb_table_rcu", "dynamodb_table_wcu"};
static const char *const account_quota[DDB_SIDES] = {"dynamodb_account_rcu", "dynamodb_account_wcu"};

/* ---- capacity ------------------------------------------------------------------------------------------- */
static void check_quota(wr_build *b, const void *field, const char *key, int side, double units)
{
    const char *quota = table_quota[side];
    double most = wr_build_account(b, quota), all = wr_build_account(b, account_quota[side]);
    if (all < most) {
        most = all;
        quota = account_quota[side];
    }
    if (!(units > most))
        return;
    wr_build_error(b, field, "'%s' of dynamodb '%s' is %.0f, above the quota of %.0f", key, wr_build_name(b), units,
                   most);
    wr_build_hint(b, "raise '%s' in 'account'", quota);
}

static void take_units(wr_build *b, const ddb_throughput *from, double *units)
{
    for (int s = 0; s < DDB_SIDES; s++) {
        units[s] = (double)from->units[s];
        check_quota(b, &from->units[s], side_key[s], s, units[s]);
    }
}

static void on_demand(ddb_plan *p, wr_build *b)
{
    if (p->throughput)
        wr_build_error(b, &p->throughput,
                       "'provisioned_throughput' of dynamodb '%s' has no meaning with 'billing_mode: PAY_PER_REQUEST'",
                       wr_build_name(b));
    if (p->scaling)
        wr_build_error(b, &p->scaling,
                       "'auto_scaling' of dynamodb '%s' has no meaning with 'billing_mode: PAY_PER_REQUEST'",
                       wr_build_name(b));
    if (wr_build_given(b, &p->burst))
        wr_build_error(b, &p->burst,
                       "'burst' of dynamodb '%s' has no meaning with 'billing_mode: PAY_PER_REQUEST'; see 'on_demand'",
                       wr_build_name(b));
    if (p->model == DDB_EVEN)
        wr_build_error(b, &p->model, "'partition_model: even_split' of dynamodb '%s' needs 'billing_mode: PROVISIONED'",
                       wr_build_name(b));
}

static void provisioned(ddb_plan *p, wr_build *b)
{
    if (wr_build_given(b, &p->on_demand))
        wr_build_error(b, &p->on_demand,
                       "'on_demand' of dynamodb '%s' has no meaning without 'billing_mode: PAY_PER_REQUEST'",
                       wr_build_name(b));
    if (p->throughput)
        take_units(b, p->throughput, p->units);
    else
        wr_build_error(b, NULL,
                       "'provisioned_throughput' of dynamodb '%s' is required with 'billing_mode: PROVISIONED'",
                       wr_build_name(b));
}

static void read_initial(ddb_plan *p, wr_build *b)
{
    const ddb_burst *burst = p->burst;
    bool ok = true;
    if (!burst)
        return;
    if (!strcmp(burst->initial, "full"))
        p->initial = 1;
    else if (!strcmp(burst->initial, "empty"))
        p->initial = 0;
    else
        p->initial = wr_text_number(burst->initial, WR_T_SHARE, NULL, &ok);
    if (!ok || p->initial < 0 || p->initial > 1)
        wr_build_error(b, &burst->initial,
                       "'%s' is not a filling of a bucket; allowed are full, empty or a share such as 50%%",
                       burst->initial);
}

/* ---- partitions ----------------------------------------------------------------------------------------- */
static void read_count(ddb_plan *p, wr_build *b, const char *text)
{
    bool ok = true;
    double n = wr_text_number(text, WR_T_NUMBER, NULL, &ok);
    if (ok && n >= 1 && n <= DDB_MOST_PARTITIONS && n == floor(n))
        p->shares = (int64_t)n;
    else
        wr_build_error(b, &p->partitions,
                       "'partitions' of dynamodb '%s' is '%s'; allowed are a whole number from 1 to 100000 or a list "
                       "of shares",
                       wr_build_name(b), text);
}

static void read_shares(ddb_plan *p, wr_build *b)
{
    const ddb_share *from = p->partitions.items;
    double sum = 0;
    p->shares = (int64_t)p->partitions.n;
    p->share = wr_build_alloc(b, p->partitions.n * sizeof *p->share);
    for (size_t i = 0; i < p->partitions.n; i++) {
        bool ok = true;
        double share = wr_text_number(from[i].text, WR_T_SHARE, NULL, &ok);
        if (!ok || !(share >= 0 && share <= 1)) {
            wr_build_error(b, &from[i].text, "'%s' is not a share of the keys; write 25%% or 0.25", from[i].text);
            return;
        }
        p->share[i] = share;
        sum += share;
    }
    if (fabs(sum - 1) > 1e-6)
        wr_build_error(b, &p->partitions, "the shares of 'partitions' of dynamodb '%s' sum to %.6g, not to 1",
                       wr_build_name(b), sum);
}

static void read_partitions(ddb_plan *p, wr_build *b)
{
    const ddb_share *from = p->partitions.items;
    if (p->partitions.n == 1)
        read_count(p, b, from[0].text ? from[0].text : "");
    else if (p->partitions.n)
        read_shares(p, b);
    if (p->heat && p->model == DDB_EVEN)
        wr_build_error(b, &p->heat,
                       "'split_for_heat' of dynamodb '%s' has no meaning with 'partition_model: even_split'",
                       wr_build_name(b));
    double mean = wr_dist_mean(p->item_size);
    p->bytes = mean > 0 ? mean * (double)p->item_count : 0;
    if (!p->shares && p->bytes / (10 * 1073741824.0) > DDB_MOST_PARTITIONS)
        wr_build_error(b, &p->item_count, "the items of dynamodb '%s' need more than %d partitions of 10 GB",
                       wr_build_name(b), DDB_MOST_PARTITIONS);
}

/* ---- indexes -------------------------------------------------------------------------------------------- */
static double read_projection(wr_build *b, const ddb_index_rows *from)
{
    bool ok = true;
    if (!strcmp(from->projection, "ALL"))
        return 1;
    if (!strcmp(from->projection, "KEYS_ONLY"))
        return 0;
    double share = wr_text_number(from->projection, WR_T_SHARE, NULL, &ok);
    if (!ok || !(share >= 0 && share <= 1))
        wr_build_error(b, &from->projection,
                       "'%s' is not a projection; allowed are ALL, KEYS_ONLY or a share such as 30%%",
                       from->projection);
    return share;
}

static void read_index(const ddb_plan *p, wr_build *b, const ddb_index_rows *from, ddb_index *to)
{
    *to = (ddb_index){.name = from->name,
                      .projection = read_projection(b, from),
                      .written = from->written,
                      .key_changes = from->key_changes,
                      .keys = wr_keys_build(b, &from->key)};
    if (from->throughput && p->billing == DDB_ON_DEMAND)
        wr_build_error(b, &from->throughput,
                       "'provisioned_throughput' of index '%s' has no meaning with 'billing_mode: PAY_PER_REQUEST'",
                       from->name);
    else if (from->throughput)
        take_units(b, from->throughput, to->units);
    else if (p->billing == DDB_PROVISIONED)
        wr_build_error(b, from,
                       "'provisioned_throughput' of index '%s' of dynamodb '%s' is required with 'billing_mode: "
                       "PROVISIONED'",
                       from->name, wr_build_name(b));
}

static void read_indexes(ddb_plan *p, wr_build *b)
{
    const ddb_index_rows *from = p->globals.items;
    const ddb_local_rows *local = p->locals.items;
    p->indexes = p->globals.n;
    p->index = wr_build_alloc(b, (p->indexes + 1) * sizeof *p->index);
    for (size_t i = 0; i < p->indexes; i++) {
        read_index(p, b, &from[i], &p->index[i]);
        for (size_t j = 0; j < p->locals.n; j++)
            if (!strcmp(from[i].name, local[j].name))
                wr_build_error(b, &local[j],
                               "'%s' is a global and a local index of dynamodb '%s'; names are given once",
                               local[j].name, wr_build_name(b));
    }
}

/* ---- latency -------------------------------------------------------------------------------------------- */
static void read_latency(ddb_plan *p, wr_build *b)
{
    enum { GET = 0, PUT = WR_OP_PUT - WR_OP_GET };
    const ddb_latency *from = p->latency;
    if (!from)
        return;
    for (int i = 0; i < DDB_OPS; i++) {
        bool given = from->of[i] && (!from->all || wr_build_given(b, &from->of[i])); /* get and put have defaults */
        p->law[i] = given ? from->of[i] : from->all;
    }
    for (int op = WR_OP_UPDATE; op <= WR_OP_SCAN; op++) {
        const wr_dist **law = &p->law[op - WR_OP_GET];
        *law = *law ? *law : p->law[op <= WR_OP_DELETE ? PUT : GET];
    }
}

/* ---- auto scaling --------------------------------------------------------------------------------------- */
static void read_target(ddb_plan *p, wr_build *b, const ddb_target *t, int side)
{
    static const char *const metric[DDB_SIDES] = {"ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"};
    char text[160];
    if (t->max < t->min)
        wr_build_error(b, &t->max, "'max_capacity' of dynamodb '%s' is %lld, less than 'min_capacity' (%lld)",
                       wr_build_name(b), (long long)t->max, (long long)t->min);
    check_quota(b, &t->max, "max_capacity", side, (double)t->max);
    snprintf(text, sizeof text, "%s.%s.rate", wr_build_name(b), metric[side]);
    p->alarm[side] = (wr_alarm_cfg){.metric = wr_build_formula(b, text),
                                    .period = WR_MIN,
                                    .evaluation_periods = 1,
                                    .datapoints_to_alarm = 1,
                                    .compare = WR_GE,
                                    .missing = WR_MISSING_IGNORE};
}

static void read_scaling(ddb_plan *p, wr_build *b)
{
    const ddb_scaling *s = p->scaling;
    if (!s)
        return;
    if (!s->side[DDB_READ] && !s->side[DDB_WRITE])
        wr_build_error(b, &p->scaling, "'auto_scaling' of dynamodb '%s' scales nothing; give 'read' or 'write'",
                       wr_build_name(b));
    for (int side = 0; side < DDB_SIDES; side++)
        if (s->side[side])
            read_target(p, b, s->side[side], side);
}

/* ---- the cache ------------------------------------------------------------------------------------------ */
static void read_dax(const ddb_plan *p, wr_build *b)
{
    const ddb_dax_rows *d = p->dax;
    if (!d || ddb_dax_priced(d->node_type))
        return;
    wr_build_error(b, &d->node_type, "'%s' is no node type of dax with a known price", d->node_type);
    wr_build_hint(b, "such as dax.r5.large or dax.t3.small");
}

void ddb_prepare(void *cfg, wr_build *b)
{
    ddb_plan *p = cfg;
    p->initial = 1;
    if (p->billing == DDB_ON_DEMAND)
        on_demand(p, b);
    else
        provisioned(p, b);
    read_initial(p, b);
    read_partitions(p, b);
    read_indexes(p, b);
    read_latency(p, b);
    read_scaling(p, b);
    read_dax(p, b);
}
