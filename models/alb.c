/* alb.c - an Application Load Balancer: listener, rules, target groups, nodes; the way of a request.
 *
 * A request meets a node of its client's zone; a rule, or the default, names a target group; the node chooses a target
 * and passes the request on. There is no queue in a balancer. Its own answers are 502 (connection refused or reset,
 * deregistration delay over), 503 (nobody registered), 504 (no connection, or silence) and, for the record only, 460
 * (the client left first; the target works on); everything else is the target's word and passed through. The
 * balancer's latency is spent before the target, and the idle timeout counts from the arrival. A target that does not
 * take part in service at all is given up after connect_timeout, one that does after idle_timeout.
 * Left out: body streaming, WebSockets, authentication, WAF, request and header limits.
 * Truth: tests/unit/test_alb.c; tests/truth/cross-zone.yaml, round-robin, shortest-queue, two-choices. */
#include "alb.h"

/* ---- answers of the balancer itself ----------------------------------------------------------------- */
static void count_either(alb *b, const alb_group *g, enum alb_metric m)
{
    if (g)
        alb_count(g, m, 1);
    else
        wr_add(b->self, (int)m, 1);
}

static void count_own(alb *b, const alb_group *g, enum alb_code code)
{
    static const enum alb_metric exact[] = {[0] = ALB_ELB_500, [2] = ALB_ELB_502, [3] = ALB_ELB_503, [4] = ALB_ELB_504};
    int http = alb_codes[code].http;
    switch (http / 100) {
    case 3: count_either(b, g, ALB_ELB_3XX); break;
    case 4: count_either(b, g, ALB_ELB_4XX); break;
    case 5:
        count_either(b, g, ALB_ELB_5XX);
        count_either(b, g, exact[http % 100]);
        break;
    default: break;
    }
    if (code == ALB_CLIENT_CLOSED)
        count_either(b, g, ALB_ELB_460);
    else if (code == ALB_REDIRECT)
        wr_add(b->self, ALB_REDIRECTS, 1);
    else if (code >= ALB_FIXED_2XX)
        wr_add(b->self, ALB_FIXED_RESPONSES, 1);
    else if (code == ALB_NO_CAPACITY)
        wr_add(b->self, ALB_REJECTED_CONNECTIONS, 1);
}

void alb_refuse(alb *b, const alb_group *g, wr_call *c, enum alb_code code)
{
    count_own(b, g, code);
    alb_leave(b, c, false, false);
    wr_reply(c, (int)code);
}

/* ---- a request at its target ------------------------------------------------------------------------ */
static void take_out(wr_call *c)
{
    alb_visit *v = WR_MINE(c, alb_visit);
    alb_target *t = v->target;
    *(v->prev ? &WR_MINE(v->prev, alb_visit)->next : &t->calls) = v->next;
    if (v->next)
        WR_MINE(v->next, alb_visit)->prev = v->prev;
    alb_less(t->group, v->node, t->id);
    v->target = NULL;
}

static void put_in(alb_target *t, wr_call *c)
{
    alb_visit *v = WR_MINE(c, alb_visit);
    v->prev = NULL;
    v->next = t->calls;
    if (v->next)
        WR_MINE(v->next, alb_visit)->prev = c;
    t->calls = c;
    v->target = t;
    alb_more(t->group, v->node, t->id);
}

void alb_cut(alb *b, wr_call *c, enum alb_code code)
{
    alb_visit *v = WR_MINE(c, alb_visit);
    const alb_group *g = v->target->group;
    take_out(c);
    wr_call_drop(v->sent);
    alb_refuse(b, g, c, code);
}

static void gone(wr_comp *self, wr_call *c)
{
    if (WR_MINE(c, alb_visit)->target)
        alb_cut(wr_state(self), c, ALB_CLIENT_CLOSED);
}

