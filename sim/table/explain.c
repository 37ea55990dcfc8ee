/* explain.c - a table as help: key, type and unit, default, range, CloudFormation name, meaning, source.
 *
 * What is printed is what the reader of values goes by: the same rows, the same words for types and ranges.
 * A table met again (steps within steps) is named, not repeated, so tables that contain themselves end.
 * Truth: tests/unit/test_explain.c. */
#include "value.h"
#include <string.h>

enum { MOST_SEEN = 256, INDENT = 2 };

typedef struct printer {
    FILE *to;
    bool recursive;
    const void *seen[MOST_SEEN]; /* tables printed so far */
    size_t n;
} printer;

static void indent(const printer *p, int depth)
{
    fprintf(p->to, "%*s", INDENT * depth, "");
}

/* ---- one row in words ---------------------------------------------------------------------------------- */
static void add_names(text *out, const char *const *names)
{
    for (size_t i = 0; names && names[i]; i++)
        text_printf(out, "%s%s", i ? " | " : "", names[i]);
}

static void add_keys(text *out, const wr_param *rows)
{
    for (; rows && rows->key; rows++) {
        if (rows->type == WR_T_INCLUDE)
            add_keys(out, rows->rows);
        else
            text_printf(out, "%s%s", out->len ? ", " : "", rows->key);
    }
}

static const char *plain_type(enum wr_type t)
{
    static const char *const names[] = {
        [WR_T_BOOL] = "true or false", [WR_T_INT] = "whole number", [WR_T_NUMBER] = "number", [WR_T_SHARE] = "share",
        [WR_T_DUR] = "time", [WR_T_BYTES] = "size", [WR_T_RATE] = "rate", [WR_T_PROFILE] = "rate or expression of t",
        [WR_T_TEXT] = "text", [WR_T_LINK] = "name of a resource", [WR_T_FORMULA] = "metric expression",
        [WR_T_BLOCK] = "mapping", [WR_T_CHOICE] = "mapping with one key"};
    size_t i = (size_t)t;
    return i < sizeof names / sizeof *names && names[i] ? names[i] : "value";
}

static void add_type(text *out, const wr_param *row);

/* A struct of one row, left out by its shorthand, is that row. */
static const wr_param *only_row(const wr_param *row)
{
    const wr_param *in = row->rows;
    return row->shorthand && in && in->key && !in[1].key && !in->rows && in->type != WR_T_INCLUDE ? in : NULL;
}

static void add_many(text *out, const wr_param *row)
{
    const wr_param *only = only_row(row);
    bool list = row->type == WR_T_LIST;
    text_puts(out, list ? "list" : row->flags & WR_P_OPERATION ? "mapping of operations"
                         : row->flags & WR_P_LINKS ? "mapping of resources" : "mapping of names");
    if (only) {
        text_puts(out, list ? " of " : " to ");
        add_type(out, only);
    }
    if (row->flags & WR_P_ONE)
        text_puts(out, list ? ", or one of them" : ", or one value for all");
    if (row->flags & WR_P_NAMED)
        text_puts(out, ", or one name");
}

static bool percentage(const wr_param *row)
{
    return row->unit && *row->unit == '%' && row->type == WR_T_NUMBER;
}

static void add_kind(text *out, const wr_param *row)
{
    if (row->type == WR_T_ENUM)
        add_names(out, row->choices);
    else if (row->type == WR_T_DIST)
        text_printf(out, "%s or distribution", row->flags & WR_P_QUANTITY ? "value" : plain_type(row->of));
    else if (row->flags & WR_P_QUANTITY)
        text_puts(out, "value with its unit");
    else if (row->type == WR_T_LIST || row->type == WR_T_MAP)
        add_many(out, row);
    else
        text_puts(out, percentage(row) ? "percentage" : plain_type(row->type));
}

static void add_type(text *out, const wr_param *row)
{
    add_kind(out, row);
    if (row->type == WR_T_BLOCK && row->shorthand)
        text_printf(out, ", or just its %s", row->shorthand);
    if (row->unit && !percentage(row))
        text_printf(out, ", bare numbers are %s", row->unit);
    for (const char *w = row->words; w && *w; w += strspn(w, " ")) {
        text_printf(out, " or %.*s", (int)strcspn(w, " "), w);
        w += strcspn(w, " ");
    }
}

