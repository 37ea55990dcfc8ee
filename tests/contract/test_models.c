/* test_models.c - what every model owes, asked of all of them in a loop: a new line in models.def is tested by this file
 * as it stands, unless its minimal scenario needs more than `type:`; then it gets a row in `samples`.
 *
 * Tables: lint, prices, codes, metrics. Runs: the default instance; each fault applied, overlapped and lifted; the
 * books balance (what came in has ended or is still there); the same seed gives the same print; clients whose
 * patience is random and short. Every run is fixed by its seed, so nothing here fails by chance. */
#include "../../sim/table/table.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <weir.h>
#include <weir/model.h>
#include <cmocka.h>

/* What a model needs beside its type, what calls it, and what its faults need beside their name. */
typedef struct sample {
    const char *kind, *keys, *traffic, *others, *fault, *fault_keys;
} sample;
static const char plain[] = "target: it";
static const sample samples[] = {
    {"service", "servers: 3, service_time: {exponential: 40ms}, queue_limit: 20, availability_zone: a", plain, "", "", ""},
    {"alb", "target: app", plain, "  app: {type: service, servers: 3, service_time: {exponential: 40ms}}\n", "", ""},
    {"asg", "min_size: 2, max_size: 4, concurrency: 3, queue_limit: 20, steps: [{cpu: {exponential: 40ms}}, {wait: 10ms}]",
     plain, "", "capacity", "factor: 0.5"},
    {"http_api", "target: app, authorizer: app", plain,
     "  app: {type: service, servers: 3, service_time: {exponential: 40ms}}\n", "", ""},
    {"rest_api", "target: app, cache: 0.5 GB, canary: 10%, usage_plans: [{name: p, share: 50%, throttle: {rate_limit: 10}}]", plain,
     "  app: {type: service, servers: 3, service_time: {exponential: 40ms}}\n", "", ""},
    {"cloudfront", "origin: app, ttl: 5s, cache: {key: {zipf: {n: 100}}}, shield: true, locations: 2", plain,
     "  app: {type: service, servers: 3, service_time: {exponential: 40ms}}\n", "", ""},
    {"elasticache", "origin: app, capacity: 50, nodes: 2, ttl: 20s", "request: [{read: {from: it, key: {zipf: {n: 200}}}}, {write: {to: it, key: {zipf: {n: 200}}}}]",
     "  app: {type: service, servers: 9, service_time: {exponential: 40ms}}\n", "", ""},
    {"dynamodb", "provisioned_throughput: {read_capacity_units: 20, write_capacity_units: 20}",
     "request: [{get: {from: it}}, {put: {to: it, item_size: 2 KB}}]", "", "", ""},
    {"kinesis", "shard_count: 2", "request: [{publish: {to: it}}, {publish: {to: it, messages: 5}}]", "", "", ""},
    {"s3", "get_rate: 20/s, put_rate: 30/s, split_after: 10s, kms: key, events: [it_queue]",
     "request: [{read: {from: it}}, {write: {to: it, size: 2 KB}}, {delete: {to: it}}]",
     "  key: {type: service, service_time: 5ms}\n  it_queue: {type: sqs}\n", "", ""},
    {"kms_key", "rate: 30/s", plain, "", "", ""},
    {"secret", "rate: 30/s", plain, "", "", ""},
    {"cognito", "rate: 30/s", plain, "", "", ""},
    {"sns", "publish_rate: 60/s, subscriptions: [it_queue, {to: app, filter: 50%, dead_letter_target: it_queue}]",
     "request: [{publish: {to: it, size: 2 KB}}]",
     "  app: {type: service, service_time: 50ms, queue_limit: 2}\n  it_queue: {type: sqs}\n", "", ""},
    {"event_bus", "put_rate: 60/s, rules: [{targets: [it_queue, app], match: 60%, dead_letter_target: it_queue}, {schedule: 1m, targets: app}]",
     "request: [{publish: {to: it, size: 2 KB}}]",
     "  app: {type: service, service_time: 50ms, queue_limit: 2}\n  it_queue: {type: sqs}\n", "", ""},
    {"firehose", "to: lake, buffer_interval: 5s, transform: app", "request: [{publish: {to: it}}, {publish: {to: it, messages: 5}}]",
     "  app: {type: lambda, duration: 50ms}\n  lake: {type: s3}\n", "", ""},
    {"sqs", "visibility_timeout: 1s, consumers: {workers: 3, service_time: {exponential: 40ms}, failure_rate: 10%}",
     "request: [{send: {to: it, size: 2 KB}}]", "", "", ""},
    {"traffic", "", plain, "  app: {type: service, service_time: 5ms}\n", "spike", "factor: 3"}};

