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

/* What signals look at: two states in turns, so that a signal finds a whole one. */
static volatile sig_atomic_t stopped, shown;
static char state[2][96] = {"no replication is finished yet\n", ""};

static void on_signal(int sig)
{
    ssize_t ignored = 0;
    if (sig == SIGUSR1) {
        ignored = write(STDERR_FILENO, state[shown], strlen(state[shown]));
    } else if (stopped) {
        _exit(EXIT_INTERRUPTED);
    } else {
        static const char words[] = "stopping when the replications in hand are finished; again: at once\n";
        ignored = write(STDERR_FILENO, words, sizeof words - 1);
        stopped = sig;
    }
    (void)ignored;
}

static void listen(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGUSR1};
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &act, NULL);
}

typedef struct watcher { /* shows how far the run is */
    const cli_args *args;
    uint64_t events; /* of finished replications: the lab adds them up */
    double begin, last;
} watcher;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* `replication 7/10  61 %  12.4 M events/s  ETA 0:08` */
static void describe(const watcher *w, double now, size_t done, size_t total, text *out)
{
    double took = now - w->begin, left = took / (double)done * (double)(total - done);
    text_printf(out, "replication %zu/%zu  %.0f %%  ", done, total, 100 * (double)done / (double)total);
    quantity_pretty(out, took > 0 ? (double)w->events / took : 0, "");
    text_printf(out, " events/s  ETA %.0f:%02.0f", floor(left / 60), floor(fmod(left, 60)));
}

static int progress(void *arg, size_t done, size_t total)
{
    watcher *w = arg;
    double now = seconds();
    text t = {0};
    bool line = !cli_flag(w->args, "quiet") && isatty(STDERR_FILENO);
    describe(w, now, done, total, &t);
    snprintf(state[!shown], sizeof state[0], "%s\n", t.s);
    shown = !shown;
    if (cli_flag(w->args, "verbose")) {
        fprintf(stderr, "%s\n", t.s);
    } else if (line && (done == total || now - w->last > 0.1)) {
        fprintf(stderr, done == total ? "\r\033[K" : "\r%s\033[K", t.s);
        w->last = now;
    }
    text_clear(&t);
    return stopped;
}

/* The command as results keep it: without folders and without --threads. */
static void command_line(const cli_args *a, text *out)
{
    static const char *const kept[] = {"set", "replications", "seed", "duration", "warmup", "no-slo", NULL};
    const char *file = strrchr(a->file[0], '/');
    text_printf(out, "weir run %s", file ? file + 1 : a->file[0]);
    for (size_t k = 0; kept[k]; k++) {
        const char *const *v;
        size_t n = cli_values(a, kept[k], &v);
        for (size_t i = 0; i < n; i++)
            text_printf(out, " --%s%s%s", kept[k], *v[i] ? " " : "", v[i]);
    }
}

/* Options are stronger than the environment; of threads and seed, the file has a say only on the seed: seed_of. */
static bool plan_of(const cli_args *a, wr_plan *p)
{
    uint64_t n = 0, threads = 0, seed = 0;
    if (!cli_environment("WEIR_THREADS", 1, 4096, &threads) || !cli_environment("WEIR_SEED", 0, INT64_MAX, &seed) ||
        !cli_number(a, "replications", 1, 100000000, &n) || !cli_number(a, "seed", 0, INT64_MAX, &seed) ||
        !cli_number(a, "threads", 1, 4096, &threads))
        return false;
    *p = (wr_plan){.replications = n, .seed = seed, .has_seed = cli_value(a, "seed") != NULL, .threads = (unsigned)threads,
                   .keep = cli_value(a, "output") ? WR_KEEP_ALL : WR_KEEP_HISTOGRAMS};
    return true;
}

/* WEIR_SEED counts where neither the command line nor the file says anything. */
static void seed_of(wr_plan *p, const wr_scenario *s)
{
    const char *env = getenv("WEIR_SEED"), *resolved = wr_scenario_look(s)->resolved;
    if (env && *env && !p->has_seed)
        p->has_seed = strncmp(resolved, "seed:", 5) != 0 && !strstr(resolved, "\nseed:");
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
    if (stopped)
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
    watcher w = {.args = a, .begin = seconds()};
    p.progress = progress;
    p.progress_arg = &w;
    p.events = &w.events;
    seed_of(&p, s);
    listen();
    code = writable(a) ? experiment(a, s, &p) : EXIT_FAILED_RUN;
    wr_scenario_destroy(s);
    return code;
}

const cli_command cli_run = {"run", "run FILE [OPTIONS]", "Simulates a scenario and reports its objectives.", options, 1, 1, run_command};
