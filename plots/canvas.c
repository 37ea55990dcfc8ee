/* canvas.c - the paper of PNG and PDF, text metrics, and how a file gets its name.
 *
 * Text is Cairo's toy API with DejaVu Sans, without hinting, so that widths are the same in every format
 * and on every screen. A PNG has two pixels a point: 960 x 540 points make a sharp 1920 x 1080 slide.
 * Everything is drawn into memory first, so that one function meets the disk. Nothing here reads a clock:
 * the PDF's creation date is fixed. Truth: tests/unit/test_canvas.c. */
#include "canvas.h"
#include <cairo-pdf.h>
#include <cairo.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIXELS_PER_POINT 2.0
#define FACE "DejaVu Sans"
#define QUARTER 1.57079632679489661923 /* of a turn */

static const double dashes[][4] = {
    [DASHED] = {6, 3.5, 6, 3.5}, [DOTTED] = {1.5, 2.5, 1.5, 2.5}, [DASHDOT] = {7, 2.5, 1.5, 2.5}, [LONGDASH] = {11, 4, 11, 4}};

/* ---- creation ------------------------------------------------------------------------------- */
static cairo_status_t keep(void *closure, const unsigned char *bytes, unsigned n)
{
    text_add(closure, (const char *)bytes, n);
    return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *surface_for(wr_canvas *c, enum canvas_format f)
{
    if (f == CANVAS_PDF)
        return cairo_pdf_surface_create_for_stream(keep, &c->out, c->width, c->height);
    int w = f == CANVAS_PNG ? (int)lround(c->width * PIXELS_PER_POINT) : 1;
    int h = f == CANVAS_PNG ? (int)lround(c->height * PIXELS_PER_POINT) : 1;
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
}

static void steady(cairo_t *cr)
{
    cairo_font_options_t *o = cairo_font_options_create();
    cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(o, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(cr, o);
    cairo_font_options_destroy(o);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
}

wr_canvas *canvas_create(enum canvas_format f, double width, double height, wr_err *err)
{
    wr_canvas *c = memory_get(sizeof *c);
    c->arena = arena_create();
    c->width = width;
    c->height = height;
    c->paper = f == CANVAS_SVG ? &paper_svg : &paper_cairo;
    c->surface = surface_for(c, f);
    c->cairo = cairo_create(c->surface);
    cairo_status_t bad = cairo_status(c->cairo);
    if (bad) {
        wr_fail(err, WR_E_INPUT, "cannot draw %g x %g points: %s", width, height, cairo_status_to_string(bad));
        canvas_destroy(c);
        return NULL;
    }
    steady(c->cairo);
    if (f == CANVAS_PNG)
        cairo_scale(c->cairo, PIXELS_PER_POINT, PIXELS_PER_POINT);
    if (f == CANVAS_PDF) {
        cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
        cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_CREATOR, "weir");
    }
    canvas_box(c, (box){0, 0, width, height}, (ink){0xffffff, 1});
    return c;
}

void canvas_destroy(wr_canvas *c)
{
    if (!c)
        return;
    cairo_destroy(c->cairo);
    cairo_surface_destroy(c->surface);
    text_clear(&c->out);
    arena_destroy(c->arena);
    free(c);
}

/* ---- the paper of Cairo ------------------------------------------------------------------------ */
static void use(cairo_t *cr, ink i)
{
    cairo_set_source_rgba(cr, (i.rgb >> 16 & 255) / 255.0, (i.rgb >> 8 & 255) / 255.0, (i.rgb & 255) / 255.0, i.alpha);
}

static void trace_path(cairo_t *cr, const point *p, size_t n)
{
    cairo_new_path(cr);
    for (size_t i = 0; i < n; i++)
        cairo_line_to(cr, p[i].x, p[i].y);
}

static void cairo_line(wr_canvas *c, const point *p, size_t n, const pen *with)
{
    use(c->cairo, with->ink);
    cairo_set_line_width(c->cairo, with->width);
    cairo_set_line_cap(c->cairo, with->dash == SOLID ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    cairo_set_dash(c->cairo, dashes[with->dash], with->dash == SOLID ? 0 : 4, 0);
    trace_path(c->cairo, p, n);
    cairo_stroke(c->cairo);
}

static void cairo_area(wr_canvas *c, const point *p, size_t n, ink fill)
{
    use(c->cairo, fill);
    trace_path(c->cairo, p, n);
    cairo_close_path(c->cairo);
    cairo_fill(c->cairo);
}

static void choose(cairo_t *cr, const font *f)
{
    cairo_select_font_face(cr, FACE, CAIRO_FONT_SLANT_NORMAL,
                           f->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, f->size);
}

static void cairo_text(wr_canvas *c, point at, const font *f, const char *s)
{
    cairo_t *cr = c->cairo;
    double back = f->align == LEFT ? 0 : canvas_width(c, *f, s) * (f->align == RIGHT ? 1 : 0.5);
    cairo_save(cr);
    cairo_translate(cr, at.x, at.y);
    if (f->up)
        cairo_rotate(cr, -QUARTER);
    use(cr, f->ink);
    choose(cr, f);
    cairo_move_to(cr, -back, 0);
    cairo_show_text(cr, s);
    cairo_restore(cr);
}

static void cairo_clip_to(wr_canvas *c, const box *to)
{
    cairo_reset_clip(c->cairo);
    if (!to)
        return;
    cairo_rectangle(c->cairo, to->x, to->y, to->w, to->h);
    cairo_clip(c->cairo);
}

static int cairo_finish(wr_canvas *c, text *out, wr_err *err)
{
    cairo_status_t bad = cairo_status(c->cairo);
    if (cairo_surface_get_type(c->surface) == CAIRO_SURFACE_TYPE_PDF) {
        cairo_show_page(c->cairo);
        cairo_surface_finish(c->surface);
        bad = bad ? bad : cairo_surface_status(c->surface);
    } else if (!bad) {
        bad = cairo_surface_write_to_png_stream(c->surface, keep, &c->out);
    }
    if (bad)
        return wr_fail(err, WR_E_INPUT, "cannot draw: %s", cairo_status_to_string(bad));
    *out = c->out;
    c->out = (text){0};
    return 0;
}

const paper paper_cairo = {cairo_line, cairo_area, cairo_text, cairo_clip_to, cairo_finish};

/* ---- drawing calls ----------------------------------------------------------------------------------- */
void canvas_line(wr_canvas *c, const point *p, size_t n, pen with)
{
    if (n > 1 && with.ink.alpha > 0 && with.width > 0)
        c->paper->line(c, p, n, &with);
}

void canvas_segment(wr_canvas *c, double x0, double y0, double x1, double y1, pen with)
{
    canvas_line(c, (point[]){{x0, y0}, {x1, y1}}, 2, with);
}

void canvas_area(wr_canvas *c, const point *p, size_t n, ink fill)
{
    if (n > 2 && fill.alpha > 0)
        c->paper->area(c, p, n, fill);
}

void canvas_box(wr_canvas *c, box b, ink fill)
{
    double r = b.x + b.w, d = b.y + b.h;
    if (b.w > 0 && b.h > 0)
        canvas_area(c, (point[]){{b.x, b.y}, {r, b.y}, {r, d}, {b.x, d}}, 4, fill);
}

enum { CORNER = 7, ROUND = 4 * CORNER + 1 };

static size_t rounded(point *p, box b, double radius)
{
    const double cx[] = {b.x + b.w - radius, b.x + radius, b.x + radius, b.x + b.w - radius};
    const double cy[] = {b.y + b.h - radius, b.y + b.h - radius, b.y + radius, b.y + radius};
    size_t n = 0;
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < CORNER; i++) {
            double at = QUARTER * (k + (double)i / (CORNER - 1));
            p[n++] = (point){cx[k] + radius * cos(at), cy[k] + radius * sin(at)};
        }
    p[n++] = p[0];
    return n;
}

void canvas_frame(wr_canvas *c, box b, double radius, ink fill, pen rim)
{
    point p[ROUND];
    size_t n = rounded(p, b, radius);
    canvas_area(c, p, n - 1, fill);
    canvas_line(c, p, n, rim);
}

void canvas_dot(wr_canvas *c, double x, double y, double radius, ink fill)
{
    point p[ROUND];
    canvas_area(c, p, rounded(p, (box){x - radius, y - radius, 2 * radius, 2 * radius}, radius) - 1, fill);
}

/* Length by the first byte; 0: it begins no character. */
static size_t promised(unsigned char first)
{
    static const struct { unsigned char from, to; size_t n; } of[] = {{0x20, 0x7e, 1}, {0xc2, 0xdf, 2}, {0xe0, 0xef, 3}, {0xf0, 0xf4, 4}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (first >= of[i].from && first <= of[i].to)
            return of[i].n;
    return 0;
}

/* Length of the UTF-8 character at s that may stand in a drawing, 0: none. Surrogates, overlong forms and
 * controls may not: Cairo and XML both refuse them. */
static size_t character(const unsigned char *s)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = promised(s[0]);
    uint32_t code = n < 2 ? s[0] : s[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 63u);
    }
    bool surrogate = code >= 0xd800 && code < 0xe000, never = code > 0x10ffff || (code & 0xfffe) == 0xfffe;
    return surrogate || never || code < least[n] ? 0 : n;
}

