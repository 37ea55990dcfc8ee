/* settings.c - what a file says beside its components: duration, seed, quotas, prices, network, objectives.
 *
 * Plain keys are bound as one table, sections one by one, so that messages can name them. The rows of sections
 * that other files read (traffic, resources, faults, sweep ...) stand here too: one list says which keys a
 * scenario has. Truth: tests/unit/test_scenario.c. */
#include "../engine/engine.h"
#include "load.h"
#include <math.h>
#include <stddef.h>
#include <string.h>

struct plain {
    int64_t version, seed;
    const char *name, *description, *region;
    wr_dur duration, warmup, period;
    const wr_formula *stop_when;
};
struct replications {
    int64_t min, max;
    double precision, confidence;
    const wr_formula *of;
};
struct net_link {
    const wr_link *from, *to;
    const wr_dist *latency;
    double loss;
};
struct network {
    const wr_dist *client, *same_az, *cross_az, *service;
    wr_list links;
};
struct objective {
    const wr_formula *expr;
};
struct sections {
    const void *replications, *account, *sdk, *network;
    wr_list slo, prices, parameters, traffic, resources, faults, charts;
    const void *sweep, *plan;
};
struct nothing {
    const char *name;
};

static const wr_param plain_rows[] = {
    {.key = "weir", WR_FIELD(struct plain, version), .type = WR_T_INT, .doc = "Version of the scenario format: 1."},
    {.key = "name", WR_FIELD(struct plain, name), .type = WR_T_TEXT, .optional = true, .doc = "Appears in every output; without it, the file's name."},
    {.key = "description", WR_FIELD(struct plain, description), .type = WR_T_TEXT, .optional = true, .doc = "Free text."},
    {.key = "region", WR_FIELD(struct plain, region), .type = WR_T_TEXT, .def = "us-east-1", .doc = "AWS Region: picks prices and regional quotas."},
    {.key = "duration", WR_FIELD(struct plain, duration), .type = WR_T_DUR, .optional = true, .min = 1e-9, .max = 3e9, .doc = "Simulated length of a replication, warm-up included; required unless stop_when is given."},
    {.key = "warmup", WR_FIELD(struct plain, warmup), .type = WR_T_DUR, .def = "0s", .words = "auto", .max = 3e9, .doc = "Statistics begin here; auto: found from the data by MSER-5."},
    {.key = "stop_when", WR_FIELD(struct plain, stop_when), .type = WR_T_FORMULA, .optional = true, .doc = "Ends a replication at the first instant at which it holds."},
    {.key = "seed", WR_FIELD(struct plain, seed), .type = WR_T_INT, .def = "1", .min = 0, .max = 9223372036854775807.0, .doc = "Random streams depend on it, the replication's number, the owner's name and the purpose, and on nothing else."},
    {.key = "metrics_period", WR_FIELD(struct plain, period), .type = WR_T_DUR, .def = "60s", .min = 0.001, .max = 3e9, .doc = "Width of recorded series.", .src = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html"},
    {0}};

static const wr_param replication_rows[] = {
    {.key = "min", WR_FIELD(struct replications, min), .type = WR_T_INT, .def = "1", .min = 1, .max = 1e6, .doc = "Replications at least."},
    {.key = "max", WR_FIELD(struct replications, max), .type = WR_T_INT, .optional = true, .min = 1, .max = 1e6, .doc = "Replications at most."},
    {.key = "precision", WR_FIELD(struct replications, precision), .type = WR_T_SHARE, .optional = true, .min = 1e-6, .max = 1, .doc = "Replications are added until the half width is at most this share of the mean."},
    {.key = "of", WR_FIELD(struct replications, of), .type = WR_T_FORMULA, .optional = true, .doc = "Metric whose precision counts; without it, the first objective."},
    {.key = "confidence", WR_FIELD(struct replications, confidence), .type = WR_T_SHARE, .def = "95%", .min = 0.5, .max = 0.9999, .doc = "Confidence of the interval.", .src = "assumption: the usual level"},
    {0}};

#define QUOTA(KEY, F, TYPE, DEF, DOC, SRC) {.key = KEY, WR_FIELD(scenario_account, F), .type = TYPE, .def = DEF, .max = 1e12, .doc = DOC, .src = SRC}
#define LAMBDA_PAGE "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
#define DYNAMODB_PAGE "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"
#define GATEWAY_PAGE "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"
#define EC2_PAGE "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"
static const wr_param account_rows[] = {
    QUOTA("lambda_concurrency", lambda_concurrency, WR_T_INT, "1000", "Concurrent executions of all functions; at least 100 stay unreserved.", LAMBDA_PAGE),
    QUOTA("lambda_rps_per_concurrency", lambda_rps_per_concurrency, WR_T_RATE, "10/s", "Requests allowed per unit of concurrency.", LAMBDA_PAGE),
    QUOTA("api_gateway_rate", api_gateway_rate, WR_T_RATE, "10000/s", "Requests of all APIs together.", GATEWAY_PAGE),
    QUOTA("api_gateway_burst", api_gateway_burst, WR_T_NUMBER, "5000", "Size of the token bucket of all APIs together.", GATEWAY_PAGE),
    QUOTA("dynamodb_table_rcu", dynamodb_table_rcu, WR_T_NUMBER, "40000", "Read capacity units of a table.", DYNAMODB_PAGE),
    QUOTA("dynamodb_table_wcu", dynamodb_table_wcu, WR_T_NUMBER, "40000", "Write capacity units of a table.", DYNAMODB_PAGE),
    QUOTA("dynamodb_account_rcu", dynamodb_account_rcu, WR_T_NUMBER, "80000", "Provisioned read capacity units of all tables.", DYNAMODB_PAGE),
    QUOTA("dynamodb_account_wcu", dynamodb_account_wcu, WR_T_NUMBER, "80000", "Provisioned write capacity units of all tables.", DYNAMODB_PAGE),
    {.key = "ec2_vcpus", WR_FIELD(scenario_account, ec2_vcpus), .type = WR_T_NUMBER, .def = "unlimited", .words = "unlimited", .max = 1e12, .doc = "On-demand vCPUs; a launch above it fails.", .src = "assumption: the quota differs between accounts and can be raised"},
    QUOTA("ec2_run_instances_bucket", ec2_run_instances_bucket, WR_T_NUMBER, "1000", "Instances that may be launched at once.", EC2_PAGE),
    QUOTA("ec2_run_instances_refill", ec2_run_instances_refill, WR_T_RATE, "2/s", "Refill of that bucket.", EC2_PAGE),
    {.key = "sns_publish_rate", WR_FIELD(scenario_account, sns_publish_rate), .type = WR_T_RATE, .def = "auto", .words = "auto", .min = 0.001, .max = 1e12, .doc = "Messages published to all topics a second; auto: the Region's, 30,000 in us-east-1.", .src = "https://docs.aws.amazon.com/general/latest/gr/sns.html"},
    {.key = "event_bus_put_rate", WR_FIELD(scenario_account, event_bus_put_rate), .type = WR_T_RATE, .def = "auto", .words = "auto", .min = 0.001, .max = 1e12, .doc = "PutEvents requests to all buses a second; auto: the Region's, 10,000 in the largest.", .src = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"},
    {.key = "kms_rate", WR_FIELD(scenario_account, kms_rate), .type = WR_T_RATE, .def = "auto", .words = "auto", .min = 0.001, .max = 1e12, .doc = "Requests of all symmetric KMS keys together; auto: the Region's, 100,000 in the largest, 20,000 or 10,000 elsewhere.", .src = "https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html"},
    QUOTA("ssm_rate", ssm_rate, WR_T_RATE, "40/s", "Reads of Parameter Store together, without high throughput.", "https://docs.aws.amazon.com/general/latest/gr/ssm.html"),
    QUOTA("secrets_rate", secrets_rate, WR_T_RATE, "10000/s", "GetSecretValue of all secrets together.", "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html"),
    QUOTA("cognito_rate", cognito_rate, WR_T_RATE, "120/s", "Sign-ins (UserAuthentication) of all user pools together.", "https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html"),
    {0}};

#define LATENCY(KEY, F, DEF, DOC) {.key = KEY, WR_FIELD(struct network, F), .type = WR_T_DIST, .of = WR_T_DUR, .def = DEF, .doc = DOC, .src = "assumption: AWS publishes no figures"}
static const wr_param link_rows[] = {
    {.key = "from", WR_FIELD(struct net_link, from), .type = WR_T_LINK, .flags = WR_P_QUIET, .doc = "Caller."},
    {.key = "to", WR_FIELD(struct net_link, to), .type = WR_T_LINK, .flags = WR_P_QUIET, .doc = "Resource that is called."},
    {.key = "latency", WR_FIELD(struct net_link, latency), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "One way; without it, as for any other pair."},
    {.key = "loss", WR_FIELD(struct net_link, loss), .type = WR_T_SHARE, .def = "0%", .doc = "Share of messages that never arrive."},
    {0}};
static const wr_param network_rows[] = {
    LATENCY("client", client, "0ms", "One way between traffic and its first resource."),
    LATENCY("same_az", same_az, "0.1ms", "One way between instances and balancers in one zone."),
    LATENCY("cross_az", cross_az, "0.5ms", "The same in two zones."),
    LATENCY("service", service, "0ms", "One way between anything and a resource of type service."),
    {.key = "links", WR_FIELD(struct network, links), .type = WR_T_LIST, .rows = link_rows, .size = sizeof(struct net_link), .flags = WR_P_ONE, .optional = true, .doc = "Latency and loss of single pairs; wins over the others."},
    {0}};

static const wr_param objective_rows[] = {
    {.key = "expr", WR_FIELD(struct objective, expr), .type = WR_T_FORMULA, .doc = "A metric expression, with a comparison or without."},
    {0}};
static const wr_param no_rows[] = {{0}};
#define SECTION(KEY, F, TYPE, DOC) {.key = KEY, WR_FIELD(struct sections, F), .type = TYPE, .rows = no_rows, .size = sizeof(struct nothing), .optional = true, .doc = DOC}
enum { REPLICATIONS, ACCOUNT, SDK, PRICES, NETWORK, SLO };
static const wr_param section_rows[] = {
    [REPLICATIONS] = {.key = "replications", WR_FIELD(struct sections, replications), .type = WR_T_BLOCK, .rows = replication_rows, .size = sizeof(struct replications), .shorthand = "min", .def = "1", .doc = "How often the simulation is repeated with other random numbers."},
    [ACCOUNT] = {.key = "account", WR_FIELD(struct sections, account), .type = WR_T_BLOCK, .rows = account_rows, .size = sizeof(scenario_account), .def = "{}", .doc = "Quotas shared by resources."},
    [SDK] = {.key = "sdk", WR_FIELD(struct sections, sdk), .type = WR_T_BLOCK, .rows = wr_retry_params, .size = sizeof(wr_retry_cfg), .shorthand = "mode", .def = "{mode: sdk_standard}", .doc = "Retry policy of steps that call an AWS API.", .src = "https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html"},
    [PRICES] = SECTION("prices", prices, WR_T_MAP, "Prices in USD in place of the price book's, and free_tier: none or month."),
    [NETWORK] = {.key = "network", WR_FIELD(struct sections, network), .type = WR_T_BLOCK, .rows = network_rows, .size = sizeof(struct network), .words = "off", .def = "{}", .doc = "One-way latencies; a call pays them twice; off: none at all."},
    [SLO] = {.key = "slo", WR_FIELD(struct sections, slo), .type = WR_T_LIST, .rows = objective_rows, .size = sizeof(struct objective), .shorthand = "expr", .flags = WR_P_ONE, .optional = true, .doc = "Objectives; an entry without a comparison is only reported."},
    SECTION("parameters", parameters, WR_T_MAP, "Values by name, written $name elsewhere and set with --set."),
    SECTION("traffic", traffic, WR_T_MAP, "Sources of requests, by name."),
    SECTION("resources", resources, WR_T_MAP, "Resources, by name."),
    SECTION("faults", faults, WR_T_LIST, "What breaks, and when."),
    SECTION("sweep", sweep, WR_T_BLOCK, "Axes of weir sweep and weir plan: path to values."),
    SECTION("plan", plan, WR_T_BLOCK, "What weir plan minimises and varies."),
    SECTION("charts", charts, WR_T_LIST, "What weir plot and weir report draw."),
    {0}};
struct settings {
    struct plain plain;
    struct sections sections;
};
static const wr_param all_rows[] = {
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(struct settings, plain), .rows = plain_rows, .size = sizeof(struct plain), .doc = "Plain keys."},
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(struct settings, sections), .rows = section_rows, .size = sizeof(struct sections), .doc = "Sections."},
    {0}};

