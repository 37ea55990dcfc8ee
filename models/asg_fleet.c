/* asg_fleet.c - launching and terminating: how the group gets from the instances it has to those it wants.
 *
 * A launch goes to the zone with the fewest instances, pending ones included, and fails by chance, by the
 * account's vCPU quota or for want of RunInstances tokens; failed launches are tried again after a pause
 * that doubles from 30 s to 5 minutes (assumption: AWS says with back-off). A termination takes from the
 * fullest zones the instance that the termination policies name; it leaves its balancers, drains, and ends
 * when all have let go, at once when there are none. Zones that are two or more apart are evened out by
 * launching first, above the desired capacity by a tenth or one at the most. One event per launch and step
 * of life, none that repeats. Truth: tests/unit/test_asg.c. */
#include "asg.h"
#include "asg_consume.h"
#include <stdio.h>

enum { BACKOFF_FIRST = 30, BACKOFF_MOST = 300, LEAST_BILLED = 60 }; /* seconds */

/* ---- numbers ------------------------------------------------------------------------------------------- */
static void publish(const asg *g)
{
    wr_comp *self = g->self;
    int64_t total = (int64_t)g->n + g->terminating;
    wr_set(self, ASG_DESIRED, (double)g->desired);
    wr_set(self, ASG_MIN, (double)g->min);
    wr_set(self, ASG_MAX, (double)g->max);
    wr_set(self, ASG_IN_SERVICE, (double)g->in_service);
    wr_set(self, ASG_PENDING, (double)g->pending);
    wr_set(self, ASG_TERMINATING, (double)g->terminating);
    wr_set(self, ASG_TOTAL, (double)total);
}

static void bill(asg *g, int by)
{
    g->billed += by;
    *g->vcpus_used += by * g->cfg->plan.vcpus;
    wr_bill_level(g->self, ASG_HOURS, (double)g->billed);
    if (g->cfg->monitoring == DETAILED)
        wr_bill_level(g->self, ASG_DETAILED, (double)g->billed);
}

static void stop_billing(asg *g, ec2 *i)
{
    if (i->paid)
        return;
    i->paid = true;
    bill(g, -1);
    double age = wr_dur_to_s(wr_now(g->self) - i->launched);
    if (age < LEAST_BILLED)
        wr_bill(g->self, ASG_HOURS, LEAST_BILLED - age);
    wr_add(g->self, ASG_TERMINATIONS, 1);
}

/* ---- the list of pending and serving instances ------------------------------------------------------------ */
static void fleet_add(asg *g, ec2 *i)
{
    if (g->n == g->room) {
        size_t room = g->room ? 2 * g->room : 16;
        ec2 **more = wr_alloc(g->self, room * sizeof(ec2 *));
        for (size_t k = 0; k < g->n; k++)
            more[k] = g->fleet[k];
        g->fleet = more;
        g->room = room;
    }
    i->slot = g->n;
    g->fleet[g->n++] = i;
    g->count[i->az]++;
}

static void fleet_remove(asg *g, ec2 *i)
{
    ec2 *last = g->fleet[--g->n];
    g->fleet[i->slot] = last;
    last->slot = i->slot;
    g->count[i->az]--;
    if (i->extra)
        g->extras--;
    i->extra = false;
}

/* In turn, without a health check: one that has failed has its turn too. */
ec2 *asg_next(asg *g)
{
    for (size_t tried = 0; tried < g->n; tried++) {
        g->turn = g->turn + 1 < g->n ? g->turn + 1 : 0;
        ec2 *i = g->fleet[g->turn];
        if (i->state == EC2_IN_SERVICE && i->started)
            return i;
    }
    return NULL;
}

/* ---- launching ---------------------------------------------------------------------------------------------- */
static ec2 *make(asg *g, int zone)
{
    char name[32];
    snprintf(name, sizeof name, "i-%lld", (long long)++g->serial);
    wr_comp *c = wr_spawn(g->self, &wr_model_ec2, &g->cfg->plan, name);
    wr_set_az(c, g->cfg->zone[zone]);
    ec2 *i = wr_state(c);
    i->group = g->self;
    i->az = zone;
    i->serial = g->serial;
    i->template = g->template;
    i->launched = wr_now(g->self);
    if (g->cfg->plan.credits)
        ec2_credit_begin(i);
    fleet_add(g, i);
    bill(g, 1);
    asg_afflict(g, i);
    return i;
}

static void counted_from_now(wr_comp *self, void *arg)
{
    ec2 *i = arg;
    (void)self;
    if (i->state == EC2_IN_SERVICE)
        ec2_count(i, true);
}

static void begin_serving(ec2 *i)
{
    ec2_begin(i);
    asg_consume_start(i);
}

static void application_up(wr_comp *self, void *arg)
{
    ec2 *i = arg;
    if (i->state == EC2_TERMINATED)
        return;
    begin_serving(i);
    asg_roll_step(self);
}