static void passed_through(alb *b, const alb_target *t, wr_call *c, const wr_call *answer, int http)
{
    alb_group *g = t->group;
    const alb_visit *v = WR_MINE(c, alb_visit);
    wr_dur took = wr_now(b->self) - v->since;
    int class = http / 100;
    wr_observe_dur(b->self, ALB_RESPONSE_TIME, took);
    if (g->part)
        wr_observe_dur(g->part, ALB_RESPONSE_TIME, took);
    if (class >= 2 && class <= 5)
        alb_count(g, (enum alb_metric)(ALB_TARGET_2XX + class - 2), 1);
    if (v->session != UINT32_MAX) {
        alb_session *s = &g->session[v->session];
        if (s->gen == t->gen)
            s->expires = wr_now(b->self) + ((const alb_sticky *)g->plan->attr.stickiness)->duration;
    }
    alb_leave(b, c, t->lambda, true);
    wr_call_set_retry_after(c, wr_call_retry_after(answer));
    wr_reply_status(c, wr_call_status(answer));
}

/* What an answer says of its target and of the connection; http 0: there was none. */
static void judge(alb *b, alb_target *t, int node, int http)
{
    if (http)
        alb_conn_give(b, t, node);
    if (t->group->plan->mitigates)
        alb_weights_answer(t, http && http < 500);
}

static void answered(wr_comp *self, wr_call *c, const wr_call *answer)
{
    alb *b = wr_state(self);
    alb_visit *v = WR_MINE(c, alb_visit);
    alb_target *t = v->target;
    int http = wr_call_http(answer);
    take_out(c);
    judge(b, t, v->node, wr_call_abandoned(answer) ? 0 : http);
    if (wr_call_abandoned(answer)) { /* it was our patience that ended */
        if (v->connecting)
            alb_count(t->group, ALB_CONNECTION_ERRORS, 1);
        wr_call_clear_cause(c);
        alb_refuse(b, t->group, c, v->connecting ? ALB_CONNECT_TIMEOUT : ALB_TARGET_TIMEOUT);
    } else if (!http) {
        alb_count(t->group, ALB_CONNECTION_ERRORS, 1);
        alb_refuse(b, t->group, c, ALB_BAD_GATEWAY);
    } else if (t->lambda && wr_call_status(answer) != WR_OK) {
        alb_count(t->group, ALB_LAMBDA_ERRORS, 1);
        alb_refuse(b, t->group, c, ALB_LAMBDA_FAILED);
    } else {
        passed_through(b, t, c, answer, http);
    }
}

/* ---- the way in ------------------------------------------------------------------------------------- */
static wr_dur own_latency(alb *b)
{
    return b->cfg->latency_fixed < 0 ? wr_draw_dur(b->cfg->latency, &b->delay) : b->cfg->latency_fixed;
}

static uint32_t session_of(alb *b, const alb_group *g)
{
    const alb_sticky *s = g->plan->attr.stickiness;
    return g->session ? (uint32_t)wr_rng_below(&b->fate, (uint64_t)s->clients) : UINT32_MAX;
}

static void forward(alb *b, alb_group *g, int node, wr_call *c)
{
    alb_visit *v = WR_MINE(c, alb_visit);
    wr_send what = wr_send_like(c);
    v->node = (uint16_t)node;
    v->session = session_of(b, g);
    alb_target *t = alb_choose(b, g, node, v->session);
    if (!t) {
        alb_refuse(b, g, c, ALB_NO_SLOT);
        return;
    }
    alb_count(g, ALB_REQUEST_COUNT, 1);
    alb_count(g, ALB_PER_TARGET, 1.0 / g->registered);
    if (!alb_conn_take(b, t, node)) {
        alb_refuse(b, g, c, ALB_KEEP_ALIVE);
        return;
    }
    what.delay = own_latency(b);
    what.az = b->cfg->zone[node / b->per_az];
    v->connecting = !wr_healthy(t->comp);
    what.timeout = v->connecting ? b->cfg->connect_timeout : b->cfg->idle_timeout;
    v->since = wr_now(b->self) + what.delay;
    put_in(t, c);
    v->sent = wr_call_send(b->self, t->comp, c, &what, answered);
}

static const alb_action *action_for(alb *b, const wr_call *c)
{
    const alb_cfg *cfg = b->cfg;
    if (!cfg->rules)
        return &cfg->otherwise;
    int op = wr_call_operation(c);
    const alb_matches *m = &cfg->matches[op < cfg->operations ? op : cfg->operations];
    for (int i = 0; i < m->n; i++) {
        const alb_rule *r = &cfg->rule[m->rule[i]];
        if (r->share >= 1 || wr_rng_chance(&b->fate, r->share)) {
            alb_meter_rules(b, m->rule[i] + 1);
            return &r->action;
        }
    }
    alb_meter_rules(b, cfg->rules);
    return &cfg->otherwise;
}