const wr_param *scenario_settings(void)
{
    return all_rows;
}

/* ---- version ---- */
bool settings_version(loader *l)
{
    const node *n = node_get(l->root, "weir");
    double version;
    int64_t whole;
    if (!n || n->kind != NODE_SCALAR || quantity_read(n->text, n->len, WR_T_INT, NULL, &version, &whole) != Q_OK)
        return true; /* the table says what is wrong */
    if (whole > 1)
        bind_error(&l->b, n->at, "this file is written in format %lld; this program reads format 1: use a newer weir",
                   (long long)whole);
    else if (whole < 1)
        bind_error(&l->b, n->at, "there is no format %lld; write 'weir: 1'", (long long)whole);
    return whole == 1;
}

/* ---- sections ---- */
static const wr_param *row_of(int which)
{
    return &section_rows[which];
}

/* Binds one section by its row; what was written under its key, or its default. */
static void *section(loader *l, int which, void *field)
{
    static const wr_param common[] = {{0}};
    const wr_param *row = row_of(which);
    wr_param one[2] = {*row, {0}};
    node *body = node_map(l->arena, l->root->at), *n = node_get(l->root, row->key);
    one[0].offset = 0;
    if (n)
        node_put(l->arena, body, node_scalar(l->arena, row->key, n->at), n);
    l->b.what = arena_print(l->arena, "'%s'", row->key);
    bind_map(&l->b, one, field, body, common);
    l->b.what = "the scenario";
    return field;
}

