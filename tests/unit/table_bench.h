/* table_bench.h - what the tests of sim/table share: a binder over a text, and what it said as one string.
 *
 * `said` gives every message as "LINE:COL+LEN TEXT (HINT) [NOTE]", sorted by place, one a line. Files that a
 * scenario names are looked up in `file` and `content`; links lead to whatever name was written. */
#ifndef WR_TEST_TABLE_BENCH_H
#define WR_TEST_TABLE_BENCH_H
#include "../../sim/table/node.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

typedef struct bench {
    wr_arena *arena;
    wr_diag *diag;
    binder b;
    node *root;
    const char *file, *content;
    char operations[200];
} bench;

static inline const wr_link *bench_link(binder *b, const node *n, const wr_param *row)
{
    (void)row;
    wr_link *l = arena_alloc(b->arena, sizeof *l);
    *l = (wr_link){.name = n->text, .at = n->at};
    return l;
}

static inline const wr_formula *bench_formula(binder *b, const node *n)
{
    return formula_parse(b->arena, n->text, n->at, b->diag);
}

static inline const char *bench_read(binder *b, const node *n, const char *path, size_t *len)
{
    const bench *t = b->user;
    if (t->file && strcmp(path, t->file) == 0) {
        *len = strlen(t->content);
        return t->content;
    }
    bind_error(b, n->at, "cannot open '%s'", path);
    return NULL;
}

static inline int bench_operation(binder *b, const char *name)
{
    bench *t = b->user;
    if (strlen(t->operations) + strlen(name) + 2 < sizeof t->operations)
        snprintf(t->operations + strlen(t->operations), sizeof t->operations - strlen(t->operations), "%s ", name);
    return 1;
}

/* Reads the text; what stands under `parameters` is known to the binder. */
static inline void bench_open(bench *t, const char *yaml)
{
    *t = (bench){.arena = arena_create(), .diag = wr_diag_create()};
    t->root = yaml_read(t->arena, "test.yaml", yaml, strlen(yaml), t->diag);
    t->b = (binder){.arena = t->arena, .diag = t->diag, .what = "sqs 'jobs'", .user = t, .link = bench_link,
                    .formula = bench_formula, .read = bench_read, .operation = bench_operation};
    t->b.params = t->root ? node_get(t->root, "x-parameters") : NULL;
}

static inline void bench_close(bench *t)
{
    wr_diag_destroy(t->diag);
    arena_destroy(t->arena);
}

static inline const char *said(bench *t)
{
    const wr_diag_row *r;
    size_t n = wr_diag_rows(t->diag, &r);
    text out = {0};
    for (size_t i = 0; i < n; i++) {
        text_printf(&out, "%s%u:%u+%u %s", i ? "\n" : "", r[i].at.line, r[i].at.col, r[i].at.len, r[i].text);
        if (r[i].hint)
            text_printf(&out, " (%s)", r[i].hint);
        if (r[i].note)
            text_printf(&out, " [%s]", r[i].note);
    }
    const char *s = arena_copy(t->arena, out.s ? out.s : "", out.len);
    text_clear(&out);
    return s;
}

static inline void bench_bind(bench *t, const char *yaml, const wr_param *rows, void *cfg)
{
    bench_open(t, yaml);
    if (t->root)
        bind_map(&t->b, rows, cfg, t->root, NULL);
}
#endif
