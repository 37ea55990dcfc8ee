/* alb_plan.c - what was written on a balancer, checked and compiled: groups, rules by operation, zones.
 *
 * `target` makes one group of each resource it names; keys of a group that stand on the balancer move into its only
 * group. Rules are sorted by priority and listed by operation, so that a request looks only at those that can match.
 * Truth: tests/unit/test_alb.c. */
#include "alb.h"
#include <math.h>
#include <string.h>

/* ---- zones ------------------------------------------------------------------------------------------ */
static int zone_of_text(wr_build *b, const char *const *field)
{
    const char *s = *field;
    int az = s && s[0] ? s[0] - 'a' : -1;
    if (az >= 0 && az < ALB_ZONES && !s[1])
        return az;
    wr_build_error(b, field, "'%s' is not an availability zone; write one letter, such as a", s ? s : "");
    return -1;
}

static void prepare_zones(alb_cfg *cfg, wr_build *b)
{
    const alb_zone *z = cfg->zones_written.items;
    memset(cfg->zone_of, -1, sizeof cfg->zone_of);
    cfg->strict = wr_build_given(b, &cfg->zones_written);
    for (size_t i = 0; i < cfg->zones_written.n; i++) {
        int az = zone_of_text(b, &z[i].letter);
        if (az < 0)
            continue;
        if (cfg->zone_of[az] >= 0) {
            wr_build_error(b, &z[i].letter, "'%s' stands twice in 'availability_zones' of alb '%s'",
                           z[i].letter, wr_build_name(b));
            continue;
        }
        cfg->zone_of[az] = (signed char)cfg->zones;
        cfg->zone[cfg->zones++] = (signed char)az;
    }
    const alb_shift *s = cfg->shifts.items;
    for (size_t i = 0; i < cfg->shifts.n; i++) {
        int az = zone_of_text(b, &s[i].az);
        if (az >= 0 && cfg->zone_of[az] < 0)
            wr_build_error(b, &s[i].az, "alb '%s' has no node in zone '%s'; write one of its availability_zones",
                           wr_build_name(b), s[i].az);
    }
}

/* ---- attributes of groups --------------------------------------------------------------------------- */
static const struct attr { const char *key; size_t offset, size; } attrs[] = {
    {"weight", offsetof(alb_attr, weight), sizeof(int64_t)},
    {"slow_start", offsetof(alb_attr, slow_start), sizeof(wr_dur)},
    {"stickiness", offsetof(alb_attr, stickiness), sizeof(const void *)},
    {"deregistration_delay", offsetof(alb_attr, delay), sizeof(wr_dur)},
    {"health_check", offsetof(alb_attr, check), sizeof(const void *)},
    {"unhealthy_routing_minimum", offsetof(alb_attr, routing), sizeof(const char *)},
    {"dns_failover_minimum", offsetof(alb_attr, dns), sizeof(const char *)},
    {"max_concurrency_per_target", offsetof(alb_attr, slots), sizeof(int64_t)},
};

/* Keys on the balancer are its only group's. */
static void inherit(const alb_cfg *cfg, alb_attr *to, const alb_attr *written, wr_build *b)
{
    for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++) {
        const char *top = (const char *)&cfg->attr + attrs[i].offset;
        if (!wr_build_given(b, top))
            continue;
        if (cfg->groups > 1)
            wr_build_error(b, top, "'%s' of alb '%s' stands outside its %d target groups; write it in each of them",
                           attrs[i].key, wr_build_name(b), cfg->groups);
        else if (written && wr_build_given(b, (const char *)written + attrs[i].offset))
            wr_build_error(b, top, "'%s' of alb '%s' stands both outside and inside its target group",
                           attrs[i].key, wr_build_name(b));
        else
            memcpy((char *)to + attrs[i].offset, top, attrs[i].size);
    }
}

static alb_least least_of(wr_build *b, const char *const *field, const char *key, bool off)
{
    alb_least l = {0};
    bool ok = true, share = strchr(*field, '%') != NULL;
    if (off && !strcmp(*field, "off"))
        return l;
    double x = wr_text_number(*field, share ? WR_T_SHARE : WR_T_NUMBER, NULL, &ok);
    if (!ok || x < (share ? 0.01 : 1) || (share && x > 1) || (!share && floor(x) < x)) {
        wr_build_error(b, field, "'%s' of alb '%s' must be a whole number from 1, or 1%% to 100%%%s", key,
                       wr_build_name(b), off ? ", or off" : "");
        return l;
    }
    *(share ? &l.share : &l.count) = x;
    return l;
}

