/* wish.c - what the scenario asks `weir plot` to draw: its `charts:` section, as the results carry it.
 *
 * Each entry is a kind alone, or a mapping with `kind`, `of`, `format` and the keys of that kind's own table. A kind
 * that this build does not draw is an error, never silence. Truth: tests/unit/test_wish.c. */
#include "charts.h"
#include "../sim/table/table.h"

struct common {
    const char *kind, *format;
};
static const wr_param common_rows[] = {
    {.key = "kind", .type = WR_T_TEXT, WR_FIELD(struct common, kind), .doc = "What kind of chart."},
    {.key = "of", .type = WR_T_TEXT, WR_FIELD(struct common, kind), .optional = true, .doc = "What to draw."},
    {.key = "format", .type = WR_T_TEXT, WR_FIELD(struct common, format), .optional = true, .doc = "svg, png or pdf."},
    {0}};

const wr_chart *wr_chart_named(const char *kind)
{
    for (size_t i = 0; wr_charts[i]; i++)
        if (!strcmp(wr_charts[i]->kind, kind))
            return wr_charts[i];
    return NULL;
}

static int unknown(const char *kind, wr_err *err)
{
    const char *names[64], *near;
    size_t n = 0;
    for (; wr_charts[n] && n < 64; n++)
        names[n] = wr_charts[n]->kind;
    near = near_best(kind, names, n);
    if (near)
        return wr_fail(err, WR_E_INPUT, "'charts' asks for '%s', which this build does not draw; did you mean '%s'?",
                       kind, near);
    return wr_fail(err, WR_E_INPUT, "'charts' asks for '%s', which this build does not draw; see 'weir list charts'",
                   kind);
}

static const char *word(const node *in, const char *key)
{
    const node *n = in->kind == NODE_MAP ? node_get(in, key) : NULL;
    return n && n->kind == NODE_SCALAR && n->len ? n->text : NULL;
}

/* A single name, or a list of them. */
static const char *const *names_of(wr_arena *a, const node *of)
{
    if (!of || (of->kind == NODE_SCALAR && !of->len))
        return NULL;
    size_t n = of->kind == NODE_LIST ? of->n : 1, found = 0;
    const char **out = arena_alloc(a, (n + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const node *one = of->kind == NODE_LIST ? of->item[i] : of;
        if (one->kind == NODE_SCALAR)
            out[found++] = one->text;
    }
    return found ? out : NULL;
}

static int settings(wr_arena *a, const node *in, wr_chart_wish *w, wr_err *err)
{
    wr_diag *d = wr_diag_create();
    binder b = {.arena = a, .diag = d, .what = arena_print(a, "chart '%s'", w->chart->kind), .explain = "charts"};
    void *cfg = arena_alloc(a, w->chart->cfg_size + 1);
    const wr_diag_row *row;
    bind_map(&b, w->chart->params, cfg, in, common_rows);
    int bad =
        wr_diag_count(d, WR_ERROR) && wr_diag_rows(d, &row) ? wr_fail(err, WR_E_INPUT, "'charts': %s", row[0].text) : 0;
    wr_diag_destroy(d);
    w->cfg = cfg;
    return bad;
}

static int wish(wr_arena *a, const node *in, wr_chart_wish *w, wr_err *err)
{
    const char *kind = in->kind == NODE_SCALAR ? in->text : word(in, "kind");
    if (!kind)
        return wr_fail(err, WR_E_INPUT, "an entry of 'charts' has no 'kind'");
    w->chart = wr_chart_named(kind);
    if (!w->chart)
        return unknown(kind, err);
    if (in->kind != NODE_MAP)
        return 0;
    w->of = names_of(a, node_get(in, "of"));
    w->format = word(in, "format");
    if (w->format && strcmp(w->format, "svg") && strcmp(w->format, "png") && strcmp(w->format, "pdf"))
        return wr_fail(err, WR_E_INPUT, "'charts': 'format' is '%s'; it must be svg, png or pdf", w->format);
    return w->chart->params ? settings(a, in, w, err) : 0;
}

/* The section of the scenario that the results carry; NULL: none. */
static const node *section(wr_store *s, wr_arena *a)
{
    const char *yaml = wr_store_text(s, "scenario_resolved");
    if (!yaml)
        return NULL;
    wr_diag *d = wr_diag_create();
    const node *root = yaml_read(a, "scenario", yaml, strlen(yaml), d);
    wr_diag_destroy(d);
    const node *list = root && root->kind == NODE_MAP ? node_get(root, "charts") : NULL;
    return list && list->kind == NODE_LIST ? list : NULL;
}

int wr_chart_wishes(wr_store *s, wr_arena *a, const wr_chart_wish **out, size_t *n, wr_err *err)
{
    const node *list = section(s, a);
    *out = NULL;
    *n = list ? list->n : 0;
    if (!*n)
        return 0;
    wr_chart_wish *w = arena_alloc(a, *n * sizeof *w);
    for (size_t i = 0; i < *n; i++) {
        int bad = wish(a, list->item[i], &w[i], err);
        if (bad)
            return bad;
        for (size_t k = 0; k < i; k++)
            w[i].again += w[k].chart == w[i].chart;
    }
    *out = w;
    return 0;
}
