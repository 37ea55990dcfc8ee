/* test_quota.c - KMS keys, parameters, secrets and user pools: quotas that an account shares, what a refusal is called,
 * what callers keep (cache_for), what is paid.
 *
 * Arrivals are scripted and latencies constant, so numbers are exact. */
#include "test_api.h"

#define APP(STEPS) "app: {type: service, servers: unlimited, steps: [" STEPS "]}"

/* ---- what it refuses ------------------------------------------------------------------------------------ */
static void test_rates_are_positive_and_quotas_known(void **state)
{
    (void)state;
    refused("key: {type: kms_key, rate: 0/s}", "'rate'");
    refused("key: {type: secret, high_throughput: true}", "'high_throughput'");
    assert_null(load("weir: 1\nduration: 10s\naccount: {kms_rate: many}\nresources: {key: {type: kms_key}}\n", WR_ERROR, "'kms_rate'"));
}

/* ---- quotas --------------------------------------------------------------------------------------------- */
static void test_each_type_has_its_quota_and_its_word_for_it(void **state)
{
    static const struct {
        const char *type, *cause;
        double rate;
    } rows[] = {{"parameter_store", "SSM.RateExceeded", 40}, {"cognito", "Cognito.UserAuthentication", 120},
                {"secret", "SecretsManager.RateExceeded", 10000}, {"kms_key", "KMS.RequestRate", 100000}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        wr_result *r = run("duration: 20s\ntraffic: {u: {target: it, at: [{t: 1s, count: %d}]}}\nresources: {it: {type: %s, latency: 1ms}}\n",
                           (int)rows[i].rate + 10, rows[i].type);
        expect(r, "u.completed.sum", rows[i].rate);
        expect(r, "it.consumed.sum", rows[i].rate);
        expect(r, "it.throttled.sum", 10);
        expect(r, "it.burst_left.max", rows[i].rate);
        expect(r, "u.latency.max", 0.001);
        assert_true(cause(r, "it", rows[i].cause) == 10);
        wr_result_destroy(r);
    }
}

static void test_the_region_and_the_account_say_how_much(void **state)
{
    static const char text[] = "duration: 20s\n%s\ntraffic: {u: {target: key, at: [{t: 1s, count: 30k}]}}\nresources: {key: {type: kms_key}}\n";
    (void)state;
    wr_result *r = run(text, "region: eu-central-1");
    expect(r, "u.completed.sum", 20000);
    wr_result_destroy(r);
    r = run(text, "region: sa-east-1");
    expect(r, "u.completed.sum", 10000);
    wr_result_destroy(r);
    r = run(text, "account: {kms_rate: 500/s}");
    expect(r, "u.completed.sum", 500);
    wr_result_destroy(r);
}

static void test_resources_of_a_type_share_the_accounts_quota(void **state)
{
    (void)state;
    wr_result *r = run("duration: 20s\ntraffic: {u: {target: a, at: [{t: 1s, count: 30}]}, v: {target: b, at: [{t: 1s, count: 30}]}}\n"
                       "resources: {a: {type: parameter_store}, b: {type: parameter_store}}\n");
    assert_true(got(r, "u.completed.sum") + got(r, "v.completed.sum") == 40);
    wr_result_destroy(r);
    r = run("duration: 20s\ntraffic: {u: {target: a, at: [{t: 1s, count: 50}]}, v: {target: b, at: [{t: 1s, count: 50}]}}\n"
            "resources: {a: {type: parameter_store}, b: {type: parameter_store, rate: 45/s}}\n");
    expect(r, "u.completed.sum", 40);
    expect(r, "v.completed.sum", 45);
    wr_result_destroy(r);
}

static void test_high_throughput_is_more_and_is_paid(void **state)
{
    (void)state;
    static const char text[] = "duration: 20s\ntraffic: {u: {target: p, at: [{t: 1s, count: 1000}]}}\nresources: {p: {type: parameter_store%s}}\n";
    wr_result *r = run(text, ", high_throughput: true");
    expect(r, "u.completed.sum", 1000);
    assert_true(fabs(usd(r, "p") - 1000 * 5e-6) < 1e-12);
    wr_result_destroy(r);
    r = run(text, "");
    expect(r, "u.completed.sum", 40);
    assert_true(usd(r, "p") == 0);
    wr_result_destroy(r);
}

static void test_a_burst_of_its_own_is_refilled_at_its_rate(void **state)
{
    (void)state;
    wr_result *r = run("duration: 30s\ntraffic: {u: {target: key, at: [{t: 1s, count: 100}, {t: 11s, count: 100}]}}\n"
                       "resources: {key: {type: kms_key, rate: 2/s, burst: 50, latency: 0ms}}\n");
    expect(r, "u.completed.sum", 50 + 20);
    wr_result_destroy(r);
}

