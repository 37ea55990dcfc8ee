/* cmd_plot.c - `weir plot`: draws charts of a result file; prints one path a line. */
#include "cli.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const cli_option options[] = {{"output", 'o', "DIR", false, "Folder for the files; default: charts."},
                                     {"format", 0, "svg|png|pdf", false, "Format of the files; default: svg."},
                                     {"of", 0, "EXPR", true, "Owners or expressions to draw instead of the chart's choice."},
                                     {"size", 0, "WxH", false, "Points; default: 960x540."},
                                     {0}};

static const wr_chart *chart_named(const char *name)
{
    for (size_t i = 0; wr_charts[i]; i++)
        if (!strcmp(wr_charts[i]->kind, name))
            return wr_charts[i];
    const char *names[64];
    size_t n = 0;
    for (; wr_charts[n] && n < 64; n++)
        names[n] = wr_charts[n]->kind;
    cli_suggest("chart", name, names, n, "list charts");
    return NULL;
}

static bool size_of(const cli_args *a, wr_render *how)
{
    const char *v = cli_value(a, "size");
    char end;
    if (!v || sscanf(v, "%lfx%lf%c", &how->width, &how->height, &end) == 2)
        return true;
    cli_wrong("option '--size' is '%s'; write WIDTHxHEIGHT in points, such as 960x540", v);
    return false;
}

static int draw(const wr_chart_wish *w, wr_store *s, const wr_render *like, const char *folder, const char *stem, const char *format)
{
    wr_err err = {0};
    wr_render how = *like;
    text path = {0};
    text_printf(&path, "%s/%s-%s", folder, stem, w->chart->kind);
    if (w->again)
        text_printf(&path, "-%zu", w->again + 1);
    text_printf(&path, ".%s", format);
    how.path = path.s;
    how.of = how.of ? how.of : w->of;
    int bad = wr_chart_render(w->chart, w->cfg, s, &how, &err);
    if (!bad)
        puts(path.s);
    text_clear(&path);
    return bad ? cli_failed(&err) : EXIT_DONE;
}

static int draw_what_applies(wr_store *s, const wr_render *how, const char *folder, const char *stem, const char *format)
{
    int code = EXIT_DONE;
    for (size_t i = 0; wr_charts[i] && code == EXIT_DONE; i++)
        if (wr_charts[i]->applies && wr_charts[i]->applies(s))
            code = draw(&(wr_chart_wish){.chart = wr_charts[i]}, s, how, folder, stem, format);
    return code;
}

/* Without names: what the scenario asks for, else whatever applies. */
static int draw_wishes(const cli_args *a, wr_store *s, const wr_render *how, const char *folder, const char *stem)
{
    wr_err err = {0};
    const wr_chart_wish *w = NULL;
    size_t n = 0;
    const char *asked = cli_value(a, "format"), *format = asked ? asked : "svg";
    wr_arena *arena = arena_create();
    int code = wr_chart_wishes(s, arena, &w, &n, &err) ? cli_failed(&err) : EXIT_DONE;
    for (size_t i = 0; i < n && code == EXIT_DONE; i++)
        code = draw(&w[i], s, how, folder, stem, !asked && w[i].format ? w[i].format : format);
    if (!n && code == EXIT_DONE)
        code = draw_what_applies(s, how, folder, stem, format);
    arena_destroy(arena);
    return code;
}

static int draw_all(const cli_args *a, wr_store *s, const wr_render *how, const char *folder, const char *format)
{
    char *stem = cli_stem(a->file[0]);
    int code = a->files == 1 ? draw_wishes(a, s, how, folder, stem) : EXIT_DONE;
    for (size_t i = 1; i < a->files && code == EXIT_DONE; i++) {
        const wr_chart *k = chart_named(a->file[i]);
        code = k ? draw(&(wr_chart_wish){.chart = k}, s, how, folder, stem, format) : EXIT_USAGE;
    }
    free(stem);
    return code;
}

static int open_and_draw(const cli_args *a, const wr_render *how, const char *folder, const char *format)
{
    wr_err err = {0};
    wr_store *s;
    if (wr_store_open(&s, a->file[0], &err))
        return cli_failed(&err);
    int code = EXIT_DONE;
    if (mkdir(folder, 0777) && errno != EEXIST) {
        wr_fail(&err, WR_E_IO, "cannot make folder '%s': %s", folder, strerror(errno));
        code = cli_failed(&err);
    }
    if (code == EXIT_DONE)
        code = draw_all(a, s, how, folder, format);
    wr_store_close(s);
    return code;
}

static int plot(const cli_args *a)
{
    wr_render how = {0};
    const char *folder = cli_value(a, "output"), *format = cli_value(a, "format");
    folder = folder ? folder : "charts";
    format = format ? format : "svg";
    if (strcmp(format, "svg") != 0 && strcmp(format, "png") != 0 && strcmp(format, "pdf") != 0)
        return cli_wrong("option '--format' is '%s'; it must be svg, png or pdf", format);
    if (!size_of(a, &how))
        return EXIT_USAGE;
    const char *const *of;
    size_t n = cli_values(a, "of", &of);
    const char **list = memory_get((n + 1) * sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = of[i];
    how.of = n ? list : NULL;
    int code = open_and_draw(a, &how, folder, format);
    free(list);
    return code;
}

const cli_command cli_plot = {"plot", "plot RESULT.h5 [CHART...] [OPTIONS]", "Draws charts of a result file.", options, 1, 64, plot};
