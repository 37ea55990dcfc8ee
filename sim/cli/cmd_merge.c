/* cmd_merge.c - `weir merge`: the files of a sweep as one file with a dimension `point`. */
#include "cli.h"
#include <inttypes.h>

static const cli_option options[] = {
    {"output", 'o', "ALL.h5", false, "The file to write; required."},
    {"allow-missing", 0, NULL, false, "Join what there is."},
    {"verify", 0, "N", false, "Run N jobs again first and compare."},
    {0}};

enum { MOST_TOLD = 20 };
typedef struct teller { size_t missing; } teller;

static void missing(void *arg, size_t point, size_t replication, const char *values)
{
    teller *t = arg;
    if (t->missing++ < MOST_TOLD)
        fprintf(stderr, "weir: missing: point %zu%s%s%s, replication %zu\n", point, *values ? " (" : "", values, *values ? ")" : "", replication);
}

static void warning(void *arg, const char *words)
{
    (void)arg;
    fprintf(stderr, "weir: warning: %s\n", words);
}

static int merge(const cli_args *a)
{
    const char *output = cli_value(a, "output");
    uint64_t verify = 0;
    teller t = {0};
    wr_err err = {0};
    if (!output)
        return cli_wrong("'weir merge' needs -o ALL.h5, the file to write");
    if (!cli_number(a, "verify", 0, 1000000, &verify))
        return EXIT_USAGE;
    wr_merge m = {.folder = a->file, .folders = a->files, .allow_missing = cli_flag(a, "allow-missing"), .verify = (size_t)verify,
                  .missing = missing, .warning = warning, .arg = &t};
    int rc = wr_lab_merge(&m, output, &err);
    if (t.missing > MOST_TOLD)
        fprintf(stderr, "weir: and %zu more are missing\n", t.missing - MOST_TOLD);
    if (rc)
        return cli_failed(&err);
    if (!cli_flag(a, "quiet"))
        printf("%s\n", output);
    return EXIT_DONE;
}

const cli_command cli_merge = {"merge", "merge DIR... -o ALL.h5 [OPTIONS]", "Joins the files of a sweep.", options, 1, 10000, merge};
