/* run.c - one replication: scenario -> components -> engine -> result. The one place where they meet.
 *
 * A run is a pure function of (scenario, seed, replication): it reads no clock and shares nothing with other
 * runs but the frozen scenario. Truth: tests/contract/test_models.c (same seed, same print) and all of tests/truth. */
#include "run.h"
#include <string.h>

static double quota(const void *arg, const char *name)
{
    return scenario_quota(arg, name);
}

static net_law law(const wr_dist *d)
{
    double fixed = 0;
    if (!d || wr_dist_constant(d, &fixed))
        return (net_law){.fixed = wr_dur_from_s(fixed), .off = fixed <= 0};
    return (net_law){.dist = d};
}

static void set_network(run *r, const wr_scenario *s)
{
    r->net[NET_CLIENT] = law(s->net_client);
    r->net[NET_SAME_AZ] = law(s->net_same_az);
    r->net[NET_CROSS_AZ] = law(s->net_cross_az);
    r->net[NET_SERVICE] = law(s->net_service);
    r->net_off = true;
    for (int i = 0; i < 4; i++)
        r->net_off &= r->net[i].off;
    r->links = (int)s->links;
    r->link = arena_alloc(r->arena, (s->links + 1) * sizeof *r->link);
    for (size_t i = 0; i < s->links; i++)
        r->link[i] = (net_link){s->link[i].from, s->link[i].to, s->link[i].latency, s->link[i].loss};
}

static void make_comps(run *r, const wr_scenario *s)
{
    r->comps = (int)s->comps;
    r->comp = arena_alloc(r->arena, (s->comps + 1) * sizeof *r->comp);
    for (int i = 0; i < r->comps; i++) {
        const scenario_comp *c = &s->comp[i];
        r->comp[i] = run_add(r, c->model, c->name, c->cfg, i);
        r->comp[i]->traffic = c->traffic;
        r->comp[i]->detail = c->detail;
    }
}

static run *make_run(const wr_scenario *s, uint64_t seed, uint64_t replication, wr_dur warmup)
{
    run *r = run_create(seed, replication);
    r->quota = quota;
    r->quota_arg = s;
    r->end = s->duration;
    r->warmup = warmup;
    r->sequences = arena_alloc(r->arena, (s->sequences + 1) * sizeof *r->sequences);
    r->net_rng.sequences = r->sequences;
    set_network(r, s);
    return r;
}

static void drive(run *r, recorder *k)
{
    uint64_t fired = 0;
    stopper *st = k->s->stop_when ? stopper_start(r, k->s->stop_when) : NULL;
    while (st && !r->broken && wr_engine_step(r->engine, r->end, &fired))
        if (stopper_holds(st))
            return;
    if (st && !r->broken && r->end == WR_NEVER && !wr_engine_full(r->engine))
        run_break(r, "nothing more will happen, and 'stop_when' does not hold");
    if (!r->broken && (!st || r->end != WR_NEVER))
        wr_engine_run(r->engine, r->end);
}

/* Who took part in an instant without end, "'a', 'b'". Members of a group are called by its name. */
static const char *crowd_of(const run *r)
{
    wr_comp *const *comp;
    text t = {0};
    size_t n = wr_engine_crowd(r->engine, &comp);
    for (size_t i = 0; i < n; i++) {
        const char *name = comp[i] ? comp[i]->account->name : "faults"; /* the schedule of faults is nobody's */
        char quoted[80];
        snprintf(quoted, sizeof quoted, "'%s'", name);
        if (!t.s || !strstr(t.s, quoted))
            text_printf(&t, "%s%s", t.len ? ", " : "", quoted);
    }
    const char *out = arena_copy(r->arena, t.s ? t.s : "", t.len);
    text_clear(&t);
    return out;
}

static int failure(const run *r, wr_err *err)
{
    double now = wr_dur_to_s(run_now(r));
    if (r->broken)
        return wr_fail(err, WR_E_LIMIT, "the run stopped at %.9g s: %s", now, r->broken);
    if (!wr_engine_full(r->engine))
        return 0;
    const char *crowd = crowd_of(r);
    if (*crowd)
        return wr_fail(err, WR_E_LIMIT, "the run stopped at %.9g s: more than %d events at one instant, a loop that takes no "
                       "time, in %s; give one of them a time", now, WR_ENGINE_INSTANT, crowd);
    return wr_fail(err, WR_E_LIMIT, "the run stopped at %.9g s: more events than the engine can hold", now);
}

static int run_once(const wr_scenario *s, uint64_t seed, uint64_t replication, wr_dur warmup, unsigned keep,
                    wr_result **out, wr_err *err)
{
    run *r = make_run(s, seed, replication, warmup);
    recorder *k = record_start(r, s, keep);
    make_comps(r, s);
    run_start(r);
    k->judge = judge_start(k);
    schedule_faults(r, s);
    drive(r, k);
    for (int i = 0; i < r->comps; i++)
        if (r->comp[i]->model->finish)
            r->comp[i]->model->finish(r->comp[i]);
    record_end(k);
    *out = harvest(k, wr_engine_fired(r->engine));
    int bad = failure(r, err);
    run_destroy(r);
    return bad;
}

int wr_run(const wr_scenario *s, uint64_t seed, uint64_t replication, unsigned keep, wr_result **out, wr_err *err)
{
    if (!s->warmup_auto)
        return run_once(s, seed, replication, s->warmup, keep, out, err);
    wr_result *look = NULL;
    int bad = run_once(s, seed, replication, 0, WR_KEEP_SERIES, &look, err);
    if (bad) {
        *out = look;
        return bad;
    }
    wr_dur warmup = warmup_find(s, look);
    wr_result_destroy(look);
    return run_once(s, seed, replication, warmup, keep, out, err);
}