static const sample *sample_of(const wr_model *m)
{
    static sample bare;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        if (!strcmp(samples[i].kind, m->kind))
            return &samples[i];
    bare = (sample){m->kind, "", plain, "", "", ""};
    return &bare;
}

static text complaints;

static void complain(void *arg, const char *line)
{
    (void)arg;
    text_printf(&complaints, "%s\n", line);
}

static void expect_none(void)
{
    text t = complaints;
    complaints = (text){0};
    if (t.len)
        fail_msg("%s", t.s);
    text_clear(&t);
}

static void say(const wr_model *m, const char *name, const char *what)
{
    text_printf(&complaints, "%s.%s: %s\n", m->kind, name, what);
}

static bool sentence(const char *s)
{
    return s && *s && s[strlen(s) - 1] == '.';
}

/* ---- tables -------------------------------------------------------------------------------------------- */
static void test_tables_are_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; wr_models[i]; i++) {
        const wr_model *m = wr_models[i];
        if (m->params)
            lint_rows(m->params, m->cfg_size, m->kind, complain, NULL);
        for (const wr_fault *f = m->faults; f && f->name; f++) {
            if (f->params)
                lint_rows(f->params, f->cfg_size, f->name, complain, NULL);
            if (!sentence(f->doc))
                say(m, f->name, "its doc is no sentence");
        }
        if (!sentence(m->doc) || !m->title || (m->accepts && !m->call))
            say(m, "model", "title, doc or call is missing");
    }
    expect_none();
}

static bool priced(const char *key)
{
    size_t n = strcspn(key, "*");
    for (const wr_price *p = wr_prices; p->region; p++)
        if (key[n] ? !strncmp(p->key, key, n) : !strcmp(p->key, key))
            return true;
    return false;
}

static void test_all_usage_has_a_price(void **state)
{
    (void)state;
    for (size_t i = 0; wr_models[i]; i++)
        for (const wr_usage *u = wr_models[i]->usage; u && u->name; u++) {
            if (!u->price || !priced(u->price))
                say(wr_models[i], u->name, "its price is not in the book");
            if (!sentence(u->doc) || !u->unit)
                say(wr_models[i], u->name, "doc or unit is missing");
        }
    expect_none();
}

static void test_each_price_stands_once_and_says_from_where(void **state)
{
    (void)state;
    for (const wr_price *p = wr_prices; p->region; p++) {
        assert_non_null(p->key);
        assert_non_null(p->date);
        assert_non_null(p->src);
        assert_true(p->usd >= 0 && isfinite(p->usd));
        for (const wr_price *q = wr_prices; q < p; q++)
            if (!strcmp(p->region, q->region) && !strcmp(p->key, q->key))
                fail_msg("price '%s' of %s stands twice", p->key, p->region);
    }
}

static void test_each_allowance_is_of_a_price(void **state)
{
    (void)state;
    for (const wr_allowance *f = wr_allowances; f->key; f++) {
        const wr_price *p = wr_prices;
        while (p->region && strcmp(p->key, f->key))
            p++;
        if (!p->region || !(f->quantity > 0) || !f->src || !*f->src)
            fail_msg("the allowance of '%s' is of no price, of nothing, or has no source", f->key);
    }
}

static void test_every_bad_code_has_a_cause(void **state)
{
    (void)state;
    for (size_t i = 0; wr_models[i]; i++) {
        const wr_code *codes = wr_models[i]->codes;
        if (codes && codes->status != WR_OK)
            say(wr_models[i], codes->name, "the first row is success");
        for (const wr_code *c = codes; c && c->name; c++) {
            if ((c->cause != NULL) != (c->status != WR_OK))
                say(wr_models[i], c->name, "success has no cause, everything else has one");
            if (!sentence(c->doc))
                say(wr_models[i], c->name, "its doc is no sentence");
            for (const wr_code *other = codes; other < c; other++)
                if (c->cause && other->cause && !strcmp(c->cause, other->cause) && c->http == other->http && !strcmp(c->name, other->name))
                    say(wr_models[i], c->name, "it stands twice");
        }
    }
    expect_none();
}

static bool is_metric(const wr_metric *table, const char *name, size_t len)
{
    for (const wr_metric *w = table; w && w->name; w++)
        if (strlen(w->name) == len && !memcmp(w->name, name, len) && w->kind != WR_RATIO)
            return true;
    return false;
}

