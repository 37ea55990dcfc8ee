/* fuzz_value.c - any text bound by a table that holds every type: values, units, words, distributions, rates, lists,
 * choices, defaults, parameters. What was bound is drawn from and evaluated. A mistake must be told, and nothing else
 * may happen. Findings are kept in corpus/value and replayed by the tests. */
#include "../../sim/engine/engine.h"
#include "../../sim/table/node.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct item { wr_dur at; double size; } item;
typedef struct named { const char *name; const wr_dist *of; } named;
typedef struct step { const wr_dist *of; const wr_link *to; double share; wr_list steps; } step;
typedef struct cfg {
    bool flag;
    int mode;
    int64_t count;
    double number, percent, share, bytes, rate;
    wr_dur time, wait;
    const char *text;
    const wr_dist *law, *sizes, *items, *idle;
    const wr_profile *profile;
    const wr_link *link;
    const wr_formula *formula;
    const void *block;
    wr_list list, map, steps;
    wr_pick how;
} cfg;

static const char *const modes[] = {"fifo", "lifo", "off", NULL};
static const wr_param item_rows[] = {
    {.key = "at", WR_FIELD(item, at), .type = WR_T_DUR},
    {.key = "size", WR_FIELD(item, size), .type = WR_T_BYTES, .def = "1 KB"},
    {0}};
static const wr_param named_rows[] = {{.key = "of", WR_FIELD(named, of), .type = WR_T_DIST, .of = WR_T_DUR}, {0}};
static const wr_param step_rows[5];
static const wr_variant forms[] = {
    {.key = "wait", .rows = step_rows, .size = sizeof(step), .shorthand = "of"},
    {.key = "call", .rows = step_rows, .size = sizeof(step), .shorthand = "to", .flat = true},
    {.key = "repeat", .rows = step_rows, .size = sizeof(step), .shorthand = "steps"},
    {.key = "stop"},
    {0}};
static const wr_param step_rows[5] = {
    {.key = "of", WR_FIELD(step, of), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true},
    {.key = "to", WR_FIELD(step, to), .type = WR_T_LINK, .optional = true},
    {.key = "share", WR_FIELD(step, share), .type = WR_T_SHARE, .def = "100%"},
    {.key = "steps", WR_FIELD(step, steps), .type = WR_T_LIST, .variants = forms, .flags = WR_P_ONE, .optional = true},
    {0}};
static const wr_param rows[] = {
    {.key = "flag", WR_FIELD(cfg, flag), .type = WR_T_BOOL, .def = "off"},
    {.key = "mode", WR_FIELD(cfg, mode), .type = WR_T_ENUM, .choices = modes, .def = "fifo"},
    {.key = "count", WR_FIELD(cfg, count), .type = WR_T_INT, .def = "1", .words = "unlimited none", .min = 0, .max = 1e15},
    {.key = "number", WR_FIELD(cfg, number), .type = WR_T_NUMBER, .optional = true},
    {.key = "percent", WR_FIELD(cfg, percent), .type = WR_T_NUMBER, .unit = "%", .def = "50", .max = 100},
    {.key = "share", WR_FIELD(cfg, share), .type = WR_T_SHARE, .def = "0.5"},
    {.key = "bytes", WR_FIELD(cfg, bytes), .type = WR_T_BYTES, .unit = "MB", .def = "128", .min = 1, .max = 1e12},
    {.key = "rate", WR_FIELD(cfg, rate), .type = WR_T_RATE, .optional = true},
    {.key = "time", WR_FIELD(cfg, time), .type = WR_T_DUR, .unit = "s", .def = "3", .max = 900},
    {.key = "wait", WR_FIELD(cfg, wait), .type = WR_T_DUR, .def = "never", .words = "never off"},
    {.key = "text", WR_FIELD(cfg, text), .type = WR_T_TEXT, .optional = true, .flags = WR_P_OPERATION},
    {.key = "law", WR_FIELD(cfg, law), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 6ms, p99: 20ms}}"},
    {.key = "sizes", WR_FIELD(cfg, sizes), .type = WR_T_DIST, .of = WR_T_BYTES, .def = "1 KB", .min = 1, .max = 1e9},
    {.key = "items", WR_FIELD(cfg, items), .type = WR_T_DIST, .of = WR_T_INT, .def = "1"},
    {.key = "idle", WR_FIELD(cfg, idle), .type = WR_T_DIST, .of = WR_T_DUR, .unit = "s", .def = "never", .words = "never none"},
    {.key = "profile", WR_FIELD(cfg, profile), .type = WR_T_PROFILE, .optional = true},
    {.key = "link", WR_FIELD(cfg, link), .type = WR_T_LINK, .optional = true},
    {.key = "formula", WR_FIELD(cfg, formula), .type = WR_T_FORMULA, .optional = true},
    {.key = "block", WR_FIELD(cfg, block), .type = WR_T_BLOCK, .rows = item_rows, .size = sizeof(item), .shorthand = "at", .def = "{at: 1s}", .words = "off"},
    {.key = "list", WR_FIELD(cfg, list), .type = WR_T_LIST, .rows = item_rows, .size = sizeof(item), .shorthand = "at", .flags = WR_P_ONE, .optional = true, .max = 1000},
    {.key = "map", WR_FIELD(cfg, map), .type = WR_T_MAP, .rows = named_rows, .size = sizeof(named), .shorthand = "of", .flags = WR_P_ONE | WR_P_OPERATION, .optional = true},
    {.key = "steps", WR_FIELD(cfg, steps), .type = WR_T_LIST, .variants = forms, .flags = WR_P_ONE, .optional = true},
    {.key = "how", WR_FIELD(cfg, how), .type = WR_T_CHOICE, .variants = forms, .shorthand = "wait", .optional = true},
    {0}};