static void check_probes(alb_plan *p, wr_build *b)
{
    const alb_check *c = p->attr.check;
    if (!c)
        return;
    if (c->enabled && c->timeout >= c->interval)
        wr_build_error(b, &c->timeout, "'timeout' of the health check must be shorter than its 'interval'");
    p->probe = wr_ask_request;
    p->probe.cancel = true;
    p->probe.instead = c->cost ? wr_program_cpu(b, c->cost) : NULL;
}

static void check_slow_start(const alb_plan *p, wr_build *b, const void *field)
{
    if (!p->attr.slow_start)
        return;
    if (p->attr.slow_start < 30 * WR_S)
        wr_build_error(b, field, "'slow_start' must be 0 or 30 to 900 s");
    if (p->way == ALB_LEAST || p->way == ALB_WEIGHTED_RANDOM)
        wr_build_error(b, field, "'slow_start' does not go with 'algorithm: %s'",
                       p->way == ALB_LEAST ? "least_outstanding_requests" : "weighted_random");
}

static void check_sticky(const alb_plan *p, wr_build *b)
{
    const alb_sticky *s = p->attr.stickiness;
    if (!s || !s->enabled)
        return;
    if (!p->cross_zone)
        wr_build_error(b, &s->enabled, "'stickiness' needs 'cross_zone: true'");
    if (p->way == ALB_WEIGHTED_RANDOM)
        wr_build_error(b, &s->enabled, "'stickiness' does not go with 'algorithm: weighted_random'");
    if (p->attr.slots > 0)
        wr_build_error(b, &s->enabled, "'stickiness' does not go with 'max_concurrency_per_target'");
}

static bool crosses(int written, bool inherited)
{
    static const int meaning[] = {ALB_CROSS_ON,  ALB_CROSS_OFF, ALB_CROSS_INHERIT, ALB_CROSS_ON,
                                  ALB_CROSS_OFF, ALB_CROSS_ON,  ALB_CROSS_OFF}; /* in the order of the words */
    int m = meaning[written];
    return m == ALB_CROSS_INHERIT ? inherited : m == ALB_CROSS_ON;
}

static int64_t choices_of(wr_pick way)
{
    const struct alb_choices *c = way.cfg;
    return way.which == ALB_TWO ? 2 : way.which == ALB_CHOICES && c ? c->n : 1;
}

/* `written`: the attributes as they were bound, whose places in the file are known. */
static void complete(alb_cfg *cfg, alb_plan *p, const alb_attr *written, wr_pick way, int cross_zone, wr_build *b)
{
    const alb_attr *at = written ? written : &cfg->attr;
    inherit(cfg, &p->attr, written, b);
    way = way.which >= 0 ? way : cfg->algorithm;
    p->way = way.which < 0 ? ALB_ROUND_ROBIN : (enum alb_way)way.which;
    p->choices = choices_of(way);
    p->mitigates = cfg->anomaly_mitigation && p->way == ALB_WEIGHTED_RANDOM;
    p->cross_zone = crosses(cross_zone, crosses(cfg->cross_zone, true));
    p->own_check = wr_build_given(b, &at->check) || wr_build_given(b, &cfg->attr.check);
    p->routing = least_of(b, &p->attr.routing, "unhealthy_routing_minimum", false);
    p->dns = least_of(b, &p->attr.dns, "dns_failover_minimum", true);
    check_probes(p, b);
    check_slow_start(p, b, wr_build_given(b, &at->slow_start) ? &at->slow_start : &cfg->attr.slow_start);
    check_sticky(p, b);
    if (p->attr.slots > 0 && !p->cross_zone)
        wr_build_error(b, &at->slots, "'max_concurrency_per_target' needs 'cross_zone: true' in this build");
}

/* ---- groups ----------------------------------------------------------------------------------------- */
static int group_named(const alb_cfg *cfg, const char *name)
{
    for (int i = 0; i < cfg->groups; i++)
        if (!strcmp(cfg->group[i].name, name))
            return i;
    return -1;
}

