/* traffic_source.c - open sources: when the next request begins, whatever became of those before.
 *
 * An arrival is due when the rate, integrated since the last one, has reached an amount: exponential amounts of
 * mean 1 make it Poisson, 1 makes it even, gamma amounts make it smoother or burstier; a batch takes the amount
 * of its mean size. So one rule serves constant and changing rates, traces, and states that switch (MMPP), and a
 * spike in the middle of a wait is exact: the part of the amount that is left is waited for at the new rate.
 * Times between arrivals are amounts of seconds at pace 1. Truth: tests/unit/test_traffic.c. */
#include "traffic.h"
#include <math.h>

bool source_open(const wr_comp *self)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    const struct traffic *s = wr_const_state(self);
    return wr_now(self) < cfg->end && s->made < cfg->count && !wr_broken(self);
}

int source_kind(wr_comp *self)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    if (cfg->mix.n <= 1)
        return 0;
    double u = wr_rng_unit(&s->mix);
    size_t i = 0;
    while (i + 1 < cfg->mix.n && u > cfg->kind[i].upto)
        i++;
    return (int)i;
}

/* ---- amounts ------------------------------------------------------------------------------------------ */
static double normal(wr_rng *r)
{
    static const double TWO_PI = 6.283185307179586;
    double radius = sqrt(-2 * log(wr_rng_unit(r)));
    return radius * cos(TWO_PI * wr_rng_unit(r));
}

/* Gamma of mean 1, by Marsaglia and Tsang; a shape below 1 by that of one more. */
static double gamma_amount(wr_rng *r, double cv)
{
    double shape = 1 / (cv * cv), boost = 1;
    if (shape < 1)
        boost = pow(wr_rng_unit(r), 1 / shape);
    double k = shape < 1 ? shape + 1 : shape, d = k - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = normal(r), v = 1 + c * x;
        v = v * v * v;
        if (v > 0 && log(wr_rng_unit(r)) < x * x / 2 + d * (1 - v + log(v)))
            return boost * d * v / shape;
    }
}

static double amount(const struct traffic_cfg *cfg, struct traffic *s)
{
    const void *law = cfg->arrivals.cfg;
    switch (cfg->shape) {
    case UNIFORM: return 1;
    case GAMMA: return gamma_amount(&s->arrivals, ((const struct gamma *)law)->cv);
    case BATCH: return cfg->mean * (((const struct batch *)law)->of ? 1 : wr_rng_exp(&s->arrivals));
    case INTERARRIVALS: return wr_draw(((const struct interarrivals *)law)->of, &s->arrivals);
    default: return wr_rng_exp(&s->arrivals);
    }
}

static int64_t at_once(const struct traffic_cfg *cfg, struct traffic *s)
{
    if (cfg->shape != BATCH)
        return 1;
    double n = wr_draw(((const struct batch *)cfg->arrivals.cfg)->size, &s->arrivals) + 0.5;
    return n < 1e18 ? (int64_t)n : INT64_MAX;
}

/* ---- rates -------------------------------------------------------------------------------------------- */
/* What has come in since `since`. */
static double come(const struct traffic_cfg *cfg, const struct traffic *s, wr_time now)
{
    if (cfg->source == BY_PROFILE)
        return s->factor * wr_profile_integral(cfg->profile, s->since, now);
    return s->factor * s->pace * wr_dur_to_s(now - s->since);
}

static wr_time due(const struct traffic_cfg *cfg, struct traffic *s)
{
    if (cfg->source == BY_PROFILE)
        return wr_profile_reach(cfg->profile, &s->cursor, s->since, s->owed, s->factor);
    double rate = s->pace * s->factor;
    wr_dur d = rate > 0 ? wr_dur_from_s(s->owed / rate) : WR_NEVER;
    return d >= WR_NEVER - s->since ? WR_NEVER : s->since + d;
}

static void arrive(wr_comp *self, void *arg);

static void plan(wr_comp *self)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    wr_time t = due(cfg, s);
    s->next = (wr_event){0};
    if (s->cursor.broken)
        wr_break(self, "the rate of '%s' is not a number or grows without bound at %.9g s", wr_name(self), wr_dur_to_s(t < WR_NEVER ? t : wr_now(self)));
    if (t < cfg->end && s->made < cfg->count)
        s->next = wr_at(self, t, WR_PHASE_WORK, arrive, NULL);
}

