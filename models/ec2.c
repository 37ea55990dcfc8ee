/* ec2.c - one EC2 instance: slots, a waiting line, and vCPUs shared by what is in the slots.
 *
 * A request takes one of `concurrency` slots or waits in line; in its slot the program runs, whose `cpu` steps
 * share the vCPUs (each request on at most one) and whose waits and calls keep the slot. A refused or reset
 * connection has no HTTP code: a balancer in front makes it a 502. Instances are made by a group, count on its
 * metrics and serve requests that were sent to the group itself as if sent to them, so both have the same
 * codes. Left out: memory, disks, network bandwidth, queues of the kernel, reboots. Work after `return` of
 * an instance that ends goes on in the steps it waits for.
 * Truth: tests/unit/test_ec2.c, tests/truth (round robin and shortest queue in front of instances). */
#include "ec2.h"

const wr_code ec2_codes[] = {
    [EC2_OK] = {"OK", NULL, WR_OK, 200, "Served."},
    [EC2_ERROR] = {"Error", "EC2.ApplicationError", WR_FAILED, 500, "A step of the operation failed."},
    [EC2_QUEUE_FULL] = {"QueueFull", "EC2.QueueFull", WR_REJECTED, 503, "All slots were taken and the instance's waiting line was full."},
    [EC2_QUEUE_TIMEOUT] = {"QueueTimeout", "EC2.QueueTimeout", WR_FAILED, 503, "It waited in the instance's line longer than queue_timeout."},
    [EC2_FAIL] = {"Fail", "Fault.fail", WR_FAILED, 0, "The connection was reset or refused: the instance had failed."},
    [EC2_ENDED] = {"Terminated", "EC2.Terminated", WR_FAILED, 0, "The instance was terminated with the request in it."},
    [EC2_NOT_READY] = {"NotReady", "EC2.NotReady", WR_FAILED, 0, "The connection was refused: the application had not started."},
    [EC2_NO_INSTANCE] = {"NoInstance", "AutoScaling.NoInstance", WR_FAILED, 0, "The group had no instance able to serve."},
    {0}};

struct visit {
    ec2 *at;
    wr_call *next, *prev;
    bool working;
};

static struct visit *visit_of(wr_call *c)
{
    return WR_MINE(c, struct visit);
}

/* ---- what is counted ---------------------------------------------------------------------------- */
bool ec2_serving(const ec2 *i)
{
    return i->started && !i->fails && i->state != EC2_TERMINATED;
}

static void count_cpu(ec2 *i)
{
    double by = i->at_work * (i->credit ? i->credit->factor : 1) - i->busy;
    if (by == 0)
        return;
    i->busy += by;
    wr_shift(i->self, WR_U_BUSY, by / i->plan->vcpus);
    if (i->counted)
        wr_shift(i->group, ASG_CPU_BUSY, by);
}

static void cpu_changed(wr_comp *self, double at_work)
{
    ec2 *i = wr_state(self);
    if (i->credit)
        ec2_credit_look(i);
    i->at_work = at_work;
    count_cpu(i);
    if (i->credit)
        ec2_credit_look(i);
}

void ec2_retime(ec2 *i)
{
    double factor = i->credit ? i->credit->factor : 1;
    wr_share_change(i->cpu, i->plan->vcpus, i->plan->speed * factor / i->slow);
    count_cpu(i);
}

void ec2_count(ec2 *i, bool on)
{
    if (i->counted == on)
        return;
    i->counted = on;
    wr_shift(i->group, ASG_CPU_BUSY, on ? i->busy : -i->busy);
    wr_shift(i->group, ASG_CPU_VCPUS, on ? i->plan->vcpus : -i->plan->vcpus);
}

/* A unit able to serve, and meant to: a draining instance answers, but is out of the count. */
static bool listed(const ec2 *i)
{
    return ec2_serving(i) && i->state == EC2_IN_SERVICE;
}

static void relist(ec2 *i, bool before)
{
    bool now = listed(i);
    if (now != before)
        wr_shift(i->self, WR_U_IN_SERVICE, now ? 1 : -1);
}

void ec2_enter(ec2 *i, enum ec2_state state)
{
    bool before = listed(i);
    i->state = state;
    relist(i, before);
}

/* ---- serving ------------------------------------------------------------------------------------- */
static void work_list_add(ec2 *i, wr_call *c)
{
    struct visit *v = visit_of(c);
    v->working = true;
    v->prev = NULL;
    v->next = i->in_work;
    if (v->next)
        visit_of(v->next)->prev = c;
    i->in_work = c;
}

static void work_list_remove(ec2 *i, wr_call *c)
{
    struct visit *v = visit_of(c);
    *(v->prev ? &visit_of(v->prev)->next : &i->in_work) = v->next;
    if (v->next)
        visit_of(v->next)->prev = v->prev;
    v->working = false;
}

static void steps_done(wr_comp *self, wr_call *c, enum wr_status status)
{
    ec2 *i = wr_state(self);
    work_list_remove(i, c);
    wr_station_leave(&i->station, c);
    wr_reply_status(c, status);
}

static void begin(wr_comp *self, wr_call *c)
{
    ec2 *i = wr_state(self);
    work_list_add(i, c);
    const wr_program *code = wr_program_for(c, i->plan->code);
    if (code)
        wr_program_run(i->host, c, code, steps_done);
    else
        steps_done(self, c, WR_OK);
}

