/* asg_health.c - what gets an instance replaced, and what `faults:` can do to a group.
 *
 * An instance that does not run any more (terminated, or lost with its zone) is replaced at once. With ELB
 * checks the group looks at what balancers report every `health_detection` and replaces what they call
 * unhealthy, terminate first, a tenth of the group at a time and one at least, one only when all are
 * unhealthy; instances still booting or warming up count as replacements under way. A `fail` is a failure of
 * the application: the instance runs, so only ELB checks see it. Which instances a share strikes is drawn.
 * Truth: tests/unit/test_asg.c. */
#include "asg.h"
#include "asg_consume.h"
#include <math.h>
#include <string.h>

struct terminate {
    int64_t count;
    double share;
    const char *az;
};
static const wr_param terminate_rows[] = {
    {.key = "count", WR_FIELD(struct terminate, count), .type = WR_T_INT, .def = "none", .words = "none", .max = 1e6, .doc = "How many end; none: by share."},
    {.key = "share", WR_FIELD(struct terminate, share), .type = WR_T_SHARE, .def = "100%", .doc = "Share of the instances (of the zone) that end, rounded to whole ones."},
    {.key = "az", WR_FIELD(struct terminate, az), .type = WR_T_TEXT, .optional = true, .doc = "Only in this zone."},
    {0}};
struct slow {
    double factor, share;
};
static const wr_param slow_rows[] = {
    {.key = "factor", WR_FIELD(struct slow, factor), .type = WR_T_NUMBER, .def = "2", .min = 0.001, .max = 1e6, .doc = "How many times longer `cpu` steps take."},
    {.key = "share", WR_FIELD(struct slow, share), .type = WR_T_SHARE, .def = "100%", .doc = "Share of the instances; 100% strikes those launched meanwhile too."},
    {0}};
struct capacity {
    double factor;
};
static const wr_param capacity_rows[] = {
    {.key = "factor", WR_FIELD(struct capacity, factor), .type = WR_T_NUMBER, .max = 1000, .doc = "Minimum, maximum and desired capacity are multiplied by this while it lasts."},
    {0}};
enum { ALL_AT_ONCE, ROLLING, IMMUTABLE, CANARY };
static const char *const strategies[] = {"all_at_once", "rolling", "immutable", "canary", NULL};
struct deploy {
    int strategy;
    const char *batch;
    wr_dur takes;
};
static const wr_param deploy_rows[] = {
    {.key = "strategy", WR_FIELD(struct deploy, strategy), .type = WR_T_ENUM, .choices = strategies, .def = "rolling", .doc = "all_at_once: all are terminated and launched again; rolling: batch by batch, terminate first; immutable: all new ones first; canary: a batch of new ones first, then all.", .src = "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html"},
    {.key = "batch", WR_FIELD(struct deploy, batch), .type = WR_T_TEXT, .def = "1", .doc = "Instances of a batch: a count, or a share such as 25%, one at least."},
    {.key = "takes", WR_FIELD(struct deploy, takes), .type = WR_T_DUR, .def = "0s", .max = 1e6, .doc = "Pause after each batch is ready."},
    {0}};
enum { FAIL, TERMINATE, SLOW, CAPACITY, DEPLOY, OUTAGE };
const wr_fault asg_faults[] = {
    {"fail", wr_fail_rows, sizeof(wr_fail_fault), "The application on that share of instances does not serve while it lasts; only ELB health checks notice.", "assumption: the instance itself keeps running"},
    {"terminate", terminate_rows, sizeof(struct terminate), "Instances end, with what is in them; the group replaces them at once.", "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html"},
    {"slow", slow_rows, sizeof(struct slow), "The instances' CPUs are slower.", "assumption: waits and calls take as long as before"},
    {"capacity", capacity_rows, sizeof(struct capacity), "The group's sizes are multiplied.", "assumption: as if an operator had set them"},
    {"deploy", deploy_rows, sizeof(struct deploy), "All instances are replaced by new ones.", "assumption: the new version behaves like the old one"},
    {"az_outage", NULL, 0, "Instances in the zone are lost, nothing launches there; replacements start in the other zones at once.", "https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html"},
    {0}};

