/* frame.c - pages and panels: title, finding, footer; grid, shading, labels that keep off each other.
 *
 * A page says in its second line what there is to see. A panel has one y axis, horizontal grid lines only, and
 * its unit once, at the highest tick. The warm-up is shaded grey, faults in red with their names above;
 * scaling actions are triangles below the axis, near ones merged. */
#include "charts.h"

enum { MARGIN = 26, LEFT_ROOM = 50, HEADING = 18, LANE = 14, TIMES_ROOM = 20, BARE_FOOT = 9 };
static const char *const scaling[] = {"scale_out", "scale_in", NULL};

/* ---- the page -------------------------------------------------------------------------------------- */
/* Length of the first line of s when broken at a space within `width`. */
static size_t line_of(wr_canvas *c, font f, const char *s, double width)
{
    size_t end = strlen(s);
    while (end && canvas_width(c, f, canvas_print(c, "%.*s", (int)end, s)) > width) {
        size_t before = end - 1;
        while (before && (s[before] != ' ' || (s[before - 1] >= '0' && s[before - 1] <= '9')))
            before--; /* never between a number and its unit */
        end = before;
    }
    return end;
}

static double finding_lines(const book *b, const char *finding)
{
    wr_canvas *c = b->c;
    font f = theme_font(12.5, false, LEFT);
    f.ink.rgb = 0x444444;
    double width = c->width - 2 * MARGIN, y = 56;
    size_t first = line_of(c, f, finding, width);
    if (!first)
        first = strlen(finding);
    canvas_text(c, MARGIN, y, f, canvas_fit(c, f, canvas_print(c, "%.*s", (int)first, finding), width));
    if (!finding[first])
        return y;
    canvas_text(c, MARGIN, y + 16, f, canvas_fit(c, f, finding + first + 1, width));
    return y + 16;
}

static void footer_time(const book *b, text *t)
{
    char period[SAY], begin[SAY], end[SAY];
    if (b->skip)
        text_printf(t, " · from %s", say_clock(begin, b->begin));
    text_printf(t, b->skip ? " to %s, periods of %s" : " · %s, periods of %s", say_clock(end, b->end),
                say_clock(period, b->period));
}

static void footer_words(const book *b, text *t)
{
    char end[SAY];
    const mark *m;
    const char *name = wr_store_text(b->s, "title"), *many = b->reps == 1 ? "" : "s";
    double seed = wr_store_attr(b->s, "seed");
    text_puts(t, name ? name : "");
    if (!isnan(seed))
        text_printf(t, " · seed %.0f", seed);
    if (wr_store_points(b->s) > 1)
        text_printf(t, " · point %zu of %zu", b->point, wr_store_points(b->s));
    if (b->timeless) {
        text_printf(t, " · %zu replication%s of %s", b->reps, many, say_clock(end, b->end));
        return;
    }
    footer_time(b, t);
    if (b->reps > 1)
        text_printf(t, " · line: median, band: middle 80 %% of %zu replications", b->reps);
    if (book_actions(b, scaling, NULL, &m))
        text_printf(t, " · ▲ scale out ▼ scale in%s", b->reps > 1 ? " (first replication)" : "");
}

static void footer(const book *b)
{
    wr_canvas *c = b->c;
    font f = theme_quiet(9, LEFT);
    text t = {0};
    const char *version = wr_store_text(b->s, "weir_version");
    footer_words(b, &t);
    version = canvas_print(c, "weir %s", version ? version : "");
    double room = canvas_width(c, f, version) + 12;
    canvas_text(c, MARGIN, c->height - 10, f, canvas_fit(c, f, t.s, c->width - 2 * MARGIN - room));
    f.align = RIGHT;
    canvas_text(c, c->width - MARGIN, c->height - 10, f, version);
    text_clear(&t);
}

box page_open(const book *b, const char *title, const char *finding)
{
    wr_canvas *c = b->c;
    font big = theme_font(19, true, LEFT);
    if (b->cfg->title)
        title = b->cfg->title;
    c->title = title;
    c->finding = finding;
    canvas_text(c, MARGIN, 34, big, canvas_fit(c, big, title, c->width - 2 * MARGIN));
    double y = finding_lines(b, finding) + 14;
    footer(b);
    return (box){MARGIN, y, fmax(10, c->width - 2 * MARGIN), fmax(10, c->height - y - 26)};
}

