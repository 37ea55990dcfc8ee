/* reader.c - a metric expression read at will: the statistic since the last reading.
 *
 * A probe for each metric in it; a part that does not exist yet ("app:i-3") is looked for again at every reading,
 * and until then the expression has no value. Metrics of `run` have none inside a run.
 * Truth: tests/unit/test_alarm.c. */
#include "../runtime/runtime.h"
#include <math.h>
#include <weir/kit.h>

struct wr_reader {
    wr_comp *self;
    const wr_formula *formula;
    probe **probe; /* by atom; NULL: not there yet */
    double *value;
};

wr_reader *wr_reader_open(wr_comp *self, const wr_formula *f)
{
    wr_reader *r = wr_alloc(self, sizeof *r);
    r->self = self;
    r->formula = f;
    r->probe = wr_alloc(self, (f->atoms + 1) * sizeof(probe *));
    r->value = wr_alloc(self, (f->atoms + 1) * sizeof *r->value);
    for (size_t i = 0; i < f->atoms; i++)
        r->probe[i] = probe_open(self, &f->atom[i]);
    return r;
}

double wr_reader_take(wr_reader *r)
{
    const wr_formula *f = r->formula;
    for (size_t i = 0; i < f->atoms; i++) {
        r->value[i] = r->probe[i] ? probe_take(r->probe[i], true) : NAN;
        if (!r->probe[i])
            r->probe[i] = probe_open(r->self, &f->atom[i]);
    }
    double x = formula_value(f, f->node, f->nodes, r->value);
    return isfinite(x) ? x : NAN;
}