/* `targets` on the balancer itself: of its only group, which has no name. */
static void prepare_only(alb_cfg *cfg, wr_build *b)
{
    if (cfg->target.n || cfg->target_groups.n) {
        wr_build_error(b, &cfg->targets, "'targets' of alb '%s' is its only target group; it does not go with '%s'",
                       wr_build_name(b), cfg->target.n ? "target" : "target_groups");
        return;
    }
    const alb_link *first = cfg->targets.items;
    cfg->group[0] = (alb_plan){.name = "targets", .links = cfg->targets.n, .link = first,
                               .attr = cfg->attr};
    complete(cfg, &cfg->group[0], NULL, (wr_pick){-1, NULL}, ALB_CROSS_INHERIT, b);
}

static void prepare_groups(alb_cfg *cfg, wr_build *b)
{
    const alb_weight *t = cfg->target.items;
    const alb_group_cfg *g = cfg->target_groups.items;
    size_t n = cfg->target.n + cfg->target_groups.n;
    cfg->groups = n || !cfg->targets.n ? (int)n : 1;
    cfg->group = wr_build_alloc(b, (n + 1) * sizeof *cfg->group);
    if (cfg->targets.n)
        prepare_only(cfg, b);
    else if (!n)
        wr_build_error(b, NULL, "alb '%s' has nobody to forward to: give 'target' or 'target_groups'",
                       wr_build_name(b));
    for (size_t i = 0; i < cfg->target.n; i++) {
        alb_plan *p = &cfg->group[i];
        const alb_link *only = (const alb_link *)(const void *)&t[i].to;
        *p = (alb_plan){.name = t[i].name, .links = 1, .link = only, .attr = cfg->attr};
        complete(cfg, p, NULL, (wr_pick){-1, NULL}, ALB_CROSS_INHERIT, b);
    }
    for (size_t i = 0; i < cfg->target_groups.n; i++) {
        alb_plan *p = &cfg->group[cfg->target.n + i];
        wr_list to = g[i].targets;
        *p = (alb_plan){.name = g[i].name, .links = to.n, .link = to.items, .named = true, .attr = g[i].attr};
        complete(cfg, p, &g[i].attr, g[i].algorithm, g[i].cross_zone, b);
    }
    for (size_t i = cfg->target.n; i < n; i++)
        if (group_named(cfg, cfg->group[i].name) < (int)i)
            wr_build_error(b, &g[i - cfg->target.n], "target group '%s' has the name of a 'target'",
                           cfg->group[i].name);
}

/* ---- actions ---------------------------------------------------------------------------------------- */
static void forward_to(alb_action *a, int group, int64_t weight)
{
    a->group[a->groups] = group;
    a->upto[a->groups] = (a->groups ? a->upto[a->groups - 1] : 0) + weight;
    a->groups++;
}

/* What happens to a request that no rule matches. */
static void prepare_default(alb_cfg *cfg, wr_build *b)
{
    const alb_weight *t = cfg->target.items;
    const alb_group_cfg *g = cfg->target_groups.items;
    cfg->otherwise.code = -1;
    for (size_t i = 0; i < cfg->target.n && i < ALB_FORWARDS; i++)
        forward_to(&cfg->otherwise, (int)i, t[i].weight);
    for (size_t i = 0; !cfg->target.n && i < cfg->target_groups.n; i++) {
        if (!wr_build_given(b, &g[i].attr.weight))
            continue;
        if (cfg->otherwise.groups == ALB_FORWARDS) {
            wr_build_error(b, &g[i].attr.weight, "a sixth target group has a weight; AWS allows five in one action");
            return;
        }
        forward_to(&cfg->otherwise, (int)i, g[i].attr.weight);
    }
    if (!cfg->otherwise.groups && cfg->groups)
        forward_to(&cfg->otherwise, 0, 1);
}

static void prepare_forward(const alb_cfg *cfg, const alb_rule_cfg *r, alb_action *a, wr_build *b)
{
    const alb_weight *f = r->forward.items;
    a->code = -1;
    for (size_t i = 0; i < r->forward.n && i < ALB_FORWARDS; i++) {
        int group = group_named(cfg, f[i].name);
        if (group < 0)
            wr_build_error(b, &f[i], "alb '%s' has no target group '%s'", wr_build_name(b), f[i].name);
        else
            forward_to(a, group, f[i].weight);
    }
}

