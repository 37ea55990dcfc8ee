/* load.c - a scenario as the commands take it: a file, --set and the options that stand for one. */
#include "cli.h"
#include <stdlib.h>
#include <string.h>

static const char *const stand_for[] = {"duration", "warmup", NULL}; /* options that set a key of the file */

/* PATH=VALUE; false after a message. The path is copied. */
static bool split(const char *word, wr_override *o)
{
    const char *equals = strchr(word, '=');
    if (!equals || equals == word) {
        cli_wrong("option '--set' is '%s'; write PATH=VALUE, such as app.max_size=12", word);
        return false;
    }
    char *path = memory_get((size_t)(equals - word) + 1);
    memcpy(path, word, (size_t)(equals - word));
    *o = (wr_override){path, equals + 1};
    return true;
}

wr_scenario *cli_load(const cli_args *a, const char *file, int *code)
{
    const char *const *set;
    size_t sets = cli_values(a, "set", &set), n = 0, own = 0;
    wr_override *o = memory_get((sets + 8) * sizeof *o);
    wr_scenario *s = NULL;
    *code = EXIT_USAGE;
    for (; own < sets; own++)
        if (!split(set[own], &o[n++]))
            break;
    for (size_t i = 0; stand_for[i]; i++)
        if (cli_value(a, stand_for[i]))
            o[n++] = (wr_override){stand_for[i], cli_value(a, stand_for[i])};
    if (own == sets) {
        wr_diag *d = wr_diag_create();
        s = wr_scenario_load(file, o, n, d);
        bool strict = cli_flag(a, "strict") && wr_diag_count(d, WR_WARNING);
        if (wr_diag_count(d, WR_WARNING))
            wr_diag_print(d, stderr);
        *code = s && !strict ? EXIT_DONE : EXIT_INVALID;
        wr_diag_destroy(d);
    }
    if (*code != EXIT_DONE) {
        wr_scenario_destroy(s);
        s = NULL;
    }
    for (size_t i = 0; i < sets && i <= own; i++)
        free((void *)(uintptr_t)o[i].path);
    free(o);
    return s;
}