static const wr_link *any_link(binder *b, const node *n, const wr_param *row)
{
    wr_link *l = arena_alloc(b->arena, sizeof *l);
    (void)row;
    l->name = n->text;
    return l;
}

static const wr_formula *any_formula(binder *b, const node *n)
{
    return formula_parse(b->arena, n->text, n->at, b->diag);
}

/* The file is what follows the first line that is `---csv`. */
static const char *any_file(binder *b, const node *n, const char *path, size_t *len)
{
    const char *s = b->user;
    (void)n;
    (void)path;
    *len = s ? strlen(s) : 0;
    return s ? s : "";
}

static int any_operation(binder *b, const char *name)
{
    (void)b;
    return (int)(strlen(name) % 7);
}

static void check(bool good)
{
    if (!good)
        abort();
}

static void draw(const wr_dist *d, size_t sequences)
{
    uint64_t *at = memory_get((sequences + 1) * sizeof *at);
    wr_rng r;
    text t = {0};
    wr_rng_open(&r, 1, 1, "fuzz", "draws");
    r.sequences = at;
    for (int i = 0; d && i < 5; i++)
        check(wr_draw(d, &r) >= 0 && wr_draw_dur(d, &r) >= 0);
    if (d) {
        dist_describe(d, &t);
        check(!(wr_dist_mean(d) < 0));
    }
    text_clear(&t);
    free(at);
}

static void use(const cfg *c, size_t sequences)
{
    const named *m = c->map.items;
    draw(c->law, sequences);
    draw(c->sizes, sequences);
    draw(c->items, sequences);
    draw(c->idle, sequences);
    for (size_t i = 0; i < c->map.n && i < 8; i++)
        draw(m[i].of, sequences);
    for (wr_time t = 0; c->profile && t < 3600 * WR_S; t += 450 * WR_S)
        check(wr_profile_rate(c->profile, t) >= 0);
    check(c->share >= 0 && c->share <= 1 && c->time >= 0 && c->time <= 900 * WR_S && c->percent >= 0 && c->percent <= 100);
    check(c->mode >= 0 && c->mode < 3 && c->count >= -1 && c->bytes >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wr_arena *a = arena_create();
    wr_diag *d = wr_diag_create();
    char *s = arena_copy(a, (const char *)data, size), *csv = strstr(s, "---csv\n");
    size_t len = csv ? (size_t)(csv - s) : size;
    const node *root = yaml_read(a, "input", s, len, d);
    binder b = {.arena = a, .diag = d, .what = "fuzz 'input'", .user = csv ? csv + 7 : NULL, .link = any_link, .formula = any_formula,
                .read = any_file, .operation = any_operation, .horizon = 3600 * WR_S};
    if (root && root->kind == NODE_MAP) {
        cfg c = {0};
        b.params = node_get(root, "x-parameters");
        bind_map(&b, rows, &c, root, NULL);
        if (!wr_diag_count(d, WR_NOTE))
            use(&c, b.sequences);
    }
    const wr_diag_row *r;
    wr_diag_rows(d, &r);
    wr_diag_destroy(d);
    arena_destroy(a);
    return 0;
}