static void prepare_action(const alb_cfg *cfg, const alb_rule_cfg *r, alb_action *a, wr_build *b)
{
    int given = (r->forward.n > 0) + (r->fixed > 0) + (r->redirect > 0);
    if (given != 1)
        wr_build_error(b, r, "a rule of alb '%s' needs exactly one of 'forward', 'fixed_response' and 'redirect'",
                       wr_build_name(b));
    else if (r->forward.n)
        prepare_forward(cfg, r, a, b);
    else if (r->redirect > 0)
        a->code = ALB_REDIRECT;
    else if (r->fixed / 100 == 3)
        wr_build_error(b, &r->fixed, "'fixed_response' must be 2xx, 4xx or 5xx; for 3xx there is 'redirect'");
    else
        a->code = r->fixed < 300 ? ALB_FIXED_2XX : r->fixed < 500 ? ALB_FIXED_4XX : ALB_FIXED_5XX;
}

/* ---- rules ------------------------------------------------------------------------------------------ */
static int64_t priority_of(const alb_rule_cfg *r, size_t place)
{
    return r->priority > 0 ? r->priority : (int64_t)place + 1;
}

/* Places of the rules in the list, in the order in which they are tried. */
static size_t *in_order(const alb_rule_cfg *r, size_t n, wr_build *b)
{
    size_t *order = wr_build_alloc(b, (n + 1) * sizeof *order);
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at && priority_of(&r[order[at - 1]], order[at - 1]) > priority_of(&r[i], i); at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (size_t i = 1; i < n; i++)
        if (r[order[i]].priority > 0 && r[order[i]].priority == r[order[i - 1]].priority)
            wr_build_error(b, &r[order[i]].priority, "two rules of alb '%s' have priority %d",
                           wr_build_name(b), (int)r[order[i]].priority);
    return order;
}

static bool names(const alb_rule_cfg *r, int operation, wr_build *b)
{
    const alb_operation *o = r->operations.items;
    for (size_t i = 0; i < r->operations.n; i++)
        if (wr_build_operation(b, o[i].name) == operation)
            return true;
    return !r->operations.n;
}

static void prepare_rules(alb_cfg *cfg, wr_build *b)
{
    const alb_rule_cfg *r = cfg->rules_written.items;
    size_t n = cfg->rules_written.n, *order = in_order(r, n, b);
    int top = -1;
    cfg->rules = (int)n;
    cfg->rule = wr_build_alloc(b, (n + 1) * sizeof *cfg->rule);
    for (size_t i = 0; i < n; i++) {
        const alb_rule_cfg *from = &r[order[i]];
        const alb_operation *o = from->operations.items;
        cfg->rule[i].share = from->share;
        prepare_action(cfg, from, &cfg->rule[i].action, b);
        for (size_t k = 0; k < from->operations.n; k++) {
            int number = wr_build_operation(b, o[k].name);
            top = number > top ? number : top;
        }
    }
    cfg->operations = top + 1;
    cfg->matches = wr_build_alloc(b, (size_t)(top + 2) * sizeof *cfg->matches);
    for (int op = 0; op <= cfg->operations; op++) {
        alb_matches *m = &cfg->matches[op];
        m->rule = wr_build_alloc(b, (n + 1) * sizeof *m->rule);
        for (size_t i = 0; i < n; i++)
            if (names(&r[order[i]], op < cfg->operations ? op : -1, b))
                m->rule[m->n++] = (int)i;
    }
}

static void check_mitigation(const alb_cfg *cfg, wr_build *b)
{
    bool any = !cfg->anomaly_mitigation;
    for (int i = 0; i < cfg->groups; i++)
        any |= cfg->group[i].mitigates;
    if (!any)
        wr_build_error(b, &cfg->anomaly_mitigation,
                       "'anomaly_mitigation' of alb '%s' needs 'algorithm: weighted_random'", wr_build_name(b));
}

void alb_prepare(void *mine, wr_build *b)
{
    alb_cfg *cfg = mine;
    const alb_connections *c = cfg->connections;
    prepare_zones(cfg, b);
    prepare_groups(cfg, b);
    check_mitigation(cfg, b);
    prepare_default(cfg, b);
    prepare_rules(cfg, b);
    double fixed;
    cfg->latency_fixed = cfg->latency && wr_dist_constant(cfg->latency, &fixed) ? wr_dur_from_s(fixed) : -1;
    double mean = c && c->requests ? wr_dist_mean(c->requests) : NAN;
    cfg->requests_per_connection = mean >= 1 ? mean : mean > 0 ? 1 : 100;
}
