/* parts.c - panels that more than one kind of chart shows, and who is shown when nobody asked. */
#include "charts.h"

const char *const in_service_names[] = {"in_service", "GroupInServiceInstances", "RunningTaskCount", NULL};
const char *const desired_names[] = {"GroupDesiredCapacity", "DesiredTaskCount", "desired", NULL};
const char *const booting_names[] = {"GroupPendingInstances", "PendingTaskCount", NULL};

/* ---- who -------------------------------------------------------------------------------------------- */
const char *const *part_traffic(const book *b)
{
    const char *const *t = book_owners(b, "traffic", "requests");
    if (t[0])
        return t;
    const char **first = arena_alloc(b->c->arena, 2 * sizeof *first);
    first[0] = book_owners(b, NULL, "requests")[0];
    return first;
}

const char *part_fleet_owner(const book *b)
{
    const char *const *o = book_owners(b, NULL, desired_names[0]);
    for (size_t i = 1; !o[0] && desired_names[i]; i++)
        o = book_owners(b, NULL, desired_names[i]);
    if (!o[0])
        o = book_owners(b, NULL, in_service_names[0]);
    return o[0];
}

/* The owner whose series is largest. */
static const char *busiest(const book *b, const char *const *owners, const char *metric)
{
    const char *best = NULL;
    double most = 0;
    for (; *owners; owners++) {
        double x = trace_one(b, *owners, metric, 0).most;
        if (x > most) {
            most = x;
            best = *owners;
        }
    }
    return best;
}

const char *part_table_owner(const book *b)
{
    const char *const *o = book_owners(b, "dynamodb", "ConsumedReadCapacityUnits");
    const char *best = busiest(b, o, "ConsumedReadCapacityUnits");
    return best ? best : o[0];
}

const char *part_dead_letters(const book *b, const char *owner)
{
    return book_word(b, AT("resources", owner, "redrive_policy", "dead_letter_target"));
}

