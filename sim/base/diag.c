/* diag.c - what is wrong with the user's text: all of it at once, sorted, with the line and a caret.
 *
 * Each message is `FILE:LINE:COL: error: TEXT`, the source line, and a caret under the words at fault; a hint
 * stands behind the caret, a note on a line of its own. At most 20 are printed, then their number.
 * Truth: tests/unit/test_diag.c. */
#include "base.h"
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 20, UNDERLINE = 200 };

typedef struct source {
    const char *file, *text;
    size_t len;
} source;

typedef struct message {
    wr_diag_row row;
    const char *topic;
} message;

typedef struct keeper {
    wr_arena *arena;
    struct keeper *next;
} keeper;

struct wr_diag {
    wr_arena *arena;
    message *message;
    size_t n, room, of[WR_ERROR + 1]; /* of each severity */
    source *src;
    size_t sources;
    keeper *kept;
};

wr_diag *wr_diag_create(void)
{
    wr_diag *d = memory_get(sizeof *d);
    d->arena = arena_create();
    return d;
}

void wr_diag_destroy(wr_diag *d)
{
    if (!d)
        return;
    for (keeper *k = d->kept; k; k = k->next)
        arena_destroy(k->arena);
    arena_destroy(d->arena);
    free(d->message);
    free(d->src);
    free(d);
}

void diag_keep(wr_diag *d, wr_arena *a)
{
    keeper *k = arena_alloc(d->arena, sizeof *k);
    *k = (keeper){a, d->kept};
    d->kept = k;
}

void wr_diag_source(wr_diag *d, const char *file, const char *s, size_t len)
{
    d->src = memory_grow(d->src, d->sources * sizeof *d->src, (d->sources + 1) * sizeof *d->src);
    d->src[d->sources++] = (source){arena_copy(d->arena, file, strlen(file)), s, len};
}

static const char *words(wr_diag *d, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

static const char *words(wr_diag *d, const char *fmt, va_list ap)
{
    text t = {0};
    text_vprintf(&t, fmt, ap);
    const char *s = arena_copy(d->arena, t.s ? t.s : "", t.len);
    text_clear(&t);
    return s;
}

void wr_diag_add(wr_diag *d, enum wr_severity severity, wr_pos at, const char *fmt, ...)
{
    if (d->n == d->room) {
        size_t room = d->room ? 2 * d->room : 16;
        d->message = memory_grow(d->message, d->room * sizeof *d->message, room * sizeof *d->message);
        d->room = room;
    }
    va_list ap;
    va_start(ap, fmt);
    d->of[severity]++;
    d->message[d->n++] = (message){.row = {.severity = severity, .at = at, .text = words(d, fmt, ap)}};
    va_end(ap);
}

void wr_diag_hint(wr_diag *d, const char *fmt, ...)
{
    if (!d->n)
        return;
    va_list ap;
    va_start(ap, fmt);
    d->message[d->n - 1].row.hint = words(d, fmt, ap);
    va_end(ap);
}

void wr_diag_note(wr_diag *d, const char *fmt, ...)
{
    if (!d->n)
        return;
    va_list ap;
    va_start(ap, fmt);
    d->message[d->n - 1].row.note = words(d, fmt, ap);
    va_end(ap);
}

void diag_topic(wr_diag *d, const char *topic)
{
    if (d->n && topic)
        d->message[d->n - 1].topic = arena_copy(d->arena, topic, strlen(topic));
}

size_t wr_diag_count(const wr_diag *d, enum wr_severity at_least)
{
    size_t n = 0;
    for (int i = (int)at_least; i <= WR_ERROR; i++)
        n += d->of[i];
    return n;
}

/* ---- in order ------------------------------------------------------------------------------------------- */
/* By file, line and column; equal places in the order in which they were reported, which is that of memory. */
static int compare(const void *x, const void *y)
{
    const message *m = *(const message *const *)x, *n = *(const message *const *)y;
    const wr_pos *a = &m->row.at, *b = &n->row.at;
    int file = strcmp(a->file ? a->file : "", b->file ? b->file : "");
    if (file)
        return file;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->col != b->col)
        return a->col < b->col ? -1 : 1;
    return m < n ? -1 : m > n;
}

static const message **sorted(const wr_diag *d)
{
    const message **m = arena_alloc(d->arena, (d->n + 1) * sizeof *m);
    for (size_t i = 0; i < d->n; i++)
        m[i] = &d->message[i];
    qsort(m, d->n, sizeof *m, compare);
    return m;
}