const char *canvas_clean(wr_canvas *c, const char *s)
{
    char *out = arena_copy(c->arena, s, strlen(s));
    for (unsigned char *p = (unsigned char *)out; *p;) {
        size_t n = character(p);
        if (!n)
            *p = '?', n = 1;
        p += n;
    }
    return out;
}

void canvas_text(wr_canvas *c, double x, double y, font f, const char *s)
{
    if (s && *s && f.ink.alpha > 0)
        c->paper->text(c, (point){x, y}, &f, canvas_clean(c, s));
}

void canvas_clip(wr_canvas *c, box to)
{
    c->paper->clip(c, &to);
}

void canvas_unclip(wr_canvas *c)
{
    c->paper->clip(c, NULL);
}

double canvas_width(wr_canvas *c, font f, const char *s)
{
    cairo_text_extents_t e;
    choose(c->cairo, &f);
    cairo_text_extents(c->cairo, canvas_clean(c, s), &e);
    return e.x_advance;
}

const char *canvas_fit(wr_canvas *c, font f, const char *s, double width)
{
    s = canvas_clean(c, s);
    if (canvas_width(c, f, s) <= width)
        return s;
    size_t fits = 0, n = strlen(s), low = 0, high = n;
    while (low < high) { /* the longest head that fits with its ellipsis */
        size_t mid = (low + high + 1) / 2;
        while (mid < n && ((unsigned char)s[mid] & 0xc0) == 0x80)
            mid++;
        if (canvas_width(c, f, canvas_print(c, "%.*s…", (int)mid, s)) <= width)
            fits = low = mid;
        else
            high = (low + high + 1) / 2 - 1;
    }
    while (fits && s[fits - 1] == ' ')
        fits--;
    return fits ? canvas_print(c, "%.*s…", (int)fits, s) : "";
}

