/* cmd_list.c - `weir list`: what there is: resources, metrics, charts, distributions, causes, regions,
 * instance types, runtimes, retry modes. */
#include "cli.h"
#include "../table/table.h"
#include <string.h>
#include <weir/kit.h>

static const cli_option options[] = {{"format", 0, "table|csv|json|markdown", false, "How to print; --json is --format json. Default: table."}, {0}};

typedef struct sheet { /* the list being printed */
    enum { TABLE, CSV, JSON, MARKDOWN } format;
    bool begun;
} sheet;

static void quote_csv(const char *s)
{
    putchar('"');
    for (; *s; s++)
        printf(*s == '"' ? "\"\"" : "%c", *s);
    putchar('"');
}

static void head(sheet *t)
{
    static const char *const words[] = {"", "name,description\n", "[", "| name | description |\n|---|---|\n"};
    fputs(words[t->format], stdout);
}

static void line(sheet *t, const char *name, const char *words)
{
    if (t->format == JSON) {
        fputs(t->begun ? ",\n {\"name\": " : "{\"name\": ", stdout);
        cli_json_text(stdout, name);
        fputs(", \"description\": ", stdout);
        cli_json_text(stdout, words);
        putchar('}');
    } else if (t->format == CSV) {
        printf("%s,", name);
        quote_csv(words);
        putchar('\n');
    } else {
        printf(t->format == TABLE ? "%-44s %s\n" : "| %s | %s |\n", name, words);
    }
    t->begun = true;
}

static void list_resources(sheet *t)
{
    for (size_t i = 0; wr_models[i]; i++)
        if (!wr_models[i]->internal)
            line(t, wr_models[i]->kind, wr_models[i]->doc);
}

static void list_metrics(sheet *t)
{
    for (const wr_metric *w = wr_uniforms; w->name; w++)
        if (!w->hidden)
            line(t, w->name, w->doc);
    for (size_t i = 0; wr_models[i]; i++)
        for (const wr_metric *w = wr_models[i]->metrics; w && w->name; w++)
            if (!w->hidden) {
                char name[160];
                snprintf(name, sizeof name, "%s.%s", wr_models[i]->kind, w->name);
                line(t, name, w->doc);
            }
}

static void list_charts(sheet *t)
{
    for (size_t i = 0; wr_charts[i]; i++)
        line(t, wr_charts[i]->kind, wr_charts[i]->doc);
}

static void list_distributions(sheet *t)
{
    for (const wr_variant *v = dist_laws; v->key; v++)
        line(t, v->key, v->doc ? v->doc : "");
}

static void list_causes(sheet *t)
{
    for (size_t i = 0; wr_models[i]; i++)
        for (const wr_code *c = wr_models[i]->codes; c && c->name; c++)
            if (c->cause)
                line(t, c->cause, c->doc);
}

static void list_regions(sheet *t)
{
    for (size_t i = 0; wr_prices[i].region; i++) {
        size_t k = 0;
        while (strcmp(wr_prices[k].region, wr_prices[i].region))
            k++;
        if (k == i)
            line(t, wr_prices[i].region, "prices of this region are in the price book");
    }
}

static void list_instances(sheet *t)
{
    for (const wr_price *p = wr_prices; p->region; p++) {
        char words[64];
        if (strncmp(p->key, "ec2.", 4) || strcmp(p->region, "us-east-1") || !strchr(p->key + 4, '.'))
            continue;
        snprintf(words, sizeof words, "%.5g USD an hour in us-east-1", p->usd);
        line(t, p->key + 4, words);
    }
}

/* The words that a row of a table, or of one that it includes, allows. */
static void list_choices(sheet *t, const wr_param *rows, const char *key)
{
    for (; rows->key; rows++) {
        if (rows->type == WR_T_INCLUDE)
            list_choices(t, rows->rows, key); /* tables include no deeper than a few levels */
        for (size_t i = 0; !strcmp(rows->key, key) && rows->choices && rows->choices[i]; i++)
            line(t, rows->choices[i], rows->doc);
    }
}

static void list_runtimes(sheet *t)
{
    for (size_t i = 0; wr_models[i]; i++)
        if (!strcmp(wr_models[i]->kind, "lambda"))
            list_choices(t, wr_models[i]->params, "runtime");
}

static void list_retry_modes(sheet *t)
{
    list_choices(t, wr_retry_params, "mode");
}

static const char *const later[] = {"scenarios", NULL};

static bool format_of(const cli_args *a, sheet *t)
{
    static const char *const names[] = {"table", "csv", "json", "markdown"};
    const char *v = cli_value(a, "format");
    t->format = cli_flag(a, "json") ? JSON : TABLE;
    for (unsigned i = 0; v && i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], v)) {
            t->format = i;
            return true;
        }
    if (v)
        cli_wrong("option '--format' is '%s'; it must be table, csv, json or markdown", v);
    return !v;
}

static int list(const cli_args *a)
{
    static const struct { const char *name; void (*print)(sheet *); } all[] = {
        {"resources", list_resources}, {"metrics", list_metrics}, {"charts", list_charts},
        {"distributions", list_distributions}, {"causes", list_causes}, {"regions", list_regions},
        {"instances", list_instances}, {"runtimes", list_runtimes}, {"retry-modes", list_retry_modes}};
    enum { N = sizeof all / sizeof *all };
    const char *names[N], *word = a->files ? a->file[0] : "resources";
    sheet t = {0};
    if (!format_of(a, &t))
        return EXIT_USAGE;
    for (size_t i = 0; i < N; i++) {
        names[i] = all[i].name;
        if (strcmp(all[i].name, word) != 0)
            continue;
        head(&t);
        all[i].print(&t);
        if (t.format == JSON)
            puts("]");
        return EXIT_DONE;
    }
    for (size_t i = 0; later[i]; i++)
        if (!strcmp(later[i], word))
            return cli_wrong("the list '%s' is not in this build", word);
    return cli_suggest("list", word, names, N, "list --help");
}

const cli_command cli_list = {"list", "list [resources|metrics|charts|distributions|causes|regions|instances|runtimes|retry-modes] [--format F]", "Shows what there is.", options, 0, 1, list};
