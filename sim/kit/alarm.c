/* alarm.c - a CloudWatch alarm: the metric as CloudWatch publishes it, judged M of N.
 *
 * At each edge of its period (counted from t = 0) the statistic of the period becomes a datapoint, which is
 * visible after `delay`. Every minute - every 10 s for periods below one - the newest datapoints are judged, after
 * all work of the instant. The range that is looked at reaches two periods further back than N, so that late or
 * missing points do not decide at once. Rules: "Evaluating an alarm" and "Configuring how CloudWatch alarms treat
 * missing data", whose table is the test. Not modelled: composite alarms, anomaly bands, percentiles of few samples.
 * Truth: tests/unit/test_alarm.c. */
#include "../runtime/runtime.h"
#include <math.h>
#include <weir/kit.h>

enum { MORE = 2, SHORTEST = 10, USUAL = 60 };

typedef struct point {
    double value;
    wr_time seen; /* from when on it is visible */
} point;

struct wr_alarm {
    wr_comp *self;
    const wr_alarm_cfg *cfg;
    wr_alarm_fn *fn;
    void *arg;
    wr_reader *reader;
    wr_rng rng;
    enum wr_alarm_state state;
    wr_dur every;
    int range;        /* points that are looked at */
    int room;         /* of the ring: range and those that are under way */
    int64_t points;   /* so far */
    wr_time first;    /* end of the first period */
    wr_time newest;   /* end of the newest visible datapoint's; -1: none */
    point *ring;
    double *judged;
};

/* ---- the rule ----------------------------------------------------------------------------------------- */
static bool breaches(const wr_alarm_cfg *cfg, double x)
{
    switch (cfg->compare) {
    case WR_GT: return x > cfg->threshold;
    case WR_GE: return x >= cfg->threshold;
    case WR_LT: return x < cfg->threshold;
    default: return x <= cfg->threshold;
    }
}

typedef struct judged { /* of the newest real points, at most N */
    int real, breaching;
    int oldest; /* breaching one: how many periods old, the newest point being 1 */
} judged;

static judged count(const double *points, int n, const wr_alarm_cfg *cfg)
{
    judged j = {0};
    for (int i = n - 1; i >= 0 && j.real < cfg->evaluation_periods; i--) {
        if (isnan(points[i]))
            continue;
        j.real++;
        if (breaches(cfg, points[i])) {
            j.breaching++;
            j.oldest = n - i;
        }
    }
    return j;
}

static enum wr_alarm_state without_points(const wr_alarm_cfg *cfg, enum wr_alarm_state before)
{
    switch (cfg->missing) {
    case WR_MISSING_IGNORE: return before;
    case WR_MISSING_BREACHING: return WR_ALARM_ON;
    case WR_MISSING_NOT_BREACHING: return WR_ALARM_OK;
    default: return WR_ALARM_INSUFFICIENT;
    }
}

enum wr_alarm_state wr_alarm_judge(const double *points, int n, const wr_alarm_cfg *cfg, enum wr_alarm_state before)
{
    judged j = count(points, n, cfg);
    int filled = cfg->missing == WR_MISSING_BREACHING ? cfg->evaluation_periods - j.real : 0;
    bool unknown = cfg->missing == WR_MISSING_MISSING || cfg->missing == WR_MISSING_IGNORE;
    if (!j.real)
        return without_points(cfg, before);
    if (j.breaching + filled >= cfg->datapoints_to_alarm)
        return WR_ALARM_ON;
    /* Nothing but breaching points, the oldest of them old enough: what is missing might have breached as well. */
    bool early =
        unknown && j.real < cfg->evaluation_periods && j.breaching == j.real && j.oldest >= cfg->datapoints_to_alarm;
    if (early)
        return cfg->missing == WR_MISSING_IGNORE ? before : WR_ALARM_ON;
    return WR_ALARM_OK;
}

/* ---- the metric, and the clock ------------------------------------------------------------------------ */
static point *at(wr_alarm *a, int64_t number)
{
    return &a->ring[number % a->room];
}

static void period_over(wr_comp *self, void *arg)
{
    wr_alarm *a = arg;
    wr_dur delay = a->cfg->delay ? wr_draw_dur(a->cfg->delay, &a->rng) : 0;
    wr_time now = wr_now(self);
    *at(a, a->points++) = (point){wr_reader_take(a->reader), delay >= WR_NEVER - now ? WR_NEVER : now + delay};
    wr_at(self, now + a->cfg->period, WR_PHASE_EDGE, period_over, a);
}

/* The newest visible point, its value or that it has none; what is older but still under way counts as missing. */
static int64_t newest(wr_alarm *a, wr_time now)
{
    int64_t i = a->points, oldest = a->points > a->room ? a->points - a->room : 0;
    while (i > oldest && at(a, i - 1)->seen > now)
        i--;
    return i;
}

/* The newest real one of those that are looked at. */
static double last_value(wr_alarm *a, int64_t end)
{
    for (int i = a->range - 1; i >= 0; i--)
        if (!isnan(a->judged[i])) {
            a->newest = a->first + (end - a->range + i) * a->cfg->period;
            return a->judged[i];
        }
    return NAN;
}

wr_time wr_alarm_newest(const wr_alarm *a)
{
    return a->newest;
}

static void evaluate(wr_comp *self, void *arg)
{
    wr_alarm *a = arg;
    wr_time now = wr_now(self);
    int64_t end = newest(a, now);
    for (int i = 0; i < a->range; i++) {
        int64_t number = end - a->range + i;
        bool held = number >= 0 && number >= a->points - a->room;
        a->judged[i] = held && at(a, number)->seen <= now ? at(a, number)->value : NAN;
    }
    a->state = wr_alarm_judge(a->judged, a->range, a->cfg, a->state);
    wr_at(self, now + a->every, WR_PHASE_CONTROL, evaluate, a);
    a->fn(self, a, a->state, last_value(a, end), a->arg);
}

/* The first multiple of `step` after now. */
static wr_time next_edge(wr_time now, wr_dur step)
{
    return (now / step + 1) * step;
}

wr_alarm *wr_alarm_start(wr_comp *self, const wr_alarm_cfg *cfg, wr_alarm_fn *fn, void *arg)
{
    wr_alarm *a = wr_alloc(self, sizeof *a);
    *a = (wr_alarm){.self = self, .cfg = cfg, .fn = fn, .arg = arg, .newest = -1};
    a->reader = wr_reader_open(self, cfg->metric);
    a->every = (cfg->period < USUAL * WR_S ? SHORTEST : USUAL) * WR_S;
    a->range = cfg->evaluation_periods + MORE;
    a->room = a->range + 1 + (int)(60 * USUAL * WR_S / cfg->period); /* an hour of delay */
    a->ring = wr_alloc(self, (size_t)a->room * sizeof *a->ring);
    a->judged = wr_alloc(self, (size_t)a->range * sizeof *a->judged);
    wr_stream(self, "metric delay", &a->rng);
    a->first = next_edge(wr_now(self), cfg->period);
    wr_at(self, a->first, WR_PHASE_EDGE, period_over, a);
    wr_at(self, next_edge(wr_now(self), a->every), WR_PHASE_CONTROL, evaluate, a);
    return a;
}