static void keep_replications(loader *l)
{
    const void *block = NULL;
    const struct replications *r = *(const void **)section(l, REPLICATIONS, &block);
    if (!r)
        return;
    l->s->replications = r->min;
    l->s->precision = (scenario_precision){r->max > 0 ? r->max : 0, r->precision, r->of, r->confidence};
    if (r->max > 0 && r->max < r->min)
        bind_error(&l->b, bind_where(&l->b, &r->max, NULL), "'max' of 'replications' is smaller than 'min'");
    if (r->max > 0 && isnan(r->precision))
        bind_error(&l->b, bind_where(&l->b, &r->max, NULL),
                   "'replications' has a 'max' but no 'precision'; add one, such as 2%%");
    if (r->of && r->of->op != F_NONE)
        bind_error(&l->b, r->of->at, "'of' of 'replications' is a metric, without a comparison");
}

static void keep_sdk(loader *l)
{
    const void *block = NULL;
    size_t errors = wr_diag_count(l->diag, WR_ERROR), silent = l->b.where->silent;
    section(l, SDK, &block);
    wr_build b = {l, "sdk", l->root->at};
    l->s->sdk = block;
    if (block && wr_diag_count(l->diag, WR_ERROR) == errors && l->b.where->silent == silent)
        wr_retry_prepare((wr_retry_cfg *)(uintptr_t)block, &b);
}

