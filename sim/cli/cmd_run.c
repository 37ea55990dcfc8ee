/* cmd_run.c - `weir run`: simulates a scenario, prints the summary or one JSON document, writes the results. */
#include "cli.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
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

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
    if (stopped)
        _exit(EXIT_INTERRUPTED);
    stopped = sig;
}

static int progress(void *arg, size_t done, size_t total)
{
    const cli_args *a = arg;
    if (cli_flag(a, "verbose"))
        fprintf(stderr, "replication %zu/%zu\n", done, total);
    else if (!cli_flag(a, "quiet") && isatty(STDERR_FILENO))
        fprintf(stderr, done == total ? "\r\033[K" : "\rreplication %zu/%zu", done, total);
    return stopped;
}

/* The command as results keep it: without folders and without --threads. */
static void command_line(const cli_args *a, text *out)
{
    static const char *const kept[] = {"set", "replications", "seed", "duration", "warmup", "no-slo", NULL};
    char *stem = cli_stem(a->file[0]);
    text_printf(out, "weir run %s.yaml", stem);
    free(stem);
    for (size_t k = 0; kept[k]; k++) {
        const char *const *v;
        size_t n = cli_values(a, kept[k], &v);
        for (size_t i = 0; i < n; i++)
            text_printf(out, " --%s%s%s", kept[k], *v[i] ? " " : "", v[i]);
    }
}

static bool plan_of(const cli_args *a, wr_plan *p)
{
    uint64_t n = 0, threads = 0, seed = 0;
    const char *env = getenv("WEIR_THREADS");
    if (env && !cli_value(a, "threads"))
        threads = strtoull(env, NULL, 10);
    if (!cli_number(a, "replications", 1, 100000000, &n) || !cli_number(a, "seed", 0, INT64_MAX, &seed) ||
        !cli_number(a, "threads", 1, 4096, &threads))
        return false;
    *p = (wr_plan){.replications = n, .seed = seed, .has_seed = cli_value(a, "seed") != NULL, .threads = (unsigned)threads,
                   .keep = cli_value(a, "output") ? WR_KEEP_ALL : WR_KEEP_HISTOGRAMS, .progress = progress,
                   .progress_arg = (void *)(uintptr_t)a};
    return true;
}

static int write_results(const cli_args *a, const wr_experiment *x)
{
    wr_err err = {0};
    const char *path = cli_value(a, "output");
    if (path && x->n && wr_write_h5(x, path, &err))
        return cli_failed(&err);
    return EXIT_DONE;
}

static int verdict(const cli_args *a, const wr_experiment *x, int ran)
{
    if (stopped)
        return EXIT_INTERRUPTED;
    if (ran)
        return EXIT_FAILED_RUN;
    return cli_flag(a, "no-slo") || wr_experiment_passed(x) ? EXIT_DONE : EXIT_MISSED;
}

static int experiment(const cli_args *a, const wr_scenario *s, const wr_plan *p)
{
    wr_err err = {0};
    wr_experiment x = {0};
    int ran = wr_lab_run(s, p, &x, &err);
    text command = {0};
    command_line(a, &command);
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
    if (code == EXIT_DONE)
        code = verdict(a, &x, ran);
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
    struct sigaction act = {.sa_handler = on_signal};
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    code = experiment(a, s, &p);
    wr_scenario_destroy(s);
    return code;
}

const cli_command cli_run = {"run", "run FILE [OPTIONS]", "Simulates a scenario and reports its objectives.", options, 1, 1, run_command};
