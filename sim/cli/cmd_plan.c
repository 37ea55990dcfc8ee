/* cmd_plan.c - `weir plan`: the cheapest point of a grid that meets every objective.
 *
 * Every point is run with the same seeds (common random numbers), so that differences between points are theirs and not
 * the arrivals'. A point is feasible when every objective is met with 95 % confidence: when the whole interval of its mean lies
 * on the right side; what is undecided is not met. Of the feasible ones the least of the metric to be minimised is
 * chosen; the cheaper ones are told with what they miss. With --max-runs replications are shared out evenly.
 * Left out: searching without running every point. Truth: tests/cli/plan.t. */
#include "sweep.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const cli_option options[] = {
    {"vary", 0, "PATH=AXIS", true, "An axis beside those of 'sweep:', as in weir sweep --over; may be repeated."},
    {"minimize", 0, "METRIC", false, "OWNER.METRIC to be least; default: run.cost_per_hour."},
    {"confidence", 0, "95%", false, "With which an objective must be met; this build judges at 95 %."},
    {"max-runs", 0, "N", false, "At most so many replications in all."},
    {"set", 0, "PATH=VALUE", true, "Override a key or a parameter in all points; may be repeated."},
    {"replications", 0, "N", false, "Independent replications of each point; default: the file's."},
    {"seed", 0, "S", false, "Seed of all random streams; default: the file's."},
    {"duration", 0, "T", false, "Simulated length; default: the file's."},
    {"warmup", 0, "T", false, "Start of the statistics; default: the file's."},
    {"threads", 0, "N", false, "Replications run in parallel; never changes a result."},
    {0}};

typedef struct outcome { /* of one point */
    double cost;         /* of what is minimised; NaN: not observed */
    double per_hour;
    bool met;
    char *misses;        /* what it misses; NULL: nothing */
    char *slo;           /* its objectives as JSON */
} outcome;

typedef struct plan_task {
    sweep_task k;
    const char *owner, *metric; /* to be minimised */
    outcome *of;
    size_t done;
} plan_task;

/* ---- one point ------------------------------------------------------------------------------------------------ */
static char *missed(const wr_experiment *x)
{
    text t = {0};
    for (size_t i = 0; i < x->verdicts; i++) {
        const wr_verdict *v = &x->verdict[i];
        if (v->pass != 0)
            continue;
        text_printf(&t, "%s%s (%.4g", t.len ? "; " : "", v->expr, v->e.mean);
        if (isfinite(v->e.ci95))
            text_printf(&t, " \302\261 %.2g", v->e.ci95);
        text_puts(&t, v->undecided ? ", undecided)" : ")");
    }
    char *s = t.len ? cli_copy(t.s) : NULL;
    text_clear(&t);
    return s;
}

static char *objectives(const wr_experiment *x)
{
    char *s = NULL;
    size_t len;
    FILE *f = open_memstream(&s, &len);
    if (!f)
        return NULL;
    wr_print_json_slo(x, f);
    fclose(f);
    return s;
}

static double least_of(const wr_experiment *x, const plan_task *p)
{
    for (size_t i = 0; i < x->aggregates; i++) {
        const wr_aggregate *g = &x->aggregate[i];
        if (!strcmp(g->owner, p->owner) && !*g->part && !strcmp(g->metric, p->metric) && (!strcmp(g->stat, "mean") || !strcmp(g->stat, "sum")))
            return g->e.mean;
    }
    return NAN;
}

static int run_point(plan_task *p, size_t i, const wr_plan *how, wr_err *err)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = sweep_scenario(&p->k, i, d);
    wr_diag_destroy(d);
    if (!s)
        return wr_fail(err, WR_E_SCENARIO, "point %zu no longer loads", i);
    wr_experiment x = {0};
    int rc = wr_lab_run(s, how, &x, err);
    x.point = i;
    if (!rc) {
        p->of[i] = (outcome){least_of(&x, p), x.cost_per_hour, wr_experiment_passed(&x), missed(&x), objectives(&x)};
        sweep_table_point(&p->k, i, &x);
        p->done++;
    }
    wr_experiment_clear(&x);
    wr_scenario_destroy(s);
    return rc;
}

/* ---- what to say -------------------------------------------------------------------------------------------------- */
static size_t best_of(const plan_task *p)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < p->k.grid.points; i++)
        if (p->of[i].met && !isnan(p->of[i].cost) && (best == SIZE_MAX || p->of[i].cost < p->of[best].cost))
            best = i;
    return best;
}

/* The dearest of those that are cheaper than the best: what it misses is why the best costs more. */
static size_t next_cheaper(const plan_task *p, size_t best)
{
    size_t next = SIZE_MAX;
    for (size_t i = 0; i < p->k.grid.points; i++)
        if (best != SIZE_MAX && p->of[i].cost < p->of[best].cost && (next == SIZE_MAX || p->of[i].cost > p->of[next].cost))
            next = i;
    return next;
}

static void tell(const plan_task *p, const char *what, size_t i)
{
    text t = {0};
    sweep_describe(&t, &p->k.grid.point[i]);
    printf("%-12s point %zu%s%s%s: %s.%s %.6g, %.4g USD an hour%s%s\n", what, i, t.len ? " (" : "", t.s ? t.s : "", t.len ? ")" : "",
           p->owner, p->metric, p->of[i].cost, p->of[i].per_hour, p->of[i].misses ? "; misses " : "", p->of[i].misses ? p->of[i].misses : "");
    text_clear(&t);
}

static void json_number(const char *key, double x, const char *end)
{
    if (isfinite(x))
        printf("\"%s\": %.17g%s", key, x, end);
    else
        printf("\"%s\": null%s", key, end);
}

