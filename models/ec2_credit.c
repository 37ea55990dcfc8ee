/* ec2_credit.c - CPU credits of T instances: earned by the hour, spent by the vCPU-minute.
 *
 * The balance is a straight line between two changes of what is at work, so it is brought up to date when
 * looked at. Launch credits lie outside the cap and go first. Without credits a standard instance falls to its
 * baseline over `credit_ramp`, in steps of a fifteenth; what it uses on the way above the baseline is not
 * charged, and how far up the ramp begins depends on what it had saved, so that hovering about zero gains
 * nothing (assumption: AWS says gradually). An unlimited instance spends surplus credits instead; later
 * earnings pay them back, and what exceeds the cap, or is left at termination, is billed. One event waits for
 * a balance that may run out; none while less than the baseline is used.
 * Left out: the seven days that stopped instances keep their balance; the 100 launches with credits a day.
 * Truth: tests/unit/test_ec2.c (AWS's worked examples), tests/truth (T3-doc). */
#include "ec2.h"
#include <math.h>

enum { RAMP_STEPS = 15 };
static const double lifted = 0.01; /* credits at which a throttled instance runs freely again */

static double earned(const ec2_plan *p) { return p->earn / 3600; } /* credits a second */

static double saved(const ec2_credit *k) { return k->balance + k->launch; }

static void charge(ec2 *i, double credits)
{
    if (!(credits > 0))
        return;
    wr_bill(i->group, ASG_SURPLUS, credits);
    wr_add(i->group, ASG_CREDITS_CHARGED, credits);
    i->credit->surplus -= credits;
}

static void spend(ec2 *i, double n)
{
    ec2_credit *k = i->credit;
    double from_launch = fmin(n, k->launch), from_balance = fmin(n - from_launch, k->balance);
    k->launch -= from_launch;
    k->balance -= from_balance;
    n -= from_launch + from_balance;
    if (!i->plan->unlimited)
        return;
    k->surplus += n;
    charge(i, k->surplus - i->plan->cap);
}

static void save(ec2 *i, double n)
{
    ec2_credit *k = i->credit;
    double repaid = fmin(n, k->surplus);
    k->surplus -= repaid;
    k->balance = fmin(i->plan->cap, k->balance + n - repaid);
    k->peak = fmax(k->peak, saved(k));
}

static void bring_up_to_date(ec2 *i)
{
    ec2_credit *k = i->credit;
    wr_time now = wr_now(i->self);
    double s = wr_dur_to_s(now - k->at), used = i->busy / 60 * s, net = earned(i->plan) * s - used;
    k->at = now;
    if (used > 0)
        wr_add(i->group, ASG_CREDITS_USED, used);
    if (net < 0)
        spend(i, -net);
    else
        save(i, net);
}

/* ---- throttling of standard instances -------------------------------------------------------------------- */
static void look_again(wr_comp *self, void *arg);

static void wait(ec2 *i, wr_dur d)
{
    if (i->credit->check.gen)
        return;
    i->credit->check = wr_after(i->self, d, look_again, i);
}

/* How long the balance lasts at least, with all vCPUs at work. */
static wr_dur lasts(const ec2 *i)
{
    double most = i->plan->vcpus / 60 - earned(i->plan);
    return most > 0 ? wr_dur_from_s(fmax(0.1, saved(i->credit) / most)) : WR_NEVER;
}

/* Credits that a whole ramp gives away. */
static double gift(const ec2_plan *p)
{
    return p->vcpus * (1 - p->baseline) * wr_dur_to_s(p->ramp) / 2 / 60;
}

static void run_out(ec2 *i)
{
    ec2_credit *k = i->credit;
    double whole = gift(i->plan);
    k->empty = true;
    k->emptied = wr_now(i->self);
    k->ramp_from = whole > 0 ? fmin(1, sqrt(k->peak / whole)) : 0;
    k->peak = 0;
}

static double ramp_now(const ec2 *i)
{
    const ec2_credit *k = i->credit;
    double gone = wr_dur_to_s(wr_now(i->self) - k->emptied), whole = wr_dur_to_s(i->plan->ramp);
    return whole > 0 ? fmax(0, k->ramp_from - gone / whole) : 0;
}

static void set_speed(ec2 *i, double factor)
{
    if (factor == i->credit->factor)
        return;
    i->credit->factor = factor;
    ec2_retime(i);
}

/* What the balance means for the speed, and when to look again. */
static void judge(ec2 *i)
{
    ec2_credit *k = i->credit;
    double base = i->plan->baseline;
    if (k->empty && saved(k) > lifted)
        k->empty = false;
    else if (!k->empty && saved(k) <= 1e-9 && i->busy / 60 > earned(i->plan))
        run_out(i);
    if (k->empty) {
        double ramp = ramp_now(i);
        set_speed(i, base + (1 - base) * ramp);
        if (ramp > 0)
            wait(i, i->plan->ramp / RAMP_STEPS);
        return;
    }
    set_speed(i, 1);
    if (i->busy / 60 > earned(i->plan))
        wait(i, lasts(i));
}

static void look_again(wr_comp *self, void *arg)
{
    ec2 *i = arg;
    (void)self;
    i->credit->check = (wr_event){0};
    if (i->state == EC2_TERMINATED)
        return;
    ec2_credit_look(i);
}

void ec2_credit_look(ec2 *i)
{
    bring_up_to_date(i);
    if (!i->plan->unlimited)
        judge(i);
}

void ec2_credit_begin(ec2 *i)
{
    const ec2_plan *p = i->plan;
    i->credit = wr_alloc(i->self, sizeof *i->credit);
    *i->credit = (ec2_credit){.balance = fmin(p->initial, p->cap), .launch = p->launch, .factor = 1,
                               .at = wr_now(i->self)};
    i->credit->peak = saved(i->credit);
}

void ec2_credit_end(ec2 *i)
{
    bring_up_to_date(i);
    charge(i, i->credit->surplus);
    wr_cancel(i->self, i->credit->check);
}
