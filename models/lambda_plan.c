/* lambda_plan.c - what the table of keys cannot say: rules between keys, quotas, versions made whole, texts read.
 *
 * A version begins as a copy of the function, over which go the keys that were written on it. Sums over functions are
 * not seen here: that 100 units of concurrency stay unreserved is checked for each function by itself, and for all when
 * the run starts. Truth: tests/unit/test_lambda_plan.c. */
#include "lambda.h"
#include "mapping.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNRESERVED = 100, USUAL_BURST = 1000 };
#define FULL_CPU (1769 * 1048576.0)

/* ---- versions -------------------------------------------------------------------------------------------- */
static size_t size_of(const wr_param *row)
{
    static const struct { char ctype; size_t size; } sizes[] = {
        {'b', sizeof(bool)}, {'e', sizeof(int)}, {'i', sizeof(int64_t)}, {'d', sizeof(double)}, {'L', sizeof(wr_list)}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (row->ctype == sizes[i].ctype)
            return sizes[i].size;
    return sizeof(const void *);
}

/* What was written is known by its address. */
static void inherit(lambda_code *to, const lambda_code *written, const lambda_code *from, wr_build *b)
{
    *to = *written;
    for (const wr_param *row = lambda_code_rows; row->key; row++)
        if (row->type != WR_T_INCLUDE && !wr_build_given(b, (const char *)written + row->offset))
            memcpy((char *)to + row->offset, (const char *)from + row->offset, size_of(row));
    if (!wr_build_given(b, &written->program.operations) && !wr_build_given(b, &written->program.steps))
        to->program = from->program;
    else
        wr_program_prepare(&to->program, b, false);
}

/* ---- code ------------------------------------------------------------------------------------------------ */
static int highest(const lambda_code *c, wr_build *b)
{
    int most = 0;
    const lambda_law *law = c->duration.items;
    const lambda_rate *rate = c->failure.items;
    for (size_t i = 0; i < c->duration.n; i++)
        most = (int)fmax(most, wr_build_operation(b, law[i].name));
    for (size_t i = 0; i < c->failure.n; i++)
        most = (int)fmax(most, wr_build_operation(b, rate[i].name));
    return most + 1;
}

/* Laws and shares by the number of the operation; what is not said is as for operation 0, "default". */
static void by_number(lambda_code *c, wr_build *b)
{
    const lambda_law *law = c->duration.items;
    const lambda_rate *rate = c->failure.items;
    c->operations = highest(c, b);
    c->law = wr_build_alloc(b, (size_t)c->operations * sizeof *c->law);
    c->fails = wr_build_alloc(b, (size_t)c->operations * sizeof *c->fails);
    for (int i = 0; i < c->operations; i++)
        c->fails[i] = -1;
    for (size_t i = 0; i < c->duration.n; i++)
        c->law[wr_build_operation(b, law[i].name)] = law[i].of;
    for (size_t i = 0; i < c->failure.n; i++)
        c->fails[wr_build_operation(b, rate[i].name)] = rate[i].share;
    c->fails[0] = fmax(c->fails[0], 0);
    for (int i = 1; i < c->operations; i++) {
        c->law[i] = c->law[i] ? c->law[i] : c->law[0];
        c->fails[i] = c->fails[i] < 0 ? c->fails[0] : c->fails[i];
    }
}

static void take_measured(lambda_code *c)
{
    c->measured = lambda_runtime_of(c->runtime, c->package, c->architecture, &c->factor);
    c->least = lambda_runtime_least(c->measured);
    c->extra_s = lambda_runtime_extra(c->measured, c->memory / 1048576);
    c->gb = c->memory / 1073741824;
    c->speed = fmin(1, c->memory / FULL_CPU);
}

/* ---- provisioned concurrency ----------------------------------------------------------------------------- */
/* NaN where nothing was invoked: then there is no datapoint. */
static void watch(lambda_code *c, const lambda_provisioned *p, wr_build *b, const char *version)
{
    char text[400], owner[160];
    snprintf(owner, sizeof owner, "%s%s%s", wr_build_name(b), version ? ":" : "", version ? version : "");
    snprintf(text, sizeof text, "%s.ProvisionedConcurrencyUtilization.mean + 0 * %s.Duration.mean", owner, owner);
    for (int i = 0; i < 2; i++)
        c->alarm[i] = (wr_alarm_cfg){.metric = wr_build_formula(b, text), .period = WR_MIN, .evaluation_periods = 3,
                                     .datapoints_to_alarm = 3, .compare = i ? WR_LT : WR_GT,
                                     .threshold = i ? 0.9 * p->target : p->target};
}

static void take_provisioned(lambda_code *c, wr_build *b, const char *version)
{
    const lambda_provisioned *p = c->provisioned;
    if (!p)
        return;
    if ((p->min < 0) != (p->max < 0))
        wr_build_error(b, p, "'provisioned_concurrency' of lambda '%s' scales where both 'min' and 'max' are given",
                       wr_build_name(b));
    else if (p->max < p->min)
        wr_build_error(b, &p->max, "'max' of 'provisioned_concurrency' is %lld, less than 'min' (%lld)",
                       (long long)p->max, (long long)p->min);
    else if (p->max > 0 && (p->concurrency < p->min || p->concurrency > p->max))
        wr_build_error(b, &p->concurrency,
                       "'concurrency' of 'provisioned_concurrency' is %lld, not within 'min' and 'max'", (long long)p->concurrency);
    else if (p->max > 0)
        watch(c, p, b, version);
}

static void compile(lambda_code *c, wr_build *b, const char *version)
{
    const lambda_snap *snap = c->snap;
    if (snap && !snap->enabled)
        c->snap = NULL;
    if (c->snap && c->provisioned)
        wr_build_error(b, &c->snap, "'snap_start' of lambda '%s' does not go with 'provisioned_concurrency'",
                       wr_build_name(b));
    by_number(c, b);
    take_measured(c);
    take_provisioned(c, b, version);
}

/* ---- aliases --------------------------------------------------------------------------------------------- */
static int version_named(const lambda_cfg *cfg, const char *name)
{
    const lambda_version *v = cfg->versions.items;
    for (size_t i = 0; i < cfg->versions.n; i++)
        if (!strcmp(v[i].name, name))
            return (int)i + 1;
    return 0;
}

static void read_alias(const lambda_cfg *cfg, wr_build *b, const lambda_alias_rows *from, lambda_alias *to)
{
    const lambda_weight *w = from->weights.items;
    double sum = 0;
    *to = (lambda_alias){.name = from->name};
    if (version_named(cfg, from->name))
        wr_build_error(b, from, "'%s' is a version and an alias of lambda '%s'; names are given once", from->name,
                       wr_build_name(b));
    for (size_t i = 0; i < from->weights.n && i < 2; i++) {
        to->pool[i] = version_named(cfg, w[i].name);
        if (!to->pool[i])
            wr_build_error(b, &w[i], "alias '%s' of lambda '%s' names version '%s', which is not among its 'versions'",
                           from->name, wr_build_name(b), w[i].name);
        to->second = i ? w[i].share : 0;
        sum += w[i].share;
    }
    if (fabs(sum - 1) > 1e-6)
        wr_build_error(b, from, "the weights of alias '%s' of lambda '%s' sum to %.6g, not to 1", from->name,
                       wr_build_name(b), sum);
}

/* ---- limits ---------------------------------------------------------------------------------------------- */
/* "10000 per 10s" */
static void read_growth(lambda_scaling *s, const void *field, wr_build *b)
{
    char *behind = NULL;
    const char *text = s->rps_text;
    bool ok = true;
    if (!text || !strcmp(text, "unlimited")) {
        s->rps = text ? INFINITY : USUAL_BURST * wr_build_account(b, "lambda_rps_per_concurrency");
        s->per = 10;
        return;
    }
    s->rps = strtod(text, &behind);
    size_t word = strspn(behind, " ");
    ok = behind > text && s->rps > 0 && !strncmp(behind + word, "per ", 4);
    s->per = ok ? wr_text_number(behind + word + 4, WR_T_DUR, NULL, &ok) : 0;
    if (!ok || !(s->per > 0))
        wr_build_error(b, field, "'%s' is no growth of requests; write 10000 per 10s, or unlimited", text);
}

static void check_unreserved(wr_build *b, int64_t aside, const void *field, const char *key)
{
    double most = wr_build_account(b, "lambda_concurrency") - UNRESERVED;
    if (aside <= 0 || (double)aside <= most)
        return;
    wr_build_error(b, field,
                   "'%s' of lambda '%s' is %lld: it decreases the account's UnreservedConcurrentExecution below its "
                   "minimum value of %d; at most %.0f",
                   key, wr_build_name(b), (long long)aside, UNRESERVED, fmax(0, most));
    wr_build_hint(b, "raise 'lambda_concurrency' in 'account'");
}

static int64_t provisioned_of(const lambda_code *c)
{
    const lambda_provisioned *p = c->provisioned;
    return p ? (int64_t)fmax((double)p->concurrency, (double)p->max) : 0;
}

static void check_limits(const lambda_cfg *cfg, wr_build *b)
{
    const lambda_version *written = cfg->versions.items;
    int64_t provisioned = provisioned_of(&cfg->code);
    const void *field = &cfg->code.provisioned;
    for (size_t i = 0; i < cfg->versions.n; i++) {
        provisioned += provisioned_of(&cfg->version[i].code);
        field = wr_build_given(b, &written[i].code.provisioned) ? &written[i].code.provisioned : field;
    }
    if (cfg->reserved < 0)
        check_unreserved(b, provisioned, field, "provisioned_concurrency");
    else if (provisioned > cfg->reserved)
        wr_build_error(b, field,
                       "'provisioned_concurrency' of lambda '%s' is %lld in all, more than its "
                       "'reserved_concurrent_executions' (%lld)",
                       wr_build_name(b), (long long)provisioned, (long long)cfg->reserved);
    check_unreserved(b, cfg->reserved, &cfg->reserved, "reserved_concurrent_executions");
}

/* ---- all ------------------------------------------------------------------------------------------------- */
static void take_versions(lambda_cfg *cfg, wr_build *b)
{
    const lambda_version *written = cfg->versions.items;
    cfg->version = wr_build_alloc(b, cfg->versions.n * sizeof *cfg->version);
    for (size_t i = 0; i < cfg->versions.n; i++) {
        cfg->version[i].name = written[i].name;
        inherit(&cfg->version[i].code, &written[i].code, &cfg->code, b);
        compile(&cfg->version[i].code, b, written[i].name);
    }
}

static lambda_scaling *take_scaling(const lambda_cfg *cfg, wr_build *b)
{
    lambda_scaling *own = wr_build_alloc(b, sizeof *own);
    const lambda_scaling *written = cfg->scaling;
    *own = *written;
    read_growth(own, &written->rps_text, b);
    return own;
}

void lambda_prepare(void *mine, wr_build *b)
{
    lambda_cfg *cfg = mine;
    const lambda_alias_rows *rows = cfg->alias_rows.items;
    wr_program_prepare(&cfg->code.program, b, false);
    take_versions(cfg, b);
    compile(&cfg->code, b, NULL);
    cfg->aliases = cfg->alias_rows.n;
    cfg->alias = wr_build_alloc(b, cfg->aliases * sizeof *cfg->alias);
    for (size_t i = 0; i < cfg->aliases; i++)
        read_alias(cfg, b, &rows[i], &cfg->alias[i]);
    cfg->scaling = take_scaling(cfg, b);
    check_limits(cfg, b);
    mapping_prepare(cfg->events, b, cfg->reserved, cfg->code.timeout);
}
