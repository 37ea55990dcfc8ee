/* test_json.c - the JSON document is JSON, has the keys of CLI.md, and says the numbers exactly. */
#include "../support/made.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- a reader that is strict and keeps nothing: position behind a value, NULL when it is not JSON ---------- */
static const char *blank(const char *s)
{
    return s + strspn(s, " \n\r\t");
}

static const char *string(const char *s)
{
    for (s++; *s && *s != '"'; s++) {
        if ((unsigned char)*s < ' ')
            return NULL;
        if (*s != '\\')
            continue;
        s++;
        if (*s == 'u' && strspn(s + 1, "0123456789abcdefABCDEF") < 4)
            return NULL;
        if (!*s || !strchr("\"\\/bfnrtu", *s))
            return NULL;
    }
    return *s ? s + 1 : NULL;
}

static const char *number(const char *s)
{
    const char *from = s += *s == '-';
    size_t whole = strspn(s, "0123456789");
    s += whole;
    if (!whole || (*from == '0' && whole > 1))
        return NULL;
    if (*s == '.') {
        size_t digits = strspn(++s, "0123456789");
        if (!digits)
            return NULL;
        s += digits;
    }
    if (*s == 'e' || *s == 'E') {
        s += 1 + (s[1] == '-' || s[1] == '+');
        size_t digits = strspn(s, "0123456789");
        return digits ? s + digits : NULL;
    }
    return s;
}

static const char *scalar(const char *s)
{
    static const char *const words[] = {"null", "true", "false"};
    for (size_t i = 0; i < 3; i++)
        if (!strncmp(s, words[i], strlen(words[i])))
            return s + strlen(words[i]);
    return *s == '"' ? string(s) : number(s);
}

static const char *value(const char *s, unsigned depth);

static const char *members(const char *s, char end, unsigned depth)
{
    s = blank(s + 1);
    if (*s == end)
        return s + 1;
    while (s) {
        if (end == '}') {
            s = *s == '"' ? string(s) : NULL;
            s = s ? blank(s) : NULL;
            if (!s || *s++ != ':')
                return NULL;
        }
        s = value(blank(s), depth + 1);
        s = s ? blank(s) : NULL;
        if (!s || *s == end)
            return s ? s + 1 : NULL;
        if (*s != ',')
            return NULL;
        s = blank(s + 1);
    }
    return NULL;
}

static const char *value(const char *s, unsigned depth)
{
    if (depth > 16)
        return NULL;
    return *s == '{' ? members(s, '}', depth) : *s == '[' ? members(s, ']', depth) : scalar(s);
}

static bool is_json(const char *s)
{
    const char *end = value(blank(s), 0);
    return end && !strcmp(end, "\n");
}

/* Behind the keys, one inside the other; each must be a key of the object that the one before opened. */
static const char *at(const char *s, const char *const *keys)
{
    s = blank(s);
    for (; *keys; keys++) {
        bool found = false;
        if (*s != '{')
            return NULL;
        for (s = blank(s + 1); *s == '"' && !found; s = found ? s : blank(s + (*s == ','))) {
            const char *end = string(s);
            found = (size_t)(end - s) == strlen(*keys) + 2 && !strncmp(s + 1, *keys, strlen(*keys));
            s = blank(blank(end) + 1);
            s = found ? s : blank(value(s, 0));
        }
        if (!found)
            return NULL;
    }
    return s;
}

static const char *get(const char *s, const char *a, const char *b, const char *c, const char *d, const char *e)
{
    const char *keys[] = {a, b, c, d, e, NULL};
    return at(s, keys);
}

/* ---- documents --------------------------------------------------------------------------------------------------- */
static char *document(const char *filter, size_t reps)
{
    static const char *const exprs[] = {"shoppers.latency.p99 < 300ms", "run.cost", "orders.\"x\" < 1", NULL};
    wr_experiment x = made_experiment(made_scenario(exprs), 1, reps);
    for (size_t rep = 0; rep < reps; rep++) {
        made_slo(&x, 0, rep, WR_SLO_LT, 0.1 + 0.001 * (double)rep, 0.3);
        made_slo(&x, 1, rep, WR_SLO_NONE, 1.0 / 3, NAN);
        made_slo(&x, 2, rep, WR_SLO_LT, NAN, 1);
    }
    x.wall_s = 2;
    wr_experiment_close(&x);
    char *out = NULL;
    size_t len;
    FILE *f = open_memstream(&out, &len);
    wr_print_json(&x, filter, f);
    fclose(f);
    wr_experiment_clear(&x);
    return out;
}