static void keep_network(loader *l)
{
    const void *block = NULL;
    const struct network *n = *(const void **)section(l, NETWORK, &block);
    const wr_dist *zero = dist_constant(l->arena, 0);
    wr_scenario *s = l->s;
    s->net_client = n ? n->client : zero;
    s->net_same_az = n ? n->same_az : zero;
    s->net_cross_az = n ? n->cross_az : zero;
    s->net_service = n ? n->service : zero;
    const struct net_link *from = n ? n->links.items : NULL;
    scenario_link *out = arena_alloc(l->arena, (n ? n->links.n + 1 : 1) * sizeof *out);
    for (size_t i = 0; n && i < n->links.n; i++)
        if (from[i].from && from[i].to)
            out[s->links++] = (scenario_link){from[i].from->comp, from[i].to->comp, from[i].latency, from[i].loss};
    s->link = out;
}

static void keep_slo(loader *l)
{
    wr_list list = {0};
    section(l, SLO, &list);
    const struct objective *o = list.items;
    const wr_formula **out = arena_alloc(l->arena, (list.n + 1) * sizeof *out);
    for (size_t i = 0; i < list.n; i++)
        if (o[i].expr)
            out[l->s->slos++] = o[i].expr;
    l->s->slo = out;
}

/* ---- prices ---- */
static bool in_book(const char *key)
{
    for (size_t i = 0; wr_prices[i].key; i++)
        if (strcmp(wr_prices[i].key, key) == 0)
            return true;
    return false;
}