/* ---- replacing ------------------------------------------------------------------------------------------ */
static bool condemned(const asg *g, const ec2 *i)
{
    bool graced = wr_now(g->self) - i->in_service_at < g->cfg->grace;
    return i->state == EC2_IN_SERVICE && !graced && wr_reported_unhealthy(i->self);
}

static bool settling(const ec2 *i)
{
    return i->state == EC2_PENDING || !i->started || !i->counted;
}

static ec2 *worst(const asg *g)
{
    ec2 *oldest = NULL;
    for (size_t k = 0; k < g->n; k++)
        if (condemned(g, g->fleet[k]) && (!oldest || g->fleet[k]->serial < oldest->serial))
            oldest = g->fleet[k];
    return oldest;
}

static void replace_unhealthy(asg *g)
{
    int64_t bad = 0, under_way = 0, limit = g->desired / 10 > 1 ? g->desired / 10 : 1, done = 0;
    for (size_t k = 0; k < g->n; k++) {
        bad += condemned(g, g->fleet[k]);
        under_way += settling(g->fleet[k]) && !condemned(g, g->fleet[k]);
    }
    if (bad == g->in_service)
        limit = 1;
    for (; done < bad && under_way + done < limit; done++)
        asg_terminate(g->self, worst(g));
    if (!done)
        return;
    wr_annotate(g->self, "terminate", (double)done, "replacing %lld unhealthy", (long long)done);
    asg_reconcile(g->self);
}

static void look(wr_comp *self, void *arg)
{
    asg *g = wr_state(self);
    if (!wr_followed(self))
        return; /* no balancer will ever say anything */
    replace_unhealthy(g);
    wr_at(self, wr_now(self) + g->cfg->detection, WR_PHASE_CONTROL, look, arg);
}

void asg_health_start(wr_comp *self)
{
    const asg_cfg *cfg = wr_cfg(self);
    if (cfg->elb)
        wr_at(self, cfg->detection, WR_PHASE_CONTROL, look, NULL);
}

/* ---- whom a fault strikes --------------------------------------------------------------------------------- */
/* `want` of the running instances in the zone (-1: all zones), drawn without replacement. */
static size_t draw(asg *g, int zone, double share, int64_t count, ec2 ***out)
{
    ec2 **some = wr_alloc(g->self, (g->n + 1) * sizeof(ec2 *));
    size_t n = 0;
    for (size_t k = 0; k < g->n; k++)
        if (zone < 0 || g->cfg->zone[g->fleet[k]->az] == zone)
            some[n++] = g->fleet[k];
    size_t want = count >= 0 ? (size_t)count : (size_t)floor(share * (double)n + 0.5);
    want = want < n ? want : n;
    for (size_t k = 0; k < want && want < n; k++) {
        size_t other = k + (size_t)wr_rng_below(&g->fate, n - k);
        ec2 *i = some[k];
        some[k] = some[other];
        some[other] = i;
    }
    *out = some;
    return want;
}

static asg_fault_mark *mark_new(asg *g, int fault, const void *cfg)
{
    asg_fault_mark *m = wr_alloc(g->self, sizeof *m);
    m->cfg = cfg;
    m->fault = fault;
    m->factor = 1;
    m->next = g->marks;
    g->marks = m;
    return m;
}

static asg_fault_mark *mark_take(asg *g, int fault, const void *cfg)
{
    for (asg_fault_mark **p = &g->marks; *p; p = &(*p)->next)
        if ((*p)->cfg == cfg && (*p)->fault == fault) {
            asg_fault_mark *m = *p;
            *p = m->next;
            return m;
        }
    return NULL;
}

void asg_afflict(asg *g, ec2 *i)
{
    if (g->slow < 1 || g->slow > 1)
        ec2_slow(i, g->slow);
}

/* ---- the faults ---------------------------------------------------------------------------------------------- */
static void fail(asg *g, const wr_fail_fault *f, bool on)
{
    asg_fault_mark *m = on ? mark_new(g, FAIL, f) : mark_take(g, FAIL, f);
    if (m && on)
        m->n = draw(g, -1, f->share, -1, &m->hit);
    for (size_t k = 0; m && k < m->n; k++) {
        ec2_fail(m->hit[k], f->mode == WR_HANG, on);
        asg_consume_look(m->hit[k]);
    }
}

