/* asg_policy.c - from alarms to capacity: target tracking, step and simple scaling at work.
 *
 * Alarms are judged every minute and act every minute while they are on. Whatever the policies ask for at one
 * instant is decided once, after all alarms of that instant: the largest capacity wins; target tracking scales
 * in only when all of its policies want to. An instance in its warm-up is part of the desired capacity but
 * not of the capacity that produced a metric: that one is its mean over the very period of the datapoint,
 * so that a late datapoint is not blamed on the capacity of today. While anything boots or warms up, target
 * tracking and step policies do not scale in. Simple scaling waits for its activity to end and its cooldown.
 * Truth: tests/unit/test_asg.c (AWS's examples; times from alarm to launch). */
#include "asg.h"
#include <math.h>

/* ---- which capacity produced a datapoint --------------------------------------------------------------- */
static void advance(scaler *s)
{
    wr_time now = wr_now(s->group);
    s->integral += (double)s->warm * (double)(now - s->since);
    s->since = now;
}

void asg_warm(scaler *s, int64_t by)
{
    advance(s);
    s->warm += by;
}

static void note_evaluation(scaler *s)
{
    advance(s);
    if (s->marks && s->mark[(s->marks - 1) % MARKS].at == s->since)
        return;
    s->mark[s->marks++ % MARKS] = (asg_mark){s->since, s->integral};
}

static double integral_at(const scaler *s, wr_time t)
{
    size_t oldest = s->marks > MARKS ? s->marks - MARKS : 0;
    asg_mark after = s->mark[(s->marks - 1) % MARKS];
    for (size_t k = s->marks; k-- > oldest;) {
        asg_mark m = s->mark[k % MARKS];
        if (m.at <= t) {
            double share = after.at > m.at ? (double)(t - m.at) / (double)(after.at - m.at) : 0;
            return m.integral + fmin(share, 1) * (after.integral - m.integral);
        }
        after = m;
    }
    return after.integral;
}

/* Mean number of warm instances over the period of the newest datapoint. */
static double measured_capacity(const scaler *s, const wr_alarm *a, wr_dur period)
{
    wr_time end = wr_alarm_newest(a);
    if (end < period || !s->marks)
        return (double)s->warm;
    return (integral_at(s, end) - integral_at(s, end - period)) / (double)period;
}

bool asg_warming(const asg *g, const scaler *s)
{
    return g->pending > 0 || s->warm < g->in_service;
}

/* ---- deciding -------------------------------------------------------------------------------------------- */
static const char *name_of(const asg_policy *p)
{
    static const char *const words[] = {[TARGET_TRACKING] = "target tracking", [STEP] = "step scaling",
                                        [SIMPLE] = "simple scaling", [PREDICTIVE] = "predictive scaling"};
    return words[p->type];
}

static scaler *largest_out(asg *g)
{
    scaler *best = NULL;
    for (scaler *s = g->scaler; s < g->scaler + g->scalers; s++)
        if (s->out && s->out_to > g->desired && (!best || s->out_to > best->out_to))
            best = s;
    return best;
}

/* All target-tracking policies that may want to scale in, and one was judged at this instant. */
static bool tracking_agrees(const asg *g)
{
    bool all = true, fresh = false;
    for (const scaler *s = g->scaler; s < g->scaler + g->scalers; s++) {
        if (s->policy->type != TARGET_TRACKING || s->policy->disable_scale_in)
            continue;
        all &= s->wants_in;
        fresh |= s->in;
    }
    return all && fresh;
}

/* The largest capacity among the wishes to scale in that count. */
static scaler *largest_in(asg *g)
{
    scaler *best = NULL;
    bool agreed = tracking_agrees(g);
    for (scaler *s = g->scaler; s < g->scaler + g->scalers; s++) {
        bool tracking = s->policy->type == TARGET_TRACKING;
        bool counts = tracking ? agreed && s->wants_in : s->in;
        if (counts && (!best || s->in_to > best->in_to))
            best = s;
    }
    return best && best->in_to < g->desired ? best : NULL;
}

