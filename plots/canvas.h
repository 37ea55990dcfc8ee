/* canvas.h - the paper: lines, areas and text in points, whatever the file format.
 *
 * A chart kind draws through these calls and never meets a surface. Two papers stand behind them: Cairo
 * (canvas.c: PNG and PDF) and our own SVG with real text (svg.c). Memory of one drawing comes from
 * canvas->arena and goes with it. */
#ifndef WR_CANVAS_H
#define WR_CANVAS_H
#include "../sim/base/base.h"
#include <stdbool.h>
#include <stdint.h>
#include <weir/chart.h>

typedef struct ink { uint32_t rgb; double alpha; } ink; /* 0xRRGGBB; alpha 0: nothing is drawn */
typedef struct point { double x, y; } point;
typedef struct box { double x, y, w, h; } box;
enum dash { SOLID, DASHED, DOTTED, DASHDOT, LONGDASH };
typedef struct pen { ink ink; double width; enum dash dash; } pen;
enum align { LEFT, CENTRE, RIGHT };
typedef struct font { double size; ink ink; enum align align; bool bold, up; } font; /* up: reads upwards */

typedef struct paper { /* one output format */
    void (*line)(wr_canvas *c, const point *p, size_t n, const pen *with);
    void (*area)(wr_canvas *c, const point *p, size_t n, ink fill);
    void (*text)(wr_canvas *c, point at, const font *f, const char *s);
    void (*clip)(wr_canvas *c, const box *to); /* NULL: no longer */
    int (*finish)(wr_canvas *c, text *out, wr_err *err); /* the whole file */
} paper;
extern const paper paper_cairo, paper_svg;

struct wr_canvas {
    const paper *paper;
    wr_arena *arena;
    double width, height;
    const char *const *of;   /* what the user asked for, ends with NULL; NULL: the chart's choice */
    const char *title, *finding; /* of the page, for the description in the file */
    struct _cairo *cairo;    /* draws; of SVG: only measures text */
    struct _cairo_surface *surface;
    text out;                /* bytes of the file so far */
};

enum canvas_format { CANVAS_PNG, CANVAS_SVG, CANVAS_PDF };
wr_canvas *canvas_create(enum canvas_format f, double width, double height, wr_err *err);
void canvas_destroy(wr_canvas *c);
/* Written aside in the same folder, synced and renamed: a reader sees the old file or the whole new one. */
int canvas_save(wr_canvas *c, const char *path, wr_err *err);

void canvas_line(wr_canvas *c, const point *p, size_t n, pen with);
void canvas_segment(wr_canvas *c, double x0, double y0, double x1, double y1, pen with);
void canvas_area(wr_canvas *c, const point *p, size_t n, ink fill);
void canvas_box(wr_canvas *c, box b, ink fill);
void canvas_frame(wr_canvas *c, box b, double radius, ink fill, pen rim); /* rounded corners */
void canvas_dot(wr_canvas *c, double x, double y, double radius, ink fill);
void canvas_text(wr_canvas *c, double x, double y, font f, const char *s); /* y: base line */
void canvas_clip(wr_canvas *c, box to);
void canvas_unclip(wr_canvas *c);
double canvas_width(wr_canvas *c, font f, const char *s);
const char *canvas_fit(wr_canvas *c, font f, const char *s, double width); /* cut with an ellipsis; from the arena */
const char *canvas_clean(wr_canvas *c, const char *s); /* what cannot be drawn becomes '?'; the others do it themselves */
const char *canvas_print(wr_canvas *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#endif