const char *const *part_queues(const book *b, const char *type)
{
    const char *const *all = book_owners(b, type, "queue_depth");
    size_t n = 0, kept = 0;
    while (all[n])
        n++;
    const char **out = arena_alloc(b->c->arena, (n + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        bool dead = false;
        for (size_t k = 0; k < n && !dead; k++) {
            const char *to = part_dead_letters(b, all[k]);
            dead = to && !strcmp(to, all[i]);
        }
        if (!dead)
            out[kept++] = all[i];
    }
    return out;
}

const char *part_queue_owner(const book *b)
{
    return busiest(b, part_queues(b, NULL), "queue_depth");
}

/* ---- panels --------------------------------------------------------------------------------------------- */
static trace over(const book *b, const char *const *owners, const char *metric)
{
    size_t n = 0;
    while (owners[n])
        n++;
    term *of = arena_alloc(b->c->arena, (n + 1) * sizeof *of);
    for (size_t i = 0; i < n; i++)
        of[i] = (term){canvas_print(b->c, "%s.%s", owners[i], metric), 1};
    return trace_sum(b, of, n, TRACE_RATE);
}

bool part_rates(const book *b, box where, unsigned flags)
{
    const char *const *who = part_traffic(b);
    trace offered = over(b, who, "requests"), served = over(b, who, "completed");
    if (!offered.mid)
        return false;
    panel p = panel_open(b, where, "Requests", "1/s", 0, fmax(offered.most, served.mid ? served.most : 0), 74, flags);
    plot_area(&p, &served, ROLE_SERVED, "completed");
    plot_trace(&p, &offered, theme_pen(ROLE_OFFERED), "offered");
    panel_close(&p);
    return true;
}

bool part_trouble(const book *b, box where, unsigned flags)
{
    const char *const *who = part_traffic(b), *where_most = busiest(b, book_owners(b, NULL, "throttled"), "throttled");
    trace errors = over(b, who, "errors"), throttled = {.most = NAN, .peak = NAN};
    if (where_most)
        throttled = trace_one(b, where_most, "throttled", TRACE_RATE);
    if (!errors.mid && !where_most)
        return false;
    double most = fmax(errors.mid ? errors.most : 0, throttled.mid ? throttled.most : 0);
    const char *title = where_most ? canvas_print(b->c, "Failed, and throttled at %s", where_most) : "Failed";
    panel p = panel_open(b, where, title, "1/s", 0, most, 74, flags);
    plot_trace(&p, &throttled, theme_pen(ROLE_THROTTLED), "throttled");
    plot_trace(&p, &errors, theme_pen(ROLE_FAILED), "failed");
    if (!(most > 0))
        canvas_text(b->c, p.plot.x + p.plot.w / 2, p.plot.y + p.plot.h / 2, theme_quiet(10.5, CENTRE),
                    "nothing failed");
    panel_close(&p);
    return true;
}

bool part_latency(const book *b, box where, unsigned flags)
{
    static const char *const stat[] = {"p99", "p95", "p50"};
    static const double strength[] = {1, 0.7, 0.45};
    const char *owner = part_traffic(b)[0];
    char limit[SAY];
    double q, bound = owner ? book_objective(b, owner, "latency", &q) : NAN;
    trace t[3];
    for (size_t i = 0; owner && i < 3; i++)
        t[i] = trace_one(b, owner, canvas_print(b->c, "latency.%s", stat[i]), 0);
    if (!owner || !t[0].mid)
        return false;
    double most = t[0].most;
    bool near = bound < 4 * most;
    panel p = panel_open(b, where, canvas_print(b->c, "Latency of %s", owner), "s", 0, near ? fmax(most, bound) : most,
                         74, flags);
    for (size_t i = 3; i-- > 0;) {
        pen with = theme_pen(ROLE_LATENCY);
        with.ink.alpha = strength[i];
        plot_trace(&p, &t[i], with, stat[i]);
    }
    if (near)
        plot_level(&p, bound, theme_pen(ROLE_OBJECTIVE), canvas_print(b->c, "goal %s", say_value(limit, bound, "s")));
    panel_close(&p);
    return true;
}

panel part_fleet_of(const book *b, const char *owner, box where, double right, unsigned flags)
{
    trace layer[2] = {trace_first(b, owner, in_service_names, 0), trace_first(b, owner, booting_names, 0)};
    trace desired = trace_first(b, owner, desired_names, 0);
    const ink fill[] = {theme_fill(ROLE_CAPACITY), theme_fill(ROLE_BOOTING)};
    double most = fmax(stack_most(b, layer, 2), desired.mid ? desired.most : 0);
    panel p = panel_open(b, where, canvas_print(b->c, "Capacity of %s", owner), "1", 0,
                         fmax(most, layer[0].mid ? layer[0].most : 0), right, flags | PANEL_WHOLE);
    p.acts = owner;
    plot_stack(&p, layer, fill, 2, true);
    plot_steps(&p, &layer[0], theme_pen(ROLE_CAPACITY), "in service");
    plot_steps(&p, &desired, theme_pen(ROLE_DESIRED), "desired");
    if (trace_any(&layer[1]))
        panel_key(&p, theme_pen(ROLE_BOOTING), fill[1], "booting");
    panel_close(&p);
    return p;
}

bool part_fleet(const book *b, box where, unsigned flags)
{
    const char *owner = part_fleet_owner(b);
    if (owner)
        part_fleet_of(b, owner, where, 74, flags);
    return owner != NULL;
}

double part_scale(double own, double most)
{
    return own > 0 && own * 5 < most ? own : most;
}

void part_capacity(const book *b, const char *owner, bool writes, box where, double right, unsigned flags)
{
    const char *what = writes ? "Write" : "Read";
    trace used = trace_one(b, owner, canvas_print(b->c, "Consumed%sCapacityUnits", what), TRACE_RATE);
    trace has = trace_one(b, owner, canvas_print(b->c, "Provisioned%sCapacityUnits", what), 0);
    panel p = panel_open(b, where, canvas_print(b->c, "%s units of %s per second", what, owner), "1", 0,
                         fmax(used.mid ? used.most : 0, has.mid ? has.most : 0), right, flags);
    p.acts = owner;
    plot_area(&p, &used, ROLE_USED, "consumed");
    plot_steps(&p, &has, theme_pen(ROLE_CAPACITY), "provisioned");
    panel_close(&p);
}

bool part_table(const book *b, box where, unsigned flags)
{
    const char *owner = part_table_owner(b);
    if (owner)
        part_capacity(b, owner, false, where, 74, flags);
    return owner != NULL;
}

bool part_queue(const book *b, box where, unsigned flags)
{
    const char *owner = part_queue_owner(b);
    if (!owner)
        return false;
    trace t = trace_one(b, owner, "queue_depth", 0);
    panel p = panel_open(b, where, canvas_print(b->c, "Waiting at %s", owner), "1", 0, t.most, 74, flags | PANEL_WHOLE);
    plot_area(&p, &t, ROLE_USED, "waiting");
    panel_close(&p);
    return true;
}
