/* quantity.c - numbers with units, both ways (SCENARIO.md 2.1). The only place that knows units.
 *
 * A decimal text is never scaled in floating point: times and integers are counted in 128 bits, and a
 * factor that is a power of ten (k, M, %) moves the exponent of the text before it is read, so that 0.1s is
 * exactly 10^8 ns and 1.001k exactly 1001. What is not plainly a decimal number - hexadecimal, infinity, NaN -
 * is none. Blanks around the whole are the caller's to trim. Writing for people stands in pretty.c.
 * Truth: tests/unit/test_quantity.c. */
#include "base.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide;

typedef struct unit {
    const char *name;
    double factor;  /* into base units; rates: the divisor */
    int64_t ns;     /* of times */
} unit;

static const unit times[] = {{"ns", 1e-9, 1}, {"us", 1e-6, WR_US}, {"ms", 1e-3, WR_MS}, {"s", 1, WR_S},
                             {"m", 60, WR_MIN}, {"h", 3600, 60 * WR_MIN}, {"d", 86400, 1440 * WR_MIN}, {0}};
static const unit sizes[] = {{"B", 1, 0}, {"KB", 0x1p10, 0}, {"MB", 0x1p20, 0}, {"GB", 0x1p30, 0}, {"TB", 0x1p40, 0},
                             {"KiB", 0x1p10, 0}, {"MiB", 0x1p20, 0}, {"GiB", 0x1p30, 0}, {"TiB", 0x1p40, 0}, {0}};
static const unit rates[] = {{"/s", 1, 0}, {"/m", 60, 0}, {"/min", 60, 0}, {"/h", 3600, 0}, {"/d", 86400, 0}, {0}};

static const unit *unit_named(const unit *u, const char *s, size_t len)
{
    for (; u->name; u++)
        if (strlen(u->name) == len && memcmp(u->name, s, len) == 0)
            return u;
    return NULL;
}

/* ---- decimal texts ------------------------------------------------------------------------------------ */
static size_t digits_from(const char *s, size_t len, size_t i)
{
    while (i < len && isdigit((unsigned char)s[i]))
        i++;
    return i;
}

static bool at_is(const char *s, size_t len, size_t i, const char *any)
{
    return i < len && s[i] && strchr(any, s[i]);
}

/* Where the exponent at i ends: i when there is none. */
static size_t exponent_end(const char *s, size_t len, size_t i)
{
    if (!at_is(s, len, i, "eE"))
        return i;
    size_t from = i + 1 + at_is(s, len, i + 1, "+-"), end = digits_from(s, len, from);
    return end > from ? end : i;
}

/* Length of the plain decimal number at s (sign, digits, point, exponent), of its part before the exponent too. */
static size_t number_length(const char *s, size_t len, size_t *mantissa)
{
    size_t from = at_is(s, len, 0, "+-"), i = digits_from(s, len, from), digits = i - from;
    if (at_is(s, len, i, ".")) {
        size_t k = digits_from(s, len, i + 1);
        digits += k - i - 1;
        i = k;
    }
    *mantissa = i;
    return digits ? exponent_end(s, len, i) : 0;
}

static int exponent_of(const char *s, size_t n, size_t mantissa)
{
    long e = 0;
    bool minus = false;
    for (size_t i = mantissa + 1; i < n && e < 100000; i++) {
        if (isdigit((unsigned char)s[i]))
            e = 10 * e + (s[i] - '0');
        else
            minus = s[i] == '-';
    }
    return (int)(minus ? -e : e);
}

/* The nearest double to the text x 10^shift. */
static double number_of(const char *s, size_t n, int shift)
{
    size_t mantissa;
    text t = {0};
    number_length(s, n, &mantissa);
    text_add(&t, s, mantissa);
    text_printf(&t, "e%d", exponent_of(s, n, mantissa) + shift);
    double x = strtod(t.s, NULL);
    text_clear(&t);
    return x;
}

/* The digits of the text as a whole number and the power of ten behind it. Digits behind the 19th are dropped: they are
 * worth less than half a unit of any time below 292 years. *exact: none of them was above 0. */
static wide digits_of(const char *s, size_t mantissa, int *e, bool *exact)
{
    wide x = 0;
    bool point = false;
    for (size_t i = 0; i < mantissa; i++) {
        point |= s[i] == '.';
        if (!isdigit((unsigned char)s[i]))
            continue;
        if (x < (wide)1000000000 * 1000000000) {
            x = 10 * x + (s[i] - '0');
            *e -= point;
        } else {
            *exact &= s[i] == '0';
            *e += !point;
        }
    }
    return x;
}

/* text x factor x 10^shift, to the nearest whole number; *exact: nothing was rounded. False: over 2^63. The sign
 * is left out. */
