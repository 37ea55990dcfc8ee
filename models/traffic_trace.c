/* traffic_trace.c - recorded traffic: CloudWatch exports, counts a second, lists of instants.
 *
 * Which of them a file is shows in its header. Counts become a rate that changes from period to period; instants
 * become a script. A CloudWatch export may be unsorted and have gaps: its period is the median spacing, what is
 * missing is zero. Times are seconds, or dates as ISO 8601 writes them (without a zone: UTC). Access logs
 * are read by traffic_log.c; compressed files are not read. Truth: tests/unit/test_traffic.c. */
#include "traffic_trace.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PERIODS = 10000000, FIELD = 64 };

struct row {
    double t, value;
};

/* ---- lines and fields --------------------------------------------------------------------------------- */
/* The next line that is not empty; false at the end. */
bool trace_line(struct reader *r, const char **line, size_t *len)
{
    while (r->at < r->end) {
        const char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
        const char *next = stop ? stop + 1 : r->end;
        stop = stop ? stop : r->end;
        *line = r->at;
        *len = (size_t)(stop - r->at);
        r->at = next;
        r->line++;
        while (*len && ((*line)[*len - 1] == '\r' || (*line)[*len - 1] == ' '))
            --*len;
        if (*len)
            return true;
    }
    return false;
}

/* Field number `which`, without quotes and blanks; empty: there is none. */
static bool is_margin(char c)
{
    return c == ' ' || c == '"';
}

static void field_of(const char *line, size_t len, size_t which, char out[FIELD])
{
    const char *end = line + len;
    out[0] = 0;
    for (; which && line < end; line++)
        which -= *line == ',';
    if (which)
        return;
    const char *stop = memchr(line, ',', (size_t)(end - line));
    stop = stop ? stop : end;
    while (line < stop && is_margin(*line))
        line++;
    while (stop > line && is_margin(stop[-1]))
        stop--;
    size_t n = (size_t)(stop - line);
    if (n < FIELD) {
        memcpy(out, line, n);
        out[n] = 0;
    }
}

static bool number_of(const char *s, double *out)
{
    char *end;
    *out = strtod(s, &end);
    return end != s && !*end && isfinite(*out);
}

/* Days from 1970-01-01, after the civil calendar. */
static double days(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400;
    int of_era = y - era * 400, of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097.0 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool digits(const char *s, int n, int *out)
{
    *out = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        *out = *out * 10 + s[i] - '0';
    }
    return true;
}

/* Z, +hh:mm, -hhmm or nothing, in seconds east. */
static bool zone(const char *s, double *east)
{
    int h, m = 0;
    bool west = *s == '-';
    *east = 0;
    if (!*s || !strcmp(s, "Z") || !strcmp(s, " UTC"))
        return true;
    if (!strchr("+-", *s) || !digits(s + 1, 2, &h))
        return false;
    s += s[3] == ':' ? 4 : 3;
    bool minutes = *s && digits(s, 2, &m);
    *east = (west ? -1 : 1) * (h * 3600.0 + m * 60.0);
    return !s[minutes ? 2 : 0];
}

/* hh:mm, hh:mm:ss or hh:mm:ss.fff at *at; moves behind it. */
static bool clock_of(const char **at, double *seconds)
{
    const char *s = *at;
    int h, m, sec = 0;
    if (strlen(s) < 5 || !digits(s, 2, &h) || s[2] != ':' || !digits(s + 3, 2, &m))
        return false;
    s += 5;
    if (*s == ':' && !digits(s + 1, 2, &sec))
        return false;
    s += *s == ':' ? 3 : 0;
    *seconds = h * 3600.0 + m * 60.0 + sec;
    char *end = NULL;
    if (*s == '.')
        *seconds += strtod(s, &end);
    *at = end ? end : s;
    return true;
}

