/* sweep_points.c - the points of `weir sweep` and `weir plan`: axes of the command line, and whether each point loads. */
#include "sweep.h"
#include <stdlib.h>
#include <string.h>

/* ---- points, loaded to see whether they fit ---------------------------------------------------------------- */
void sweep_describe(text *t, const wr_point *p)
{
    for (size_t i = 0; i < p->n; i++)
        text_printf(t, "%s%s=%s", i ? " " : "", p->set[i].path, p->set[i].value);
}

wr_scenario *sweep_scenario(const sweep_task *t, size_t i, wr_diag *d)
{
    const wr_point *at = &t->grid.point[i];
    wr_override *o = memory_get((t->set.n + at->n + 1) * sizeof *o);
    if (t->set.n)
        memcpy(o, t->set.o, t->set.n * sizeof *o);
    if (at->n)
        memcpy(o + t->set.n, at->set, at->n * sizeof *o);
    wr_scenario *s = wr_scenario_parse(t->look->file, t->look->text, strlen(t->look->text), o, t->set.n + at->n, d);
    free(o);
    return s;
}

static bool load_point(const sweep_task *t, size_t i, const char **identity)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = sweep_scenario(t, i, d);
    if (s) {
        *identity = cli_copy(wr_scenario_look(s)->sha256);
    } else {
        text words = {0};
        sweep_describe(&words, &t->grid.point[i]);
        fprintf(stderr, "weir: point %zu (%s):\n", i, words.s ? words.s : "");
        wr_diag_print(d, stderr);
        text_clear(&words);
    }
    wr_diag_destroy(d);
    wr_scenario_destroy(s);
    return s != NULL;
}

bool sweep_load(sweep_task *t)
{
    enum { MOST_WRONG = 5 };
    size_t wrong = 0;
    t->identity = memory_get((t->grid.points + 1) * sizeof *t->identity);
    for (size_t i = 0; i < t->grid.points && wrong < MOST_WRONG; i++)
        wrong += !load_point(t, i, &t->identity[i]);
    return !wrong;
}

/* ---- axes ------------------------------------------------------------------------------------------------------ */
bool sweep_grid(const cli_args *a, const char *option, sweep_task *t, int *code)
{
    const char *const *over;
    size_t n = cli_values(a, option, &over);
    wr_override *o = memory_get((n + 1) * sizeof *o);
    wr_err err = {0};
    bool good = true;
    for (size_t i = 0; i < n && good; i++) {
        const char *equals = strchr(over[i], '=');
        good = equals && equals > over[i];
        if (good)
            o[i] = (wr_override){cli_copy_of(over[i], (size_t)(equals - over[i])), equals + 1};
        else
            *code = cli_wrong("option '--%s' is '%s'; write PATH=AXIS, such as rcu=200,400,800", option, over[i]);
    }
    if (good && wr_grid_make(t->s, o, n, &t->grid, &err)) {
        fprintf(stderr, "weir: %s\n", err.text);
        *code = EXIT_INVALID;
        good = false;
    }
    for (size_t i = 0; i < n; i++)
        free((void *)(uintptr_t)o[i].path);
    free(o);
    return good;
}

void sweep_clear(sweep_task *t)
{
    for (size_t i = 0; t->identity && i < t->grid.points; i++)
        free((void *)(uintptr_t)t->identity[i]);
    free(t->identity);
    wr_grid_clear(&t->grid);
    cli_overrides_clear(&t->set);
    wr_scenario_destroy(t->s);
    free(t->folder);
}
