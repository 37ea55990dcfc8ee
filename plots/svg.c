/* svg.c - our own SVG: real text, a title and a description, coordinates to a tenth of a point.
 *
 * Cairo would turn text into outlines, which no reader can search and no screen reader can speak. Widths are
 * measured with the same font as everywhere; where DejaVu Sans is missing, Verdana has the same metrics.
 * Truth: tests/unit/test_canvas.c. */
#include "canvas.h"
#include <math.h>
#include <string.h>

static const char *const dashes[] = {
    [SOLID] = NULL, [DASHED] = "6 3.5", [DOTTED] = "1.5 2.5", [DASHDOT] = "7 2.5 1.5 2.5", [LONGDASH] = "11 4"};

static double tenths(double x)
{
    return round(x * 10) + 0.0; /* never -0 */
}

static void number_of(text *t, double tenths_of)
{
    text_printf(t, fmod(tenths_of, 10) == 0 ? "%.0f" : "%.1f", tenths_of / 10);
}

static void number(text *t, double x)
{
    number_of(t, tenths(x));
}

static void escaped(text *t, const char *s)
{
    for (; *s; s++)
        switch (*s) {
        case '&': text_puts(t, "&amp;"); break;
        case '<': text_puts(t, "&lt;"); break;
        case '>': text_puts(t, "&gt;"); break;
        case '"': text_puts(t, "&quot;"); break;
        default: text_add(t, s, 1);
        }
}

static void paint(text *t, const char *what, ink i)
{
    text_printf(t, " %s=\"#%06x\"", what, (unsigned)i.rgb);
    if (i.alpha < 1)
        text_printf(t, " %s-opacity=\"%.3g\"", what, i.alpha);
}

/* Steps from point to point; those on the way of a level line are left out. */
static void path(text *t, const point *p, size_t n)
{
    double x = tenths(p[0].x), y = tenths(p[0].y);
    text_puts(t, "<path d=\"M");
    number_of(t, x);
    text_puts(t, " ");
    number_of(t, y);
    text_puts(t, "l");
    for (size_t i = 1; i < n; i++) {
        double to_x = tenths(p[i].x), to_y = tenths(p[i].y);
        bool level = to_y == y && i + 1 < n && tenths(p[i + 1].y) == y && (p[i + 1].x - p[i].x) * (to_x - x) >= 0;
        if (level)
            continue;
        text_puts(t, t->s[t->len - 1] == 'l' || to_x < x ? "" : " ");
        number_of(t, to_x - x);
        text_puts(t, to_y < y ? "" : " ");
        number_of(t, to_y - y);
        x = to_x;
        y = to_y;
    }
}

static void svg_line(wr_canvas *c, const point *p, size_t n, const pen *with)
{
    path(&c->out, p, n);
    text_puts(&c->out, "\" fill=\"none\"");
    paint(&c->out, "stroke", with->ink);
    text_printf(&c->out, " stroke-width=\"%.3g\"", with->width);
    if (dashes[with->dash])
        text_printf(&c->out, " stroke-dasharray=\"%s\"", dashes[with->dash]);
    else
        text_puts(&c->out, " stroke-linecap=\"round\"");
    text_puts(&c->out, "/>\n");
}

static void svg_area(wr_canvas *c, const point *p, size_t n, ink fill)
{
    path(&c->out, p, n);
    text_puts(&c->out, "Z\"");
    paint(&c->out, "fill", fill);
    text_puts(&c->out, "/>\n");
}

static void svg_text(wr_canvas *c, point at, const font *f, const char *s)
{
    static const char *const anchor[] = {[CENTRE] = "middle", [RIGHT] = "end"};
    text *t = &c->out;
    text_puts(t, "<text x=\"");
    number(t, at.x);
    text_puts(t, "\" y=\"");
    number(t, at.y);
    text_printf(t, "\" font-size=\"%.3g\"", f->size);
    paint(t, "fill", f->ink);
    if (f->bold)
        text_puts(t, " font-weight=\"bold\"");
    if (f->align != LEFT)
        text_printf(t, " text-anchor=\"%s\"", anchor[f->align]);
    if (f->up) {
        text_puts(t, " transform=\"rotate(-90 ");
        number(t, at.x);
        text_puts(t, " ");
        number(t, at.y);
        text_puts(t, ")\"");
    }
    text_puts(t, ">");
    escaped(t, s);
    text_puts(t, "</text>\n");
}

/* Cairo's clip is a state, SVG's an element: one is open at a time. A nested svg clips without an id, so that
 * many charts can stand in one page. */
static void svg_clip(wr_canvas *c, const box *to)
{
    text *t = &c->out;
    if (!to) {
        text_puts(t, "</svg>\n");
        return;
    }
    const char *const name[] = {"<svg x=\"", "\" y=\"", "\" width=\"", "\" height=\"", "\" viewBox=\"", " ", " ", " "};
    const double is[] = {to->x, to->y, to->w, to->h, to->x, to->y, to->w, to->h};
    for (size_t i = 0; i < sizeof is / sizeof *is; i++) {
        text_puts(t, name[i]);
        number(t, is[i]);
    }
    text_puts(t, "\">\n");
}

static int svg_finish(wr_canvas *c, text *out, wr_err *err)
{
    (void)err;
    text_puts(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"");
    number(out, c->width);
    text_puts(out, "\" height=\"");
    number(out, c->height);
    text_puts(out, "\" viewBox=\"0 0 ");
    number(out, c->width);
    text_puts(out, " ");
    number(out, c->height);
    text_puts(out, "\" font-family=\"'DejaVu Sans',Verdana,sans-serif\" stroke-linejoin=\"round\">\n<title>");
    escaped(out, canvas_clean(c, c->title ? c->title : "weir"));
    text_puts(out, "</title>\n<desc>");
    escaped(out, canvas_clean(c, c->finding ? c->finding : ""));
    text_puts(out, "</desc>\n");
    text_add(out, c->out.s, c->out.len);
    text_puts(out, "</svg>\n");
    return 0;
}

const paper paper_svg = {svg_line, svg_area, svg_text, svg_clip, svg_finish};