static void enter_service(asg *g, ec2 *i)
{
    ec2_enter(i, EC2_IN_SERVICE);
    i->in_service_at = wr_now(g->self);
    g->in_service++;
    wr_join(g->self, i->self);
}

static void in_service(wr_comp *self, void *arg)
{
    asg *g = wr_state(self);
    ec2 *i = arg;
    i->timer = (wr_event){0};
    g->pending--;
    enter_service(g, i);
    asg_age(self, i);
    wr_dur start = wr_draw_dur(g->cfg->application_start, &g->boot);
    if (start > 0)
        wr_after(self, start, application_up, i);
    else
        begin_serving(i);
    if (g->cfg->warmup > 0)
        wr_after(self, g->cfg->warmup, counted_from_now, i);
    else
        ec2_count(i, true);
    asg_policy_in_service(self, i);
    if (i->extra && !g->roll.on) {
        i->extra = false;
        g->extras--;
        asg_reconcile(self);
    }
    publish(g);
    asg_policy_settled(self);
    asg_balance(self);
    asg_roll_in_service(self, i);
}

static void abandoned(wr_comp *self, void *arg)
{
    asg_terminate(self, arg);
    asg_reconcile(self);
}

static void booted(wr_comp *self, void *arg)
{
    asg *g = wr_state(self);
    ec2 *i = arg;
    bool abandon = false;
    wr_dur held = asg_hook_wait(g, LAUNCHING, &abandon);
    if (held > 0 || abandon)
        i->timer = wr_after(self, held, abandon ? abandoned : in_service, i);
    else
        in_service(self, i);
}

static bool admitted(asg *g)
{
    if (*g->vcpus_used + g->cfg->plan.vcpus > g->vcpus_quota * (1 + 1e-12))
        return false;
    return wr_bucket_take(g->run_instances, wr_now(g->self), 1);
}

/* One launch: the zone with the fewest instances, then the next one. NULL: none had capacity. */
static ec2 *launch(asg *g)
{
    bool usable[ZONES];
    for (int z = 0; z < g->cfg->zone_n; z++)
        usable[z] = !g->zone_down[z];
    int z = -1;
    bool good = false;
    while (!good && (z = asg_zone_for_launch(g->count, usable, g->cfg->zone_n)) >= 0) {
        good = !wr_rng_chance(&g->fate, g->cfg->failure[z]) && admitted(g);
        usable[z] = false;
        if (!good)
            wr_add(g->self, ASG_LAUNCH_FAILURES, 1);
        if (!good && g->cfg->distribution == BALANCED_ONLY)
            return NULL;
    }
    if (!good)
        return NULL;
    ec2 *i = make(g, z);
    wr_add(g->self, ASG_LAUNCHES, 1);
    g->pending++;
    i->timer = wr_after(g->self, wr_draw_dur(g->cfg->boot_time, &g->boot), booted, i);
    return i;
}

static void try_again(wr_comp *self, void *arg)
{
    asg *g = wr_state(self);
    (void)arg;
    g->retry = (wr_event){0};
    asg_reconcile(self);
    asg_balance(self);
    asg_roll_step(self);
}

static void back_off(asg *g)
{
    if (g->retry.gen)
        return;
    g->retry = wr_after(g->self, g->backoff, try_again, NULL);
    g->backoff = 2 * g->backoff < BACKOFF_MOST * WR_S ? 2 * g->backoff : BACKOFF_MOST * WR_S;
}

static void launch_missing(asg *g)
{
    int64_t made = 0, want = g->desired + g->extras - (int64_t)g->n;
    while (made < want && launch(g))
        made++;
    if (made)
        wr_annotate(g->self, "launch", (double)made, "launching %lld", (long long)made);
    if (made < want)
        back_off(g);
    else
        g->backoff = BACKOFF_FIRST * WR_S;
}

/* ---- terminating ---------------------------------------------------------------------------------------------- */
void asg_ended(asg *g, ec2 *i)
{
    ec2_end(i);
    stop_billing(g, i);
}

void asg_terminate(wr_comp *self, ec2 *i)
{
    asg *g = wr_state(self);
    fleet_remove(g, i);
    if (i->state == EC2_PENDING) {
        g->pending--;
        wr_cancel(self, i->timer);
        asg_ended(g, i);
    } else {
        g->in_service--;
        g->terminating++;
        asg_policy_left(self, i);
        ec2_enter(i, EC2_TERMINATING);
        asg_consume_stop(i);
        ec2_count(i, false);
        wr_leave(self, i->self);
    }
    publish(g);
}

void asg_lost(wr_comp *self, ec2 *i)
{
    asg *g = wr_state(self);
    if (i->state == EC2_PENDING || i->state == EC2_IN_SERVICE)
        asg_terminate(self, i);
    asg_ended(g, i);
}