static void arrive(wr_comp *self, void *arg)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    wr_time now = wr_now(self);
    int64_t n = at_once(cfg, s);
    double carried = cfg->shape == UNIFORM ? s->owed - come(cfg, s, now) : 0; /* the nanosecond that was rounded */
    (void)arg;
    s->since = now;
    s->owed = amount(cfg, s) + carried;
    for (int64_t i = 0; i < n && source_open(self); i++)
        request_open(self, source_kind(self), NULL, NO_USER);
    plan(self);
}

/* The rate changes: what is still owed is waited for at the new one. */
static void change(wr_comp *self, double factor, double pace)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    wr_time now = wr_now(self);
    if (now > s->since) {
        s->owed = fmax(0, s->owed - come(cfg, s, now));
        s->since = now;
        s->cursor = (wr_cursor){0};
    }
    s->factor = factor;
    s->pace = pace;
    wr_cancel(self, s->next);
    plan(self);
}

void source_spike(wr_comp *self, double factor)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    if (cfg->source == BY_SCRIPT)
        s->factor = factor; /* what was scripted happens as it was scripted */
    else
        change(self, factor, s->pace);
}

/* ---- states that switch ------------------------------------------------------------------------------- */
static void next_state(wr_comp *self, void *arg);

static void enter_state(wr_comp *self, size_t state)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    const struct mmpp *m = cfg->arrivals.cfg;
    double leave = ((const struct rate_row *)m->leave.items)[state].rate;
    s->at = state;
    if (leave > 0)
        wr_after(self, wr_dur_from_s(wr_rng_exp(&s->mix) / leave), next_state, NULL);
}

static double state_rate(const struct traffic_cfg *cfg, size_t state)
{
    const struct mmpp *m = cfg->arrivals.cfg;
    return ((const struct rate_row *)m->rates.items)[state].rate;
}

static void next_state(wr_comp *self, void *arg)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    const struct mmpp *m = cfg->arrivals.cfg;
    (void)arg;
    enter_state(self, (s->at + 1) % m->rates.n);
    change(self, s->factor, state_rate(cfg, s->at));
}

/* The state in which a process that has run for ever is found. */
static size_t some_state(const struct mmpp *m, wr_rng *r)
{
    const struct rate_row *leave = m->leave.items;
    double sum = 0;
    for (size_t i = 0; i < m->leave.n; i++) {
        if (leave[i].rate <= 0)
            return 0;
        sum += 1 / leave[i].rate;
    }
    double u = wr_rng_unit(r) * sum;
    size_t state = 0;
    while (state + 1 < m->leave.n && (u -= 1 / leave[state].rate) > 0)
        state++;
    return state;
}

/* ---- scripts ------------------------------------------------------------------------------------------ */
static void play(wr_comp *self, void *arg)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    (void)arg;
    while (s->at < cfg->scripts && cfg->script[s->at].t <= wr_now(self)) {
        const struct script *x = &cfg->script[s->at++];
        for (int64_t i = 0; i < x->count && source_open(self); i++)
            request_open(self, x->kind >= 0 ? x->kind : source_kind(self), x, NO_USER);
    }
    if (s->at < cfg->scripts && cfg->script[s->at].t < cfg->end && s->made < cfg->count)
        wr_at(self, cfg->script[s->at].t, WR_PHASE_WORK, play, NULL);
}

static void begin(wr_comp *self, void *arg)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    (void)arg;
    if (cfg->shape == MMPP) {
        enter_state(self, some_state(cfg->arrivals.cfg, &s->mix));
        s->pace = state_rate(cfg, s->at);
    }
    plan(self);
}

void source_start(wr_comp *self)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    if (cfg->source == BY_SCRIPT) {
        while (s->at < cfg->scripts && cfg->script[s->at].t < cfg->start)
            s->at++;
        if (s->at < cfg->scripts && cfg->script[s->at].t < cfg->end)
            wr_at(self, cfg->script[s->at].t, WR_PHASE_WORK, play, NULL);
        return;
    }
    s->since = cfg->start;
    s->pace = 1;
    s->owed = amount(cfg, s);
    if (cfg->counts && cfg->shape == UNIFORM)
        s->owed = 0.5; /* in the middle of its share of the period, so that each period has its own count */
    if (cfg->shape == MMPP)
        wr_at(self, cfg->start, WR_PHASE_WORK, begin, NULL);
    else
        begin(self, NULL);
}