const char *canvas_print(wr_canvas *c, const char *fmt, ...)
{
    text t = {0};
    va_list ap;
    va_start(ap, fmt);
    text_vprintf(&t, fmt, ap);
    va_end(ap);
    const char *s = arena_copy(c->arena, t.s ? t.s : "", t.len);
    text_clear(&t);
    return s;
}

/* ---- the file ------------------------------------------------------------------------------------------- */
static int spill(int fd, const text *t)
{
    for (size_t done = 0; done < t->len;) {
        ssize_t n = write(fd, t->s + done, t->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        done += (size_t)n;
    }
    return fsync(fd);
}

static int put(const text *t, const char *aside, const char *path, wr_err *err)
{
    int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return wr_fail(err, WR_E_IO, "cannot write '%s': %s", path, strerror(errno));
    int bad = spill(fd, t) ? errno : 0;
    if (close(fd) && !bad)
        bad = errno;
    if (!bad && rename(aside, path))
        bad = errno;
    if (!bad)
        return 0;
    unlink(aside);
    return wr_fail(err, WR_E_IO, "cannot write '%s': %s", path, strerror(bad));
}

int canvas_save(wr_canvas *c, const char *path, wr_err *err)
{
    text file = {0};
    int bad = c->paper->finish(c, &file, err);
    if (!bad)
        bad = put(&file, canvas_print(c, "%s.tmp.%ld", path, (long)getpid()), path, err);
    text_clear(&file);
    return bad;
}

const char *wr_chart_library(void)
{
    return cairo_version_string();
}

/* Told by its widths: Cairo takes another face in silence. */
bool wr_chart_font(void)
{
    static const double w_e_i_r = 0.8179 + 0.6152 + 0.2778 + 0.4111; /* of DejaVu Sans, in em */
    cairo_surface_t *nowhere = cairo_recording_surface_create(CAIRO_CONTENT_ALPHA, NULL);
    cairo_t *cr = cairo_create(nowhere);
    cairo_text_extents_t size;
    steady(cr);
    cairo_select_font_face(cr, FACE, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, 100);
    cairo_text_extents(cr, "weir", &size);
    cairo_destroy(cr);
    cairo_surface_destroy(nowhere);
    return fabs(size.x_advance - 100 * w_e_i_r) < 1;
}
