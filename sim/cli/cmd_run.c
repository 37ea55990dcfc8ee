/* cmd_run.c - `weir run`: simulates a scenario, prints the summary or one JSON document, writes the results. */
#include "cli.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const cli_option options[] = {
    {"set", 0, "PATH=VALUE", true, "Override a key or a parameter of the scenario; may be repeated."},
    {"replications", 0, "N", false, "Independent replications; default: the file's."},
    {"seed", 0, "S", false, "Seed of all random streams; default: the file's."},
    {"duration", 0, "T", false, "Simulated length; default: the file's."},
    {"warmup", 0, "T", false, "Start of the statistics; default: the file's."},
    {"threads", 0, "N", false, "Replications run in parallel; never changes a result. Default: all processors."},
    {"output", 'o', "OUT.h5", false, "Write the results to this file."},
    {"stats", 0, "LIST", false, "Only these metrics in the JSON document, e.g. 'web.*,orders.latency'."},
    {"no-slo", 0, NULL, false, "Report objectives without judging them."},
    {"strict", 0, NULL, false, "Warnings are errors."},
    {0}};

/* Options are stronger than the environment; of threads and seed, the file has a say only on the seed. */
static bool plan_of(const cli_args *a, wr_plan *p)
{
    cli_lab lab;
    if (!cli_lab_of(a, &lab))
        return false;
    *p = (wr_plan){.replications = lab.replications, .threads = lab.threads,
                   .keep = cli_value(a, "output") ? WR_KEEP_ALL : WR_KEEP_HISTOGRAMS};
    return true;
}

/* An hour of work should not find out at its end that there is no place for the results. */
static bool writable(const cli_args *a)
{
    const char *path = cli_value(a, "output"), *slash = path ? strrchr(path, '/') : NULL;
    text folder = {0};
    text_add(&folder, slash ? path : ".", slash && slash > path ? (size_t)(slash - path) : 1);
    bool ok = !path || !access(folder.s, W_OK);
    if (!ok)
        fprintf(stderr, "weir: cannot write '%s': %s\n", path, strerror(errno));
    text_clear(&folder);
    return ok;
}

static int write_results(const cli_args *a, const wr_experiment *x)
{
    wr_err err = {0};
    const char *path = cli_value(a, "output");
    if (path && x->n && wr_write_h5(x, path, &err))
        return cli_failed(&err);
    return EXIT_DONE;
}

/* The weightiest that applies. */
static int verdict(const cli_args *a, const wr_experiment *x, bool failed)
{
    if (cli_stopped())
        return EXIT_INTERRUPTED;
    if (failed)
        return EXIT_FAILED_RUN;
    return cli_flag(a, "no-slo") || wr_experiment_passed(x) ? EXIT_DONE : EXIT_MISSED;
}

static int experiment(const cli_args *a, const wr_scenario *s, const wr_plan *p)
{
    wr_err err = {0};
    wr_experiment x = {0};
    int ran = wr_lab_run(s, p, &x, &err);
    text command = {0};
    static const char *const kept[] = {"set", "replications", "seed", "duration", "warmup", "no-slo", NULL};
    cli_command_line(a, kept, &command);
    x.command = command.s;
    int code = write_results(a, &x);
    for (size_t i = 0; i < x.warnings; i++)
        fprintf(stderr, "weir: warning: %s\n", x.warning[i]);
    x.output = code == EXIT_DONE && x.n ? cli_value(a, "output") : NULL;
    if (cli_flag(a, "json"))
        wr_print_json(&x, cli_value(a, "stats"), stdout);
    else if (!cli_flag(a, "quiet"))
        wr_print_summary(&x, stdout, cli_color(a, stdout));
    if (ran && ran != WR_E_STOPPED)
        cli_failed(&err);
    code = verdict(a, &x, ran || code != EXIT_DONE);
    wr_experiment_clear(&x);
    text_clear(&command);
    return code;
}

static int run_command(const cli_args *a)
{
    int code;
    wr_plan p;
    if (!plan_of(a, &p))
        return EXIT_USAGE;
    wr_scenario *s = cli_load(a, a->file[0], &code);
    if (!s)
        return code;
    cli_watch w;
    cli_watch_begin(&w, a, "replication");
    p.progress = cli_progress;
    p.progress_arg = &w;
    p.events = &w.events;
    p.seed = cli_seed_of(a, s);
    p.has_seed = true;
    code = writable(a) ? experiment(a, s, &p) : EXIT_FAILED_RUN;
    wr_scenario_destroy(s);
    return code;
}

const cli_command cli_run = {"run", "run FILE [OPTIONS]", "Simulates a scenario and reports its objectives.", options, 1, 1, run_command};
