/* words.c - numbers as people read them: three digits, the unit behind a blank, a dash for nothing.
 *
 * Which unit an objective has follows from its bound as the user wrote it ('< 300ms'), else from the metric
 * it names. Shares are per cent. Truth: tests/unit/test_experiment.c. */
#include "result.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void words_clock(text *t, double seconds)
{
    if (!(seconds >= 60) || seconds >= 3.6e9) {
        words_value(t, seconds, UNIT_SECONDS);
        return;
    }
    unsigned s = (unsigned)seconds, h = s / 3600, m = s / 60 % 60;
    if (h)
        text_printf(t, "%uh%s", h, m || (s % 60) ? " " : "");
    if (m || (h && s % 60))
        text_printf(t, "%um%s", m, s % 60 ? " " : "");
    if (s % 60)
        text_printf(t, "%us", s % 60);
}

void words_value(text *t, double x, enum unit u)
{
    static const char *const units[] = {"1", "s", "B", "1", "share", "USD"};
    if (isnan(x)) {
        text_puts(t, "–");
        return;
    }
    quantity_pretty(t, x, units[u]);
    text_puts(t, u == UNIT_RATE ? "/s" : "");
}

/* The unit behind the number of a bound: "300ms over 5m" is a time. */
static enum unit unit_behind(const char *s)
{
    static const char *const times[] = {"ns", "us", "ms", "s", "m", "h", "d"};
    size_t len = strspn(s += strspn(s, " "), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (*s == '%')
        return UNIT_SHARE;
    if (s[len] == '/')
        return UNIT_RATE;
    if (!strncmp(s, "USD", 3))
        return UNIT_MONEY;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (len == strlen(times[i]) && !strncmp(s, times[i], len))
            return UNIT_SECONDS;
    return len && s[len - 1] == 'B' ? UNIT_BYTES : UNIT_PLAIN;
}

static bool is_share(const wr_measure *m)
{
    const char *tail = strrchr(m->metric, '_');
    return m->kind == WR_RATIO && !strcmp(m->unit, "1") &&
           ((tail && (!strcmp(tail, "_share") || !strcmp(tail, "_rate"))) || !strcmp(m->metric, "utilization"));
}

static enum unit unit_of(const wr_measure *m, const char *stat)
{
    if (!strncmp(stat, ".above", 6))
        return UNIT_SHARE;
    if (!strncmp(stat, ".rate", 5))
        return UNIT_RATE;
    if (!strncmp(stat, ".count", 6))
        return UNIT_PLAIN;
    return is_share(m)              ? UNIT_SHARE
           : !strcmp(m->unit, "s")   ? UNIT_SECONDS
           : !strcmp(m->unit, "B")   ? UNIT_BYTES
           : !strcmp(m->unit, "USD") ? UNIT_MONEY
                                     : UNIT_PLAIN;
}

/* "OWNER[:PART].METRIC" at the beginning of the expression */
static const char *names(const wr_measure *m, const char *expr)
{
    const char *words[] = {m->owner, *m->part ? ":" : "", m->part, ".", m->metric};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strncmp(expr, words[i], strlen(words[i])))
            return NULL;
        expr += strlen(words[i]);
    }
    return isalnum((unsigned char)*expr) || *expr == '_' ? NULL : expr;
}

enum unit words_unit(const wr_experiment *x, const char *expr)
{
    const char *bound = strpbrk(expr, "<>=!");
    if (bound) {
        char *end;
        bound += strspn(bound, "<>=! ");
        strtod(bound, &end);
        if (end > bound)
            return unit_behind(end);
    }
    for (size_t i = 0; i < x->metrics; i++) {
        const wr_measure *m = result_any(x, i);
        const char *rest = names(m, expr);
        if (rest && !strpbrk(rest, "+-*/"))
            return unit_of(m, rest);
    }
    return UNIT_PLAIN;
}