int page_empty(const book *b, const char *title, const char *why)
{
    box body = page_open(b, title, why);
    canvas_frame(b->c, body, 6, theme_ink(0xf6f6f6, 1), (pen){{INK_GRID, 1}, 1, SOLID});
    canvas_text(b->c, body.x + body.w / 2, body.y + body.h / 2, theme_quiet(14, CENTRE), "nothing to draw");
    return 0;
}

box box_row(box in, size_t i, size_t n, double gap)
{
    double h = (in.h - gap * (double)(n - 1)) / (double)n;
    return (box){in.x, in.y + (double)i * (h + gap), in.w, h};
}

box box_column(box in, size_t i, size_t n, double gap)
{
    double w = (in.w - gap * (double)(n - 1)) / (double)n;
    return (box){in.x + (double)i * (w + gap), in.y, w, in.h};
}

/* ---- a panel ---------------------------------------------------------------------------------------- */
static void shade(panel *p, double from, double to, ink fill)
{
    double x0 = scale_at(&p->x, fmax(p->b->begin, from)), x1 = scale_at(&p->x, fmin(to, p->b->end));
    canvas_box(p->b->c, (box){x0, p->plot.y, fmax(x1 - x0, 1), p->plot.h}, fill);
}

/* "slow orders begins", and how many more. */
static const char *fault_words(const book *b, const mark *m, size_t n)
{
    const char *end = m->text ? strstr(m->text, " begins") : NULL;
    const char *what = canvas_print(b->c, "%.*s", end ? (int)(end - m->text) : 200, m->text ? m->text : "fault");
    return n == 1 ? what : canvas_print(b->c, "%s and %zu more", what, n - 1);
}

/* One label for all faults that begin within reach of the first. */
static void name_faults(panel *p, const mark *m, size_t n)
{
    wr_canvas *c = p->b->c;
    font f = theme_font(9.5, false, LEFT);
    double right = p->plot.x + p->plot.w + p->right;
    f.ink = (ink){0xa84300, 1};
    for (size_t i = 0, next; i < n; i = next) {
        double x = scale_at(&p->x, m[i].from);
        for (next = i + 1; next < n && scale_at(&p->x, m[next].from) - x < 64; next++)
            ;
        const char *words = fault_words(p->b, &m[i], next - i);
        double stop = next < n ? scale_at(&p->x, m[next].from) - 8 : right;
        double w = canvas_width(c, f, words);
        if (next == n && x + w > right)
            x = fmax(i ? x - 40 : p->plot.x, right - w);
        canvas_text(c, x, p->plot.y - 6, f, canvas_fit(c, f, words, stop - x));
    }
    for (size_t i = 0; i < n; i++) {
        double x0 = scale_at(&p->x, m[i].from), x1 = scale_at(&p->x, m[i].to);
        canvas_box(p->b->c, (box){x0, p->plot.y - 3, fmax(x1 - x0, 2), 3}, theme_pen(ROLE_FAILED).ink);
    }
}

static void background(panel *p)
{
    const book *b = p->b;
    const mark *m;
    size_t n = book_faults(b, &m);
    if (b->warmup > b->begin)
        shade(p, 0, fmin(b->warmup, b->end), theme_ink(0x000000, 0.055));
    for (size_t i = 0, next; i < n; i = next) { /* what overlaps is one */
        double to = m[i].to;
        for (next = i + 1; next < n && m[next].from <= to; next++)
            to = fmax(to, m[next].to);
        shade(p, m[i].from, to, theme_ink(0xd55e00, 0.10));
    }
    if (!(p->flags & PANEL_NAMES))
        return;
    name_faults(p, m, n);
    font f = theme_quiet(9.5, LEFT);
    double free_to = n ? scale_at(&p->x, m[0].from) : p->plot.x + p->plot.w;
    if (b->warmup > b->begin && p->plot.x + canvas_width(b->c, f, "warm-up") < free_to)
        canvas_text(b->c, p->plot.x, p->plot.y - 6, f, "warm-up");
}