/* ---- steps ---------------------------------------------------------------------------------------------- */
static void test_a_step_keeps_the_answer_for_its_time(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {target: app, at: [1s, 2s, 30s, 62s, 63s]}}\n"
                       "resources: {" APP("{call: {to: p, cache_for: 60s}}, {wait: 1ms}") ", p: {type: parameter_store, latency: 10ms}}\n");
    expect(r, "p.requests.sum", 2);
    expect(r, "u.latency.max", 0.011);
    expect(r, "u.latency.min", 0.001);
    wr_result_destroy(r);
    r = run("duration: 100s\ntraffic: {u: {target: app, at: [1s, 2s, 99s]}}\n"
            "resources: {" APP("{read: {from: p, cache_for: never}}") ", p: {type: secret}}\n");
    expect(r, "p.requests.sum", 1);
    wr_result_destroy(r);
}

static void test_a_failed_answer_is_not_kept(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {target: app, at: [1s, 2s, 30s, 31s]}}\n"
                       "resources: {" APP("{call: {to: p, cache_for: 60s, catch: continue}}") ", p: {type: secret}}\n"
                       "faults: [{fail: p, at: 0s, for: 10s}]\n");
    expect(r, "p.requests.sum", 3);
    expect(r, "u.completed.sum", 4);
    wr_result_destroy(r);
}

static void test_each_environment_of_a_function_keeps_its_own(void **state)
{
    (void)state;
    wr_result *r = run("duration: 100s\ntraffic: {u: {at: [{t: 1s, count: 5}, {t: 10s, count: 5}], request: [{invoke: {to: fn}}]}}\n"
                       "resources: {fn: {type: lambda, steps: [{call: {to: p, cache_for: 5m}}, {wait: 1s}]}, p: {type: parameter_store}}\n");
    expect(r, "p.requests.sum", 5);
    wr_result_destroy(r);
    r = run("duration: 100s\ntraffic: {u: {at: [{t: 1s, count: 5}, {t: 20s, count: 5}], request: [{invoke: {to: fn}}]}}\n"
            "resources: {fn: {type: lambda, steps: [{call: {to: p, cache_for: 5m}}, {wait: 1s}]}, p: {type: parameter_store}}\n"
            "faults: [{deploy: fn, at: 10s}]\n");
    expect(r, "p.requests.sum", 10);
    wr_result_destroy(r);
}

static void test_a_loop_over_a_kept_answer_ends(void **state)
{
    (void)state;
    wr_result *r = run("duration: 10s\ntraffic: {u: {target: app, at: [1s]}}\n"
                       "resources: {" APP("{repeat: {times: 100k, steps: [{call: {to: p, cache_for: 1h}}]}}") ", p: {type: secret}}\n");
    expect(r, "p.requests.sum", 1);
    expect(r, "u.completed.sum", 1);
    wr_result_destroy(r);
}

/* ---- the rest ------------------------------------------------------------------------------------------- */
static void test_keys_secrets_and_users_are_paid_by_the_month(void **state)
{
    (void)state;
    wr_result *r = run("duration: 73h\ntraffic: {u: {target: key, at: [{t: 1s, count: 1000}]}}\n"
                       "resources: {key: {type: kms_key}, s: {type: secret}, pool: {type: cognito, monthly_active_users: 1000}}\n");
    assert_true(fabs(usd(r, "key") - (0.1 + 1000 * 3e-6)) < 1e-9);
    assert_true(fabs(usd(r, "s") - 0.04) < 1e-9);
    assert_true(fabs(usd(r, "pool") - 0.55) < 1e-9);
    wr_result_destroy(r);
}

static void test_a_service_that_fails_or_hangs(void **state)
{
    (void)state;
    wr_result *r = run("duration: 30s\ntraffic: {u: {target: key, at: [1s, 11s, 21s], client: {timeout: 2s}}}\nresources: {key: {type: kms_key}}\n"
                       "faults: [{fail: key, at: 0s, for: 5s}, {fail: key, mode: hang, at: 10s, for: 5s}]\n");
    expect(r, "u.completed.sum", 1);
    expect(r, "u.timeouts.sum", 1);
    assert_true(cause(r, "key", "Fault.fail") == 1);
    wr_result_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates_are_positive_and_quotas_known),
        cmocka_unit_test(test_each_type_has_its_quota_and_its_word_for_it),
        cmocka_unit_test(test_the_region_and_the_account_say_how_much),
        cmocka_unit_test(test_resources_of_a_type_share_the_accounts_quota),
        cmocka_unit_test(test_high_throughput_is_more_and_is_paid),
        cmocka_unit_test(test_a_burst_of_its_own_is_refilled_at_its_rate),
        cmocka_unit_test(test_a_step_keeps_the_answer_for_its_time),
        cmocka_unit_test(test_a_failed_answer_is_not_kept),
        cmocka_unit_test(test_each_environment_of_a_function_keeps_its_own),
        cmocka_unit_test(test_a_loop_over_a_kept_answer_ends),
        cmocka_unit_test(test_keys_secrets_and_users_are_paid_by_the_month),
        cmocka_unit_test(test_a_service_that_fails_or_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
