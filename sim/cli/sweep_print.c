/* sweep_print.c - a sweep as a job file of a batch system: each task is a shard, and tries again with --resume.
 *
 * A task that is killed loses the job in hand and nothing else; submitting the same file again does what is missing. */
#include "sweep.h"
#include <string.h>

typedef struct job_file {
    const sweep_task *t;
    const char *command; /* weir sweep FILE ... without --shard and --print */
    size_t tasks;
} job_file;

static void slurm(const job_file *f)
{
    printf("#!/bin/sh\n"
           "# Submit with: sbatch FILE. Submitted again, it does what is missing.\n"
           "#SBATCH --job-name=%s\n#SBATCH --array=1-%zu\n#SBATCH --cpus-per-task=1\n#SBATCH --output=%s-%%a.log\n"
           "exec %s --resume --threads \"${SLURM_CPUS_PER_TASK:-1}\" --shard \"$SLURM_ARRAY_TASK_ID/%zu\" --quiet\n"
           "# Then: weir merge %s -o %s.h5\n",
           f->t->look->name, f->tasks, f->t->look->name, f->command, f->tasks, f->t->folder, f->t->look->name);
}

static void parallel(const job_file *f)
{
    printf("#!/bin/sh\n"
           "# Run again, it does what is missing.\n"
           "seq %zu | parallel --halt never '%s --resume --threads 1 --shard {}/%zu --quiet' &&\n"
           "    weir merge %s -o %s.h5\n",
           f->tasks, f->command, f->tasks, f->t->folder, f->t->look->name);
}

static void batch(const job_file *f)
{
    printf("{\n  \"jobName\": \"%s\",\n  \"arrayProperties\": {\"size\": %zu},\n"
           "  \"retryStrategy\": {\"attempts\": 3},\n"
           "  \"containerOverrides\": {\n    \"command\": [\"sh\", \"-c\", \"%s --resume --threads 1 --shard $((AWS_BATCH_JOB_ARRAY_INDEX + 1))/%zu --quiet\"]\n  }\n}\n",
           f->t->look->name, f->tasks, f->command, f->tasks);
}

static void k8s(const job_file *f)
{
    printf("apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: %s\nspec:\n  completions: %zu\n  parallelism: %zu\n"
           "  completionMode: Indexed\n  backoffLimitPerIndex: 3\n  template:\n    spec:\n      restartPolicy: Never\n"
           "      containers:\n        - name: weir\n          image: weir\n"
           "          command: [sh, -c, '%s --resume --threads 1 --shard $((JOB_COMPLETION_INDEX + 1))/%zu --quiet']\n"
           "          volumeMounts: [{name: results, mountPath: /work}]\n          workingDir: /work\n"
           "      volumes: [{name: results, persistentVolumeClaim: {claimName: results}}]\n",
           f->t->look->name, f->tasks, f->tasks < 16 ? f->tasks : 16, f->command, f->tasks);
}

/* Words of a shell: in single quotes where it is not plain. */
static void quoted(text *t, const char *s)
{
    if (*s && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=,:-+%") == strlen(s)) {
        text_puts(t, s);
        return;
    }
    text_puts(t, "\"");
    for (; *s; s++)
        text_printf(t, strchr("\"$`\\", *s) ? "\\%c" : "%c", *s);
    text_puts(t, "\"");
}

static void command_of(const cli_args *a, const sweep_task *k, text *out)
{
    static const char *const kept[] = {"set", "over", "replications", "seed", "duration", "warmup", NULL};
    text_puts(out, "weir sweep ");
    quoted(out, a->file[0]);
    for (size_t i = 0; kept[i]; i++) {
        const char *const *v;
        size_t n = cli_values(a, kept[i], &v);
        for (size_t j = 0; j < n; j++) {
            text_printf(out, " --%s ", kept[i]);
            quoted(out, v[j]);
        }
    }
    text_puts(out, " -o ");
    quoted(out, k->folder);
}

int sweep_print(const cli_args *a, const sweep_task *t)
{
    static const struct kind { const char *name; void (*write)(const job_file *f); } kinds[] = {
        {"slurm", slurm}, {"batch", batch}, {"k8s", k8s}, {"parallel", parallel}};
    const char *wanted = cli_value(a, "print");
    size_t k = 0, jobs = t->grid.points * (t->lab.replications ? (size_t)t->lab.replications : t->look->replications);
    while (k < sizeof kinds / sizeof *kinds && strcmp(kinds[k].name, wanted))
        k++;
    if (k == sizeof kinds / sizeof *kinds)
        return cli_wrong("option '--print' is '%s'; it must be slurm, batch, k8s or parallel", wanted);
    text command = {0};
    command_of(a, t, &command);
    kinds[k].write(&(job_file){t, command.s, t->shards ? t->shards : jobs < 100 ? jobs : 100});
    text_clear(&command);
    return EXIT_DONE;
}
