/* csv.c - one column of numbers from a CSV text (columns.c): for empirical distributions.
 *
 * The first record names the columns; a file of one column may do without names. Truth: tests/unit/test_laws.c. */
#include "laws.h"
#include <math.h>
#include <string.h>

static bool cell(const law *l, csv_slice c, double *x)
{
    enum wr_type of = l->row->of == WR_T_INT ? WR_T_NUMBER : l->row->of;
    return c.s && quantity_read(c.s, c.len, of, l->a->unit ? l->a->unit : l->row->unit, x, NULL) == Q_OK;
}

/* Which column it is; names are skipped. False after an error. */
static bool find(const law *l, csv_slice file, size_t *column, size_t *at, size_t *number)
{
    csv_slice line, name;
    size_t start = *at, first = *number, n = 0;
    double x;
    if (!csv_record(file, at, number, &line))
        return true;
    for (*column = 0; l->a->column && (name = csv_field(line, *column)).s; ++*column)
        if (strlen(l->a->column) == name.len && memcmp(l->a->column, name.s, name.len) == 0)
            return true;
    while (csv_field(line, n).s)
        n++;
    if (l->a->column) {
        law_refuse(l, &l->a->column, "'%s' has no column '%s'", l->a->csv, l->a->column);
        return false;
    }
    if (n > 1) {
        law_refuse(l, &l->a->csv, "'%s' has %zu columns: name one with column", l->a->csv, n);
        return false;
    }
    if (cell(l, csv_field(line, 0), &x)) {
        *at = start;
        *number = first;
    }
    return true;
}

static bool unit_known(const law *l)
{
    double x;
    enum wr_type of = l->row->of;
    if (!l->a->unit || quantity_read("1", 1, of, l->a->unit, &x, NULL) == Q_OK)
        return true;
    law_refuse(l, &l->a->unit, "'%s' is no unit of %s", l->a->unit, value_noun(of));
    return false;
}

static double *push(const law *l, double *x, size_t n, double value)
{
    if (n && (n & (n - 1)) == 0) { /* a power of two: full */
        double *more = arena_alloc(l->b->arena, 2 * n * sizeof *x);
        memcpy(more, x, n * sizeof *x);
        x = more;
    }
    x[n] = value;
    return x;
}

static const double *bad_cell(const law *l, size_t number, csv_slice c)
{
    enum wr_type of = l->row->of;
    const char *s = c.s ? arena_copy(l->b->arena, c.s, c.len) : "";
    law_refuse(l, &l->a->csv, "line %zu of '%s' holds '%s', which is not %s", number, l->a->csv, value_shown(l->b, s),
               value_noun(of));
    double x;
    if (c.s && !l->a->unit && quantity_read(s, c.len, WR_T_NUMBER, NULL, &x, NULL) == Q_OK)
        wr_diag_hint(l->b->diag, "its unit is missing: unit: %s", of == WR_T_BYTES ? "B" : "ms");
    return NULL;
}

const double *csv_column(const law *l, const char *s, size_t len, size_t *n)
{
    size_t column = 0, at = 0, number = 0;
    csv_slice file = {s, len}, line;
    double *x = arena_alloc(l->b->arena, sizeof *x), value;
    *n = 0;
    if (len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0)
        file = (csv_slice){s + 3, len - 3};
    if (!unit_known(l) || !find(l, file, &column, &at, &number))
        return NULL;
    while (csv_record(file, &at, &number, &line)) {
        csv_slice c = csv_field(line, column);
        if (!cell(l, c, &value))
            return bad_cell(l, number, c);
        if (!law_in_range(l, &l->a->csv, value))
            return NULL;
        x = push(l, x, (*n)++, value);
    }
    if (!*n)
        law_refuse(l, &l->a->csv, "'%s' holds no values", l->a->csv);
    return *n ? x : NULL;
}