static void impatient(wr_comp *self, wr_call *c)
{
    (void)self;
    wr_reply(c, EC2_QUEUE_TIMEOUT);
}

static void refuse(const ec2 *i, wr_call *c)
{
    if (i->hangs)
        wr_reply_never(c);
    else if (i->fails)
        wr_reply(c, EC2_FAIL);
    else
        wr_reply(c, i->state == EC2_TERMINATED ? EC2_ENDED : EC2_NOT_READY);
}

void ec2_serve(ec2 *i, wr_call *c)
{
    visit_of(c)->at = i;
    wr_add(i->group, ASG_NETWORK_IN, wr_call_size(c));
    if (!ec2_serving(i))
        refuse(i, c);
    else if (wr_station_enter(&i->station, c))
        return;
    else if (i->plan->drop)
        wr_reply_never(c);
    else
        wr_reply(c, EC2_QUEUE_FULL);
}

static void ec2_call(wr_comp *self, wr_call *c)
{
    ec2_serve(wr_state(self), c);
}

/* Takes a request out of its slot in the middle of its work. */
static void evict(ec2 *i, wr_call *c)
{
    wr_program_abort(i->host, c);
    work_list_remove(i, c);
    wr_station_leave(&i->station, c);
}

void ec2_gone(wr_call *c)
{
    struct visit *v = visit_of(c);
    if (!wr_call_ask(c)->cancel || !v->at)
        return; /* as in real life: the work goes on in vain */
    if (v->working)
        evict(v->at, c);
    else if (!wr_station_remove(&v->at->station, c))
        return;
    wr_reply(c, EC2_QUEUE_TIMEOUT);
}

static void gone(wr_comp *self, wr_call *c)
{
    (void)self;
    ec2_gone(c);
}

/* ---- how it ends, fails and comes back -------------------------------------------------------------- */
/* Everything that is in it, waiting or at work, ends with `code`, or without any answer. */
static void empty(ec2 *i, int code, bool silent)
{
    i->station.servers = 0; /* nothing moves up from the line */
    for (wr_call *c; (c = i->station.head) || (c = i->in_work);) {
        if (visit_of(c)->working)
            evict(i, c);
        else
            wr_station_remove(&i->station, c);
        if (silent)
            wr_reply_never(c);
        else
            wr_reply(c, code);
    }
}

void ec2_begin(ec2 *i)
{
    bool before = listed(i);
    i->started = true;
    relist(i, before);
}

void ec2_fail(ec2 *i, bool hang, bool on)
{
    bool before = listed(i), served = ec2_serving(i);
    if (i->state == EC2_TERMINATED)
        return;
    i->fails += on ? 1 : -1;
    i->hangs += hang ? (on ? 1 : -1) : 0;
    relist(i, before);
    if (on && served)
        empty(i, EC2_FAIL, hang);
    else if (!i->fails)
        wr_station_resize(&i->station, i->plan->concurrency);
}

void ec2_slow(ec2 *i, double factor)
{
    i->slow *= factor;
    ec2_retime(i);
}

void ec2_end(ec2 *i)
{
    if (i->state == EC2_TERMINATED)
        return;
    ec2_enter(i, EC2_TERMINATED);
    empty(i, EC2_ENDED, false);
    ec2_count(i, false);
    if (i->credit)
        ec2_credit_end(i);
}

static bool healthy(const wr_comp *self)
{
    return ec2_serving(wr_const_state(self));
}

static void start(wr_comp *self)
{
    static const enum wr_order order[] = {[EC2_FIFO] = WR_FIFO, [EC2_LIFO] = WR_LIFO, [EC2_PS] = WR_FIFO, [EC2_PRIORITY] = WR_PRIORITY};
    const ec2_plan *p = wr_cfg(self);
    ec2 *i = wr_state(self);
    i->self = self;
    i->plan = p;
    i->slow = 1;
    i->station = (wr_station){.owner = self, .order = order[p->discipline], .servers = p->concurrency,
                              .room = p->queue_limit, .patience = p->queue_timeout, .sharing = true,
                              .begin = begin, .expired = impatient};
    if (p->queue_timeout)
        wr_stream(self, "patience", &i->station.patience_rng);
    i->cpu = wr_share_create(self, p->vcpus, p->speed);
    wr_share_watch(i->cpu, cpu_changed);
    i->host = wr_host_create(self);
    wr_host_cpu(i->host, i->cpu);
}

static wr_dur keep_alive(const wr_comp *self)
{
    return ((const ec2_plan *)wr_cfg(self))->keep_alive;
}

const wr_model wr_model_ec2 = {
    .kind = "ec2", .aws = "AWS::EC2::Instance", .title = "EC2 instance", .cloudwatch = "AWS/EC2", .internal = true,
    .doc = "An instance of an Auto Scaling group: slots, a waiting line, vCPUs shared by what is at work.",
    .accepts = WR_ACCEPTS(WR_OP_REQUEST),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_OWN_PRESENCE | WR_HAS_STATION | WR_HAS_UNITS | WR_HAS_RETRIES,
    .net = WR_NET_VPC,
    .codes = ec2_codes,
    .cfg_size = sizeof(ec2_plan), .state_size = sizeof(ec2),
    .start = start, .call = ec2_call, .gone = gone, .healthy = healthy, .keep_alive = keep_alive,
};