static bool whole_of(const char *s, size_t n, int64_t factor, int shift, int64_t *out, bool *exact)
{
    size_t mantissa;
    number_length(s, n, &mantissa);
    int e = exponent_of(s, n, mantissa) + shift;
    wide part = 1;
    *exact = true;
    wide x = digits_of(s, mantissa, &e, exact) * factor;
    for (; e > 0 && x; e--)
        if ((x *= 10) > INT64_MAX)
            return false;
    for (; e < 0 && part <= x; e++)
        part *= 10;
    wide rest = e < 0 ? x : x % part;
    *exact &= rest == 0;
    x = e < 0 ? 0 : x / part + (2 * rest >= part);
    *out = (int64_t)x;
    return x <= INT64_MAX;
}

/* ---- kinds ---------------------------------------------------------------------------------------------- */
/* One number of a time, with its unit; a bare one only when it stands alone. *used: bytes of both. */
static enum quantity_error read_part(const char *s, size_t len, const char *bare, int64_t *ns, const unit **u,
                                     size_t *used)
{
    bool exact;
    size_t mantissa, n = number_length(s, len, &mantissa), end = n;
    if (!n)
        return Q_BAD_UNIT;
    while (end < len && isalpha((unsigned char)s[end]))
        end++;
    *u = bare ? unit_named(times, bare, strlen(bare)) : unit_named(times, s + n, end - n);
    *used = end;
    if (!*u)
        return Q_BAD_UNIT;
    return whole_of(s, n, (*u)->ns, 0, ns, &exact) ? Q_OK : Q_RANGE;
}

/* 1m30s: units become smaller, one sign for all. */
static enum quantity_error read_time(const char *s, size_t len, size_t n, const char *bare, double *value,
                                     int64_t *whole)
{
    int64_t sum = 0, ns, last = INT64_MAX;
    for (size_t i = 0, used; i < len; i += used) {
        const unit *u;
        enum quantity_error e = read_part(s + i, len - i, n == len ? bare : NULL, &ns, &u, &used);
        if (e != Q_OK)
            return e;
        if (u->ns >= last || (i && at_is(s, len, i, "+-")))
            return Q_BAD_UNIT;
        if (ns > INT64_MAX - 1 - sum)
            return Q_RANGE;
        sum += ns;
        last = u->ns;
    }
    *whole = *s == '-' ? -sum : sum;
    *value = (double)*whole / 1e9;
    return Q_OK;
}

static enum quantity_error read_size(const char *s, size_t len, size_t n, const char *bare, double *value)
{
    size_t i = n;
    while (i < len && s[i] == ' ')
        i++;
    if (n == len && !bare)
        return Q_NO_UNIT;
    const unit *u = n == len ? unit_named(sizes, bare, strlen(bare)) : unit_named(sizes, s + i, len - i);
    if (!u)
        return Q_BAD_UNIT;
    *value = number_of(s, n, 0) * u->factor;
    return Q_OK;
}

static int thousands(const char *s, size_t len, size_t n)
{
    return n < len && s[n] == 'k' ? 3 : n < len && s[n] == 'M' ? 6 : 0;
}

static enum quantity_error read_rate(const char *s, size_t len, size_t n, const char *bare, double *value)
{
    int shift = thousands(s, len, n);
    size_t i = n + (shift > 0);
    if (i == len && !bare)
        return Q_NO_UNIT;
    const unit *u = i == len ? unit_named(rates, bare, strlen(bare)) : unit_named(rates, s + i, len - i);
    if (!u)
        return Q_BAD_UNIT;
    *value = number_of(s, n, shift) / u->factor;
    return Q_OK;
}

/* A share is 25% or 0.25. A number in percent (bare "%") stays as written, any other one written with % is a share. */
static enum quantity_error read_share(const char *s, size_t len, size_t n, enum wr_type type, const char *bare,
                                      double *value)
{
    bool written = len == n + 1, meant = bare && *bare == '%';
    if (len != n && (!written || s[n] != '%'))
        return Q_BAD_UNIT;
    *value = number_of(s, n, type == WR_T_SHARE ? written || meant ? -2 : 0 : meant ? 0 : -2);
    return Q_OK;
}

static enum quantity_error read_count(const char *s, size_t len, size_t n, enum wr_type type, double *value,
                                      int64_t *whole)
{
    int shift = thousands(s, len, n);
    if (n + (shift > 0) != len)
        return Q_BAD_UNIT;
    *value = number_of(s, n, shift);
    if (type != WR_T_INT)
        return Q_OK;
    bool exact;
    int64_t x;
    if (!whole_of(s, n, 1, shift, &x, &exact))
        return Q_RANGE;
    if (!exact)
        return Q_NOT_A_NUMBER;
    *whole = *s == '-' ? -x : x;
    return Q_OK;
}

