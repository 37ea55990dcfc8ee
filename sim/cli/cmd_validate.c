/* cmd_validate.c - `weir validate`: loads and checks without running. */
#include "cli.h"
#include <string.h>

static const cli_option options[] = {{"set", 0, "PATH=VALUE", true, "Override a key or a parameter; may be repeated."},
                                     {"strict", 0, NULL, false, "Warnings are errors."},
                                     {0}};

static void json_rows(const wr_diag_row *row, size_t n, enum wr_severity which)
{
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        if (row[i].severity != which)
            continue;
        printf("%s{\"line\": %u, \"column\": %u, \"message\": ", first ? "" : ", ", row[i].at.line, row[i].at.col);
        cli_json_text(stdout, row[i].text);
        fputs(", \"hint\": ", stdout);
        cli_json_text(stdout, row[i].hint);
        fputc('}', stdout);
        first = false;
    }
}

static void json_file(const char *file, bool ok, const wr_diag *d, bool first)
{
    const wr_diag_row *row;
    size_t n = wr_diag_rows(d, &row);
    fputs(first ? "{\"file\": " : ", {\"file\": ", stdout);
    cli_json_text(stdout, file);
    printf(", \"ok\": %s, \"errors\": [", ok ? "true" : "false");
    json_rows(row, n, WR_ERROR);
    fputs("], \"warnings\": [", stdout);
    json_rows(row, n, WR_WARNING);
    fputs("]}", stdout);
}

static bool check(const cli_args *a, const char *file, const cli_overrides *set, bool first)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_load(file, set->o, set->n, d);
    bool ok = s && !(cli_flag(a, "strict") && wr_diag_count(d, WR_WARNING));
    if (wr_diag_count(d, WR_WARNING))
        wr_diag_print(d, stderr);
    if (cli_flag(a, "json"))
        json_file(file, ok, d, first);
    else if (ok)
        printf("%s: ok\n", file);
    wr_diag_destroy(d);
    wr_scenario_destroy(s);
    return ok;
}

static int validate(const cli_args *a)
{
    bool ok = true;
    cli_overrides set;
    if (!cli_overrides_of(a, &set))
        return EXIT_USAGE;
    if (cli_flag(a, "json"))
        fputs("{\"files\": [", stdout);
    for (size_t i = 0; i < a->files; i++)
        ok &= check(a, a->file[i], &set, i == 0);
    if (cli_flag(a, "json"))
        fputs("]}\n", stdout);
    cli_overrides_clear(&set);
    return ok ? EXIT_DONE : EXIT_INVALID;
}

const cli_command cli_validate = {"validate", "validate FILE... [--strict] [--json]", "Checks scenarios without running them.", options, 1, 1000, validate};
