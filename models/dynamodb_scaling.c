/* dynamodb_scaling.c - target tracking of provisioned capacity, as Application Auto Scaling does it.
 *
 * Once a minute the newest datapoint of consumed capacity is read as CloudWatch publishes it. When the last
 * two are above the target share of what is provisioned NOW, capacity is raised; when the last fifteen are
 * more than twenty points below it, lowered: in either case to consumption divided by the target. An update
 * takes its time, and there is only one at once. A table that consumes nothing publishes nothing, so an
 * idle table never scales in; short spikes are seen late and are the bucket's business. Decreases are
 * rationed by the day; increases end at the account's quota. Not modelled: scheduled actions, indexes (they
 * keep their capacity).
 * Truth: tests/unit/test_dynamodb_scaling.c. */
#include "dynamodb.h"
#include <math.h>

#define LOW_BAND 0.2 /* the scale-in alarm stands this far below the target */
#define DAY (86400 * WR_S)
#define HOUR (3600 * WR_S)

static const ddb_scaling *rules(const ddb *t)
{
    return t->plan->scaling;
}

static const ddb_target *target_of(const ddb *t, const ddb_scaler *s)
{
    return rules(t)->side[s->side];
}

/* Lowest and highest of the last n points; false: there are not so many yet. */
static bool range(const ddb_scaler *s, int64_t n, double *low, double *high)
{
    *low = INFINITY;
    *high = 0;
    for (int64_t i = 0; i < n && n <= s->points; i++) {
        double x = s->point[(s->points - 1 - i) % s->room];
        *low = fmin(*low, x);
        *high = fmax(*high, x);
    }
    return n <= s->points;
}

static bool may_decrease(const ddb *t, ddb_scaler *s)
{
    wr_time now = wr_now(t->self);
    if (now / DAY != s->day) {
        s->day = now / DAY;
        s->decreases = 0;
    }
    return s->decreases < rules(t)->decreases && (s->decreases < 4 || now - s->decreased >= HOUR);
}

static void updated(wr_comp *self, void *arg)
{
    static const char *const what[DDB_SIDES] = {"read", "write"};
    ddb *t = wr_state(self);
    ddb_scaler *s = arg;
    double before = t->table.rate[s->side];
    s->updating = false;
    ddb_pool_rate(t, &t->table, s->side, s->wanted);
    wr_annotate(self, s->wanted > before ? "scale_out" : "scale_in", s->wanted, "%s capacity %.0f to %.0f",
                what[s->side], before, s->wanted);
}

static void update(ddb *t, ddb_scaler *s, double units)
{
    const ddb_target *to = target_of(t, s);
    double now = t->table.rate[s->side];
    units = fmin(fmax(units, (double)to->min), (double)to->max);
    units = fmin(units, now + ddb_account_room(t, s->side));
    if (s->updating || units == now || (units < now && !may_decrease(t, s)))
        return;
    if (units < now) {
        s->decreases++;
        s->decreased = wr_now(t->self);
    }
    s->wanted = units;
    s->updating = true;
    wr_dur takes = wr_draw_dur(rules(t)->update_time, &s->rng);
    wr_at(t->self, wr_now(t->self) + takes, WR_PHASE_CONTROL, updated, s);
}

static void judge(ddb *t, ddb_scaler *s)
{
    double target = target_of(t, s)->target, has = t->table.rate[s->side], low, high;
    if (range(s, rules(t)->up, &low, &high) && low > target * has)
        update(t, s, fmax(has, ceil(s->point[(s->points - 1) % s->room] / target - 1e-9)));
    else if (range(s, rules(t)->down, &low, &high) && high < (target - LOW_BAND) * has)
        update(t, s, ceil(high / target - 1e-9));
}

/* Datapoints that CloudWatch does not have leave things as they are. */
static void looked(wr_comp *self, const wr_alarm *a, enum wr_alarm_state state, double value, void *arg)
{
    ddb_scaler *s = arg;
    (void)state; /* the alarm only reads: its threshold would move with the capacity */
    if (!(value > 0) || wr_alarm_newest(a) <= s->newest)
        return;
    s->newest = wr_alarm_newest(a);
    s->point[s->points++ % s->room] = value;
    judge(wr_state(self), s);
}

void ddb_scaling_start(ddb *t)
{
    for (int side = 0; side < DDB_SIDES && rules(t); side++) {
        ddb_scaler *s = &t->scaler[side];
        if (!rules(t)->side[side])
            continue;
        *s = (ddb_scaler){
            .side = side, .newest = -1, .room = rules(t)->up > rules(t)->down ? rules(t)->up : rules(t)->down};
        s->point = wr_alloc(t->self, (size_t)s->room * sizeof *s->point);
        wr_stream(t->self, side == DDB_READ ? "update read" : "update write", &s->rng);
        wr_alarm_start(t->self, &t->plan->alarm[side], looked, s);
        update(t, s, t->table.rate[side]); /* into its bounds */
    }
}
