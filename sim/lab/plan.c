/* plan.c - plan.json, the first file of a sweep's folder: which jobs there are and what each point sets.
 *
 * It says all that is needed to join the files on another machine. It is read by the reader of YAML, of which
 * JSON is a part. Equal sweeps have equal plans, byte by byte. Truth: tests/cli/sweep.t. */
#include "../table/table.h"
#include "sweep.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <weir.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void member(text *t, const char *key, const char *value)
{
    text_printf(t, ",\n \"%s\": ", key);
    schema_text(t, value);
}

static void overrides(text *t, const wr_override *o, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        text_puts(t, i ? ", " : "");
        schema_text(t, o[i].path);
        text_puts(t, ": ");
        schema_text(t, o[i].value);
    }
}

void plan_print(text *t, const wr_sweep_plan *p)
{
    const wr_grid *g = p->grid;
    text_printf(t, "{\"weir\": \"%s\"", WR_VERSION);
    member(t, "name", p->name);
    member(t, "file", base_name(p->file));
    member(t, "scenario_sha256", p->base_sha256);
    member(t, "command", p->command);
    text_printf(t, ",\n \"seed\": %" PRIu64 ",\n \"replications\": %zu,\n \"set\": [", p->seed, p->replications);
    for (size_t i = 0; i < p->sets; i++) {
        text_puts(t, i ? ", {" : "{");
        overrides(t, &p->set[i], 1);
        text_puts(t, "}");
    }
    text_puts(t, "],\n \"paths\": [");
    for (size_t i = 0; i < g->paths; i++) {
        text_puts(t, i ? ", " : "");
        schema_text(t, g->path[i]);
    }
    text_puts(t, "],\n \"points\": [");
    for (size_t i = 0; i < g->points; i++) {
        text_printf(t, "%s\n  {\"point\": %zu, \"values\": {", i ? "," : "", i);
        overrides(t, g->point[i].set, g->point[i].n);
        text_printf(t, "}, \"scenario_sha256\": \"%s\"}", p->sha256[i]);
    }
    text_puts(t, "]}\n");
}

/* ---- and back ------------------------------------------------------------------------------------------------ */
static const char *word(const node *n, const char *key)
{
    const node *v = n->kind == NODE_MAP ? node_get(n, key) : NULL;
    return v && v->kind == NODE_SCALAR ? v->text : NULL;
}

static bool whole(const node *n, const char *key, uint64_t *out)
{
    const char *s = word(n, key);
    char *end = NULL;
    *out = s ? strtoull(s, &end, 10) : 0;
    return s && *s >= '0' && *s <= '9' && !*end;
}

static const node *list_of(const node *n, const char *key)
{
    const node *v = node_get(n, key);
    return v && v->kind == NODE_LIST ? v : NULL;
}

static bool read_value(plan *p, size_t point, const char *path, const node *value)
{
    size_t at = 0;
    while (at < p->paths && strcmp(p->path[at], path))
        at++;
    if (at == p->paths || value->kind != NODE_SCALAR)
        return false;
    p->value[point * p->paths + at] = value->text;
    return true;
}

static bool read_point(plan *p, const node *n, size_t i)
{
    const node *values = n->kind == NODE_MAP ? node_get(n, "values") : NULL;
    bool good = values && (values->kind == NODE_MAP || !values->n);
    p->sha256[i] = word(n, "scenario_sha256");
    for (size_t k = 0; good && k < values->n; k++)
        good = read_value(p, i, values->key[k]->text, values->item[k]);
    return good && p->sha256[i];
}

static bool read_lists(plan *p, const node *set, const node *paths, const node *points)
{
    p->sets = set->n;
    p->paths = paths->n;
    p->points = points->n;
    p->set = arena_alloc(p->arena, (p->sets + 1) * sizeof *p->set);
    p->path = arena_alloc(p->arena, (p->paths + 1) * sizeof *p->path);
    p->value = arena_alloc(p->arena, (p->paths * p->points + 1) * sizeof *p->value);
    p->sha256 = arena_alloc(p->arena, (p->points + 1) * sizeof *p->sha256);
    bool good = p->points > 0;
    for (size_t i = 0; good && i < set->n; i++) {
        const node *n = set->item[i];
        good = n->kind == NODE_MAP && n->n == 1 && n->item[0]->kind == NODE_SCALAR;
        if (good)
            p->set[i] = (wr_override){n->key[0]->text, n->item[0]->text};
    }
    for (size_t i = 0; good && i < paths->n; i++) {
        good = paths->item[i]->kind == NODE_SCALAR;
        p->path[i] = paths->item[i]->text;
    }
    for (size_t i = 0; good && i < points->n; i++)
        good = read_point(p, points->item[i], i);
    return good;
}

static bool read_head(plan *p, const node *root)
{
    uint64_t reps = 0;
    const struct { const char *key, **to; } words[] = {
        {"weir", &p->version}, {"name", &p->name}, {"command", &p->command}, {"file", &p->file}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!(*words[i].to = word(root, words[i].key)))
            return false;
    bool good = whole(root, "seed", &p->seed) && whole(root, "replications", &reps) && reps > 0;
    p->reps = (size_t)reps;
    return good;
}

static bool read_plan(plan *p, const node *root)
{
    if (!root || root->kind != NODE_MAP || !read_head(p, root))
        return false;
    const node *set = list_of(root, "set"), *paths = list_of(root, "paths"), *points = list_of(root, "points");
    return set && paths && points && read_lists(p, set, paths, points);
}

int plan_read(const char *folder, plan *out, wr_err *err)
{
    size_t len;
    *out = (plan){.arena = arena_create()};
    const char *path = arena_print(out->arena, "%s/plan.json", folder);
    char *s = folder_read(path, &len);
    if (!s) {
        plan_clear(out);
        return wr_fail(err, WR_E_IO, "'%s' is no folder of a sweep: it has no plan.json", folder);
    }
    wr_diag *d = wr_diag_create();
    const node *root = yaml_read(out->arena, "plan.json", arena_copy(out->arena, s, len), len, d);
    bool good = !wr_diag_count(d, WR_ERROR) && read_plan(out, root);
    wr_diag_destroy(d);
    free(s);
    if (good)
        return 0;
    plan_clear(out);
    return wr_fail(err, WR_E_FORMAT, "'%s/plan.json' is not a plan of weir", folder);
}

void plan_clear(plan *p)
{
    if (p->arena)
        arena_destroy(p->arena);
    *p = (plan){0};
}
