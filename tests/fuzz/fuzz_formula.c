/* fuzz_formula.c - any text as a metric expression: it is refused with a message that points into it, or its
 * numbers can be computed with every kind of value in its atoms. Findings are kept in corpus/formula and replayed
 * by the tests. */
#include "../../sim/base/base.h"
#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

static void use(const wr_formula *f)
{
    static const double kinds[] = {0, 1, -1, NAN, INFINITY, 1e308};
    double *x = memory_get((f->atoms + 1) * sizeof *x);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (size_t i = 0; i < f->atoms; i++)
            x[i] = kinds[(k + i) % (sizeof kinds / sizeof *kinds)];
        double left = formula_value(f, f->node, f->nodes, x);
        if (f->op != F_NONE)
            (void)formula_holds(f->op, left, formula_value(f, f->bound, f->bound_nodes, x));
    }
    for (size_t i = 0; i < f->atoms; i++) {
        const formula_atom *a = &f->atom[i];
        check(a->owner && a->metric && (a->stat != F_QUANTILE || (a->arg >= 0 && a->arg <= 1)));
    }
    check(f->over >= 0 && f->from >= -1 && f->to >= -1);
    free(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wr_arena *a = arena_create();
    wr_diag *d = wr_diag_create();
    const wr_diag_row *row;
    wr_formula *f = formula_parse(a, arena_copy(a, (const char *)data, size), (wr_pos){"f", 1, 1, 1}, d);
    size_t n = wr_diag_rows(d, &row);
    check(!f == (wr_diag_count(d, WR_ERROR) > 0));
    for (size_t i = 0; i < n; i++)
        check(row[i].at.line == 1 && row[i].at.col >= 1 && row[i].at.col <= size + 1 && row[i].text[0]);
    if (f)
        use(f);
    wr_diag_destroy(d);
    arena_destroy(a);
    return 0;
}