size_t wr_diag_rows(const wr_diag *d, const wr_diag_row **out)
{
    const message **m = sorted(d);
    wr_diag_row *r = arena_alloc(d->arena, (d->n + 1) * sizeof *r);
    for (size_t i = 0; i < d->n; i++)
        r[i] = m[i]->row;
    *out = r;
    return d->n;
}

/* ---- printing ------------------------------------------------------------------------------------------- */
static const source *source_of(const wr_diag *d, const char *file)
{
    for (size_t i = 0; file && i < d->sources; i++)
        if (!strcmp(d->src[i].file, file))
            return &d->src[i];
    return NULL;
}

static const char *line_of(const source *s, uint32_t number, size_t *len)
{
    const char *at = s->text, *end = s->text + s->len;
    for (uint32_t i = 1; i < number && at; i++) {
        const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
        at = newline ? newline + 1 : NULL;
    }
    if (!at)
        return NULL;
    const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    *len = (size_t)((newline ? newline : end) - at);
    if (*len && at[*len - 1] == '\r')
        --*len;
    return at;
}

/* Control characters would move the caret, or the terminal. */
static void print_line(const wr_pos *at, const char *line, size_t len, FILE *to)
{
    fprintf(to, "%5u | ", (unsigned)at->line);
    for (size_t i = 0; i < len; i++)
        fputc((unsigned char)line[i] < ' ' || line[i] == 127 ? ' ' : line[i], to);
    fputs("\n      | ", to);
    for (uint32_t i = 1; i < at->col; i++)
        fputc(' ', to);
    if (at->col)
        fputc('^', to);
    for (uint32_t i = 1; at->col && i < at->len && i < UNDERLINE; i++)
        fputc('~', to);
}

static void print_row(const wr_diag *d, const wr_diag_row *r, FILE *to)
{
    static const char *const names[] = {"note", "warning", "error"};
    const char *file = r->at.file ? r->at.file : "scenario";
    if (r->at.line)
        fprintf(to, "%s:%u:%u: %s: %s\n", file, (unsigned)r->at.line, (unsigned)r->at.col, names[r->severity],
                r->text);
    else
        fprintf(to, "%s: %s: %s\n", file, names[r->severity], r->text);
    const source *s = source_of(d, r->at.file);
    size_t len = 0;
    const char *line = s && r->at.line ? line_of(s, r->at.line, &len) : NULL;
    if (line) {
        print_line(&r->at, line, len, to);
        fprintf(to, r->hint ? " %s\n" : "\n", r->hint);
    } else if (r->hint) {
        fprintf(to, "note: %s\n", r->hint);
    }
    if (r->note)
        fprintf(to, "note: %s\n", r->note);
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* The first file with a message this bad; the command line counts only when nothing else is wrong. */
static const char *file_of(const wr_diag *d, const message *const *m, enum wr_severity worst)
{
    const char *line = NULL;
    for (size_t i = 0; i < d->n; i++) {
        const char *file = m[i]->row.at.file;
        if (m[i]->row.severity != worst || !file)
            continue;
        if (strcmp(file, "command line") != 0)
            return file;
        line = file;
    }
    return line ? line : "the scenario";
}

static const char *topic_of(const wr_diag *d, const message *const *m, enum wr_severity worst)
{
    for (size_t i = 0; i < d->n; i++)
        if (m[i]->row.severity == worst && m[i]->topic)
            return m[i]->topic;
    return NULL;
}

/* `2 errors in web-shop.yaml, 1 warning; see 'weir explain sqs'` */
static void print_count(const wr_diag *d, const message *const *m, FILE *to)
{
    size_t errors = wr_diag_count(d, WR_ERROR), warnings = wr_diag_count(d, WR_WARNING) - errors;
    size_t n = errors ? errors : warnings;
    if (!n)
        return;
    enum wr_severity worst = errors ? WR_ERROR : WR_WARNING;
    fprintf(to, "%zu %s%s in %s", n, errors ? "error" : "warning", plural(n), file_of(d, m, worst));
    if (errors && warnings)
        fprintf(to, ", %zu warning%s", warnings, plural(warnings));
    const char *topic = topic_of(d, m, worst);
    if (topic)
        fprintf(to, "; see 'weir explain %s'", topic);
    fputc('\n', to);
}

void wr_diag_print(const wr_diag *d, FILE *to)
{
    const message **m = sorted(d);
    for (size_t i = 0; i < d->n && i < SHOWN; i++)
        print_row(d, &m[i]->row, to);
    if (d->n > SHOWN)
        fprintf(to, "... and %zu more\n", d->n - SHOWN);
    print_count(d, m, to);
}
