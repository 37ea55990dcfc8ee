/* axis.c - round ticks and human units.
 *
 * One axis speaks one unit, chosen by its largest value and written once, at the last tick. Steps are 1, 2 or
 * 5 times a power of ten; of time, what a clock would use. Truth: tests/unit/test_axis.c. */
#include "axis.h"
#include <math.h>
#include <string.h>

/* ---- units ------------------------------------------------------------------------------------- */
typedef struct measure {
    const char *unit;  /* as results name it */
    double least;      /* largest value on the axis at or above which this row is used */
    double per;
    const char *shown; /* behind the last number of an axis */
    const char *each;  /* behind every number: "k", which nobody may overlook */
} measure;
static const measure measures[] = { /* of each unit: from the largest down */
    {"s", 7200 * 24, 86400, " d", ""}, {"s", 7200, 3600, " h", ""}, {"s", 120, 60, " min", ""}, {"s", 1, 1, " s", ""},
    {"s", 1e-3, 1e-3, " ms", ""}, {"s", 1e-6, 1e-6, " µs", ""}, {"s", 0, 1e-9, " ns", ""},
    {"1/s", 1e7, 1e6, "/s", "M"}, {"1/s", 1e4, 1e3, "/s", "k"}, {"1/s", 0, 1, "/s", ""},
    {"units/s", 1e7, 1e6, " units/s", "M"}, {"units/s", 1e4, 1e3, " units/s", "k"}, {"units/s", 0, 1, " units/s", ""},
    {"units", 1e7, 1e6, " units", "M"}, {"units", 1e4, 1e3, " units", "k"}, {"units", 0, 1, " units", ""},
    {"1", 1e10, 1e9, "", "G"}, {"1", 1e7, 1e6, "", "M"}, {"1", 1e4, 1e3, "", "k"}, {"1", 0, 1, "", ""},
    {"B", 1 << 30, 1 << 30, " GiB", ""}, {"B", 1 << 20, 1 << 20, " MiB", ""}, {"B", 1 << 10, 1 << 10, " KiB", ""}, {"B", 0, 1, " B", ""},
    {"B/s", 1 << 30, 1 << 30, " GiB/s", ""}, {"B/s", 1 << 20, 1 << 20, " MiB/s", ""}, {"B/s", 1 << 10, 1 << 10, " KiB/s", ""},
    {"B/s", 0, 1, " B/s", ""}, {"share", 0, 0.01, " %", ""}, {"%", 0, 1, " %", ""}, {"USD", 0, 1, " USD", ""}, {NULL, 0, 1, "", ""}};

static const measure *measure_for(const char *unit, double most)
{
    const measure *m = measures;
    while (m->unit && (strcmp(m->unit, unit) || fabs(most) < m->least))
        m++;
    return m;
}

static void place(char *out, size_t room, double x, int decimals, const measure *m, const char *unit)
{
    if (x == 0)
        x = 0; /* never -0 */
    if (m->unit)
        snprintf(out, room, "%.*f%s%s", decimals, x, x == 0 ? "" : m->each, m->shown);
    else
        snprintf(out, room, "%.*f %s", decimals, x, unit);
}

/* ---- scales --------------------------------------------------------------------------------------- */
double scale_at(const scale *s, double x)
{
    double share = s->log ? log(x / s->lo) / log(s->hi / s->lo) : (x - s->lo) / (s->hi - s->lo);
    return s->from + share * (s->to - s->from);
}

static double round_step(double least, bool whole)
{
    if (whole && least <= 1)
        return 1;
    double power = pow(10, floor(log10(least)));
    static const double of[] = {1, 2, 5, 10};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (of[i] * power >= least * 0.6) /* the nearest one, rather finer */
            return of[i] * power;
    return 10 * power;
}

static void name_tick(tick *t, double x, int decimals, const measure *m, const char *unit, bool last)
{
    if (x == 0)
        decimals = 0;
    if (last)
        place(t->text, sizeof t->text, x, decimals, m, unit);
    else
        snprintf(t->text, sizeof t->text, "%.*f%s", decimals, x == 0 ? 0.0 : x, x == 0 ? "" : m->each);
}

size_t axis_linear(tick out[AXIS_TICKS], double lo, double hi, size_t about, const char *unit, bool whole)
{
    if (!isfinite(lo) || !isfinite(hi) || !(hi > lo))
        return 0;
    const measure *m = measure_for(unit, fmax(fabs(lo), fabs(hi)));
    double steps = fmin(fmax((double)about, 1), AXIS_TICKS / 3),
           step = round_step((hi - lo) / m->per / steps, whole && m->per <= 1);
    int decimals = (int)fmax(0, ceil(-log10(step) - 1e-9));
    double first = ceil(lo / m->per / step - 1e-9), last = floor(hi / m->per / step + 1e-9);
    size_t n = 0;
    for (double i = first; i <= last && n < AXIS_TICKS; i++, n++) {
        out[n].at = i * step * m->per;
        name_tick(&out[n], i * step, decimals, m, unit, i == last);
    }
    return n;
}