/* NULL: all weights are zero. */
static alb_group *group_for(alb *b, const alb_action *a)
{
    int64_t all = a->upto[a->groups - 1];
    if (a->groups == 1)
        return all ? &b->group[a->group[0]] : NULL;
    int64_t x = all ? (int64_t)wr_rng_below(&b->fate, (uint64_t)all) : 0;
    for (int i = 0; i < a->groups; i++)
        if (x < a->upto[i])
            return &b->group[a->group[i]];
    return NULL;
}

static int node_in(alb *b, int zone)
{
    return zone * b->per_az + (b->per_az > 1 ? (int)wr_rng_below(&b->fate, (uint64_t)b->per_az) : 0);
}

static void alb_call(wr_comp *self, wr_call *c)
{
    alb *b = wr_state(self);
    int zone = alb_zone_for(b, c);
    alb_enter(b);
    if (b->down[zone]) {
        alb_refuse(b, NULL, c, ALB_NODE_LOST);
        return;
    }
    if (!alb_admit(b, c)) {
        alb_refuse(b, NULL, c, ALB_NO_CAPACITY);
        return;
    }
    const alb_action *a = action_for(b, c);
    if (a->code >= 0) {
        alb_refuse(b, NULL, c, (enum alb_code)a->code);
        return;
    }
    alb_group *g = group_for(b, a);
    if (!g || !alb_any(g, zone))
        alb_refuse(b, g, c, ALB_NO_TARGETS);
    else
        forward(b, g, node_in(b, zone), c);
}

/* ---- the component ---------------------------------------------------------------------------------- */
static void start(wr_comp *self)
{
    alb *b = wr_state(self);
    const alb_cfg *cfg = wr_cfg(self);
    b->self = self;
    b->cfg = cfg;
    b->zones = cfg->zones;
    b->per_az = (int)cfg->nodes_per_az;
    b->nodes = b->zones * b->per_az;
    wr_stream(self, "choice", &b->fate);
    wr_stream(self, "health", &b->health);
    wr_stream(self, "latency", &b->delay);
    b->group = wr_alloc(self, (size_t)cfg->groups * sizeof *b->group);
    alb_dns_start(b);
    alb_meter_start(b);
    for (int i = 0; i < cfg->groups; i++) {
        alb_group *g = &b->group[i];
        g->alb = b;
        g->plan = &cfg->group[i];
        if (g->plan->named || cfg->groups > 1)
            g->part = wr_part(self, g->plan->name, false);
        alb_pick_start(b, g);
        alb_health_start(b, g);
        alb_weights_start(b, g);
    }
}

static bool healthy(const wr_comp *self)
{
    const alb *b = wr_const_state(self);
    for (int z = 0; z < b->zones; z++)
        if (!b->down[z])
            return true;
    return false;
}

static void finish(wr_comp *self)
{
    alb_meter_finish(wr_state(self));
}

static const wr_fault faults[] = {
    {"az_outage", NULL, 0, "The balancer's nodes in the zone are lost, and with them what is under way through them; the zone leaves DNS.", "assumption: AWS takes a lost zone out of DNS at once; clients follow within dns_ttl"},
    {0}};

const wr_model wr_model_alb = {
    .kind = "alb", .aws = "AWS::ElasticLoadBalancingV2::LoadBalancer", .title = "Application Load Balancer", .cloudwatch = "AWS/ApplicationELB",
    .doc = "A balancer for HTTP with its listener, rules and target groups: nodes in each zone, algorithms, health checks, draining, stickiness.",
    .accepts = WR_ACCEPTS(WR_OP_REQUEST),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_HAS_UNITS,
    .net = WR_NET_VPC,
    .params = alb_params, .metrics = alb_metrics, .codes = alb_codes, .usage = alb_usage, .faults = faults,
    .cfg_size = sizeof(alb_cfg), .state_size = sizeof(alb),
    .prepare = alb_prepare, .start = start, .call = alb_call, .gone = gone, .fault = alb_fault, .member = alb_member,
    .healthy = healthy, .finish = finish,
};
