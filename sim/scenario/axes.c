/* axes.c - the points of a sweep: what `sweep:` and --over say, multiplied out.
 *
 * An axis has one path and a list of values, or several paths that change together (zip, points). Ranges may have
 * units; both ends, step and values are of one kind. A log range between whole numbers without unit, ten times
 * apart at least, gives whole numbers, since what is counted cannot be 3.16. That a path exists was checked when
 * the scenario was loaded (sweep.c); whether a value fits is found when its point is loaded.
 * Truth: tests/unit/test_axes.c. */
#include "load.h"
#include <math.h>
#include <string.h>

enum { MOST_POINTS = 1000000, MOST_AXES = 64 };

typedef struct axis {
    size_t paths, n;
    const char **path;
    const char **value; /* n x paths */
} axis;

typedef struct axes {
    wr_arena *a;
    wr_err *err;
    axis axis[MOST_AXES];
    size_t n;
    int rc;
} axes;

static void wrong(axes *x, const char *path, const char *what)
{
    if (!x->rc)
        x->rc = wr_fail(x->err, WR_E_INPUT, "the axis '%s' %s", path, what);
}

static const char *text_of(axes *x, const node *n)
{
    text t = {0};
    if (n->kind == NODE_SCALAR)
        text_add(&t, n->text, n->len);
    else
        yaml_print(n, &t);
    const char *s = arena_copy(x->a, t.s ? t.s : "", t.len);
    text_clear(&t);
    return s;
}

static axis *new_axis(axes *x, size_t paths, size_t n, const char *path)
{
    if (x->n == MOST_AXES || n > MOST_POINTS) {
        wrong(x, path, x->n == MOST_AXES ? "is one too many: 64 are allowed" : "has more than a million values");
        return NULL;
    }
    axis *of = &x->axis[x->n++];
    *of = (axis){paths, n, arena_alloc(x->a, (paths + 1) * sizeof *of->path),
                 arena_alloc(x->a, (paths * n + 1) * sizeof *of->value)};
    return of;
}

/* ---- ranges ----------------------------------------------------------------------------------------------- */
typedef struct range {
    const char *from, *to, *step, *points; /* step or points */
    bool log;
} range;

/* What kind of number a and b both are; their values. */
static bool alike(const char *a, const char *b, enum wr_type *as, double *x, double *y)
{
    static const enum wr_type kinds[] = {WR_T_NUMBER, WR_T_SHARE, WR_T_RATE, WR_T_DUR, WR_T_BYTES};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        *as = kinds[i];
        if (quantity_read(a, strlen(a), *as, NULL, x, NULL) == Q_OK && quantity_read(b, strlen(b), *as, NULL, y, NULL) == Q_OK)
            return true;
    }
    return false;
}

static bool whole(double x)
{
    return x == floor(x) && fabs(x) < 1e15;
}

static double value_at(const range *r, double from, double to, double step, size_t i, size_t n)
{
    if (r->step)
        return from + (double)i * step;
    if (n == 1)
        return from;
    double at = (double)i / (double)(n - 1);
    if (i == n - 1)
        return to;
    return r->log ? from * pow(to / from, at) : from + at * (to - from);
}

static const char *printed(axes *x, double value, enum wr_type as)
{
    text t = {0};
    if (as == WR_T_NUMBER)
        text_printf(&t, "%.15g", value); /* plain digits: no 1k */
    else
        quantity_print(&t, value, as);
    const char *s = arena_copy(x->a, t.s, t.len);
    text_clear(&t);
    return s;
}

static double count_steps(axes *x, const range *r, const char *path, enum wr_type as, double from, double to, double *step)
{
    double ignored;
    enum wr_type same = as;
    bool good = alike(r->step, r->to, &same, step, &ignored) && same == as && *step > 0 && to >= from;
    if (!good)
        wrong(x, path, "needs a step above 0 of the same kind as its ends, and an end not below its beginning");
    return good ? floor((to - from) / *step + 1e-9) + 1 : 0;
}

