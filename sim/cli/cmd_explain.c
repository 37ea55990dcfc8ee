/* cmd_explain.c - `weir explain`: what a type, one of its keys, a cause or a metric means, from the same tables that
 * the program runs on. */
#include "cli.h"
#include "../table/table.h"
#include <string.h>
#include <weir/kit.h>

static const cli_option options[] = {{"recursive", 'r', NULL, false, "Nested tables too."}, {0}};

static const wr_model *model_named(const char *name)
{
    for (size_t i = 0; wr_models[i]; i++)
        if (text_same_key(wr_models[i]->kind, name) || (wr_models[i]->aws && !strcmp(wr_models[i]->aws, name)))
            return wr_models[i];
    return NULL;
}

static void explain_metrics(const wr_model *m)
{
    static const char *const kinds[] = {"", "count", "level", "value", "ratio"};
    if (!m->metrics)
        return;
    puts("\nmetrics (beside the uniform ones, 'weir list metrics')");
    for (const wr_metric *w = m->metrics; w->name; w++)
        if (!w->hidden)
            printf("  %-36s %-6s %-6s %s\n", w->name, kinds[w->kind], w->unit, w->doc);
}

static void explain_codes(const wr_model *m)
{
    if (!m->codes)
        return;
    puts("\nhow a call can end");
    for (const wr_code *c = m->codes; c->name; c++)
        printf("  %-36s %-4d %s%s%s\n", c->name, c->http, c->doc, c->cause ? " Cause: " : "", c->cause ? c->cause : "");
}

static void explain_faults(const wr_model *m, bool recursive)
{
    if (!m->faults)
        return;
    puts("\nfaults (beside error_rate, throttle and latency)");
    for (const wr_fault *f = m->faults; f->name; f++) {
        printf("  %-16s %s\n", f->name, f->doc);
        if (f->params)
            explain_rows(stdout, f->params, 2, recursive);
    }
}

static void explain_usage(const wr_model *m)
{
    if (!m->usage)
        return;
    puts("\nwhat is billed");
    for (const wr_usage *u = m->usage; u->name; u++)
        printf("  %-28s %-12s %s %s\n", u->name, u->unit, u->doc, u->src ? u->src : "");
}

static int explain_model(const wr_model *m, bool recursive)
{
    printf("%s  %s%s%s\n%s\n\nkeys\n", m->kind, m->title, m->aws ? "  " : "", m->aws ? m->aws : "", m->doc);
    explain_rows(stdout, m->params, 1, recursive);
    explain_metrics(m);
    explain_codes(m);
    explain_faults(m, recursive);
    explain_usage(m);
    return EXIT_DONE;
}

static const wr_param *row_of(const wr_param *rows, const char *key)
{
    for (const wr_param *p = rows; p && p->key; p++) {
        if (p->type == WR_T_INCLUDE) {
            const wr_param *in = row_of(p->rows, key);
            if (in)
                return in;
        } else if (text_same_key(p->key, key)) {
            return p;
        }
    }
    return NULL;
}

static int explain_key(const wr_model *m, const char *path)
{
    const wr_param *rows = m->params, *row = NULL;
    char key[80];
    while (*path) {
        size_t n = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)(n < 79 ? n : 79), path);
        row = row_of(rows, key);
        if (!row)
            return cli_wrong("'%s' has no key '%s'; see 'weir explain %s'", m->kind, key, m->kind);
        rows = row->rows;
        path += n + (path[n] == '.');
    }
    explain_row(stdout, row);
    return EXIT_DONE;
}

static bool explain_cause(const char *name)
{
    bool found = false;
    for (size_t i = 0; wr_models[i]; i++)
        for (const wr_code *c = wr_models[i]->codes; c && c->name; c++)
            if ((c->cause && !strcmp(c->cause, name)) || !strcmp(c->name, name)) {
                printf("%s of %s: HTTP %d. %s\n", c->cause ? c->cause : c->name, wr_models[i]->kind, c->http, c->doc);
                found = true;
            }
    return found;
}

static bool explain_metric(const char *name)
{
    bool found = false;
    for (const wr_metric *w = wr_uniforms; w->name; w++)
        if (!w->hidden && !strcmp(w->name, name)) {
            printf("%s (every owner to which it applies, %s): %s\n", name, w->unit, w->doc);
            found = true;
        }
    for (size_t i = 0; wr_models[i]; i++)
        for (const wr_metric *w = wr_models[i]->metrics; w && w->name; w++)
            if (!w->hidden && !strcmp(w->name, name)) {
                printf("%s of %s (%s): %s\n", name, wr_models[i]->kind, w->unit, w->doc);
                found = true;
            }
    return found;
}

static bool explain_chart(const char *name)
{
    for (size_t i = 0; wr_charts[i]; i++)
        if (!strcmp(wr_charts[i]->kind, name)) {
            printf("%s  %s\n%s\n", name, wr_charts[i]->title, wr_charts[i]->doc);
            if (wr_charts[i]->params)
                explain_rows(stdout, wr_charts[i]->params, 1, true);
            return true;
        }
    return false;
}

static int unknown(const char *word)
{
    const char *names[64];
    size_t n = 0;
    for (; wr_models[n] && n < 64; n++)
        names[n] = wr_models[n]->kind;
    return cli_suggest("type, cause or metric", word, names, n, "list resources");
}

static int explain_kind(const char *kind, const char *word)
{
    if (!strcmp(kind, "metric"))
        return explain_metric(word) ? EXIT_DONE : cli_wrong("unknown metric '%s'; see 'weir list metrics'", word);
    if (!strcmp(kind, "chart"))
        return explain_chart(word) ? EXIT_DONE : cli_wrong("unknown chart '%s'; see 'weir list charts'", word);
    return cli_wrong("cannot explain a '%s'; it must be metric or chart", kind);
}

static int explain(const cli_args *a)
{
    const char *word = a->file[0], *dot = strchr(word, '.');
    if (a->files == 2)
        return explain_kind(word, a->file[1]);
    const wr_model *m = model_named(word);
    if (m)
        return explain_model(m, cli_flag(a, "recursive"));
    if (explain_cause(word) || explain_metric(word))
        return EXIT_DONE;
    char type[80];
    snprintf(type, sizeof type, "%.*s", (int)(dot ? dot - word : 0), word);
    m = dot ? model_named(type) : NULL;
    return m ? explain_key(m, dot + 1) : unknown(word);
}

const cli_command cli_explain = {"explain", "explain TYPE[.KEY] | CAUSE | metric NAME | chart KIND", "Documents the scenario language.", options, 1, 2, explain};