static void test_checker_refuses_what_is_not_json(void **state)
{
    (void)state;
    static const char *const bad[] = {"{\"a\": nan}\n", "{\"a\": 01}\n", "{\"a\": 1,}\n", "[1 2]\n",
                                      "\"\\x\"\n",      "{a: 1}\n",      "1.\n",          "{}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(is_json(bad[i]));
    assert_true(is_json("{\"a\": [1, -2.5e-3, null, \"\\u00e9\"], \"b\": {}}\n"));
}

static void test_document_is_one_json_document(void **state)
{
    (void)state;
    for (size_t reps = 0; reps < 4; reps++) {
        char *s = document(NULL, reps);
        if (!is_json(s))
            fail_msg("not JSON:\n%s", s);
        free(s);
    }
}

static void test_document_has_the_keys_of_the_contract(void **state)
{
    (void)state;
    static const char *const keys[] = {"weir",   "scenario", "seed",   "replications", "duration_s",  "warmup_s",
                                       "events", "requests", "wall_s", "events_per_s", "fingerprint", "metrics",
                                       "causes", "slo",      "cost",   "warnings"};
    char *s = document(NULL, 3);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_non_null(get(s, keys[i], NULL, NULL, NULL, NULL));
    assert_non_null(get(s, "metrics", "shoppers", "latency", "p99", "ci95"));
    assert_non_null(get(s, "metrics", "orders:p0", "busy", "last", "n"));
    assert_non_null(get(s, "metrics", "orders", "throttled_share", "mean", "mean"));
    assert_non_null(get(s, "cost", "items", NULL, NULL, NULL));
    assert_int_equal(strtol(get(s, "seed", NULL, NULL, NULL, NULL), NULL, 10), 1);
    assert_int_equal(strncmp(get(s, "scenario", NULL, NULL, NULL, NULL), "\"web-shop\"", 10), 0);
    free(s);
}

static void test_each_kind_has_all_its_statistics(void **state)
{
    (void)state;
    static const struct { const char *owner, *metric; enum wr_metric_kind kind; } of[] = {
        {"shoppers", "requests", WR_COUNT}, {"orders", "busy", WR_LEVEL}, {"shoppers", "latency", WR_VALUE},
        {"orders", "throttled_share", WR_RATIO}};
    char *s = document(NULL, 3);
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        for (const char *const *stat = wr_kind_stats(of[i].kind); *stat; stat++)
            assert_non_null(get(s, "metrics", of[i].owner, of[i].metric, *stat, "mean"));
    free(s);
}

static void test_numbers_read_back_exactly_and_the_undefined_is_null(void **state)
{
    (void)state;
    wr_experiment x = made_experiment(made_scenario(NULL), 1, 3);
    wr_experiment_close(&x);
    char *s = document(NULL, 3);
    double mean = wr_experiment_find(&x, "shoppers", "", "latency", "mean")->e.mean;
    double back = strtod(get(s, "metrics", "shoppers", "latency", "mean", "mean"), NULL);
    assert_memory_equal(&back, &mean, sizeof mean);
    free(s);
    wr_experiment_clear(&x);
    s = document(NULL, 1);
    assert_int_equal(strncmp(get(s, "metrics", "shoppers", "latency", "mean", "ci95"), "null", 4), 0);
    free(s);
}

static void test_verdicts_are_true_false_or_null(void **state)
{
    (void)state;
    char *s = document(NULL, 3);
    const char *slo = get(s, "slo", NULL, NULL, NULL, NULL);
    const char *first = strstr(slo, "\"expr\": \"shoppers.latency.p99 < 300ms\""),
               *second = strstr(slo, "\"expr\": \"run.cost\"");
    const char *third = strstr(slo, "\"expr\": \"orders.\\\"x\\\" < 1\"");
    assert_true(first && second && third);
    assert_true(strstr(first, "\"pass\": true, \"undecided\": false, \"reason\": null") < second);
    assert_true(strstr(second, "\"pass\": null") < third);
    assert_non_null(strstr(third, "\"value\": null"));
    assert_non_null(strstr(third, "\"pass\": false"));
    assert_non_null(strstr(third, "never observed"));
    free(s);
}

static size_t metrics_kept(const char *filter)
{
    size_t n = 0;
    char *s = document(filter, 2);
    if (!is_json(s))
        fail_msg("not JSON with '%s':\n%s", filter, s);
    for (const char *p = strstr(s, "\"metrics\""), *end = strstr(s, "\"causes\""); p && p < end;
         p = strstr(p + 1, "\"ci95\": "))
        n++;
    free(s);
    return n - 1;
}

static void test_filter_keeps_what_it_names(void **state)
{
    (void)state;
    size_t all = 2 * 2 + 10 + 9 + 1 + 9; /* two counts, value, level, ratio, level of a part */
    assert_int_equal(metrics_kept(NULL), all);
    assert_int_equal(metrics_kept(""), all);
    assert_int_equal(metrics_kept("*"), all);
    assert_int_equal(metrics_kept("shoppers.latency"), 10);
    assert_int_equal(metrics_kept("shoppers.*, orders.throttled_share"), 2 + 10 + 1);
    assert_int_equal(metrics_kept("*.p99"), 3);
    assert_int_equal(metrics_kept("orders"), 10);
    assert_int_equal(metrics_kept("orders:*"), 9);
    assert_int_equal(metrics_kept("nobody.*"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_checker_refuses_what_is_not_json),
                                       cmocka_unit_test(test_document_is_one_json_document),
                                       cmocka_unit_test(test_document_has_the_keys_of_the_contract),
                                       cmocka_unit_test(test_each_kind_has_all_its_statistics),
                                       cmocka_unit_test(test_numbers_read_back_exactly_and_the_undefined_is_null),
                                       cmocka_unit_test(test_verdicts_are_true_false_or_null),
                                       cmocka_unit_test(test_filter_keeps_what_it_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
