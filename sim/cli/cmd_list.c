/* cmd_list.c - `weir list`: what there is: resources, metrics, charts, distributions, causes, regions. */
#include "cli.h"
#include "../table/table.h"
#include <string.h>
#include <weir/kit.h>

static bool begun;

static void json_text(const char *s)
{
    putchar('"');
    for (; *s; s++)
        printf(*s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
    putchar('"');
}

static void line(const cli_args *a, const char *name, const char *words)
{
    if (!cli_flag(a, "json")) {
        printf("%-44s %s\n", name, words);
        return;
    }
    fputs(begun ? ", {\"name\": " : "{\"name\": ", stdout);
    json_text(name);
    fputs(", \"description\": ", stdout);
    json_text(words);
    putchar('}');
    begun = true;
}

static void list_resources(const cli_args *a)
{
    for (size_t i = 0; wr_models[i]; i++)
        if (!wr_models[i]->internal)
            line(a, wr_models[i]->kind, wr_models[i]->doc);
}

static void list_metrics(const cli_args *a)
{
    for (const wr_metric *w = wr_uniforms; w->name; w++)
        if (!w->hidden)
            line(a, w->name, w->doc);
    for (size_t i = 0; wr_models[i]; i++)
        for (const wr_metric *w = wr_models[i]->metrics; w && w->name; w++)
            if (!w->hidden) {
                char name[160];
                snprintf(name, sizeof name, "%s.%s", wr_models[i]->kind, w->name);
                line(a, name, w->doc);
            }
}

static void list_charts(const cli_args *a)
{
    for (size_t i = 0; wr_charts[i]; i++)
        line(a, wr_charts[i]->kind, wr_charts[i]->doc);
}

static void list_distributions(const cli_args *a)
{
    for (const wr_variant *v = dist_laws; v->key; v++)
        line(a, v->key, v->doc ? v->doc : "");
}

static void list_causes(const cli_args *a)
{
    for (size_t i = 0; wr_models[i]; i++)
        for (const wr_code *c = wr_models[i]->codes; c && c->name; c++)
            if (c->cause)
                line(a, c->cause, c->doc);
}

static void list_regions(const cli_args *a)
{
    for (size_t i = 0; wr_prices[i].region; i++) {
        size_t k = 0;
        while (strcmp(wr_prices[k].region, wr_prices[i].region))
            k++;
        if (k == i)
            line(a, wr_prices[i].region, "prices of this region are in the price book");
    }
}

static int list(const cli_args *a)
{
    static const struct { const char *name; void (*print)(const cli_args *); } all[] = {
        {"resources", list_resources}, {"metrics", list_metrics}, {"charts", list_charts},
        {"distributions", list_distributions}, {"causes", list_causes}, {"regions", list_regions}};
    enum { N = sizeof all / sizeof *all };
    const char *names[N], *word = a->files ? a->file[0] : "resources";
    for (size_t i = 0; i < N; i++) {
        names[i] = all[i].name;
        if (strcmp(all[i].name, word))
            continue;
        if (cli_flag(a, "json"))
            putchar('[');
        all[i].print(a);
        if (cli_flag(a, "json"))
            puts("]");
        return EXIT_DONE;
    }
    return cli_suggest("list", word, names, N);
}

const cli_command cli_list = {"list", "list [resources|metrics|charts|distributions|causes|regions] [--json]", "Shows what there is.", NULL, 0, 1, list};