static void check_ratio(const wr_model *m, const wr_metric *w, const char *names)
{
    if (!names)
        say(m, w->name, "a ratio has a numerator and a denominator");
    for (const char *s = names; s && *s; s += strspn(s, " ")) {
        size_t n = strcspn(s, " ");
        if (!is_metric(m->metrics, s, n) && !is_metric(wr_uniforms, s, n))
            say(m, w->name, "it is made of a metric that is not there");
        s += n;
    }
}

static void test_metrics_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; wr_models[i]; i++)
        for (const wr_metric *w = wr_models[i]->metrics; w && w->name; w++) {
            if (w->kind < WR_COUNT || w->kind > WR_RATIO || !w->unit)
                say(wr_models[i], w->name, "kind or unit is missing");
            if (!w->hidden && !sentence(w->doc))
                say(wr_models[i], w->name, "its doc is no sentence");
            if (w->kind == WR_RATIO) {
                check_ratio(wr_models[i], w, w->num);
                check_ratio(wr_models[i], w, w->den);
            }
            for (const wr_metric *other = wr_models[i]->metrics; other < w; other++)
                if (!strcmp(w->name, other->name))
                    say(wr_models[i], w->name, "it stands twice");
        }
    expect_none();
}

/* ---- runs ---------------------------------------------------------------------------------------------- */
typedef struct setting { const char *client, *faults; double rate; } setting;

static void scenario_text(const wr_model *m, const setting *how, text *out)
{
    const sample *s = sample_of(m);
    bool traffic = !strcmp(m->kind, "traffic");
    text_printf(out, "weir: 1\nname: contract\nduration: 60s\nmetrics_period: 10s\nseed: 4\n");
    text_printf(out, "traffic:\n  it_calls: {%s, rate: %g/s%s}\n", traffic ? "target: app" : s->traffic, how->rate, how->client);
    text_printf(out, "resources:\n%s", s->others);
    if (!traffic)
        text_printf(out, "  it: {type: %s%s%s}\n", m->kind, *s->keys ? ", " : "", s->keys);
    if (*how->faults)
        text_printf(out, "faults:\n%s", how->faults);
}

static wr_result *run(const wr_model *m, const setting *how, uint64_t seed)
{
    text t = {0};
    scenario_text(m, how, &t);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse(m->kind, t.s, t.len, NULL, 0, d);
    if (!s) {
        wr_diag_print(d, stderr);
        fail_msg("%s", t.s);
    }
    wr_result *r = NULL;
    wr_err err = {0};
    if (wr_run(s, seed, 0, WR_KEEP_ALL, &r, &err))
        fail_msg("%s: %s\n%s", m->kind, err.text, t.s);
    wr_diag_destroy(d);
    wr_scenario_destroy(s);
    text_clear(&t);
    return r;
}

static bool runs(const wr_model *m)
{
    return !m->internal || !strcmp(m->kind, "traffic");
}

static double total(const wr_result *r, const wr_measure *like, const char *metric)
{
    const wr_measure *w = wr_result_find(r, like->owner, like->part, metric);
    return w ? w->total.sum : 0;
}

/* Where the time of requests went adds up to their latency; and Little's law, which is an identity: the integral of those
 * present is the time of those that have ended and the age of those still there. */
static void check_times(const wr_model *m, const wr_result *r, const wr_measure *requests, double there)
{
    const wr_measure *all = wr_result_find(r, requests->owner, requests->part, "latency_all");
    const wr_measure *present = wr_result_find(r, requests->owner, requests->part, "in_system");
    if (!all || !wr_result_find(r, requests->owner, requests->part, "time_service"))
        return;
    double parts = total(r, requests, "time_service") + total(r, requests, "time_wait") + total(r, requests, "time_cold") +
                   total(r, requests, "time_backoff"), sum = all->total.sum, tiny = 1e-9 * (sum + 1);
    if (fabs(parts - sum) > tiny)
        fail_msg("%s: %s: service, wait, cold and backoff add up to %.9g s of %.9g s", m->kind, requests->owner, parts, sum);
    if (present && (present->total.sum < sum - tiny || present->total.sum > sum + there * r->end_s + tiny))
        fail_msg("%s: %s: %.9g s present, %.9g s of latency, %g there", m->kind, requests->owner, present->total.sum, sum, there);
}

/* Of one owner: requests = completed + errors + those still there; the kinds of errors are among the errors; everything
 * that has ended has a latency; and each period's counts add up to the total (there is no warm-up). */