static void add_range(text *out, const wr_param *row)
{
    enum wr_type as = row->type == WR_T_DIST ? row->of : row->type == WR_T_PROFILE ? WR_T_RATE : row->type;
    text t = {0};
    if (row->type == WR_T_LIST || row->type == WR_T_MAP) {
        if (row->max > row->min)
            text_printf(out, "; %.0f to %.0f entries", row->min, row->max);
    } else if (as != WR_T_SHARE || row->max > row->min) {
        if (value_limits(row, as, &t))
            text_printf(out, "; %s", t.s);
    }
    text_clear(&t);
}

static void add_default(text *out, const wr_param *row)
{
    if (row->def)
        text_printf(out, "; default %s", *row->def ? row->def : "\"\"");
    else
        text_puts(out, row->optional ? "; optional" : "; required");
}

static void print_row(const printer *p, const wr_param *row, int depth)
{
    text t = {0};
    add_type(&t, row);
    add_default(&t, row);
    add_range(&t, row);
    indent(p, depth);
    fprintf(p->to, "%-28s %s\n", row->key, t.s);
    indent(p, depth + 2);
    fprintf(p->to, "%s\n", row->doc ? row->doc : "");
    if (row->cfn) {
        indent(p, depth + 2);
        fprintf(p->to, "CloudFormation: %s\n", row->cfn);
    }
    if (row->src) {
        indent(p, depth + 2);
        fprintf(p->to, "%s%s\n", strncmp(row->src, "assumption", 10) == 0 ? "" : "source: ", row->src);
    }
    text_clear(&t);
}

/* ---- tables in tables ------------------------------------------------------------------------------------ */
static bool first_time(printer *p, const void *table)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->seen[i] == table)
            return false;
    if (p->n == MOST_SEEN)
        return false;
    p->seen[p->n++] = table;
    return true;
}

static void print_rows(printer *p, const wr_param *rows, int depth);

static void print_keys(const printer *p, const wr_param *rows, int depth)
{
    text t = {0};
    add_keys(&t, rows);
    indent(p, depth);
    fprintf(p->to, "keys: %s\n", t.s ? t.s : "none");
    text_clear(&t);
}

static void print_variants(printer *p, const wr_variant *v, int depth, bool deeper)
{
    bool fresh = deeper && first_time(p, v);
    for (; v->key; v++) {
        indent(p, depth);
        fprintf(p->to, "%-18s %s\n", v->key, v->doc ? v->doc : "");
        if (v->src && fresh) {
            indent(p, depth + 2);
            fprintf(p->to, "%s%s\n", strncmp(v->src, "assumption", 10) == 0 ? "" : "source: ", v->src);
        }
        if (fresh && v->rows && first_time(p, v->rows))
            print_rows(p, v->rows, depth + 1);
    }
}

static void print_inside(printer *p, const wr_param *row, int depth, bool deeper)
{
    const wr_param *only = only_row(row);
    if (only) {
        print_inside(p, only, depth, deeper);
        return;
    }
    if (row->variants)
        print_variants(p, row->variants, depth, deeper);
    else if (row->rows && deeper && first_time(p, row->rows))
        print_rows(p, row->rows, depth);
    else if (row->rows)
        print_keys(p, row->rows, depth);
}

static void print_rows(printer *p, const wr_param *rows, int depth)
{
    for (const wr_param *row = rows; row && row->key; row++) {
        if (row->type == WR_T_INCLUDE) {
            print_rows(p, row->rows, depth);
            continue;
        }
        print_row(p, row, depth);
        print_inside(p, row, depth + 2, p->recursive);
    }
}

void explain_rows(FILE *to, const wr_param *rows, int depth, bool recursive)
{
    printer p = {.to = to, .recursive = recursive};
    first_time(&p, rows);
    print_rows(&p, rows, depth);
}

void explain_row(FILE *to, const wr_param *row)
{
    printer p = {.to = to};
    print_row(&p, row, 0);
    print_inside(&p, row, 1, true);
}
