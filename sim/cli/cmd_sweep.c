/* cmd_sweep.c - `weir sweep`: every point of `sweep:` and --over times every replication, a file each.
 *
 * All points are loaded before any runs, so that a value that does not fit is told at once. Which part of the jobs is
 * this process's: --shard, else WEIR_SHARD, else what a batch system says. Truth: tests/cli/sweep.t. */
#include "sweep.h"
#include <stdlib.h>
#include <string.h>

static const cli_option options[] = {
    {"set", 0, "PATH=VALUE", true, "Override a key or a parameter in all points; may be repeated."},
    {"over", 0, "PATH=AXIS", true, "An axis: a,b,c or from..to:step or log(from,to,points); may be repeated."},
    {"replications", 0, "N", false, "Independent replications of each point; default: the file's."},
    {"seed", 0, "S", false, "Seed of all random streams; default: the file's. All points share it."},
    {"duration", 0, "T", false, "Simulated length; default: the file's."},
    {"warmup", 0, "T", false, "Start of the statistics; default: the file's."},
    {"threads", 0, "N", false, "Jobs run in parallel; never changes a result. Default: all processors."},
    {"output", 'o', "DIR", false, "Folder of the results; default: NAME.sweep."},
    {"shard", 0, "i/N", false, "Only every N-th job, beginning with the i-th."},
    {"resume", 0, NULL, false, "Keep the files that are there and match."},
    {"slo", 0, NULL, false, "Exit with 99 when no point meets all objectives."},
    {"stats", 0, "LIST", false, "Only these metrics in the JSON document, e.g. 'web.*,orders.latency'."},
    {"strict", 0, NULL, false, "Warnings are errors."},
    {"print", 0, "slurm|batch|k8s|parallel", false, "Write a job file for a batch system, and run nothing."},
    {0}};

/* ---- shards ------------------------------------------------------------------------------------------ */
static bool shard_text(const char *s, size_t *i, size_t *n)
{
    char *end;
    unsigned long long a = strtoull(s, &end, 10), b = *end == '/' ? strtoull(end + 1, &end, 10) : 0;
    *i = (size_t)a;
    *n = (size_t)b;
    return *s >= '0' && *s <= '9' && !*end && a >= 1 && a <= b && b <= 1000000;
}

static bool number(const char *name, size_t *out)
{
    const char *s = getenv(name);
    char *end;
    *out = s ? (size_t)strtoull(s, &end, 10) : 0;
    return s && *s >= '0' && *s <= '9' && !*end;
}

/* Indices of batch systems: where they begin, and how many there are. */
static bool shard_of_system(sweep_task *t)
{
    static const struct system { const char *index, *count, *first; size_t base; } systems[] = {
        {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", 1},
        {"AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", NULL, 0},
        {"JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", NULL, 0}};
    for (size_t k = 0; k < sizeof systems / sizeof *systems; k++) {
        size_t i, n, first = systems[k].base;
        if (!number(systems[k].index, &i))
            continue;
        if (systems[k].first)
            (void)number(systems[k].first, &first);
        if (!number(systems[k].count, &n) || i < first || i - first >= n) {
            cli_wrong("%s is set, but %s does not say how many there are; give --shard i/N", systems[k].index, systems[k].count);
            return false;
        }
        t->shard = i - first + 1;
        t->shards = n;
        fprintf(stderr, "weir: shard %zu/%zu, by %s\n", t->shard, t->shards, systems[k].index);
        return true;
    }
    return true;
}

static bool shard_of(const cli_args *a, sweep_task *t)
{
    const char *s = cli_value(a, "shard"), *env = getenv("WEIR_SHARD");
    const char *given = s ? s : env && *env ? env : NULL;
    if (!given)
        return cli_value(a, "print") || shard_of_system(t);
    if (shard_text(given, &t->shard, &t->shards))
        return true;
    cli_wrong("%s is '%s'; write i/N with 1 <= i <= N, such as 3/8", s ? "option '--shard'" : "environment variable 'WEIR_SHARD'", given);
    return false;
}

/* ---- running ------------------------------------------------------------------------------------------------------ */
static int ended(const cli_args *a, const sweep_task *t, int rc, const wr_err *err)
{
    sweep_table_end(t);
    if (rc == WR_E_STOPPED || cli_stopped()) {
        fprintf(stderr, "weir: stopped; 'weir sweep %s -o %s --resume' goes on\n", a->file[0], t->folder);
        return EXIT_INTERRUPTED;
    }
    if (rc)
        return cli_failed(err);
    return cli_flag(a, "slo") && !t->met ? EXIT_MISSED : EXIT_DONE;
}

static int run(const cli_args *a, sweep_task *t)
{
    static const char *const kept[] = {"set", "over", "replications", "seed", "duration", "warmup", NULL};
    text command = {0};
    wr_err err = {0};
    cli_command_line(a, kept, &command);
    cli_watch_begin(&t->watch, a, "job");
    wr_sweep_plan p = {.file = t->look->file, .name = t->look->name, .text = t->look->text, .len = strlen(t->look->text),
                       .set = t->set.o, .sets = t->set.n, .grid = &t->grid, .sha256 = t->identity,
                       .base_sha256 = t->look->sha256, .folder = t->folder, .command = command.s,
                       .replications = t->lab.replications ? (size_t)t->lab.replications : t->look->replications,
                       .seed = cli_seed_of(a, t->s), .threads = t->lab.threads, .shard = t->shard, .shards = t->shards,
                       .resume = cli_flag(a, "resume"), .force = cli_flag(a, "force"), .point = sweep_table_point,
                       .progress = sweep_progress, .arg = t, .events = &t->watch.events};
    int code = ended(a, t, wr_lab_sweep(&p, &err), &err);
    text_clear(&command);
    return code;
}

static int sweep(const cli_args *a)
{
    sweep_task t = {.args = a};
    int code = EXIT_USAGE;
    if (!cli_lab_of(a, &t.lab) || !shard_of(a, &t) || !cli_overrides_of(a, &t.set))
        return code;
    t.s = cli_load(a, a->file[0], &code);
    t.look = t.s ? wr_scenario_look(t.s) : NULL;
    if (t.s && sweep_grid(a, "over", &t, &code)) {
        const char *o = cli_value(a, "output");
        char *stem = cli_stem(a->file[0]);
        t.folder = o ? cli_copy(o) : cli_join(stem, ".sweep");
        free(stem);
        if (cli_value(a, "print"))
            code = sweep_print(a, &t);
        else
            code = sweep_load(&t) ? run(a, &t) : EXIT_INVALID;
    }
    sweep_clear(&t);
    return code;
}

const cli_command cli_sweep = {"sweep", "sweep FILE [--over PATH=AXIS]... [OPTIONS]", "Runs every point of a sweep, a file a replication.", options, 1, 1, sweep};