static bool day_of(const char *s, double *out)
{
    int year, month, day;
    if (strlen(s) < 10 || s[4] != '-' || s[7] != '-')
        return false;
    if (!digits(s, 4, &year) || !digits(s + 5, 2, &month) || !digits(s + 8, 2, &day))
        return false;
    *out = days(year, month, day);
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool trace_date(const char *s, double *out)
{
    double day, clock = 0, east;
    if (!day_of(s, &day))
        return false;
    s += 10;
    if (*s == 'T' || *s == ' ') {
        s++;
        if (!clock_of(&s, &clock))
            return false;
    }
    *out = day * 86400 + clock;
    bool good = zone(s, &east);
    *out -= good ? east : 0;
    return good;
}

static bool time_of(struct reader *r, const char *s, double *out)
{
    if (number_of(s, out))
        return true;
    r->dated = true;
    return trace_date(s, out);
}

/* ---- rows --------------------------------------------------------------------------------------------- */
bool trace_open(struct reader *r, wr_build *b, const char *path, const void *field)
{
    size_t len;
    *r = (struct reader){.b = b, .field = field, .path = path};
    r->text = path ? wr_build_read(b, field, path, &len) : NULL;
    if (!r->text)
        return false;
    r->at = r->text;
    r->end = r->text + len;
    return true;
}

size_t trace_lines(const struct reader *r)
{
    size_t n = 1;
    for (const char *p = r->at; p < r->end; p++)
        n += *p == '\n';
    return n;
}

/* All rows: a time, and the number in `column` (0: none). */
static struct row *rows_of(struct reader *r, size_t column, size_t *n)
{
    struct row *rows = wr_build_alloc(r->b, trace_lines(r) * sizeof *rows);
    const char *line;
    size_t len;
    char text[FIELD];
    *n = 0;
    while (trace_line(r, &line, &len)) {
        struct row x = {0, 1};
        field_of(line, len, 0, text);
        bool good = time_of(r, text, &x.t);
        field_of(line, len, column, text);
        if (good && column)
            good = number_of(text, &x.value) && x.value >= 0;
        if (!good) {
            wr_build_error(r->b, r->field, "line %zu of '%s' is not a time%s", r->line, r->path,
                           column ? " and a number" : "");
            return NULL;
        }
        rows[(*n)++] = x;
    }
    if (!*n)
        wr_build_error(r->b, r->field, "'%s' has no records", r->path);
    return *n ? rows : NULL;
}

static int earlier(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return (x->t > y->t) - (x->t < y->t);
}

static int smaller(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_gap(wr_build *b, const struct row *rows, size_t n)
{
    double *gap = wr_build_alloc(b, n * sizeof *gap);
    size_t k = 0;
    for (size_t i = 1; i < n; i++)
        if (rows[i].t > rows[i - 1].t)
            gap[k++] = rows[i].t - rows[i - 1].t;
    qsort(gap, k, sizeof *gap, smaller);
    return k ? gap[k / 2] : 60;
}

/* ---- counts ------------------------------------------------------------------------------------------- */
static void play_counts(struct traffic_cfg *cfg, struct reader *r, const struct trace *t, struct row *rows, size_t n,
                        double period)
{
    qsort(rows, n, sizeof *rows, earlier);
    period = period > 0 ? period : median_gap(r->b, rows, n);
    double last = floor((rows[n - 1].t - rows[0].t) / period + 0.5);
    if (last >= MOST_PERIODS) {
        wr_build_error(r->b, r->field, "'%s' covers %.0f periods; at most %d are possible", r->path, last + 1,
                       MOST_PERIODS);
        return;
    }
    double *counts = wr_build_alloc(r->b, ((size_t)last + 1) * sizeof *counts);
    for (size_t i = 0; i < n; i++)
        counts[(size_t)floor((rows[i].t - rows[0].t) / period + 0.5)] += rows[i].value * t->scale;
    cfg->counts = true;
    cfg->profile = wr_profile_counts(wr_build_arena(r->b), counts, (size_t)last + 1, wr_dur_from_s(period), t->speed,
                                     t->offset, t->loop);
}

/* ---- instants ----------------------------------------------------------------------------------------- */
static void play_times(struct traffic_cfg *cfg, struct reader *r, const struct trace *t, struct row *rows, size_t n)
{
    struct script *out = wr_build_alloc(r->b, n * sizeof *out);
    qsort(rows, n, sizeof *rows, earlier);
    double zero = t || r->dated ? rows[0].t : 0, offset = t ? wr_dur_to_s(t->offset) : 0, speed = t ? t->speed : 1;
    int64_t count = t ? (int64_t)floor(t->scale + 0.5) : 1;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        double at = (rows[i].t - zero - offset) / speed;
        if (at >= 0)
            out[k++] = (struct script){.t = wr_dur_from_s(at), .count = count, .kind = -1};
    }
    if (t && t->loop)
        wr_build_error(r->b, r->field, "'loop' is for traces of counts; a list of instants has no length");
    cfg->source = BY_SCRIPT;
    cfg->script = out;
    cfg->scripts = k;
}

void trace_times(struct traffic_cfg *cfg, wr_build *b, const char *path, const void *field)
{
    struct reader r;
    size_t n;
    if (!trace_open(&r, b, path, field))
        return;
    struct row *rows = rows_of(&r, 0, &n);
    if (rows)
        play_times(cfg, &r, NULL, rows, n);
}

/* ---- which it is -------------------------------------------------------------------------------------- */
static size_t column_of(struct reader *r, const char *line, size_t len, const char *name)
{
    char text[FIELD];
    for (size_t i = 1; i < 100; i++) {
        field_of(line, len, i, text);
        if (!strcmp(text, name))
            return i;
    }
    wr_build_error(r->b, r->field, "'%s' has no column '%s'", r->path, name);
    return 1;
}

static int format_of(const char *first)
{
    if (!strcmp(first, "timestamp"))
        return FORMAT_CLOUDWATCH;
    if (!strcmp(first, "second"))
        return FORMAT_COUNTS;
    return FORMAT_TIMESTAMPS;
}

/* Reads past a header, if there is one. */
static int header_of(struct reader *r, const struct trace *t, size_t *column)
{
    const char *line = "";
    size_t len = 0;
    char first[FIELD];
    double ignored;
    trace_line(r, &line, &len);
    field_of(line, len, 0, first);
    if (time_of(r, first, &ignored)) { /* no header */
        r->at = r->text;
        r->line = 0;
    } else if (t->column) {
        *column = column_of(r, line, len, t->column);
    }
    return t->format ? t->format : format_of(first);
}

void trace_read(struct traffic_cfg *cfg, wr_build *b, const struct trace *t, const void *field)
{
    struct reader r;
    size_t n, column = 1;
    if (!trace_open(&r, b, t->file, field))
        return;
    if (t->format == FORMAT_ALB_LOG || (!t->format && log_is(r.text, (size_t)(r.end - r.text)))) {
        log_read(cfg, &r, t);
        return;
    }
    int format = header_of(&r, t, &column);
    struct row *rows = rows_of(&r, format == FORMAT_TIMESTAMPS ? 0 : column, &n);
    if (rows && format == FORMAT_TIMESTAMPS)
        play_times(cfg, &r, t, rows, n);
    else if (rows)
        play_counts(cfg, &r, t, rows, n, format == FORMAT_COUNTS ? 1 : 0);
}
