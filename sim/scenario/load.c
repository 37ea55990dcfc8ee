/* load.c - from YAML text to a frozen scenario, or to a list of everything that is wrong with it.
 *
 * The order of the work: read the text into a tree; merge pasted `properties`; put overrides into the tree;
 * replace parameters; learn the names and types of all components; only then bind everything by its table, so
 * that a link or a metric is answered for where it stands. Models prepare their structs last, since they may ask
 * for anything. Nothing stops at a mistake except a text that is no YAML and a version that is not ours.
 * The scenario's arena holds all of it; when loading fails it is handed to the diagnostics, which lend from it.
 * Truth: tests/unit/test_scenario.c. */
#include "load.h"
#include <string.h>

/* ---- names ---- */
const char *loader_near(loader *l, const char *word, bool traffic, bool resources)
{
    const char **names = arena_alloc(l->arena, (l->s->comps + 1) * sizeof *names);
    size_t n = 0;
    for (size_t i = 0; i < l->s->comps; i++)
        if (l->s->comp[i].traffic ? traffic : resources)
            names[n++] = l->s->comp[i].name;
    return near_best(word, names, n);
}

/* "dir/shop.yaml" is called "shop". */
static const char *name_of_file(wr_arena *a, const char *file)
{
    static const char *const ends[] = {".yaml", ".yml", ".json"};
    const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
    size_t n = strlen(base);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t e = strlen(ends[i]);
        if (n > e && strcmp(base + n - e, ends[i]) == 0)
            n -= e;
    }
    return n && strcmp(base, "-") != 0 ? arena_copy(a, base, n) : "scenario";
}

static const char *folder_of(wr_arena *a, const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? arena_copy(a, file, (size_t)(slash + 1 - file)) : "";
}

static const char *elsewhere(binder *b, const char *key)
{
    const loader *l = b->user;
    const wr_model *mine = l->current >= 0 ? l->draft[l->current].model : NULL;
    for (size_t i = 0; wr_models[i]; i++) {
        const wr_model *m = wr_models[i];
        if (m != mine && !m->internal && bind_row_of(m->params, key))
            return m->kind;
    }
    return NULL;
}

/* ---- one load ---- */
static void begin(loader *l, wr_scenario *s, wr_diag *d)
{
    *l = (loader){.s = s, .arena = s->arena, .diag = d, .current = -1};
    l->ways_end = &l->ways;
    l->sources_end = &l->sources;
    l->folder = folder_of(s->arena, s->file);
    l->b = (binder){.arena = s->arena, .diag = d, .what = "the scenario", .user = l, .link = resolve_link,
                    .formula = resolve_formula, .read = loader_read, .operation = operation_found};
    struct bound_at *w = bind_state(&l->b);
    w->elsewhere = elsewhere;
    w->listed = operation_listed;
    w->home = (wr_pos){s->file, 1, 1, 1};
    operation_number(l, "default");
}

static void end(loader *l)
{
    l->s->operation = l->operation;
    map_clear(&l->names);
    map_clear(&l->operations);
}

static bool readable(loader *l, const wr_override *o, size_t n)
{
    l->root = yaml_read(l->arena, l->s->file, l->s->text, l->s->len, l->diag);
    if (!l->root)
        return false;
    if (l->root->kind != NODE_MAP) {
        bind_error(&l->b, l->root->at, "a scenario is a mapping that begins with 'weir: 1'");
        return false;
    }
    component_properties(l);
    override_apply(l, o, n);
    return settings_version(l);
}

static void bind_all(loader *l)
{
    params_apply(l);
    component_collect(l);
    settings_bind(l);
    l->b.horizon = l->s->duration; /* of expressions of t */
    component_bind(l);
    faults_bind(l);
    component_prepare(l);
    operation_check(l);
    settings_check(l);
    sweep_check(l);
    charts_check(l);
}

static void work(loader *l, const wr_override *o, size_t n)
{
    if (!readable(l, o, n))
        return;
    bind_all(l);
    if (wr_diag_count(l->diag, WR_ERROR))
        return;
    l->s->sequences = l->b.sequences;
    capacity_check(l);
    view_fill(l);
}

static wr_scenario *fresh(const char *file)
{
    wr_arena *a = arena_create();
    wr_scenario *s = arena_alloc(a, sizeof *s);
    s->arena = a;
    s->file = arena_copy(a, file, strlen(file));
    s->name = name_of_file(a, file);
    return s;
}

static wr_scenario *load(wr_scenario *s, const wr_override *o, size_t n, wr_diag *d)
{
    loader l;
    size_t before = wr_diag_count(d, WR_ERROR);
    wr_diag_source(d, s->file, s->text, s->len);
    begin(&l, s, d);
    work(&l, o, n);
    end(&l);
    if (wr_diag_count(d, WR_ERROR) == before)
        return s;
    diag_keep(d, s->arena);
    return NULL;
}

wr_scenario *wr_scenario_parse(const char *name, const char *s, size_t len, const wr_override *o, size_t n, wr_diag *d)
{
    wr_scenario *sc = fresh(name);
    sc->text = arena_copy(sc->arena, s, len);
    sc->len = len;
    return load(sc, o, n, d);
}

wr_scenario *wr_scenario_load(const char *path, const wr_override *o, size_t n, wr_diag *d)
{
    const char *why = NULL;
    wr_scenario *s = fresh(strcmp(path, "-") == 0 ? "stdin" : path);
    s->text = file_read(s->arena, path, &s->len, &why);
    if (s->text)
        return load(s, o, n, d);
    wr_diag_add(d, WR_ERROR, (wr_pos){s->file, 0, 0, 0}, "cannot read it: %s", why);
    diag_keep(d, s->arena);
    return NULL;
}

void wr_scenario_destroy(wr_scenario *s)
{
    if (s)
        arena_destroy(s->arena);
}

const wr_scenario_view *wr_scenario_look(const wr_scenario *s)
{
    return &s->view;
}
