/* traffic_log.c - access logs of an Application Load Balancer: each request with its time, sizes, path.
 *
 * A line is a list of fields between blanks, some of them in quotes. A request's time is when the balancer received it
 * (request_creation_time, the 22nd field); older logs have only the time of the answer, from which the three processing
 * times are taken away. Its path, without scheme, host and query, gives the operation, and, hashed, the key. Lines need
 * not be in order. Truth: tests/unit/test_traffic_log.c. */
#include "traffic_trace.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE, TIME, PROCESSING = 5, RECEIVED = 10, SENT, REQUEST, CREATED = 21, FIELDS };

#define LATEST 4e9 /* the year 2096: what comes later is a mistake, and no instant in ns */

struct piece { /* of a line, without its quotes */
    const char *s;
    size_t len;
};

static const char *const types[] = {"http", "https", "h2", "grpcs", "ws", "wss"};

static bool is_type(const char *s, size_t len)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i]) == len && !memcmp(s, types[i], len))
            return true;
    return false;
}

bool log_is(const char *text, size_t len)
{
    const char *blank = memchr(text, ' ', len < 16 ? len : 16);
    return blank && is_type(text, (size_t)(blank - text));
}

/* Fields between blanks; within quotes a blank is none, and a backslash hides a quote. Returns their number. */
static size_t split(const char *s, size_t len, struct piece *out)
{
    const char *end = s + len;
    size_t n = 0;
    while (s < end && n < FIELDS) {
        char stop = *s == '"' ? '"' : ' ';
        s += stop == '"';
        const char *from = s;
        while (s < end && *s != stop)
            s += *s == '\\' && s + 1 < end ? 2 : 1;
        out[n++] = (struct piece){from, (size_t)(s - from)};
        s += stop == '"' && s < end;
        s += s < end;
    }
    return n;
}

static bool number(struct piece p, double *out)
{
    char text[32], *end;
    if (!p.len || p.len >= sizeof text)
        return false;
    memcpy(text, p.s, p.len);
    text[p.len] = 0;
    *out = strtod(text, &end);
    return !*end && isfinite(*out);
}

static bool date(struct piece p, double *out)
{
    char text[48];
    if (!p.len || p.len >= sizeof text)
        return false;
    memcpy(text, p.s, p.len);
    text[p.len] = 0;
    return trace_date(text, out);
}

static bool arrival(const struct piece *f, size_t n, double *out)
{
    bool created = n > CREATED && date(f[CREATED], out);
    if (!created && !date(f[TIME], out))
        return false;
    for (int i = 0; i < 3 && !created; i++) {
        double took = 0;
        if (number(f[PROCESSING + i], &took) && took > 0) /* -1: it was never sent on */
            *out -= took;
    }
    return *out >= 0 && *out < LATEST;
}

static const char *behind_scheme(const char *url, const char *end)
{
    for (const char *p = url; p + 2 < end && *p != ' '; p++)
        if (!memcmp(p, "://", 3))
            return p + 3;
    return url;
}

/* "GET https://host:443/path?query HTTP/1.1": from the slash behind the host to the query. */
static struct piece path_of(struct piece request)
{
    const char *end = request.s + request.len, *blank = memchr(request.s, ' ', request.len);
    const char *url = behind_scheme(blank ? blank + 1 : request.s, end);
    while (url < end && *url != '/' && *url != ' ')
        url++;
    const char *stop = url;
    while (stop < end && *stop != '?' && *stop != ' ')
        stop++;
    return (struct piece){url, (size_t)(stop - url)};
}

/* FNV-1a; 0 would mean that there is no path. */
static uint64_t hash_of(struct piece p)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < p.len; i++)
        h = (h ^ (unsigned char)p.s[i]) * 0x100000001b3u;
    return h ? h : 1;
}

static int kind_for(const struct traffic_cfg *cfg, const struct trace *t, struct piece path)
{
    const struct path_row *row = t->operations.items;
    const char *name = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < t->operations.n; i++) {
        size_t len = strlen(row[i].path);
        if (len >= longest && len <= path.len && !memcmp(path.s, row[i].path, len)) {
            longest = len;
            name = row[i].name;
        }
    }
    for (size_t i = 0; name && i < cfg->kinds; i++)
        if (!strcmp(cfg->kind[i].name, name))
            return (int)i;
    return -1;
}

static double size_of(struct piece p)
{
    double x = 0;
    return number(p, &x) && x > 0 ? x : 0;
}

static int earlier(const void *a, const void *b)
{
    const struct script *x = a, *y = b;
    return (x->t > y->t) - (x->t < y->t);
}

/* Instants since 1970 in ns; NULL after an error. */
static struct script *lines_of(const struct traffic_cfg *cfg, struct reader *r, const struct trace *t, size_t *n)
{
    struct script *out = wr_build_alloc(r->b, trace_lines(r) * sizeof *out);
    const char *line;
    size_t len;
    *n = 0;
    while (trace_line(r, &line, &len)) {
        struct piece f[FIELDS];
        double at;
        size_t fields = split(line, len, f);
        if (fields <= REQUEST || !is_type(f[TYPE].s, f[TYPE].len) || !arrival(f, fields, &at)) {
            wr_build_error(r->b, r->field, "line %zu of '%s' is no line of a balancer's access log", r->line, r->path);
            return NULL;
        }
        struct piece path = path_of(f[REQUEST]);
        out[(*n)++] = (struct script){.t = wr_dur_from_s(at), .count = 1, .kind = kind_for(cfg, t, path),
                                      .path = hash_of(path), .size = size_of(f[RECEIVED]),
                                      .response = size_of(f[SENT])};
    }
    if (!*n)
        wr_build_error(r->b, r->field, "'%s' has no records", r->path);
    return *n ? out : NULL;
}

void log_read(struct traffic_cfg *cfg, struct reader *r, const struct trace *t)
{
    size_t n, k = 0;
    struct script *out = lines_of(cfg, r, t, &n);
    if (!out)
        return;
    qsort(out, n, sizeof *out, earlier);
    double offset = wr_dur_to_s(t->offset);
    wr_time first = out[0].t;
    int64_t count = (int64_t)floor(t->scale + 0.5);
    for (size_t i = 0; i < n; i++) {
        double at = (wr_dur_to_s(out[i].t - first) - offset) / t->speed;
        if (at < 0)
            continue;
        out[k] = out[i];
        out[k].t = wr_dur_from_s(at);
        out[k++].count = count;
    }
    if (t->loop)
        wr_build_error(r->b, r->field, "'loop' is for traces of counts; an access log has no length");
    cfg->source = BY_SCRIPT;
    cfg->script = out;
    cfg->scripts = k;
}
