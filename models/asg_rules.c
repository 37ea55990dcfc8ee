/* asg_rules.c - the arithmetic of Auto Scaling as AWS documents it, free of any run: rounding of percentages,
 * minimum adjustments, the capacity that target tracking asks for, which step covers a breach, which zone is
 * next.
 *
 * Target tracking rounds up in both directions, which is AWS's "conservative" rounding: +1.5 adds two, -1.5
 * removes one. A product within one part in a million of a whole number is that number, since it comes from
 * means over time. Left out: weights of instances. Truth: tests/unit/test_asg_rules.c (AWS's examples). */
#include "asg_rules.h"
#include <math.h>

double asg_round(double change)
{
    if (change > 0)
        return change < 1 ? 1 : floor(change);
    if (change < 0)
        return change > -1 ? -1 : ceil(change);
    return 0;
}

static double at_least(double change, double by, int64_t least)
{
    if (fabs(change) >= (double)least || by == 0)
        return change;
    return by > 0 ? (double)least : -(double)least;
}

int64_t asg_adjust(int64_t capacity, enum adjustment how, double by, int64_t least)
{
    double c = (double)capacity;
    if (how == EXACT_CAPACITY)
        c = by;
    else if (how == CHANGE_IN_CAPACITY)
        c += by;
    else
        c += at_least(asg_round(c * by / 100), by, least);
    return c > 0 ? (int64_t)c : 0;
}

int64_t asg_track(double capacity, double value, double target)
{
    double x = capacity * value / target;
    if (!(x > 0))
        return 0;
    return x < 1e9 ? (int64_t)ceil(x - 1e-6 * fmax(1, x)) : (int64_t)1e9;
}

static bool covers(const asg_step *s, double x, bool above)
{
    double from = isnan(s->from) ? -INFINITY : s->from, to = isnan(s->to) ? INFINITY : s->to;
    return above ? x >= from && x < to : x > from && x <= to;
}

const asg_step *asg_step_of(const asg_step *s, size_t n, double x, bool above)
{
    for (size_t i = 0; i < n; i++)
        if (covers(&s[i], x, above))
            return &s[i];
    return NULL;
}

int asg_zone_for_launch(const int64_t *count, const bool *usable, int zones)
{
    int best = -1;
    for (int z = 0; z < zones; z++)
        if (usable[z] && (best < 0 || count[z] < count[best]))
            best = z;
    return best;
}
