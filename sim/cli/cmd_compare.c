/* cmd_compare.c - `weir compare`: B - A of two result files, or of two scenarios that are run first.
 *
 * Truth: tests/unit/test_compare.c, tests/cli/compare.t. */
#include "cli.h"
#include <stdlib.h>
#include <string.h>

static const cli_option options[] = {
    {"metric", 0, "LIST", false, "Only these, e.g. 'web.latency.p99,orders.*'; default: latency, errors, throttles, cost."},
    {"detailed-exitcode", 0, NULL, false, "Exit with 2 when something differs beyond chance."},
    {"set", 0, "PATH=VALUE", true, "Override a key of scenarios that are run; may be repeated."},
    {"replications", 0, "N", false, "Of scenarios that are run; default: the file's."},
    {"seed", 0, "S", false, "Of scenarios that are run; default: the file's."},
    {"duration", 0, "T", false, "Of scenarios that are run; default: the file's."},
    {"warmup", 0, "T", false, "Of scenarios that are run; default: the file's."},
    {"threads", 0, "N", false, "Replications run in parallel; never changes a result."},
    {0}};

typedef struct side {
    wr_experiment x;
    wr_scenario *s;  /* it was run */
    wr_store *store; /* or read */
} side;

static bool is_result(const char *path)
{
    unsigned char head[8] = {0};
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(head, 1, sizeof head, f) : 0;
    if (f)
        fclose(f);
    return (n == sizeof head && !memcmp(head, "\211HDF\r\n\032\n", sizeof head)) ||
           (strlen(path) > 3 && !strcmp(path + strlen(path) - 3, ".h5"));
}

static int read_side(const char *path, side *out)
{
    wr_err err = {0};
    int rc = wr_store_open(&out->store, path, &err);
    if (rc)
        return cli_failed(&err);
    rc = wr_store_results(out->store, &out->x.result, &out->x.n, &err);
    if (rc) {
        fprintf(stderr, "weir: cannot compare '%s': %s\n", path, err.text);
        return EXIT_FAILED_RUN;
    }
    out->x.look = wr_store_look(out->store);
    out->x.seed = out->x.look->seed;
    out->x.complete = true;
    wr_experiment_close(&out->x);
    return EXIT_DONE;
}

static int run_side(const cli_args *a, const char *path, side *out)
{
    cli_lab lab;
    cli_watch watch;
    wr_err err = {0};
    int code;
    if (!cli_lab_of(a, &lab))
        return EXIT_USAGE;
    out->s = cli_load(a, path, &code);
    if (!out->s)
        return code;
    cli_watch_begin(&watch, a, "replication");
    wr_plan p = {.replications = (size_t)lab.replications, .seed = cli_seed_of(a, out->s), .has_seed = true, .threads = lab.threads,
                 .keep = WR_KEEP_HISTOGRAMS, .progress = cli_progress, .progress_arg = &watch, .events = &watch.events};
    int rc = wr_lab_run(out->s, &p, &out->x, &err);
    if (cli_stopped())
        return EXIT_INTERRUPTED;
    return rc ? cli_failed(&err) : EXIT_DONE;
}

static void clear(side *s)
{
    wr_experiment_clear(&s->x);
    wr_store_close(s->store);
    wr_scenario_destroy(s->s);
}

static int print(const cli_args *a, const side *s)
{
    wr_comparison c;
    bool differ = false;
    wr_compare(&s[0].x, &s[1].x, cli_value(a, "metric"), &c);
    if (cli_flag(a, "json"))
        wr_print_comparison_json(&c, stdout);
    else if (!cli_flag(a, "quiet"))
        wr_print_comparison(&c, stdout);
    for (size_t i = 0; i < c.n; i++)
        differ |= c.difference[i].significant;
    wr_comparison_clear(&c);
    return differ && cli_flag(a, "detailed-exitcode") ? EXIT_USAGE : EXIT_DONE; /* 2: CLI.md section 1 */
}

static int compare(const cli_args *a)
{
    side s[2] = {0};
    int code = EXIT_DONE;
    for (int i = 0; i < 2 && code == EXIT_DONE; i++)
        code = is_result(a->file[i]) ? read_side(a->file[i], &s[i]) : run_side(a, a->file[i], &s[i]);
    if (code == EXIT_DONE)
        code = print(a, s);
    clear(&s[0]);
    clear(&s[1]);
    return code;
}

const cli_command cli_compare = {"compare", "compare A B [OPTIONS]", "Differences of two result files or scenarios, B - A.", options, 2, 2, compare};