static double count_points(axes *x, const range *r, const char *path, double from, double to)
{
    double points = 0;
    bool good = quantity_read(r->points, strlen(r->points), WR_T_NUMBER, NULL, &points, NULL) == Q_OK;
    if (!good || !whole(points) || points < 1)
        wrong(x, path, "needs a whole number of points, at least 1");
    else if (r->log && !(from > 0 && to > 0))
        wrong(x, path, "is logarithmic: both ends must be above 0");
    return points;
}

/* How many values, and 0 after an error. */
static size_t count_of(axes *x, const range *r, const char *path, enum wr_type as, double from, double to, double *step)
{
    double n = r->step ? count_steps(x, r, path, as, from, to, step) : count_points(x, r, path, from, to);
    if (n > MOST_POINTS)
        wrong(x, path, "has more than a million values");
    return x->rc ? 0 : (size_t)n;
}

/* 3.16 of something that is counted cannot be. */
static bool counted(const range *r, enum wr_type as, double from, double to)
{
    return r->log && as == WR_T_NUMBER && whole(from) && whole(to) && fmax(from, to) >= 10 * fmin(from, to);
}

static void add_range(axes *x, const char *path, const range *r)
{
    enum wr_type as;
    double from, to, step = 0;
    if (!alike(r->from, r->to, &as, &from, &to)) {
        wrong(x, path, "is no range: both ends must be numbers of the same kind");
        return;
    }
    size_t n = count_of(x, r, path, as, from, to, &step);
    axis *of = n ? new_axis(x, 1, n, path) : NULL;
    bool counts = counted(r, as, from, to);
    for (size_t i = 0; of && i < n; i++) {
        double v = value_at(r, from, to, step, i, n);
        of->value[i] = printed(x, counts ? nearbyint(v) : v, as);
    }
    if (of)
        of->path[0] = path;
}

/* ---- what `sweep:` has ---------------------------------------------------------------------------------------- */
static const char *plain(axes *x, const node *of, const char *key)
{
    const node *n = node_get(of, key);
    return n ? text_of(x, n) : NULL;
}

static void add_list(axes *x, const char *path, const node *list)
{
    axis *of = list->n ? new_axis(x, 1, list->n, path) : NULL;
    if (!list->n)
        wrong(x, path, "has no values");
    for (size_t i = 0; of && i < list->n; i++)
        of->value[i] = text_of(x, list->item[i]);
    if (of)
        of->path[0] = path;
}

static void add_axis(axes *x, const char *path, const node *n)
{
    const node *scale = n->kind == NODE_MAP ? node_get(n, "scale") : NULL;
    if (n->kind == NODE_MAP)
        add_range(x, path, &(range){plain(x, n, "from"), plain(x, n, "to"), plain(x, n, "step"), plain(x, n, "points"),
                                    scale && node_is(scale, "log")});
    else if (n->kind == NODE_LIST)
        add_list(x, path, n);
    else
        wrong(x, path, "must be a list of values or a range");
}

/* Lists of one length that change together. */
static void add_zip(axes *x, const node *body)
{
    axis *of = body->n ? new_axis(x, body->n, body->item[0]->n, "zip") : NULL;
    for (size_t p = 0; of && p < body->n; p++) {
        of->path[p] = text_of(x, body->key[p]);
        for (size_t i = 0; i < of->n; i++)
            of->value[i * of->paths + p] = text_of(x, body->item[p]->item[i]);
    }
}

static size_t place_of(const axis *of, const char *path)
{
    size_t p = 0;
    while (p < of->paths && strcmp(of->path[p], path))
        p++;
    return p;
}

