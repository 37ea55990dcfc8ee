/* pretty.c - numbers for people: three digits and a unit that fits ("212 ms", "1.2 k", "31m 20s", "99.95 %").
 *
 * Rounded first, then given its unit, so that 999.7 ms is 1 s and never 1000 ms. Not meant to be read back:
 * that is quantity_print. Truth: tests/unit/test_quantity.c. */
#include "base.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double rounded(double x)
{
    char s[32];
    snprintf(s, sizeof s, "%.2e", x);
    return strtod(s, NULL);
}

static void three(text *out, double x)
{
    double r = rounded(x);
    text_printf(out, fabs(r) >= 1000 ? "%.0f" : "%.3g", r);
}

/* x in the smallest unit that stands at three digits or more before the point, unless there is a larger one. */
static void scaled(text *out, double x, double base, const char *const *names)
{
    int i = 0;
    while (names[i + 1] && fabs(rounded(x)) >= base) {
        x /= base;
        i++;
    }
    three(out, x);
    text_puts(out, names[i]);
}

static void pretty_time(text *out, double x)
{
    static const char *const names[] = {" ns", " us", " ms", " s", NULL};
    if (x == 0) {
        text_puts(out, "0 s");
    } else if (fabs(x) < 1e17 && fabs(rounded(x)) >= 60) {
        long long s = llround(fabs(x)), h = s / 3600, m = s / 60 % 60;
        text_puts(out, x < 0 ? "-" : "");
        if (h >= 48)
            text_printf(out, "%lldd %lldh", h / 24, h % 24);
        else if (h)
            text_printf(out, "%lldh %02lldm", h, m);
        else
            text_printf(out, "%lldm %02llds", m, s % 60);
    } else {
        scaled(out, x * 1e9, 1000, names);
    }
}

/* Near 1 the digits that matter are those of what is missing: 99.957 %, not 100 %. */
static void pretty_share(text *out, double x)
{
    if (!(x > 0.99 && x < 1)) {
        three(out, 100 * x);
    } else {
        char s[32];
        int places = (int)ceil(-log10(1 - x)) - 1;
        snprintf(s, sizeof s, "%.*f", places < 9 ? places : 9, 100 * x);
        if (strchr(s, '.')) {
            char *end = s + strlen(s);
            while (end[-1] == '0')
                *--end = 0;
            if (end[-1] == '.')
                end[-1] = 0;
        }
        text_puts(out, s);
    }
    text_puts(out, " %");
}

static void pretty_other(text *out, double x, const char *unit)
{
    static const char *const counts[] = {"", " k", " M", " G", " T", NULL};
    scaled(out, x, 1000, counts);
    if (*unit && strcmp(unit, "1"))
        text_printf(out, " %s", unit);
}

void quantity_pretty(text *out, double x, const char *unit)
{
    static const char *const bytes[] = {" B", " KB", " MB", " GB", " TB", NULL};
    if (!isfinite(x)) {
        text_puts(out, isnan(x) ? "-" : x < 0 ? "-inf" : "inf");
    } else if (!strcmp(unit, "s")) {
        pretty_time(out, x);
    } else if (!strcmp(unit, "B")) {
        scaled(out, x, 1024, bytes);
    } else if (!strcmp(unit, "share")) {
        pretty_share(out, x);
    } else if (!strcmp(unit, "USD")) {
        text_printf(out, fabs(x) >= 0.1 || x == 0 ? "%.2f USD" : "%.3g USD", x);
    } else {
        pretty_other(out, x, unit);
    }
}
