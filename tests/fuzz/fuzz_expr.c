/* fuzz_expr.c - any text as a rate expression of t. What compiles has values; the bounds over an interval hold
 * for every instant in it; followed as a profile it never goes back in time and never yields a negative rate.
 * Findings are kept in corpus/expr and replayed by the tests. */
#include "../../sim/engine/engine.h"
#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

static double param(void *arg, const char *name, bool *ok)
{
    (void)arg;
    *ok = name[0] == 'x';
    return 3;
}

/* Bounds are doubles too: what rounding may add is far below a millionth. */
static void bounds(const expr *e)
{
    static const double ends[] = {0, 1e-9, 0.5, 1, 60, 3600, 86400, 1e9};
    for (size_t i = 0; i + 1 < sizeof ends / sizeof *ends; i++) {
        expr_range r = expr_over(e, ends[i], ends[i + 1]);
        for (int k = 0; k <= 4; k++) {
            double x = expr_value(e, ends[i] + (ends[i + 1] - ends[i]) * k / 4);
            double room = isfinite(x) ? 1e-6 * (1 + fabs(x)) : 0;
            check(isnan(x) || isnan(r.lo) || isnan(r.hi) || (x >= r.lo - room && x <= r.hi + room));
        }
    }
}

static void follow(wr_arena *a, const expr *e)
{
    const wr_profile *p = profile_expr(a, e, 60 * WR_S);
    wr_cursor c = {0};
    wr_time t = 0;
    for (int i = 0; i < 3 && t < 60 * WR_S && !wr_cursor_broken(&c); i++) {
        wr_time next = wr_profile_reach(p, &c, t, 1, 1);
        check(next >= t);
        check(!(wr_profile_rate(p, t) < 0));
        t = next;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *why = NULL;
    size_t at = 0;
    wr_arena *a = arena_create();
    expr *e = expr_compile(a, arena_copy(a, (const char *)data, size), size, param, NULL, &why, &at);
    check(e || (why && *why && at <= size));
    if (e) {
        bounds(e);
        follow(a, e);
    }
    arena_destroy(a);
    return 0;
}