/* Points outright: a point may leave paths as they are (value NULL). */
static void add_points(axes *x, const node *list)
{
    size_t most = 0;
    for (size_t i = 0; i < list->n; i++)
        most += list->item[i]->n;
    axis *of = list->n ? new_axis(x, most, list->n, "points") : NULL;
    if (!of)
        return;
    size_t stride = of->paths;
    of->paths = 0;
    for (size_t i = 0; i < list->n; i++)
        for (size_t k = 0; k < list->item[i]->n; k++) {
            const char *path = text_of(x, list->item[i]->key[k]);
            size_t p = place_of(of, path);
            of->path[p] = path;
            of->paths += p == of->paths;
            of->value[i * stride + p] = text_of(x, list->item[i]->item[k]);
        }
    for (size_t i = 1; i < list->n && of->paths < stride; i++) /* close ranks */
        memmove(of->value + i * of->paths, of->value + i * stride, of->paths * sizeof *of->value);
}

static void add_zips(axes *x, const node *n)
{
    if (n->kind == NODE_MAP)
        add_zip(x, n);
    for (size_t k = 0; n->kind == NODE_LIST && k < n->n; k++)
        add_zip(x, n->item[k]);
}

static void add_entry(axes *x, const char *key, const node *n)
{
    if (node_note(key))
        return;
    if (!strcmp(key, "points"))
        add_points(x, n);
    else if (!strcmp(key, "zip"))
        add_zips(x, n);
    else
        add_axis(x, key, n);
}

static const node *read_yaml(axes *x, const char *s)
{
    wr_diag *d = wr_diag_create();
    const node *n = yaml_read(x->a, "sweep", s, strlen(s), d);
    wr_diag_destroy(d);
    return n;
}

static void add_section(axes *x, const char *section)
{
    const node *root = read_yaml(x, section);
    for (size_t i = 0; root && root->kind == NODE_MAP && i < root->n; i++)
        add_entry(x, root->key[i]->text, root->item[i]);
}

/* ---- what the command line has ----------------------------------------------------------------------------------- */
static const char *piece(axes *x, const char *s, size_t len)
{
    while (len && *s == ' ')
        s++, len--;
    while (len && s[len - 1] == ' ')
        len--;
    return arena_copy(x->a, s, len);
}

/* 200..800:100 or log(1,1000,7); false: it is a list. */
static bool short_range(axes *x, const char *s, range *r)
{
    const char *dots = strstr(s, ".."), *colon = dots ? strchr(dots, ':') : NULL;
    size_t len = strlen(s);
    *r = (range){0};
    if (!strncmp(s, "log(", 4) && s[len - 1] == ')') {
        const char *first = strchr(s, ','), *second = first ? strchr(first + 1, ',') : NULL;
        if (!second)
            return false;
        *r = (range){piece(x, s + 4, (size_t)(first - s) - 4), piece(x, first + 1, (size_t)(second - first) - 1), NULL,
                     piece(x, second + 1, len - (size_t)(second - s) - 2), true};
        return true;
    }
    if (!colon || strpbrk(s, ",[{"))
        return false;
    *r = (range){piece(x, s, (size_t)(dots - s)), piece(x, dots + 2, (size_t)(colon - dots) - 2),
                 piece(x, colon + 1, strlen(colon + 1)), NULL, false};
    return true;
}

/* The next comma outside brackets and quotes, or the end. */
static size_t up_to_comma(const char *s)
{
    int depth = 0;
    size_t i = 0;
    for (; s[i] && (s[i] != ',' || depth > 0); i++) {
        const char *close = strchr("\"'", s[i]) ? strchr(s + i + 1, s[i]) : NULL;
        if (close)
            i = (size_t)(close - s);
        depth += (strchr("[{", s[i]) != NULL) - (strchr("]}", s[i]) != NULL);
    }
    return i;
}

static void add_values(axes *x, const char *path, const char *s)
{
    size_t n = 1;
    for (const char *at = s; at[up_to_comma(at)]; at += up_to_comma(at) + 1)
        n++;
    axis *of = new_axis(x, 1, n, path);
    for (size_t i = 0; of && i < n; i++) {
        size_t len = up_to_comma(s);
        of->value[i] = piece(x, s, len);
        if (!*of->value[i])
            wrong(x, path, "has an empty value");
        s += len + 1;
    }
    if (of)
        of->path[0] = path;
}

