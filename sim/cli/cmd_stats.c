/* cmd_stats.c - `weir stats`: mean, interval, ranks and warm-up of a column of numbers, or of the difference of two.
 *
 * For numbers that come from elsewhere, by the rules that judge weir's own. Truth: tests/unit/test_sample.c,
 * tests/cli/stats.t. */
#include "../result/result.h"
#include "../scenario/load.h"
#include "cli.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const cli_option options[] = {
    {"column", 0, "C", false, "Name of the column; not needed where there is only one."},
    {"confidence", 0, "0.95", false, "Of the interval, between 0.5 and 1."},
    {"warmup", 0, "mser5", false, "Also find how much of the beginning to leave out, by MSER-5."},
    {"batch", 0, "N", false, "Numbers a batch for --warmup; default 5."},
    {"against", 0, "FILE2.csv", false, "Compare FILE - FILE2, row by row and as two samples."},
    {0}};

typedef struct column {
    double *x;
    size_t n;
} column;

typedef struct task {
    double confidence;
    uint64_t batch;
    bool mser;
    column a, b;
} task;

static int wrong_line(const char *file, size_t line, csv_slice c)
{
    fprintf(stderr, "%s:%zu: error: '%.*s' is not a number\n", file, line, (int)(c.len < 60 ? c.len : 60), c.s ? c.s : "");
    return EXIT_FAILED_RUN;
}

static bool number(csv_slice c, double *x)
{
    return c.s && quantity_read(c.s, c.len, WR_T_NUMBER, NULL, x, NULL) == Q_OK;
}

/* Which column: by name, or the only one. A first record that is no number names the columns. */
static int choose(const char *file, const char *name, csv_slice first, size_t *at, bool *names)
{
    size_t n = 0;
    double x;
    *names = !number(csv_field(first, 0), &x);
    for (csv_slice c; (c = csv_field(first, n)).s; n++)
        if (name && strlen(name) == c.len && !memcmp(name, c.s, c.len)) {
            *at = n;
            *names = true;
            return EXIT_DONE;
        }
    *at = 0;
    if (name)
        fprintf(stderr, "weir: '%s' has no column '%s'\n", file, name);
    else if (n > 1)
        fprintf(stderr, "weir: '%s' has %zu columns: choose one with --column\n", file, n);
    return name || n > 1 ? EXIT_FAILED_RUN : EXIT_DONE;
}

static int parse(const char *file, const char *name, csv_slice file_text, column *out)
{
    csv_slice line;
    size_t at = 0, row = 0, place = 0, room = 0;
    bool names = true, first = true;
    while (csv_record(file_text, &at, &row, &line)) {
        int code = first ? choose(file, name, line, &place, &names) : EXIT_DONE;
        if (code)
            return code;
        bool skip = first && names;
        first = false;
        if (skip)
            continue;
        if (out->n == room) {
            out->x = memory_grow(out->x, room * sizeof(double), (2 * room + 64) * sizeof(double));
            room = 2 * room + 64;
        }
        csv_slice c = csv_field(line, place);
        if (!number(c, &out->x[out->n++]))
            return wrong_line(file, row, c);
    }
    if (!out->n)
        fprintf(stderr, "weir: '%s' holds no numbers\n", file);
    return out->n ? EXIT_DONE : EXIT_FAILED_RUN;
}

static int read_column(const char *file, const char *name, column *out)
{
    wr_arena *a = arena_create();
    const char *why = "";
    size_t len = 0;
    const char *s = file_read(a, file, &len, &why);
    int code = EXIT_FAILED_RUN;
    if (!s)
        fprintf(stderr, "weir: cannot open '%s': %s\n", file, why);
    else if (len >= 3 && !memcmp(s, "\xEF\xBB\xBF", 3))
        code = parse(file, name, (csv_slice){s + 3, len - 3}, out);
    else
        code = parse(file, name, (csv_slice){s, len}, out);
    arena_destroy(a);
    return code;
}

/* ---- what is printed ------------------------------------------------------------------------------------ */
static void field(const char *name, double x, const char *end)
{
    char s[40];
    snprintf(s, sizeof s, isfinite(x) ? "%.17g" : "null", x);
    printf("\"%s\": %s%s", name, s, end);
}

static void json_interval(const sample *s, const char *end)
{
    field("half_width", s->half, ", ");
    field("low", s->low, ", ");
    field("high", s->high, end);
}

static void json_against(const task *t)
{
    sample x = sample_of(t->a.x, t->a.n, t->confidence), y = sample_of(t->b.x, t->b.n, t->confidence);
    sample w = sample_welch(&x, &y, t->confidence);
    printf(", \"paired\": ");
    if (t->a.n == t->b.n) {
        sample p = sample_pairs(t->a.x, t->b.x, t->a.n, t->confidence);
        printf("{");
        field("mean", p.mean, ", ");
        field("sd", p.sd, ", ");
        json_interval(&p, ", ");
        field("p_value", p.p, "}");
    } else {
        printf("null");
    }
    printf(", \"welch\": {");
    field("mean", w.mean, ", ");
    json_interval(&w, ", ");
    field("p_value", w.p, "}");
}

