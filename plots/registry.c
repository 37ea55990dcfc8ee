/* registry.c - all chart kinds, and how one becomes a file. Truth: tests/unit/test_canvas.c. */
#include "charts.h"

#define WR_CHART(kind) &wr_chart_##kind,
const wr_chart *const wr_charts[] = {
#include "charts.def"
    NULL};
#undef WR_CHART

enum { USUAL_WIDTH = 960, USUAL_HEIGHT = 540, LEAST = 160, MOST = 8000 };

static int format_of(const char *path, enum canvas_format *f, wr_err *err)
{
    static const char *const ends[] = {[CANVAS_PNG] = ".png", [CANVAS_SVG] = ".svg", [CANVAS_PDF] = ".pdf"};
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    for (int i = 0; i < 3; i++)
        if (dot && dot > name && !strcmp(dot, ends[i])) {
            *f = (enum canvas_format)i;
            return 0;
        }
    return wr_fail(err, WR_E_INPUT, "cannot draw '%s': the name must end in .png, .svg or .pdf", path);
}

static int draw(const wr_chart *k, const void *cfg, wr_store *s, const wr_render *how, enum canvas_format f,
                wr_err *err)
{
    double w = how->width == 0 ? USUAL_WIDTH : how->width, h = how->height == 0 ? USUAL_HEIGHT : how->height;
    if (!(w >= LEAST && w <= MOST && h >= LEAST && h <= MOST))
        return wr_fail(err, WR_E_INPUT, "cannot draw %g x %g points: each side is %d to %d", w, h, LEAST, MOST);
    wr_canvas *c = canvas_create(f, w, h, err);
    if (!c)
        return WR_E_INPUT;
    c->of = how->of;
    int bad = k->draw(cfg, s, c, err);
    if (!bad)
        bad = canvas_save(c, how->path, err);
    canvas_destroy(c);
    return bad;
}

int wr_chart_render(const wr_chart *k, const void *cfg, wr_store *s, const wr_render *how, wr_err *err)
{
    enum canvas_format f = CANVAS_PNG;
    int bad = format_of(how->path, &f, err);
    return bad ? bad : draw(k, cfg, s, how, f, err);
}