static void decide(wr_comp *self, void *arg)
{
    asg *g = wr_state(self);
    (void)arg;
    g->decide_due = false;
    scaler *s = largest_out(g);
    int64_t to = s ? s->out_to : g->desired, before = g->desired;
    if (!s && (s = largest_in(g)))
        to = s->in_to;
    for (scaler *x = g->scaler; x < g->scaler + g->scalers; x++)
        x->out = x->in = false;
    if (!s)
        return;
    if (s->policy->type == SIMPLE)
        s->waits = true;
    asg_want(self, to, name_of(s->policy));
    if (g->desired == before)
        s->waits = false;
    asg_policy_settled(self);
}

static void wish(scaler *s, bool out, int64_t to)
{
    asg *g = wr_state(s->group);
    *(out ? &s->out : &s->in) = true;
    *(out ? &s->out_to : &s->in_to) = to;
    if (!g->decide_due)
        wr_at(s->group, wr_now(s->group), WR_PHASE_CONTROL, decide, NULL);
    g->decide_due = true;
}

static void note_state(scaler *s, enum wr_alarm_state *old, enum wr_alarm_state now, double value, const char *side)
{
    static const char *const words[] = {
        [WR_ALARM_INSUFFICIENT] = "INSUFFICIENT_DATA", [WR_ALARM_OK] = "OK", [WR_ALARM_ON] = "ALARM"};
    if (*old != now && (*old != WR_ALARM_INSUFFICIENT || now != WR_ALARM_OK))
        wr_annotate(s->group, "alarm", value, "%s%s: %s -> %s", name_of(s->policy), side, words[*old], words[now]);
    *old = now;
}

/* ---- target tracking ---------------------------------------------------------------------------------------- */
static int64_t tracked(const scaler *s, const wr_alarm *a, wr_dur period, double value)
{
    const asg *g = wr_const_state(s->group);
    double capacity = measured_capacity(s, a, period);
    if (capacity < 1e-9 && !g->desired)
        capacity = 1; /* an empty group whose metric needs no instance */
    return asg_track(capacity, value, s->policy->target);
}

static void above_target(wr_comp *self, const wr_alarm *a, enum wr_alarm_state state, double value, void *arg)
{
    scaler *s = arg;
    const asg *g = wr_state(self);
    note_evaluation(s);
    note_state(s, &s->high_state, state, value, " above target");
    if (state != WR_ALARM_ON || !isfinite(value))
        return;
    int64_t to = tracked(s, a, s->policy->high.period, value);
    if (to > g->desired)
        wish(s, true, to);
}

static void below_target(wr_comp *self, const wr_alarm *a, enum wr_alarm_state state, double value, void *arg)
{
    scaler *s = arg;
    const asg *g = wr_state(self);
    note_evaluation(s);
    note_state(s, &s->low_state, state, value, " below target");
    s->wants_in = state == WR_ALARM_ON && isfinite(value) && !asg_warming(g, s);
    if (!s->wants_in)
        return;
    double limit = floor(s->policy->scale_in_limit * (double)g->desired);
    int64_t least = g->desired - (limit > 1 ? (int64_t)limit : 1), to = tracked(s, a, s->policy->low.period, value);
    to = to > least ? to : least;
    wish(s, false, to < g->desired ? to : g->desired);
}

/* Two policies of one type differ by what they compare with. */
static void note_threshold(scaler *s, enum wr_alarm_state now, double value)
{
    static const char *const sign[] = {[WR_GT] = ">", [WR_GE] = ">=", [WR_LT] = "<", [WR_LE] = "<="};
    char side[48];
    snprintf(side, sizeof side, " %s %.4g", sign[s->policy->high.compare], s->policy->threshold);
    note_state(s, &s->high_state, now, value, side);
}

/* ---- step and simple scaling ----------------------------------------------------------------------------------- */
static void propose(scaler *s, int64_t to)
{
    const asg *g = wr_const_state(s->group);
    if (to > g->desired)
        wish(s, true, to);
    else if (to < g->desired)
        wish(s, false, to);
}