static void check_books(const wr_model *m, const wr_result *r, const wr_measure *requests)
{
    double came = requests->total.sum, done = total(r, requests, "completed"), bad = total(r, requests, "errors");
    double kinds = total(r, requests, "throttled") + total(r, requests, "timeouts") + total(r, requests, "rejected"), sum = 0;
    const wr_measure *present = wr_result_find(r, requests->owner, requests->part, "in_system");
    const wr_measure *latency = wr_result_find(r, requests->owner, requests->part, "latency");
    double there = present ? present->total.last : came - done - bad;
    const char *owner = requests->owner, *part = requests->part;
    if (present && !strcmp(present->type, "traffic") && fabs(came - done - bad - there) > 0.5)
        fail_msg("%s: %s:%s: %g came, %g + %g ended, %g are there", m->kind, owner, part, came, done, bad, there);
    if (done + bad > came + 0.5 || there < -0.5)
        fail_msg("%s: %s:%s: more ended (%g + %g) than came (%g)", m->kind, owner, part, done, bad, came);
    if (kinds > bad + 0.5)
        fail_msg("%s: %s:%s: %g errors by kind, %g in all", m->kind, owner, part, kinds, bad);
    if (latency && fabs(latency->total.n - done) > 0.5)
        fail_msg("%s: %s:%s: %g latencies of %g", m->kind, owner, part, latency->total.n, done);
    check_times(m, r, requests, there);
    for (size_t i = 0; requests->series[WR_S_MAIN] && i < r->periods; i++)
        sum += requests->series[WR_S_MAIN][i];
    if (requests->series[WR_S_MAIN] && fabs(sum - came) > 0.5)
        fail_msg("%s: %s:%s: periods add up to %g of %g", m->kind, owner, part, sum, came);
}

/* Each finding of the whole result that is no number where there must be one, or no share. */
static void check_result(const wr_model *m, const wr_result *r)
{
    size_t owners = 0;
    for (size_t i = 0; i < r->measures; i++) {
        const wr_measure *w = &r->measure[i];
        if (!strcmp(w->metric, "requests")) {
            check_books(m, r, w);
            owners++;
        }
        if (w->kind == WR_COUNT && !(w->total.sum >= 0))
            fail_msg("%s: %s.%s is %g", m->kind, w->owner, w->metric, w->total.sum);
    }
    assert_true(owners > 0);
    for (size_t i = 0; i < r->causes; i++) {
        const wr_cause_row *c = &r->cause[i];
        double most = !strcmp(c->owner, "it_calls") ? 5 : 1; /* up to four tries each, of those under way too */
        if (!(c->share >= 0 && c->share <= most + 1e-9 && c->first_s >= 0 && c->count >= 0))
            fail_msg("%s: cause %s of %s: %g, share %g, first at %g", m->kind, c->cause, c->owner, c->count, c->share, c->first_s);
    }
    for (size_t i = 0; i < r->costs; i++)
        assert_true(r->cost[i].usd >= 0 && r->cost[i].quantity >= 0);
}

/* What came to the resource was sent by the traffic: with plain calls and no retries, exactly as many. */
static void test_default_instance_runs_and_its_books_balance(void **state)
{
    (void)state;
    for (size_t i = 0; wr_models[i]; i++) {
        const wr_model *m = wr_models[i];
        if (!runs(m))
            continue;
        wr_result *r = run(m, &(setting){"", "", 50}, 4);
        check_result(m, r);
        const wr_measure *sent = wr_result_find(r, "it_calls", "", "requests");
        assert_non_null(sent);
        assert_true(sent->total.sum > 2500 && sent->total.sum < 3500); /* 3000 +- 55 */
        assert_true(r->requests > 0 && r->events > r->requests);
        if (sample_of(m)->traffic == plain && strcmp(m->kind, "traffic") != 0)
            assert_true(fabs(wr_result_find(r, "it", "", "requests")->total.sum - sent->total.sum) <= 1); /* one may be on its way */
        wr_result_destroy(r);
    }
}

static void test_same_seed_gives_the_same_print_and_another_does_not(void **state)
{
    (void)state;
    for (size_t i = 0; wr_models[i]; i++) {
        if (!runs(wr_models[i]))
            continue;
        wr_result *a = run(wr_models[i], &(setting){"", "", 30}, 7), *b = run(wr_models[i], &(setting){"", "", 30}, 7);
        wr_result *c = run(wr_models[i], &(setting){"", "", 30}, 8);
        assert_string_equal(a->print, b->print);
        assert_string_not_equal(a->print, c->print);
        assert_int_equal(a->events, b->events);
        wr_result_destroy(a);
        wr_result_destroy(b);
        wr_result_destroy(c);
    }
}

