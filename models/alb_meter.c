/* alb_meter.c - load balancer capacity units: what is used, what is paid, what there is.
 *
 * An LCU is the largest of four dimensions, each averaged over the hour: new connections, active connections, bytes,
 * rule evaluations. Each dimension is summed in LCU-hours since the hour began; once a minute the growth of the
 * largest sum is billed, so that the hour's bill is exact at its end and a warm-up can be cut off at any minute. A
 * reservation is a floor of the bill. With `capacity: {ramp: aws}` a bucket of LCU-seconds, filled at the capacity of
 * the moment, admits requests; the capacity follows the demand, no faster than it may double or halve.
 * Left out: the rounding up of the first hour, and that a connection outlives its requests.
 * Truth: tests/unit/test_alb_meter.c, with the worked example of AWS's price page. */
#include "alb.h"
#include <math.h>

#define CONNECTIONS_PER_S 25.0
#define ACTIVE_CONNECTIONS 3000.0
#define GIGABYTE 1073741824.0
#define LAMBDA_SHARE 0.4 /* of the bytes an LCU covers */
#define RULES_PER_S 1000.0
#define FREE_RULES 10
#define USUAL_RESPONSE 10240.0 /* where the client does not say: SCENARIO.md's response_size */
#define HOUR (3600 * WR_S)
#define RAMP_TICK (10 * WR_S)

static double response_of(const wr_call *c)
{
    double size = wr_call_response_size(c);
    return size > 0 ? size : USUAL_RESPONSE;
}

static const alb_connections *connections_of(const alb *b)
{
    return b->cfg->connections;
}

static bool by_rate(const alb *b)
{
    const alb_connections *c = connections_of(b);
    return c && !isnan(c->rate);
}

/* ---- what is used ----------------------------------------------------------------------------------- */
static void integrate(alb_meter *m, wr_time now)
{
    m->area += (double)m->present * (double)(now - m->at);
    m->at = now;
}

static void connect(alb *b, double n)
{
    alb_meter *m = &b->meter;
    m->connections += n / CONNECTIONS_PER_S / 3600;
    m->conns += n;
    if (m->conns >= 1) {
        double whole = floor(m->conns);
        m->conns -= whole;
        wr_add(b->self, ALB_NEW_CONNECTIONS, whole);
    }
}

void alb_meter_rules(alb *b, int looked)
{
    wr_add(b->self, ALB_EVALUATIONS, looked);
    if (looked > FREE_RULES)
        b->meter.rules += (looked - FREE_RULES) / RULES_PER_S / 3600;
}

void alb_enter(alb *b)
{
    integrate(&b->meter, wr_now(b->self));
    b->meter.present++;
    if (!by_rate(b))
        connect(b, 1 / b->cfg->requests_per_connection);
}

void alb_leave(alb *b, const wr_call *c, bool lambda, bool answered)
{
    alb_meter *m = &b->meter;
    double bytes = wr_call_size(c) + (answered ? response_of(c) : 0);
    integrate(m, wr_now(b->self));
    m->present--;
    m->bytes += bytes / GIGABYTE / (lambda ? LAMBDA_SHARE : 1);
    wr_add(b->self, ALB_BYTES, bytes);
}

/* ---- what is paid ----------------------------------------------------------------------------------- */
static void settle_minute(alb *b)
{
    alb_meter *m = &b->meter;
    wr_time now = wr_now(b->self);
    double passed = wr_dur_to_s(now - m->ticked), used = 0, minute = 0;
    if (passed <= 0)
        return;
    if (by_rate(b))
        connect(b, connections_of(b)->rate * passed);
    integrate(m, now);
    double active = 2 * m->area / 1e9;
    m->area = 0;
    m->active += active / ACTIVE_CONNECTIONS / 3600;
    const double sum[4] = {m->connections, m->active, m->bytes, m->rules};
    for (int i = 0; i < 4; i++) {
        used = fmax(used, sum[i]);
        minute = fmax(minute, sum[i] - m->then[i]);
        m->then[i] = sum[i];
    }
    used = fmax(used, (double)b->cfg->minimum_units * wr_dur_to_s(now - m->hour) / 3600);
    wr_observe(b->self, ALB_ACTIVE, active / passed);
    wr_observe(b->self, ALB_LCUS, minute * 3600 / passed);
    wr_bill(b->self, ALB_LCU_HOURS, fmax(0, used - m->billed));
    m->billed = fmax(m->billed, used);
    m->ticked = now;
}

static void begin_hour(alb_meter *m, wr_time now)
{
    m->connections = m->active = m->bytes = m->rules = m->billed = 0;
    for (int i = 0; i < 4; i++)
        m->then[i] = 0;
    m->hour = now;
}

static void minute_over(wr_comp *self, void *arg)
{
    alb *b = wr_state(self);
    wr_time now = wr_now(self);
    settle_minute(b);
    if (now - b->meter.hour >= HOUR)
        begin_hour(&b->meter, now);
    wr_at(self, now + WR_MIN, WR_PHASE_EDGE, minute_over, arg);
}

void alb_meter_finish(alb *b)
{
    settle_minute(b);
}

/* ---- what there is ---------------------------------------------------------------------------------- */
static const alb_capacity *ramp_of(const alb *b)
{
    const alb_capacity *c = b->cfg->capacity;
    return c && c->ramp == ALB_RAMP_AWS ? c : NULL;
}

bool alb_admit(alb *b, const wr_call *c)
{
    if (!ramp_of(b))
        return true;
    double cost = (wr_call_size(c) + response_of(c)) / GIGABYTE * 3600;
    if (!by_rate(b))
        cost = fmax(cost, 1 / b->cfg->requests_per_connection / CONNECTIONS_PER_S);
    b->meter.offered += cost;
    return wr_bucket_take(&b->meter.units, wr_now(b->self), cost);
}

static void ramp(wr_comp *self, void *arg)
{
    alb *b = wr_state(self);
    alb_meter *m = &b->meter;
    const alb_capacity *c = ramp_of(b);
    double passed = wr_dur_to_s(RAMP_TICK), demand = m->offered / passed;
    double most = m->capacity * exp2(passed / wr_dur_to_s(c->double_in));
    double least = m->capacity * exp2(-passed / wr_dur_to_s(c->halve_in));
    m->capacity = fmax(fmin(fmax(demand, least), most), (double)b->cfg->minimum_units);
    m->offered = 0;
    wr_bucket_change(&m->units, wr_now(self), m->capacity, m->capacity);
    wr_after(self, RAMP_TICK, ramp, arg);
}

void alb_meter_start(alb *b)
{
    alb_meter *m = &b->meter;
    const alb_capacity *c = ramp_of(b);
    wr_time now = wr_now(b->self);
    m->at = m->ticked = m->hour = now;
    wr_bill_level(b->self, ALB_HOURS, 1);
    wr_at(b->self, now + WR_MIN, WR_PHASE_EDGE, minute_over, NULL);
    if (!c)
        return;
    m->capacity = fmax(c->initial, (double)b->cfg->minimum_units);
    m->units = wr_bucket_full(m->capacity, m->capacity); /* one second's worth may come at once */
    wr_after(b->self, RAMP_TICK, ramp, NULL);
}