static size_t axis_of(const axes *x, const char *path)
{
    size_t i = 0;
    while (i < x->n && !(x->axis[i].paths == 1 && !strcmp(x->axis[i].path[0], path)))
        i++;
    return i;
}

static void add_over(axes *x, const wr_override *o)
{
    const char *path = arena_copy(x->a, o->path, strlen(o->path)), *s = o->value;
    bool yaml = (*s == '[' || *s == '{') && !s[up_to_comma(s)];
    const node *n = yaml ? read_yaml(x, s) : NULL;
    size_t before = x->n, same = axis_of(x, path);
    range r;
    if (n)
        add_axis(x, path, n);
    else if (yaml)
        wrong(x, path, "is no YAML");
    else if (short_range(x, s, &r))
        add_range(x, path, &r);
    else
        add_values(x, path, s);
    if (same < before && x->n > before)
        x->axis[same] = x->axis[--x->n];
}

/* ---- points -------------------------------------------------------------------------------------------------------- */
static bool repeated(axes *x, const wr_grid *g, const char *path)
{
    for (size_t i = 0; i < g->paths; i++)
        if (!strcmp(g->path[i], path)) {
            wrong(x, path, "is given twice");
            return true;
        }
    return false;
}

static void list_paths(axes *x, wr_grid *g)
{
    size_t room = 1;
    for (size_t i = 0; i < x->n; i++)
        room += x->axis[i].paths;
    const char **path = arena_alloc(x->a, room * sizeof *path);
    g->path = path;
    for (size_t i = 0; i < x->n; i++)
        for (size_t p = 0; p < x->axis[i].paths; p++)
            if (!repeated(x, g, x->axis[i].path[p]))
                path[g->paths++] = x->axis[i].path[p];
}

static void fill_point(const axes *x, size_t number, wr_point *out, wr_override *room)
{
    size_t block = 1;
    for (size_t i = 0; i < x->n; i++)
        block *= x->axis[i].n;
    out->set = room;
    for (size_t i = 0; i < x->n; i++) {
        const axis *of = &x->axis[i];
        block /= of->n;
        size_t at = number / block % of->n;
        for (size_t p = 0; p < of->paths; p++)
            if (of->value[at * of->paths + p])
                room[out->n++] = (wr_override){of->path[p], of->value[at * of->paths + p]};
    }
}

static void multiply(axes *x, wr_grid *g)
{
    double points = 1;
    for (size_t i = 0; i < x->n; i++)
        points *= (double)x->axis[i].n;
    if (points > MOST_POINTS)
        x->rc = wr_fail(x->err, WR_E_INPUT, "the sweep has %.0f points; a million are allowed", points);
    if (x->rc)
        return;
    g->points = (size_t)points;
    wr_point *point = arena_alloc(x->a, g->points * sizeof *point);
    wr_override *room = arena_alloc(x->a, (g->points * g->paths + 1) * sizeof *room);
    for (size_t i = 0; i < g->points; i++)
        fill_point(x, i, &point[i], room + i * g->paths);
    g->point = point;
}

int wr_grid_make(const wr_scenario *s, const wr_override *over, size_t n, wr_grid *out, wr_err *err)
{
    axes x = {.a = arena_create(), .err = err};
    wr_grid g = {.memory = x.a};
    if (s->sweep)
        add_section(&x, s->sweep);
    for (size_t i = 0; i < n && !x.rc; i++)
        add_over(&x, &over[i]);
    list_paths(&x, &g);
    if (!x.rc)
        multiply(&x, &g);
    if (x.rc) {
        arena_destroy(x.a);
        g = (wr_grid){0};
    }
    *out = g;
    return x.rc;
}

void wr_grid_clear(wr_grid *g)
{
    if (g->memory)
        arena_destroy(g->memory);
    *g = (wr_grid){0};
}
