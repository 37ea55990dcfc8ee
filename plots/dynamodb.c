/* dynamodb.c - one table: what was consumed of what was provisioned, what was throttled, what the bucket held.
 *
 * Reads left, writes right. A table throttles when consumption meets provision AND the burst bucket is empty;
 * the rows below each other show it in that order. Where partitions are recorded, a strip for each shows which
 * key ranges are hot. */
#include "charts.h"

enum { MOST_PARTS = 16, LEVELS = 8, RIGHT_ROOM = 78, ROW_GAP = 6 };
static const char *const burst_names[2][4] = {{"burst_left_read", "burst_read", "burst_left", NULL},
                                              {"burst_left_write", "burst_write", NULL, NULL}};
static const char *const throttle_names[2] = {"ReadThrottleEvents", "WriteThrottleEvents"};

static bool applies(wr_store *s)
{
    const wr_store_metric *m;
    for (size_t i = wr_store_metrics(s, &m); i-- > 0;)
        if (!strcmp(m[i].metric, "ConsumedReadCapacityUnits") && wr_store_periods(s))
            return true;
    return false;
}

/* ---- partitions ------------------------------------------------------------------------------------ */
typedef struct part { const char *name; trace t; } part;

/* Partitions are named p0, p1 ...; other parts are indexes. */
static bool is_partition(const char *name)
{
    return name[0] == 'p' && name[1] >= '0' && name[1] <= '9';
}

static size_t parts_of(const book *b, const char *owner, const char *metric, part *out)
{
    const wr_store_metric *m;
    size_t n = wr_store_metrics(b->s, &m), found = 0;
    for (size_t i = 0; i < n && found < MOST_PARTS; i++)
        if (!strcmp(m[i].owner, owner) && m[i].part && is_partition(m[i].part) && !strcmp(m[i].metric, metric)) {
            out[found].name = m[i].part;
            out[found].t = trace_one(b, canvas_print(b->c, "%s:%s", owner, m[i].part), metric, TRACE_RATE);
            found += out[found].t.mid != NULL;
        }
    return found;
}

static ink heat(int level)
{
    double f = (double)level / LEVELS;
    uint32_t r = (uint32_t)(247 - f * 247), g = (uint32_t)(251 - f * 200), b = (uint32_t)(255 - f * 135);
    return (ink){r << 16 | g << 8 | b, 1};
}

/* Equal neighbours become one box; dense periods keep the hottest of each point. */
static void strip(const panel *p, const trace *t, double y, double h, double most)
{
    const book *b = p->b;
    double from = p->plot.x, to = from;
    int level = -1;
    for (size_t i = 0; i <= b->n; i++) {
        int now = i == b->n ? -1 : isnan(t->mid[i]) ? 0 : (int)ceil(fmin(1, t->mid[i] / most) * LEVELS);
        double x = i == b->n ? p->plot.x + p->plot.w : scale_at(&p->x, b->t[i]);
        bool wide = x - from >= 1 || i == b->n;
        if (now == level || (!wide && now < level))
            continue;
        to = x;
        if (level > 0)
            canvas_box(b->c, (box){from, y, to - from, h}, heat(level));
        from = to;
        level = now;
    }
}

static void heat_map(const book *b, const char *owner, const part *p, size_t n, box where)
{
    char peak[SAY], limit[SAY];
    double most = 0;
    const char *hottest = "";
    for (size_t i = 0; i < n; i++)
        if (p[i].t.peak > most) {
            most = p[i].t.peak;
            hottest = p[i].name;
        }
    const char *title = canvas_print(b->c, "Read units per second of each partition of %s", owner);
    panel q = panel_open(b, where, title, "1", 0, 1, RIGHT_ROOM, PANEL_TIMES | PANEL_BARE);
    q.acts = owner;
    double h = q.plot.h / (double)n;
    for (size_t i = 0; i < n; i++) {
        double y = q.plot.y + (double)i * h;
        if (most > 0)
            strip(&q, &p[i].t, y, fmax(1, h - 1), most);
        if (h >= 8.5 || i % 2 == 0)
            canvas_text(b->c, q.plot.x - 6, y + h / 2 + 3.2, theme_quiet(fmin(10, fmax(7, h)), RIGHT), p[i].name);
    }
    if (most > 0)
        panel_key(&q, theme_pen(ROLE_CAPACITY), heat(LEVELS),
                  canvas_print(b->c, "darkest: %s of %s at %s", say_value(peak, most, "1/s"),
                               say_value(limit, 3000, "1/s"), hottest));
    panel_close(&q);
}

/* ---- reads and writes ----------------------------------------------------------------------------------- */
typedef struct side { trace used, has, throttled, burst; } side;

/* Of the table and of its indexes: a starved index throttles the table's writes. Partitions count in the table's. */
static trace throttles(const book *b, const char *owner, const char *metric)
{
    const wr_store_metric *m;
    size_t n = wr_store_metrics(b->s, &m), found = 0;
    term *t = arena_alloc(b->c->arena, (n + 1) * sizeof *t);
    for (size_t i = 0; i < n; i++) {
        const char *index = m[i].part ? m[i].part : "";
        if (strcmp(m[i].owner, owner) || strcmp(m[i].metric, metric) || is_partition(index))
            continue;
        t[found++] = (term){canvas_print(b->c, *index ? "%s:%s.%s" : "%s%s.%s", owner, index, metric), 1};
    }
    return trace_sum(b, t, found, TRACE_RATE);
}