static void json_point(const plan_task *p, size_t i)
{
    const wr_point *at = &p->k.grid.point[i];
    printf("{\"point\": %zu, \"values\": {", i);
    for (size_t k = 0; k < at->n; k++) {
        fputs(k ? ", " : "", stdout);
        cli_json_text(stdout, at->set[k].path);
        fputs(": ", stdout);
        cli_json_text(stdout, at->set[k].value);
    }
    fputs("}, ", stdout);
    json_number("cost_per_hour_usd", p->of[i].per_hour, ", ");
    json_number("minimized", p->of[i].cost, ", ");
    printf("\"feasible\": %s, \"misses\": ", p->of[i].met ? "true" : "false");
    cli_json_text(stdout, p->of[i].misses);
    printf(", \"slo\": %s}", p->of[i].slo ? p->of[i].slo : "[]");
}

static void answer_json(const plan_task *p, size_t best)
{
    fputs("{\"best\": ", stdout);
    if (best == SIZE_MAX)
        fputs("null", stdout);
    else
        json_point(p, best);
    printf(", \"feasible\": %s, \"evaluated\": [", best == SIZE_MAX ? "false" : "true");
    for (size_t i = 0; i < p->k.grid.points; i++) {
        fputs(i ? ",\n " : "\n ", stdout);
        json_point(p, i);
    }
    fputs("\n]}\n", stdout);
}

static void answer(const cli_args *a, const plan_task *p, size_t best)
{
    size_t cheaper = next_cheaper(p, best);
    if (cli_flag(a, "json")) {
        answer_json(p, best);
        return;
    }
    if (cli_flag(a, "quiet"))
        return;
    if (best == SIZE_MAX) {
        puts("\nno point meets every objective");
        return;
    }
    puts("");
    tell(p, "best", best);
    if (cheaper != SIZE_MAX)
        tell(p, "next cheaper", cheaper);
}

/* ---- the command ------------------------------------------------------------------------------------------------------ */
static bool settings(const cli_args *a, plan_task *p, char **copy)
{
    const char *confidence = cli_value(a, "confidence"), *least = cli_value(a, "minimize");
    double share = 0.95;
    if (confidence && (quantity_read(confidence, strlen(confidence), WR_T_SHARE, NULL, &share, NULL) != Q_OK || fabs(share - 0.95) > 1e-9)) {
        cli_wrong("option '--confidence' is '%s'; this build judges at 95%%", confidence);
        return false;
    }
    *copy = cli_copy(least ? least : "run.cost_per_hour");
    char *dot = strchr(*copy, '.');
    if (!dot || !dot[1]) {
        cli_wrong("option '--minimize' is '%s'; write OWNER.METRIC, such as run.cost_per_hour", *copy);
        return false;
    }
    *dot = 0;
    p->owner = *copy;
    p->metric = dot + 1;
    return cli_lab_of(a, &p->k.lab) && cli_overrides_of(a, &p->k.set);
}

static bool how_many(const cli_args *a, const plan_task *p, size_t *reps)
{
    uint64_t most = 0;
    if (!cli_number(a, "max-runs", 1, 1000000000, &most))
        return false;
    *reps = p->k.lab.replications ? (size_t)p->k.lab.replications : p->k.look->replications;
    if (most && *reps * p->k.grid.points > most)
        *reps = (size_t)most / p->k.grid.points;
    if (!*reps)
        cli_wrong("option '--max-runs' is less than one replication for each of %zu points", p->k.grid.points);
    return *reps > 0;
}

static int run_all(const cli_args *a, plan_task *p)
{
    size_t reps;
    wr_err err = {0};
    if (!how_many(a, p, &reps))
        return EXIT_USAGE;
    p->of = memory_get(p->k.grid.points * sizeof *p->of);
    cli_watch_begin(&p->k.watch, a, "replication");
    p->k.mute = cli_flag(a, "json");
    wr_plan how = {.replications = reps, .seed = cli_seed_of(a, p->k.s), .has_seed = true, .threads = p->k.lab.threads,
                   .keep = WR_KEEP_HISTOGRAMS, .progress = cli_progress, .progress_arg = &p->k.watch, .events = &p->k.watch.events};
    int rc = 0;
    for (size_t i = 0; i < p->k.grid.points && !rc && !cli_stopped(); i++)
        rc = run_point(p, i, &how, &err);
    if (cli_stopped())
        return EXIT_INTERRUPTED;
    if (rc)
        return cli_failed(&err);
    size_t best = best_of(p);
    answer(a, p, best);
    return best == SIZE_MAX ? EXIT_MISSED : EXIT_DONE;
}

static int plan(const cli_args *a)
{
    plan_task p = {.k = {.args = a}};
    char *copy = NULL;
    int code = EXIT_USAGE;
    if (settings(a, &p, &copy)) {
        p.k.s = cli_load(a, a->file[0], &code);
        p.k.look = p.k.s ? wr_scenario_look(p.k.s) : NULL;
        if (p.k.s && sweep_grid(a, "vary", &p.k, &code))
            code = sweep_load(&p.k) ? run_all(a, &p) : EXIT_INVALID;
    }
    for (size_t i = 0; p.of && i < p.k.grid.points; i++) {
        free(p.of[i].misses);
        free(p.of[i].slo);
    }
    free(p.of);
    free(copy);
    sweep_clear(&p.k);
    return code;
}

const cli_command cli_plan = {"plan", "plan FILE [--vary PATH=AXIS]... [OPTIONS]", "The cheapest point of a sweep that meets every objective.", options, 1, 1, plan};