static enum quantity_error read_as(const char *s, size_t len, size_t n, enum wr_type type, const char *bare, double *x,
                                   int64_t *whole)
{
    switch (type) {
    case WR_T_DUR: return n == len && !bare ? Q_NO_UNIT : read_time(s, len, n, bare, x, whole);
    case WR_T_BYTES: return read_size(s, len, n, bare, x);
    case WR_T_RATE: return read_rate(s, len, n, bare, x);
    case WR_T_SHARE: return read_share(s, len, n, type, bare, x);
    default: break;
    }
    if (type == WR_T_NUMBER && n + 1 == len && s[n] == '%')
        return read_share(s, len, n, type, bare, x);
    return read_count(s, len, n, type, x, whole);
}

enum quantity_error quantity_read(const char *s, size_t len, enum wr_type type, const char *bare, double *value,
                                  int64_t *whole)
{
    size_t mantissa, n = number_length(s, len, &mantissa);
    int64_t ignored;
    double x = 0;
    if (!n)
        return Q_NOT_A_NUMBER;
    enum quantity_error e = read_as(s, len, n, type, bare, &x, whole ? whole : &ignored);
    if (e == Q_OK && !isfinite(x))
        return Q_RANGE;
    if (e == Q_OK)
        *value = x;
    return e;
}

/* ---- writing -------------------------------------------------------------------------------------------- */
static const unit *units_of(enum wr_type type)
{
    static const unit counts[] = {{"", 1, 0}, {"k", 1e3, 0}, {"M", 1e6, 0}, {0}};
    static const unit shares[] = {{"", 1, 0}, {"%", 0.01, 0}, {0}};
    static const unit clock[] = {{"s", 1, 0}, {"ms", 1e-3, 0}, {"us", 1e-6, 0}, {"ns", 1e-9, 0}, {"m", 60, 0},
                                 {"h", 3600, 0}, {"d", 86400, 0}, {0}};
    static const unit bytes[] = {{" B", 1, 0}, {" KB", 0x1p10, 0}, {" MB", 0x1p20, 0}, {" GB", 0x1p30, 0},
                                 {" TB", 0x1p40, 0}, {0}};
    static const unit per[] = {{"/s", 1, 0}, {"k/s", 1e3, 0}, {"M/s", 1e6, 0}, {"/m", 1.0 / 60, 0},
                               {"/h", 1.0 / 3600, 0}, {"/d", 1.0 / 86400, 0}, {0}};
    switch (type) {
    case WR_T_DUR: return clock;
    case WR_T_BYTES: return bytes;
    case WR_T_RATE: return per;
    case WR_T_SHARE: return shares;
    default: return counts;
    }
}

/* Few characters; points, exponents and units other than the first (rates by the minute even more) count for
 * several. */
static size_t price(const char *s, size_t which, enum wr_type type)
{
    size_t n = strlen(s);
    n += strchr(s, '.') ? 2 : 0;
    n += strpbrk(s, "eE") ? 4 : 0;
    n += which ? 1 : 0;
    return n + (type == WR_T_RATE && which > 2 ? 4 : 0);
}

/* The fewest digits with this unit that read back as x; false: not even 17 do. */
static bool shortest(char *s, size_t room, double x, enum wr_type type, const unit *u)
{
    double v = x / u->factor, back;
    bool whole = v == floor(v) && fabs(v) < 1e15;
    for (int digits = 1; digits <= 17; digits++) {
        int n = whole ? snprintf(s, room, "%.0f", v) : snprintf(s, room, "%.*g", digits, v);
        n += snprintf(s + n, room - (size_t)n, "%s", u->name);
        if (quantity_read(s, (size_t)n, type, NULL, &back, NULL) == Q_OK && back == x)
            return true;
    }
    return false;
}

/* Times are whole nanoseconds. */
static double to_ns(double x)
{
    double a = wr_dur_to_s(wr_dur_from_s(fabs(x)));
    return x < 0 ? -a : a;
}

void quantity_print(text *out, double x, enum wr_type type)
{
    char s[64], best[64] = "";
    if (type == WR_T_DUR && !isnan(x))
        x = to_ns(x);
    if (!isfinite(x)) {
        text_puts(out, isnan(x) ? "none" : type == WR_T_DUR ? "never" : "unlimited");
        return;
    }
    const unit *u = units_of(type);
    size_t least = SIZE_MAX;
    for (size_t i = 0; u[i].name; i++) {
        if (!shortest(s, sizeof s, x, type, &u[i]) || price(s, i, type) >= least)
            continue;
        least = price(s, i, type);
        memcpy(best, s, sizeof best);
    }
    if (!*best) /* an integer with more digits than a double has */
        snprintf(best, sizeof best, "%.17g%s", x, u[0].name);
    text_puts(out, best);
}
