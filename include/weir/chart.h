/* weir/chart.h - from results to PNG, SVG or PDF. Depends on results, never on the engine. */
#ifndef WEIR_CHART_H
#define WEIR_CHART_H
#include <weir/result.h>
#include <weir/table.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wr_canvas wr_canvas; /* a cairo_t, the theme and the rectangle to draw into: plots/canvas.h */

typedef struct wr_chart { /* one kind of chart: one file in plots/, one line in charts.def */
    const char *kind, *title, *doc;
    const wr_param *params; /* the same tables as models; NULL: none */
    size_t cfg_size;
    bool (*applies)(wr_store *s);  /* is there anything to draw? decides the default choice of `weir plot` */
    int (*draw)(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err);
} wr_chart;
extern const wr_chart *const wr_charts[]; /* ends with NULL: plots/charts.def */

typedef struct wr_render {
    const char *path;         /* ends in .png, .svg or .pdf */
    double width, height;     /* in points; 0: 960 x 540 */
    const char *const *of;    /* expressions or owners to draw, ends with NULL; NULL: the chart's choice */
} wr_render;
typedef struct wr_chart_wish { /* an entry of the scenario's `charts:` */
    const wr_chart *chart;
    const void *cfg;           /* NULL: defaults */
    const char *const *of;     /* for wr_render */
    const char *format;        /* svg, png or pdf; NULL: not said */
    size_t again;              /* so many of that kind stand before it: file names must differ */
} wr_chart_wish;
const wr_chart *wr_chart_named(const char *kind); /* NULL: there is none */
/* What the scenario of these results asks for; *n 0: nothing. Everything lives in the arena. */
int wr_chart_wishes(wr_store *s, wr_arena *a, const wr_chart_wish **out, size_t *n, wr_err *err);
/* Written aside and renamed. Same input, same bytes. */
int wr_chart_render(const wr_chart *k, const void *cfg, wr_store *s, const wr_render *how, wr_err *err);
const char *wr_chart_library(void); /* "1.16.0": of Cairo */
bool wr_chart_font(void);           /* DejaVu Sans is there; without it, texts have other widths */

#ifdef __cplusplus
}
#endif
#endif