static void triangle(wr_canvas *c, double x, double y, double size, bool up, ink fill)
{
    double d = up ? size : -size;
    canvas_area(c, (point[]){{x - size, y + d * 0.8}, {x + size, y + d * 0.8}, {x, y - d * 0.8}}, 3, fill);
}

static void actions(panel *p)
{
    const mark *m;
    size_t n = book_actions(p->b, scaling, p->acts, &m);
    for (size_t i = 0, next; i < n; i = next) {
        double x = scale_at(&p->x, m[i].from), last = x;
        for (next = i + 1; next < n && scale_at(&p->x, m[next].from) - x < 7 && !strcmp(m[next].kind, m[i].kind);
             next++)
            last = scale_at(&p->x, m[next].from);
        bool up = !strcmp(m[i].kind, scaling[0]);
        triangle(p->b->c, (x + last) / 2, p->plot.y + p->plot.h + 5, 3, up,
                 up ? theme_pen(ROLE_CAPACITY).ink : theme_ink(INK_QUIET, 1));
    }
}

static void times(panel *p)
{
    tick t[AXIS_TICKS];
    wr_canvas *c = p->b->c;
    double y = p->plot.y + p->plot.h;
    size_t n = axis_time(t, p->b->begin, p->b->end, (size_t)fmax(2, p->plot.w / 62));
    for (size_t i = 0; i < n; i++) {
        double x = scale_at(&p->x, t[i].at);
        canvas_segment(c, x, y, x, y + 3, (pen){{INK_RIM, 1}, 0.8, SOLID});
        if (p->flags & PANEL_TIMES)
            canvas_text(c, x, y + 17, theme_quiet(10, CENTRE), t[i].text);
    }
    canvas_segment(c, p->plot.x, y, p->plot.x + p->plot.w, y, (pen){{INK_RIM, 1}, 0.9, SOLID});
    actions(p);
}

/* `flat`: all is zero, and a scale would be made up. */
static void grid(panel *p, bool flat)
{
    tick t[AXIS_TICKS];
    wr_canvas *c = p->b->c;
    size_t about = (size_t)fmin(5, fmax(2, p->plot.h / 32));
    size_t n = p->y.log ? axis_log(t, p->y.lo, p->y.hi, p->unit)
                        : axis_linear(t, p->y.lo, p->y.hi, about, p->unit, (p->flags & PANEL_WHOLE) != 0);
    for (size_t i = 0; i < (flat && n ? 1 : n); i++) {
        double y = scale_at(&p->y, t[i].at);
        canvas_segment(c, p->plot.x, y, p->plot.x + p->plot.w, y, (pen){{INK_GRID, 1}, 0.8, SOLID});
        canvas_text(c, p->plot.x - 6, y + 3.5, theme_quiet(10, RIGHT), t[i].text);
    }
}

static scale log_scale(const panel *p, double least, double most)
{
    if (!(most > 0) || !isfinite(most))
        most = 1;
    if (!(least > 0) || !(least < most))
        least = most / 100;
    return (scale){least / 1.15, most * 1.3, p->plot.y + p->plot.h, p->plot.y, true};
}

/* From zero, or below it where values are; a little above the largest. */
static scale linear_scale(const panel *p, double least, double most)
{
    least = least < 0 ? least : 0;
    most = most > least ? most : 1;
    double over = fmax((most - least) * 0.08, p->flags & PANEL_WHOLE ? 0.4 : 0);
    return (scale){least < 0 ? least - over : 0, most + over, p->plot.y + p->plot.h, p->plot.y, false};
}