static void lose(asg *g, ec2 **hit, size_t n)
{
    for (size_t k = 0; k < n; k++)
        asg_lost(g->self, hit[k]);
    if (n)
        wr_annotate(g->self, "terminate", (double)n, "%zu lost", n);
    asg_reconcile(g->self);
}

static void terminate(asg *g, const struct terminate *t)
{
    ec2 **hit;
    int zone = t->az && t->az[0] >= 'a' && t->az[0] <= 'z' ? t->az[0] - 'a' : -1;
    size_t n = draw(g, zone, t->share, t->count, &hit);
    lose(g, hit, n);
}

/* Reaches what is launched meanwhile too. */
static void slow_all(asg *g, double factor)
{
    g->slow *= factor;
    for (size_t k = 0; k < g->n; k++)
        ec2_slow(g->fleet[k], factor);
}

static void slow(asg *g, const struct slow *f, bool on)
{
    double factor = on ? f->factor : 1 / f->factor;
    if (f->share >= 1) {
        slow_all(g, factor);
        return;
    }
    asg_fault_mark *m = on ? mark_new(g, SLOW, f) : mark_take(g, SLOW, f);
    if (m && on)
        m->n = draw(g, -1, f->share, -1, &m->hit);
    for (size_t k = 0; m && k < m->n; k++)
        ec2_slow(m->hit[k], factor);
}

static int64_t times(int64_t n, double factor)
{
    return (int64_t)floor((double)n * factor + 0.5);
}

static void capacity(asg *g, const struct capacity *c, bool on)
{
    asg_fault_mark *m = on ? mark_new(g, CAPACITY, c) : mark_take(g, CAPACITY, c);
    if (on) {
        m->min = g->min;
        m->max = g->max;
        m->desired = g->desired;
        asg_resize(g->self, times(g->min, c->factor), times(g->max, c->factor), times(g->desired, c->factor),
                   "capacity fault");
    } else if (m) {
        asg_resize(g->self, m->min, m->max, m->desired, "end of capacity fault");
    }
}

static int64_t batch_of(const asg *g, const char *s)
{
    bool ok = false, share = strchr(s, '%');
    double n = wr_text_number(s, share ? WR_T_SHARE : WR_T_NUMBER, NULL, &ok);
    n = share ? floor(n * (double)g->n + 1e-9) : n;
    return ok && n >= 1 ? (int64_t)n : 1;
}

static void deploy(asg *g, const struct deploy *d)
{
    int64_t batch = batch_of(g, d->batch);
    asg_roll how = {.barrier = true, .pause = d->takes, .most = 1};
    if (d->strategy == ROLLING)
        how.batch = batch;
    if (d->strategy == IMMUTABLE || d->strategy == CANARY) {
        how.launch_first = true;
        how.most = 2;
        how.least = 1;
        how.canaries = d->strategy == CANARY ? batch : 0;
    }
    asg_roll_start(g->self, &how);
}

static void outage(asg *g, int zone, bool on)
{
    ec2 **hit;
    int place = 0;
    while (place < g->cfg->zone_n && g->cfg->zone[place] != zone)
        place++;
    if (place == g->cfg->zone_n)
        return;
    g->zone_down[place] += on ? 1 : -1;
    if (!on) {
        asg_reconcile(g->self);
        asg_balance(g->self);
        return;
    }
    size_t n = draw(g, zone, 1, -1, &hit);
    lose(g, hit, n);
}

void asg_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    asg *g = wr_state(self);
    switch (fault) {
    case FAIL: fail(g, arg, on); break;
    case TERMINATE:
        if (on)
            terminate(g, arg);
        break;
    case SLOW: slow(g, arg, on); break;
    case CAPACITY: capacity(g, arg, on); break;
    case DEPLOY:
        if (on)
            deploy(g, arg);
        break;
    default: outage(g, *(const int *)arg, on); break;
    }
}