static void terminated(wr_comp *self, void *arg)
{
    asg *g = wr_state(self);
    asg_ended(g, arg);
    g->terminating--;
    publish(g);
    asg_policy_settled(self);
    asg_roll_step(self);
}

void asg_left(wr_comp *self, wr_comp *member)
{
    ec2 *i = wr_state(member);
    bool abandon = false;
    wr_dur held = i->state == EC2_TERMINATED ? 0 : asg_hook_wait(wr_state(self), TERMINATING, &abandon);
    if (held > 0)
        wr_after(self, held, terminated, i);
    else
        terminated(self, i);
}

static void terminate_excess(asg *g)
{
    int64_t n = (int64_t)g->n - g->desired - g->extras;
    if (n <= 0)
        return;
    ec2 **gone = asg_victims(g, n);
    for (int64_t k = 0; k < n; k++)
        asg_terminate(g->self, gone[k]);
    wr_annotate(g->self, "terminate", (double)n, "terminating %lld", (long long)n);
}

void asg_reconcile(wr_comp *self)
{
    asg *g = wr_state(self);
    int64_t want = g->desired + g->extras;
    if ((int64_t)g->n < want)
        launch_missing(g);
    else
        terminate_excess(g);
    publish(g);
}

/* ---- what it wants ---------------------------------------------------------------------------------------------- */
void asg_want(wr_comp *self, int64_t desired, const char *why)
{
    asg *g = wr_state(self);
    int64_t before = g->desired, n = desired < g->min ? g->min : desired;
    n = n > g->max ? g->max : n;
    g->desired = n;
    if (n != before)
        wr_annotate(self, n > before ? "scale_out" : "scale_in", (double)n, "%s: %lld -> %lld", why, (long long)before,
                    (long long)n);
    asg_reconcile(self);
}

void asg_resize(wr_comp *self, int64_t min, int64_t max, int64_t desired, const char *why)
{
    asg *g = wr_state(self);
    g->min = min >= 0 ? min : g->min;
    g->max = max >= 0 ? max : g->max;
    if (g->min > g->max) /* only one of them was given: the other gives way */
        *(min >= 0 ? &g->max : &g->min) = min >= 0 ? g->min : g->max;
    asg_want(self, desired >= 0 ? desired : g->desired, why);
}

int64_t asg_launch_extras(asg *g, int64_t n)
{
    int64_t made = 0;
    for (; made < n; made++) {
        ec2 *i = launch(g);
        if (!i) {
            back_off(g);
            break;
        }
        i->extra = true;
        g->extras++;
    }
    publish(g);
    return made;
}

/* ---- zones ---------------------------------------------------------------------------------------------------- */
static bool uneven(const asg *g)
{
    int64_t most = 0, least = INT64_MAX;
    for (int z = 0; z < g->cfg->zone_n; z++) {
        most = g->count[z] > most ? g->count[z] : most;
        if (!g->zone_down[z])
            least = g->count[z] < least ? g->count[z] : least;
    }
    return least != INT64_MAX && most - least >= 2;
}

void asg_balance(wr_comp *self)
{
    asg *g = wr_state(self);
    int64_t room = g->max / 10 > 1 ? g->max / 10 : 1, made = 0;
    if (!g->cfg->az_rebalance || g->roll.on || g->extras || (int64_t)g->n != g->desired)
        return;
    while (made < room && uneven(g) && asg_launch_extras(g, 1))
        made++;
    if (made)
        wr_annotate(self, "launch", (double)made, "launching %lld to balance zones", (long long)made);
    publish(g);
}

/* ---- the start --------------------------------------------------------------------------------------------------- */
struct account { /* what all groups of the account share */
    wr_bucket run_instances;
    double vcpus_used;
    bool ready;
};

void asg_fleet_start(wr_comp *self)
{
    asg *g = wr_state(self);
    struct account *a = wr_shared(self, "ec2", sizeof *a);
    if (!a->ready)
        a->run_instances = wr_bucket_full(wr_quota(self, "ec2_run_instances_refill"),
                                          wr_quota(self, "ec2_run_instances_bucket"));
    a->ready = true;
    g->run_instances = &a->run_instances;
    g->vcpus_used = &a->vcpus_used;
    g->vcpus_quota = wr_quota(self, "ec2_vcpus");
    g->backoff = BACKOFF_FIRST * WR_S;
    bool all[ZONES];
    for (int z = 0; z < ZONES; z++)
        all[z] = true;
    for (int64_t k = 0; k < g->desired; k++) {
        ec2 *i = make(g, asg_zone_for_launch(g->count, all, g->cfg->zone_n));
        enter_service(g, i);
        asg_age(self, i);
        begin_serving(i);
        ec2_count(i, true);
        for (size_t s = 0; s < g->scalers; s++) {
            i->warm |= (uint64_t)1 << s;
            asg_warm(&g->scaler[s], 1);
        }
    }
    publish(g);
}
