/* load.c - a scenario as the commands take it: a file, --set and the options that stand for one. */
#include "cli.h"
#include <stdlib.h>
#include <string.h>

static const char *const stand_for[] = {"duration", "warmup", NULL}; /* options that set a key of the file */

static char *copied(const char *s, size_t len)
{
    char *copy = memory_get(len + 1);
    memcpy(copy, s, len);
    return copy;
}

/* PATH=VALUE; false after a message. The path is copied. */
static bool split(const char *word, wr_override *o)
{
    const char *equals = strchr(word, '=');
    if (!equals || equals == word) {
        cli_wrong("option '--set' is '%s'; write PATH=VALUE, such as app.max_size=12", word);
        return false;
    }
    *o = (wr_override){copied(word, (size_t)(equals - word)), equals + 1};
    return true;
}

bool cli_overrides_of(const cli_args *a, cli_overrides *out)
{
    const char *const *set;
    size_t sets = cli_values(a, "set", &set);
    *out = (cli_overrides){memory_get((sets + sizeof stand_for / sizeof *stand_for) * sizeof(wr_override)), 0};
    for (size_t i = 0; i < sets; i++) {
        if (!split(set[i], &out->o[out->n])) {
            cli_overrides_clear(out);
            return false;
        }
        out->n++;
    }
    for (size_t i = 0; stand_for[i]; i++)
        if (cli_value(a, stand_for[i]))
            out->o[out->n++] = (wr_override){copied(stand_for[i], strlen(stand_for[i])), cli_value(a, stand_for[i])};
    return true;
}

void cli_overrides_clear(cli_overrides *o)
{
    for (size_t i = 0; i < o->n; i++)
        free((void *)(uintptr_t)o->o[i].path);
    free(o->o);
    *o = (cli_overrides){0};
}

wr_scenario *cli_load(const cli_args *a, const char *file, int *code)
{
    cli_overrides set;
    *code = EXIT_USAGE;
    if (!cli_overrides_of(a, &set))
        return NULL;
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_load(file, set.o, set.n, d);
    size_t wrong = wr_diag_count(d, WR_WARNING);
    if (wrong)
        wr_diag_print(d, stderr);
    wr_diag_destroy(d);
    cli_overrides_clear(&set);
    if (s && cli_flag(a, "strict") && wrong) {
        wr_scenario_destroy(s);
        s = NULL;
    }
    *code = s ? EXIT_DONE : EXIT_INVALID;
    return s;
}