static side side_of(const book *b, const char *owner, int write)
{
    const char *what = write ? "Write" : "Read";
    return (side){trace_one(b, owner, canvas_print(b->c, "Consumed%sCapacityUnits", what), TRACE_RATE),
                  trace_one(b, owner, canvas_print(b->c, "Provisioned%sCapacityUnits", what), 0),
                  throttles(b, owner, throttle_names[write]),
                  trace_first(b, owner, burst_names[write], 0)};
}

static void row(const book *b, const char *owner, const trace *t, bool refused, box where, double most, unsigned flags)
{
    if (!t->mid)
        return;
    panel p = panel_open(b, where, refused ? "Throttled events" : "Units left in the burst bucket",
                         refused ? "1/s" : "1", 0, most, RIGHT_ROOM, flags);
    p.acts = owner;
    plot_area(&p, t, refused ? ROLE_THROTTLED : ROLE_USED, refused ? "throttled" : "left");
    panel_close(&p);
}

static const char *finding(const book *b, const char *owner, const side *s)
{
    char share[SAY], peak[SAY], has[SAY], when[SAY];
    const char *said[3] = {NULL};
    for (int w = 0; w < 2; w++) {
        double first = trace_crosses(b, &s[w].throttled, 0);
        if (!isnan(first))
            said[w] = canvas_print(b->c, "%s were throttled from %s.", w ? "Writes" : "Reads", say_clock(when, first));
    }
    double lost = book_stat(b, owner, "throttled_share", "mean");
    if (said[0] || said[1])
        said[2] = isnan(lost) ? NULL
                              : canvas_print(b->c, "%s of all requests to %s.", say_value(share, lost, "share"), owner);
    else if (trace_any(&s[0].used) && trace_any(&s[0].has))
        said[0] = canvas_print(b->c, "Nothing was throttled: reads peak at %s units per second of %s provisioned.",
                               say_value(peak, s[0].used.peak, "1"), say_value(has, s[0].has.peak, "1"));
    return words_join(b, said, 3, "Nothing was throttled.");
}

/* Of the height: capacity takes three units, throttles and bucket two each where `most` is not negative. */
static void rows_of(box in, const double *most, bool last, double height[3])
{
    const double gap = ROW_GAP, names = 14, times = last ? 11 : 0;
    double units = 3, gaps = 0;
    size_t lowest = 0;
    for (size_t i = 1; i < 3; i++)
        if (most[i] >= 0) {
            units += 2;
            gaps += gap;
            lowest = i;
        }
    double unit = (in.h - gaps - names - times) / units;
    height[0] = 3 * unit + names;
    height[1] = height[2] = 2 * unit;
    height[lowest] += times;
}

static void column(const book *b, const char *owner, const side *s, int write, box in, const double *most, bool last)
{
    double height[3];
    box at = in;
    unsigned end = last ? PANEL_TIMES : 0u;
    rows_of(in, most, last, height);
    at.h = height[0];
    part_capacity(b, owner, write, at, RIGHT_ROOM, PANEL_NAMES | (most[1] < 0 && most[2] < 0 ? end : 0u));
    at.y += at.h + ROW_GAP;
    at.h = height[1];
    if (most[1] >= 0) {
        row(b, owner, &s->throttled, true, at, most[1], most[2] < 0 ? end : 0u);
        at.y += at.h + ROW_GAP;
    }
    at.h = height[2];
    if (most[2] >= 0)
        row(b, owner, &s->burst, false, at, s->burst.most, end);
}

/* Both columns have the same rows; -1: neither has anything there. */
static void columns(const book *b, const char *owner, const side *s, box body, bool last)
{
    double most[] = {0, -1, -1};
    for (size_t w = 0; w < 2; w++) {
        most[1] = s[w].throttled.mid ? fmax(most[1], s[w].throttled.most) : most[1];
        most[2] = s[w].burst.mid ? fmax(most[2], s[w].burst.most) : most[2];
    }
    for (int w = 0; w < 2; w++)
        column(b, owner, &s[w], w, box_column(body, (size_t)w, 2, 18), most, last);
}

static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    book b = book_open(cfg, s, c);
    const char **one = arena_alloc(c->arena, 2 * sizeof *one), *bad;
    one[0] = part_table_owner(&b);
    const char *const *who = book_chosen(&b, "ConsumedReadCapacityUnits", one, &bad);
    if (bad)
        return book_unknown(&b, bad, err);
    if (!who[0] || !b.n)
        return page_empty(&b, words_title(&b, "capacity units"), "There is no DynamoDB table in these results.");
    const side sides[2] = {side_of(&b, who[0], 0), side_of(&b, who[0], 1)};
    part p[MOST_PARTS];
    size_t parts = parts_of(&b, who[0], "ConsumedReadCapacityUnits", p);
    box body = page_open(&b, words_title(&b, "capacity units of %s", who[0]), finding(&b, who[0], sides));
    if (parts) {
        box below = body;
        below.h = fmin(body.h * 0.4, 44 + 14 * (double)parts);
        below.y = body.y + body.h - below.h;
        body.h -= below.h + 8;
        heat_map(&b, who[0], p, parts, below);
    }
    columns(&b, who[0], sides, body, !parts);
    return 0;
}

const wr_chart wr_chart_dynamodb = {
    .kind = "dynamodb",
    .title = "DynamoDB capacity units",
    .doc = "Consumed against provisioned read and write units of a table, throttled events, the burst bucket, and partitions where recorded.",
    .params = chart_params,
    .cfg_size = sizeof(chart_cfg),
    .applies = applies,
    .draw = draw};