static void step_alarm(wr_comp *self, const wr_alarm *a, enum wr_alarm_state state, double value, void *arg)
{
    scaler *s = arg;
    const asg_policy *p = s->policy;
    const asg *g = wr_state(self);
    (void)a;
    note_threshold(s, state, value);
    if (state != WR_ALARM_ON || !isfinite(value))
        return;
    bool above = p->high.compare == WR_GT || p->high.compare == WR_GE, warming = asg_warming(g, s);
    const asg_step *step = asg_step_of(p->steps.items, p->steps.n, value - p->threshold, above);
    if (!step)
        return;
    int64_t base = warming ? s->warm : g->desired;
    int64_t to = asg_adjust(base, (enum adjustment)p->adjustment, step->by, p->least);
    if (to > g->desired || (!warming && to < g->desired))
        propose(s, to);
}

static void simple_alarm(wr_comp *self, const wr_alarm *a, enum wr_alarm_state state, double value, void *arg)
{
    scaler *s = arg;
    const asg_policy *p = s->policy;
    const asg *g = wr_state(self);
    (void)a;
    note_threshold(s, state, value);
    if (state != WR_ALARM_ON || s->waits || wr_now(self) < s->free_at)
        return;
    propose(s, asg_adjust(g->desired, (enum adjustment)p->adjustment, p->adjust, p->least));
}

void asg_policy_settled(wr_comp *self)
{
    asg *g = wr_state(self);
    if (g->pending || g->terminating || (int64_t)g->n != g->desired)
        return;
    wr_dur cooldown = -1;
    for (scaler *s = g->scaler; s < g->scaler + g->scalers; s++) {
        if (s->waits)
            cooldown = s->policy->cooldown;
        s->waits = false;
    }
    for (scaler *s = g->scaler; cooldown >= 0 && s < g->scaler + g->scalers; s++)
        s->free_at = wr_now(self) + cooldown; /* a cooldown is the group's */
}

/* ---- warm-ups -------------------------------------------------------------------------------------------------- */
struct warm_up {
    ec2 *i;
    scaler *s;
};

static void warmed(wr_comp *self, void *arg)
{
    struct warm_up *w = arg;
    const asg *g = wr_state(self);
    if (w->i->state != EC2_IN_SERVICE)
        return;
    w->i->warm |= (uint64_t)1 << (w->s - g->scaler);
    asg_warm(w->s, 1);
}

void asg_policy_in_service(wr_comp *self, ec2 *i)
{
    asg *g = wr_state(self);
    if (!g->scalers)
        return;
    struct warm_up *w = wr_alloc(self, g->scalers * sizeof *w);
    for (size_t k = 0; k < g->scalers; k++) {
        w[k] = (struct warm_up){i, &g->scaler[k]};
        if (g->scaler[k].policy->warm_after > 0)
            wr_after(self, g->scaler[k].policy->warm_after, warmed, &w[k]);
        else
            warmed(self, &w[k]);
    }
}

void asg_policy_left(wr_comp *self, const ec2 *i)
{
    asg *g = wr_state(self);
    for (size_t k = 0; k < g->scalers; k++)
        if (i->warm & (uint64_t)1 << k)
            asg_warm(&g->scaler[k], -1);
}

static void start_alarms(wr_comp *self, scaler *s)
{
    const asg_policy *p = s->policy;
    if (p->type == TARGET_TRACKING) {
        s->high = wr_alarm_start(self, &p->high, above_target, s);
        if (!p->disable_scale_in)
            s->low = wr_alarm_start(self, &p->low, below_target, s);
    } else {
        s->high = wr_alarm_start(self, &p->high, p->type == STEP ? step_alarm : simple_alarm, s);
    }
}

void asg_policy_start(wr_comp *self)
{
    asg *g = wr_state(self);
    const asg_cfg *cfg = g->cfg;
    int alarms = 0;
    g->scalers = cfg->policies.n;
    g->scaler = wr_alloc(self, (g->scalers + 1) * sizeof *g->scaler);
    for (size_t k = 0; k < g->scalers; k++) {
        scaler *s = &g->scaler[k];
        s->group = self;
        s->policy = &cfg->policy[k];
        s->mark[s->marks++] = (asg_mark){0, 0};
        start_alarms(self, s);
        alarms += (s->high != NULL) + (s->low != NULL);
    }
    wr_bill_level(self, ASG_ALARMS, alarms);
}