static void print_json(const task *t, const sample *s, const double *sorted)
{
    printf("{\"n\": %zu, ", s->n);
    field("mean", s->mean, ", ");
    field("sd", s->sd, ", ");
    field("confidence", t->confidence, ", ");
    json_interval(s, ", ");
    field("min", sorted[0], ", ");
    field("max", sorted[s->n - 1], ", ");
    field("p50", sample_rank(sorted, s->n, 0.5), ", ");
    field("p95", sample_rank(sorted, s->n, 0.95), ", ");
    field("p99", sample_rank(sorted, s->n, 0.99), "");
    if (t->mser) {
        mser m = mser_of(t->a.x, t->a.n, (size_t)t->batch);
        printf(", \"mser5\": {\"batches\": %zu, \"truncate_batches\": %zu, \"truncate_observations\": %zu, ", m.batches, m.cut,
               m.cut * (size_t)t->batch);
        field("statistic", m.statistic, ", ");
        field("mean_after", m.after, ", ");
        field("mean_all", m.all, "}");
    }
    if (t->b.n)
        json_against(t);
    printf("}\n");
}

static void print_difference(const char *how, const sample *s)
{
    printf("%-8s difference %.9g +- %.6g  [%.9g, %.9g]  p = %.3g\n", how, s->mean, s->half, s->low, s->high, s->p);
}

static void print_text(const task *t, const sample *s, const double *sorted)
{
    printf("n %zu  mean %.9g  sd %.9g\n", s->n, s->mean, s->sd);
    if (s->n > 1)
        printf("%g %% interval of the mean: %.9g +- %.6g  [%.9g, %.9g]\n", 100 * t->confidence, s->mean, s->half, s->low, s->high);
    printf("min %.9g  p50 %.9g  p95 %.9g  p99 %.9g  max %.9g\n", sorted[0], sample_rank(sorted, s->n, 0.5),
           sample_rank(sorted, s->n, 0.95), sample_rank(sorted, s->n, 0.99), sorted[s->n - 1]);
    if (t->mser) {
        mser m = mser_of(t->a.x, t->a.n, (size_t)t->batch);
        printf("MSER-%zu: leave out %zu of %zu batches (%zu numbers); mean after it %.9g, of all %.9g\n", (size_t)t->batch, m.cut,
               m.batches, m.cut * (size_t)t->batch, m.after, m.all);
    }
    if (!t->b.n)
        return;
    sample y = sample_of(t->b.x, t->b.n, t->confidence), w = sample_welch(s, &y, t->confidence);
    if (t->a.n == t->b.n) {
        sample p = sample_pairs(t->a.x, t->b.x, t->a.n, t->confidence);
        print_difference("paired", &p);
    }
    print_difference("Welch", &w);
}

static void print(const cli_args *a, const task *t)
{
    sample s = sample_of(t->a.x, t->a.n, t->confidence);
    double *sorted = memory_get(t->a.n * sizeof *sorted);
    memcpy(sorted, t->a.x, t->a.n * sizeof *sorted);
    sample_sort(sorted, t->a.n);
    (cli_flag(a, "json") ? print_json : print_text)(t, &s, sorted);
    free(sorted);
}

static bool settings(const cli_args *a, task *t)
{
    const char *confidence = cli_value(a, "confidence"), *warmup = cli_value(a, "warmup");
    if (confidence && (quantity_read(confidence, strlen(confidence), WR_T_SHARE, NULL, &t->confidence, NULL) != Q_OK ||
                       t->confidence < 0.5 || t->confidence >= 1)) {
        cli_wrong("option '--confidence' is '%s'; it must be a share from 0.5 up to 1, such as 0.95 or 95%%", confidence);
        return false;
    }
    if (warmup && strcmp(warmup, "mser5")) {
        cli_wrong("option '--warmup' is '%s'; the one method is mser5", warmup);
        return false;
    }
    t->mser = warmup != NULL;
    return cli_number(a, "batch", 1, 1000000, &t->batch);
}

static int stats(const cli_args *a)
{
    task t = {.confidence = 0.95, .batch = 5};
    const char *against = cli_value(a, "against"), *name = cli_value(a, "column");
    if (!settings(a, &t))
        return EXIT_USAGE;
    stat_quiet();
    int code = read_column(a->file[0], name, &t.a);
    if (!code && against)
        code = read_column(against, name, &t.b);
    if (!code)
        print(a, &t);
    free(t.a.x);
    free(t.b.x);
    return code;
}

const cli_command cli_stats = {"stats", "stats FILE.csv [OPTIONS]", "Statistics of a column of numbers.", options, 1, 1, stats};