static const char *near_price(loader *l, const char *key)
{
    size_t n = 0;
    while (wr_prices[n].key)
        n++;
    const char **names = arena_alloc(l->arena, (n + 1) * sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = wr_prices[i].key;
    return near_best(key, names, n);
}

static void keep_price(loader *l, const char *key, wr_pos at, const node *n, scenario_price *out)
{
    double usd = 0;
    int64_t whole;
    bool number = n->kind == NODE_SCALAR && quantity_read(n->text, n->len, WR_T_NUMBER, NULL, &usd, &whole) == Q_OK;
    if (!in_book(key)) {
        const char *best = near_price(l, key);
        bind_error(&l->b, at, "there is no price '%s'", key);
        if (best)
            wr_diag_hint(l->diag, "did you mean '%s'?", best);
    } else if (!number || usd < 0) {
        bind_error(&l->b, n->at, "the price '%s' must be a number of USD, not below 0", key);
    }
    out[l->s->prices++] = (scenario_price){key, usd};
}

static void keep_free_tier(loader *l, const node *n)
{
    l->s->free_tier = node_is(n, "month");
    if (!node_is(n, "month") && !node_is(n, "none"))
        bind_error(&l->b, n->at, "'free_tier' must be none or month");
}

static void keep_prices(loader *l)
{
    const node *p = node_get(l->root, "prices");
    if (!p || node_null(p))
        return;
    if (p->kind != NODE_MAP) {
        bind_error(&l->b, p->at, "'prices' must be a mapping, such as {lambda: {gb_second: 0.0000166667}}");
        return;
    }
    scenario_price *out = arena_alloc(l->arena, node_count(p) * sizeof *out);
    l->s->price = out;
    for (size_t i = 0; i < p->n; i++) {
        const node *key = p->key[i], *n = p->item[i];
        if (node_note(key->text))
            continue;
        if (node_same_key(key->text, "free_tier"))
            keep_free_tier(l, n);
        else if (n->kind != NODE_MAP)
            keep_price(l, key->text, key->at, n, out);
        for (size_t k = 0; n->kind == NODE_MAP && k < n->n; k++)
            if (!node_note(n->key[k]->text))
                keep_price(l, arena_print(l->arena, "%s.%s", key->text, n->key[k]->text), n->key[k]->at, n->item[k],
                           out);
    }
}

/* ---- plain keys ---- */
static bool region_valid(const char *s)
{
    size_t n = strlen(s), dashes = 0;
    for (size_t i = 0; i < n; i++) {
        bool lower = s[i] >= 'a' && s[i] <= 'z', last = i + 1 == n;
        dashes += s[i] == '-';
        if (last ? !(s[i] >= '1' && s[i] <= '9') : !lower && s[i] != '-')
            return false;
    }
    return n >= 9 && dashes >= 2;
}

static void check_region(loader *l, const struct plain *p)
{
    wr_pos at = bind_where(&l->b, &p->region, NULL);
    if (!region_valid(p->region)) {
        bind_error(&l->b, at, "'%s' is no AWS Region; write one such as eu-central-1", p->region);
        return;
    }
    for (size_t i = 0; wr_prices[i].key; i++)
        if (strcmp(wr_prices[i].region, p->region) == 0)
            return;
    if (wr_prices[0].key && strcmp(p->region, "us-east-1") != 0)
        wr_diag_add(l->diag, WR_WARNING, at, "the price book has no prices of '%s'; those of us-east-1 are used",
                    p->region);
}

static void check_stop(loader *l, const wr_formula *f)
{
    if (f->op == F_NONE)
        bind_error(&l->b, f->at, "'stop_when' needs a comparison, such as desk.completed.sum >= 1000");
    if (f->over > 0 || f->from >= 0)
        bind_error(&l->b, f->at, "'stop_when' looks at the present; 'over' and 'from' have no meaning in it");
}

static void check_times(loader *l, const struct plain *p)
{
    const node *stop = node_get(l->root, "stop_when"), *given = node_get(l->root, "duration");
    if (p->duration < 0 && !given && (!stop || node_null(stop)))
        bind_error(&l->b, l->root->at, "'duration' is required, or 'stop_when'");
    if (p->duration > 0 && p->warmup >= p->duration)
        bind_error(&l->b, bind_where(&l->b, &p->warmup, NULL),
                   "'warmup' is not shorter than 'duration': nothing would be measured");
    if (p->stop_when)
        check_stop(l, p->stop_when);
    if (p->duration > 0 && p->duration / p->period > 10000000)
        bind_error(&l->b, bind_where(&l->b, &p->period, NULL),
                   "'metrics_period' cuts the run into more than 10 million periods; write a longer one");
}

static void keep_plain(loader *l)
{
    struct plain *p = arena_alloc(l->arena, sizeof *p);
    wr_scenario *s = l->s;
    size_t errors = wr_diag_count(l->diag, WR_ERROR), silent = l->b.where->silent;
    bind_map(&l->b, plain_rows, p, l->root, section_rows);
    if (p->name)
        s->name = p->name;
    if (p->name && !name_valid(p->name))
        bind_error(&l->b, bind_where(&l->b, &p->name, NULL),
                   "'%s' is not a name; names are letters, digits, _ and -, a letter first", p->name);
    s->description = p->description ? p->description : "";
    s->region = p->region;
    s->duration = p->duration > 0 ? p->duration : WR_NEVER; /* 0: it could not be read */
    s->warmup = p->warmup >= 0 ? p->warmup : 0;
    s->warmup_auto = p->warmup < 0;
    s->period = p->period;
    s->seed = (uint64_t)p->seed;
    s->stop_when = p->stop_when;
    if (p->region)
        check_region(l, p);
    if (wr_diag_count(l->diag, WR_ERROR) == errors && l->b.where->silent == silent)
        check_times(l, p);
}

void settings_bind(loader *l)
{
    const void *account = NULL;
    keep_plain(l);
    section(l, ACCOUNT, &account);
    if (account)
        l->s->account = *(const scenario_account *)account;
    keep_replications(l);
    keep_sdk(l);
    keep_prices(l);
    keep_network(l);
    keep_slo(l);
}

/* Intervals that the run does not reach. */
void settings_check(loader *l)
{
    for (size_t i = 0; i < l->s->slos; i++) {
        const wr_formula *f = l->s->slo[i];
        if (f->from >= l->s->duration || (f->to > l->s->duration && f->to != WR_NEVER))
            wr_diag_add(l->diag, WR_WARNING, f->at, "this interval ends after the run, which lasts %.9g s",
                        wr_dur_to_s(l->s->duration));
        if (f->over > 0 && f->over > l->s->duration)
            wr_diag_add(l->diag, WR_WARNING, f->at, "this window is longer than the run");
    }
}

/* ---- quotas by name ---- */
double scenario_quota(const wr_scenario *s, const char *name)
{
    const wr_param *row = bind_row_of(account_rows, name);
    if (!row)
        return NAN;
    const char *field = (const char *)&s->account + row->offset;
    return row->type == WR_T_INT ? (double)*(const int64_t *)(const void *)field : *(const double *)(const void *)field;
}
