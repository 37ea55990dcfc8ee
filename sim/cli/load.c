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
    *o = (wr_override){cli_copy_of(word, (size_t)(equals - word)), equals + 1};
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
            out->o[out->n++] = (wr_override){cli_copy_of(stand_for[i], strlen(stand_for[i])), cli_value(a, stand_for[i])};
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

/* ---- how much is run ------------------------------------------------------------------------------------- */
bool cli_lab_of(const cli_args *a, cli_lab *out)
{
    uint64_t threads = 0, ignored = 0;
    *out = (cli_lab){0};
    if (!cli_environment("WEIR_THREADS", 1, 4096, &threads) || !cli_environment("WEIR_SEED", 0, INT64_MAX, &ignored) ||
        !cli_number(a, "replications", 1, 100000000, &out->replications) || !cli_number(a, "seed", 0, INT64_MAX, &ignored) ||
        !cli_number(a, "threads", 1, 4096, &threads))
        return false;
    out->threads = (unsigned)threads;
    return true;
}

/* WEIR_SEED counts where neither the command line nor the file says anything. */
uint64_t cli_seed_of(const cli_args *a, const wr_scenario *s)
{
    const wr_scenario_view *look = wr_scenario_look(s);
    uint64_t seed = look->seed;
    if (cli_value(a, "seed"))
        cli_number(a, "seed", 0, INT64_MAX, &seed);
    else if (strncmp(look->resolved, "seed:", 5) && !strstr(look->resolved, "\nseed:"))
        cli_environment("WEIR_SEED", 0, INT64_MAX, &seed);
    return seed;
}

void cli_command_line(const cli_args *a, const char *const *kept, text *out)
{
    const char *file = strrchr(a->file[0], '/');
    text_printf(out, "weir %s %s", a->command->name, file ? file + 1 : a->file[0]);
    for (size_t k = 0; kept[k]; k++) {
        const char *const *v;
        size_t n = cli_values(a, kept[k], &v);
        for (size_t i = 0; i < n; i++)
            text_printf(out, " --%s%s%s", kept[k], *v[i] ? " " : "", v[i]);
    }
}