size_t axis_log(tick out[AXIS_TICKS], double lo, double hi, const char *unit)
{
    static const double of[] = {1, 2, 5};
    if (!(lo > 0) || !(hi > lo) || !isfinite(hi))
        return 0;
    double decades = log10(hi / lo), at = floor(log10(lo)) * 3;
    int every = 1 + (int)(decades / 13); /* a tail of many decades */
    size_t n = 0;
    for (int i = (int)at; n < AXIS_TICKS; i++) {
        int decade = (int)floor(i / 3.0), k = i - 3 * decade;
        double x = of[k] * pow(10, decade);
        if (x > hi * (1 + 1e-9))
            break;
        if (x < lo * (1 - 1e-9) || decade % every)
            continue;
        char words[SAY] = "";
        if (!k || decades < 2.2)
            say_value(words, x, unit);
        out[n].at = x;
        snprintf(out[n++].text, sizeof out[0].text, "%.27s", words);
    }
    return n;
}

/* The unit of a run that long. Steps that are no whole numbers of it are written as a clock does: 19:45 h. */
static const struct clock { double per, least; const char *name; } clocks[] = {
    {86400, 3 * 86400 + 1, "d"}, {3600, 3 * 3600 + 1, "h"}, {60, 181, "min"}, {1, 0, "s"}};

static void name_time(tick *t, double x, double step, double end_s, bool last)
{
    size_t i = 0, n = sizeof clocks / sizeof *clocks;
    while (end_s < clocks[i].least)
        i++;
    while (i + 1 < n && step < clocks[i].per && (i == 0 || step < clocks[i + 1].per))
        i++;
    bool split = i + 1 < n && step < clocks[i].per;
    const char *space = last ? " " : "", *unit = last ? clocks[i].name : "";
    double whole = floor(x / clocks[i].per + 1e-9);
    if (split)
        snprintf(t->text, sizeof t->text, "%.0f:%02.0f%s%s", whole,
                 fmax(0, x - whole * clocks[i].per) / clocks[i + 1].per, space, unit);
    else
        snprintf(t->text, sizeof t->text, "%.9g%s%s", x / clocks[i].per, space, unit);
}

size_t axis_time(tick out[AXIS_TICKS], double begin_s, double end_s, size_t about)
{
    static const double steps[] = {1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900,
                                   1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000};
    double span = end_s - begin_s;
    if (!(span > 0) || !(begin_s >= 0) || !isfinite(end_s))
        return 0;
    size_t k = 0, n = 0, all = sizeof steps / sizeof *steps;
    while (k + 1 < all && span / steps[k] > fmax(1, (double)about))
        k++;
    double step = steps[k];
    while (span / step > AXIS_TICKS - 2)
        step *= 2;
    double last = floor(end_s / step + 1e-9);
    for (double i = ceil(begin_s / step - 1e-9) + 0.0; i <= last && n < AXIS_TICKS; i++, n++) {
        out[n].at = i * step;
        name_time(&out[n], i * step, step, end_s, i == last);
    }
    return n;
}

/* ---- texts --------------------------------------------------------------------------------------------- */
/* Three digits, below one two, without zeros behind the point. */
static void three_digits(char *out, size_t room, double v)
{
    int before = v == 0 ? 3 : (int)floor(log10(fabs(v)) + 1e-9) + 1; /* digits in front of the point */
    int decimals = before >= 3 ? 0 : before > 0 ? 3 - before : before > -4 ? 2 - before : 6;
    snprintf(out, room, "%.*f", decimals, v);
    char *end = out + strlen(out);
    while (strchr(out, '.') && (end[-1] == '0' || end[-1] == '.'))
        *--end = '\0';
}

const char *say_value(char out[SAY], double x, const char *unit)
{
    char number[32];
    if (!isfinite(x)) {
        snprintf(out, SAY, isnan(x) ? "none" : x > 0 ? "infinite" : "-infinite");
        return out;
    }
    const measure *m = measure_for(unit, fabs(x) * (1 + 1e-9));
    three_digits(number, sizeof number, x / m->per);
    if (m->unit)
        snprintf(out, SAY, "%s%s%s", number, m->each, m->shown);
    else
        snprintf(out, SAY, "%s %s", number, unit);
    return out;
}

const char *say_clock(char out[SAY], double s)
{
    long long whole = isfinite(s) ? llround(s) : 0, h = whole / 3600, m = whole / 60 % 60, sec = whole % 60;
    if (s < 10 && s != floor(s))
        return say_value(out, s, "s");
    if (whole < 120)
        snprintf(out, SAY, "%lld s", whole);
    else if (whole < 7200)
        snprintf(out, SAY, sec && whole < 600 ? "%lld min %lld s" : "%lld min", whole / 60, sec);
    else
        snprintf(out, SAY, m ? "%lld h %02lld min" : "%lld h", h, m);
    return out;
}

const char *say_number(char out[SAY], double x)
{
    if (isnan(x) || fabs(x) < 100)
        return say_value(out, x, "1");
    if (fabs(x) >= 1e6) {
        char v[SAY];
        snprintf(out, SAY, "%s million", say_value(v, x / 1e6, "1"));
        return out;
    }
    long long n = llround(fabs(x));
    const char *sign = x < 0 ? "-" : "";
    if (n < 1000)
        snprintf(out, SAY, "%s%lld", sign, n);
    else
        snprintf(out, SAY, "%s%lld,%03lld", sign, n / 1000, n % 1000);
    return out;
}