panel panel_open(const book *b, box where, const char *title, const char *unit, double least, double most, double right,
                 unsigned flags)
{
    panel p = {.b = b, .unit = unit, .flags = flags, .right = right};
    font f = theme_font(11.5, true, LEFT);
    double top = HEADING + (flags & PANEL_NAMES ? LANE : 0), foot = flags & PANEL_TIMES ? TIMES_ROOM : BARE_FOOT;
    p.plot =
        (box){where.x + LEFT_ROOM, where.y + top, fmax(5, where.w - LEFT_ROOM - right), fmax(5, where.h - top - foot)};
    p.x = (scale){b->begin, b->end, p.plot.x, p.plot.x + p.plot.w, false};
    p.y = flags & PANEL_LOG ? log_scale(&p, least, most) : linear_scale(&p, least, most);
    const char *shown = canvas_fit(b->c, f, title, where.w);
    canvas_text(b->c, where.x, where.y + 10, f, shown);
    p.key_x = where.x + canvas_width(b->c, f, shown) + 16;
    p.key_y = where.y + 10;
    background(&p);
    if (!(flags & PANEL_BARE))
        grid(&p, !(most > 0) && !(least < 0));
    if (isnan(most))
        canvas_text(b->c, p.plot.x + p.plot.w / 2, p.plot.y + p.plot.h / 2, theme_quiet(11, CENTRE), "no sample");
    return p;
}

void panel_key(panel *p, pen line, ink fill, const char *name)
{
    wr_canvas *c = p->b->c;
    font f = theme_font(10, false, LEFT);
    double room = p->plot.x + p->plot.w + p->right - p->key_x - 22;
    f.ink = theme_darker(fill.alpha > 0 ? fill : line.ink);
    name = canvas_fit(c, f, name, room);
    if (!*name)
        return;
    if (fill.alpha > 0)
        canvas_box(c, (box){p->key_x, p->key_y - 8, 14, 9}, fill);
    else
        canvas_segment(c, p->key_x, p->key_y - 3.5, p->key_x + 16, p->key_y - 3.5, line);
    canvas_text(c, p->key_x + 20, p->key_y, f, name);
    p->key_x += 20 + canvas_width(c, f, name) + 14;
}

void panel_key_role(panel *p, enum role r, bool area, const char *name)
{
    panel_key(p, theme_pen(r), area ? theme_fill(r) : (ink){0}, name);
}

/* ---- labels at the ends of lines ------------------------------------------------------------------------ */
void panel_end(panel *p, double value, double until, const char *words, ink of)
{
    if (!words || isnan(value) || p->labels == sizeof p->label / sizeof *p->label || (p->y.log && value <= 0))
        return;
    double y = fmin(fmax(scale_at(&p->y, value), p->plot.y), p->plot.y + p->plot.h);
    size_t i = p->labels++;
    for (; i && p->label[i - 1].y > y; i--)
        p->label[i] = p->label[i - 1];
    p->label[i] = (label){y, scale_at(&p->x, fmin(until, p->b->end)), words, of};
}

/* Pushes labels apart, first downwards, then back up from the foot of the panel. */
static void spread(const panel *p, double *y)
{
    const double gap = 12.5;
    double foot = p->plot.y + p->plot.h + 3;
    for (size_t i = 0; i < p->labels; i++)
        y[i] = i ? fmax(p->label[i].y, y[i - 1] + gap) : p->label[i].y;
    for (size_t i = p->labels; i-- > 0;) {
        y[i] = fmin(y[i], foot);
        foot = y[i] - gap;
    }
}

void panel_close(panel *p)
{
    wr_canvas *c = p->b->c;
    double y[sizeof p->label / sizeof *p->label], x = p->plot.x + p->plot.w;
    times(p);
    spread(p, y);
    for (size_t i = 0; i < p->labels; i++) {
        font f = theme_font(10.5, false, LEFT);
        f.ink = p->label[i].ink;
        pen thin = {{p->label[i].ink.rgb, 0.5}, 0.7, SOLID};
        if (p->label[i].x < x - 6) /* the line ends early */
            canvas_segment(c, p->label[i].x + 2, p->label[i].y, x + 1, p->label[i].y, thin);
        if (fabs(y[i] - p->label[i].y) > 2 || p->label[i].x < x - 6)
            canvas_segment(c, x + 1, p->label[i].y, x + 7, y[i], thin);
        canvas_text(c, x + 9, y[i] + 3.8, f, canvas_fit(c, f, p->label[i].text, p->right - 9));
    }
}