/* One fault three times: alone and lifted, overlapping its like, and on at the end of the run. */
static void add_fault(text *out, const char *name, const char *owner, const char *keys, bool by_zone)
{
    static const char *const times[] = {"at: 5s, for: 10s", "at: 25s, for: 15s", "at: 30s, for: 15s", "at: 55s, for: 30s"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        text_printf(out, "  - {%s: %s, %s%s%s}\n", name, by_zone ? "a" : owner, times[i], *keys ? ", " : "", keys);
}

static void with_faults(const wr_model *m, const char *faults)
{
    wr_result *calm = run(m, &(setting){", client: {timeout: 2s}", "", 40}, 5);
    wr_result *r = run(m, &(setting){", client: {timeout: 2s}", faults, 40}, 5);
    check_result(m, r);
    if (!strcmp(calm->print, r->print))
        fail_msg("%s: nothing changes with\n%s", m->kind, faults);
    wr_result_destroy(calm);
    wr_result_destroy(r);
}

static void test_each_fault_applies_overlaps_and_is_lifted(void **state)
{
    (void)state;
    for (size_t i = 0; wr_models[i]; i++) {
        const wr_model *m = wr_models[i];
        const sample *s = sample_of(m);
        for (const wr_fault *f = m->faults; runs(m) && f && f->name; f++) {
            text t = {0};
            bool zone = !strcmp(f->name, "az_outage");
            add_fault(&t, f->name, !strcmp(m->kind, "traffic") ? "it_calls" : "it", strcmp(f->name, s->fault) ? "" : s->fault_keys, zone);
            with_faults(m, t.s);
            text_clear(&t);
        }
    }
}

static void test_common_faults_work_on_every_model_that_takes_calls(void **state)
{
    static const char *const common[][2] = {{"error_rate", "share: 50%"}, {"throttle", "share: 50%"}, {"latency", "add: 300ms"}};
    (void)state;
    for (size_t i = 0; wr_models[i]; i++)
        for (size_t k = 0; wr_models[i]->accepts && !wr_models[i]->internal && k < 3; k++) {
            text t = {0};
            add_fault(&t, common[k][0], "it", common[k][1], false);
            with_faults(wr_models[i], t.s);
            text_clear(&t);
        }
}

/* ---- patience of all lengths: callers vanish at every stage of a call, and come back ---------------------------- */
static void test_impatient_callers_break_nothing(void **state)
{
    (void)state;
    const char *word = getenv("WEIR_SEED");
    uint64_t x = word ? strtoull(word, NULL, 10) : 20240607;
    for (int round = 0; round < 30; round++)
        for (size_t i = 0; wr_models[i]; i++) {
            if (!runs(wr_models[i]))
                continue;
            text client = {0}, faults = {0};
            x = mix64(x + 1);
            double timeout = exp((double)(x % 1000) / 1000 * log(2000)); /* 1 ms to 2 s */
            text_printf(&client, ", client: {timeout: %.3fms, retry: {mode: full_jitter, attempts: %d, base: %dms, cap: 1s}}", timeout,
                        (int)(1 + (x >> 10) % 4), (int)(1 + (x >> 20 & 127)));
            if (!wr_models[i]->internal)
                add_fault(&faults, "latency", "it", x >> 40 & 1 ? "add: 50ms" : "add: 1s", false);
            wr_result *r = run(wr_models[i], &(setting){client.s, faults.s ? faults.s : "", 5 + (double)(x >> 44 & 127)}, x >> 1);
            check_result(wr_models[i], r);
            wr_result_destroy(r);
            text_clear(&client);
            text_clear(&faults);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_in_order),
        cmocka_unit_test(test_all_usage_has_a_price),
        cmocka_unit_test(test_each_price_stands_once_and_says_from_where),
        cmocka_unit_test(test_each_allowance_is_of_a_price),
        cmocka_unit_test(test_every_bad_code_has_a_cause),
        cmocka_unit_test(test_metrics_are_whole),
        cmocka_unit_test(test_default_instance_runs_and_its_books_balance),
        cmocka_unit_test(test_same_seed_gives_the_same_print_and_another_does_not),
        cmocka_unit_test(test_each_fault_applies_overlaps_and_is_lifted),
        cmocka_unit_test(test_common_faults_work_on_every_model_that_takes_calls),
        cmocka_unit_test(test_impatient_callers_break_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
