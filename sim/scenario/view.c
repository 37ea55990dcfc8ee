/* view.c - the finished scenario as others see it: canonical text and its identity, parts, edges, files.
 *
 * Truth: tests/unit/test_scenario.c. */
#include "load.h"
#include <math.h>
#include <string.h>

static const char *printed(loader *l, const node *n)
{
    text t = {0};
    yaml_print(n, &t);
    const char *s = arena_copy(l->arena, t.s ? t.s : "", t.len);
    text_clear(&t);
    return s;
}

static const char *section(loader *l, const char *key)
{
    const node *n = node_get(l->root, key);
    return n && !node_null(n) ? printed(l, n) : NULL;
}

static void fill_texts(loader *l)
{
    wr_scenario *s = l->s;
    sha256 sum;
    s->resolved = printed(l, l->root);
    sha256_init(&sum);
    sha256_add(&sum, s->resolved, strlen(s->resolved));
    sha256_hex(&sum, s->sha256);
    s->charts = section(l, "charts");
    s->sweep = section(l, "sweep");
    s->plan = section(l, "plan");
}

/* ---- edges ---- */
static bool shown(const way *w)
{
    return !(w->row->flags & WR_P_QUIET);
}

/* One edge a pair and kind of step; the first one's place in the file is its place in the list. */
static void fill_edges(loader *l)
{
    wr_scenario *s = l->s;
    map seen = {0};
    size_t n = 0;
    for (const way *w = l->ways; w; w = w->next)
        n++;
    scenario_edge *out = arena_alloc(l->arena, (n + 1) * sizeof *out);
    for (const way *w = l->ways; w; w = w->next) {
        const char *label = w->place.variant ? w->place.variant : w->row->key;
        const char *key = arena_print(l->arena, "%d %d %s", w->from, w->to, label);
        if (!shown(w) || map_get(&seen, key, NULL))
            continue;
        map_put(&seen, key, s->edges);
        out[s->edges++] = (scenario_edge){w->from, w->to, label};
    }
    s->edge = out;
    map_clear(&seen);
}

static void fill_files(loader *l)
{
    wr_scenario *s = l->s;
    size_t n = 0;
    for (const source *f = l->sources; f; f = f->next)
        n++;
    scenario_file *out = arena_alloc(l->arena, (n + 1) * sizeof *out);
    for (const source *f = l->sources; f; f = f->next, s->files++) {
        out[s->files].path = f->path;
        memcpy(out[s->files].sha256, f->sha256, sizeof f->sha256);
    }
    s->included = out;
}

/* ---- the view ---- */
static void view_lists(loader *l, wr_scenario_view *v)
{
    const wr_scenario *s = l->s;
    wr_scenario_slo *slo = arena_alloc(l->arena, (s->slos + 1) * sizeof *slo);
    wr_scenario_part *part = arena_alloc(l->arena, (s->comps + 1) * sizeof *part);
    wr_scenario_edge *edge = arena_alloc(l->arena, (s->edges + 1) * sizeof *edge);
    wr_scenario_file *file = arena_alloc(l->arena, (s->files + 1) * sizeof *file);
    for (size_t i = 0; i < s->slos; i++)
        slo[i].expr = s->slo[i]->text;
    for (size_t i = 0; i < s->comps; i++)
        part[i] =
            (wr_scenario_part){s->comp[i].name, s->comp[i].model->kind, s->comp[i].model->title, s->comp[i].traffic};
    for (size_t i = 0; i < s->edges; i++)
        edge[i] = (wr_scenario_edge){s->comp[s->edge[i].from].name, s->comp[s->edge[i].to].name, s->edge[i].label};
    for (size_t i = 0; i < s->files; i++)
        file[i] = (wr_scenario_file){s->included[i].path, s->included[i].sha256};
    v->slo = slo, v->slos = s->slos;
    v->part = part, v->parts = s->comps;
    v->edge = edge, v->edges = s->edges;
    v->included = file, v->files = s->files;
}

void view_fill(loader *l)
{
    wr_scenario *s = l->s;
    fill_texts(l);
    fill_edges(l);
    fill_files(l);
    wr_scenario_view *v = &s->view;
    *v = (wr_scenario_view){.name = s->name, .description = s->description, .region = s->region, .file = s->file,
                            .text = s->text, .resolved = s->resolved, .sha256 = s->sha256};
    v->duration_s = s->duration == WR_NEVER ? INFINITY : wr_dur_to_s(s->duration);
    v->warmup_s = s->warmup_auto ? NAN : wr_dur_to_s(s->warmup);
    v->period_s = wr_dur_to_s(s->period);
    v->seed = s->seed;
    v->replications = (size_t)s->replications;
    v->charts = s->charts;
    view_lists(l, v);
}
