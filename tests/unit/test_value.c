/* test_value.c - one scalar into one field: every refusal by its words, then what is read, then edges. */
#include "table_bench.h"
#include <weir/rng.h>

static const char *const disciplines[] = {"fifo", "lifo", "KEYS_ONLY", "off", NULL};
typedef struct cfg {
    bool fifo, named;
    int64_t servers, retries;
    double number, percent, share, few, memory, size, rate;
    wr_dur timeout, boot, patience;
    const char *name, *group;
    int discipline, mode;
    const wr_profile *profile, *burst;
} cfg;
static const wr_param rows[] = {
    {.key = "fifo", WR_FIELD(cfg, fifo), .type = WR_T_BOOL, .def = "false"},
    {.key = "servers", WR_FIELD(cfg, servers), .type = WR_T_INT, .def = "1", .min = 1, .max = 1e6, .words = "unlimited"},
    {.key = "retries", WR_FIELD(cfg, retries), .type = WR_T_INT, .def = "none", .words = "none"},
    {.key = "number", WR_FIELD(cfg, number), .type = WR_T_NUMBER, .def = "0", .min = -10, .max = 1e12},
    {.key = "percent", WR_FIELD(cfg, percent), .type = WR_T_NUMBER, .def = "50", .unit = "%", .max = 100},
    {.key = "share", WR_FIELD(cfg, share), .type = WR_T_SHARE, .def = "0"},
    {.key = "few", WR_FIELD(cfg, few), .type = WR_T_SHARE, .def = "1%", .min = 0.001, .max = 0.5},
    {.key = "memory", WR_FIELD(cfg, memory), .type = WR_T_BYTES, .def = "128", .unit = "MB", .min = 0x1p27, .max = 10 * 0x1p30},
    {.key = "size", WR_FIELD(cfg, size), .type = WR_T_BYTES, .def = "1 KB"},
    {.key = "rate", WR_FIELD(cfg, rate), .type = WR_T_RATE, .optional = true},
    {.key = "timeout", WR_FIELD(cfg, timeout), .type = WR_T_DUR, .def = "3", .unit = "s", .min = 1, .max = 900},
    {.key = "boot_time", WR_FIELD(cfg, boot), .type = WR_T_DUR, .def = "0s"},
    {.key = "patience", WR_FIELD(cfg, patience), .type = WR_T_DUR, .def = "never", .words = "never off"},
    {.key = "name", WR_FIELD(cfg, name), .type = WR_T_TEXT, .def = ""},
    {.key = "group", WR_FIELD(cfg, group), .type = WR_T_TEXT, .optional = true},
    {.key = "discipline", WR_FIELD(cfg, discipline), .type = WR_T_ENUM, .choices = disciplines, .def = "fifo"},
    {.key = "mode", WR_FIELD(cfg, mode), .type = WR_T_ENUM, .choices = disciplines, .def = "none", .words = "none"},
    {.key = "profile", WR_FIELD(cfg, profile), .type = WR_T_PROFILE, .optional = true},
    {.key = "burst", WR_FIELD(cfg, burst), .type = WR_T_PROFILE, .def = "none", .words = "none unlimited"},
    {0}};

static void refused(const char *yaml, const char *why)
{
    bench t;
    cfg c = {0};
    bench_bind(&t, yaml, rows, &c);
    assert_string_equal(said(&t), why);
    bench_close(&t);
}

static cfg filled(bench *t, const char *yaml)
{
    cfg c = {0};
    bench_bind(t, yaml, rows, &c);
    assert_string_equal(said(t), "");
    return c;
}

/* ---- refusals --------------------------------------------------------------------------------------------- */
static void test_number_without_its_unit_shows_both_fixes(void **state)
{
    (void)state;
    refused("boot_time: 75", "1:12+2 'boot_time' of sqs 'jobs' has no unit: write 75s or 75ms");
    refused("size: 4", "1:7+1 'size' of sqs 'jobs' has no unit: write 4 KB or 4 B");
    refused("rate: 1.5k", "1:7+4 'rate' of sqs 'jobs' has no unit: write 1.5k/s or 1.5k/m");
    refused("profile: 100", "1:10+3 'profile' of sqs 'jobs' has no unit: write 100/s or 100/m");
}

static void test_wrong_unit_names_those_that_are_known(void **state)
{
    (void)state;
    refused("boot_time: 75q", "1:12+3 'boot_time' of sqs 'jobs' has a wrong unit in '75q'; times have ns us ms s m h d");
    refused("boot_time: 5M", "1:12+2 'boot_time' of sqs 'jobs' has a wrong unit in '5M'; times have ns us ms s m h d (minutes are m, milliseconds ms)");
    refused("size: 4 kb", "1:7+4 'size' of sqs 'jobs' has a wrong unit in '4 kb'; sizes have B KB MB GB TB");
    refused("rate: 4/w", "1:7+3 'rate' of sqs 'jobs' has a wrong unit in '4/w'; rates have /s /m /h /d");
    refused("share: 4s", "1:8+2 'share' of sqs 'jobs' has a wrong unit in '4s'; a share is written 25% or 0.25");
    refused("servers: 3s", "1:10+2 'servers' of sqs 'jobs' has a wrong unit in '3s'; a count has no unit but k and M");
    refused("number: 3s", "1:9+2 'number' of sqs 'jobs' has a wrong unit in '3s'; a number has no unit but k, M and %");
}

static void test_what_is_no_number_is_told_what_would_be(void **state)
{
    (void)state;
    refused("boot_time: soon", "1:12+4 'boot_time' of sqs 'jobs' must be a time, such as 250ms or 1m30s; 'soon' is none");
    refused("size: big", "1:7+3 'size' of sqs 'jobs' must be a size, such as 4 KB; 'big' is none");
    refused("rate: fast", "1:7+4 'rate' of sqs 'jobs' must be a rate, such as 900/s; 'fast' is none");
    refused("share: half", "1:8+4 'share' of sqs 'jobs' must be a share, such as 25% or 0.25; 'half' is none");
    refused("servers: 2.5", "1:10+3 'servers' of sqs 'jobs' must be a whole number; '2.5' is none");
    refused("number: nan", "1:9+3 'number' of sqs 'jobs' must be a number; 'nan' is none");
    refused("number: 0x10", "1:9+4 'number' of sqs 'jobs' has a wrong unit in '0x10'; a number has no unit but k, M and %");
    refused("number: 'a text that goes on and on, longer than a message should ever have to be'",
            "1:9+74 'number' of sqs 'jobs' must be a number; 'a text that goes on and on, longer than a message should ...' is none");
}

static void test_words_are_known_only_where_the_row_says_so(void **state)
{
    (void)state;
    refused("boot_time: never", "1:12+5 'boot_time' of sqs 'jobs' must be a time, such as 250ms or 1m30s; 'never' is none");
    refused("servers: none", "1:10+4 'servers' of sqs 'jobs' must be a whole number; 'none' is none");
    refused("servers: unlimted", "1:10+8 'servers' of sqs 'jobs' must be a whole number; 'unlimted' is none (did you mean 'unlimited'?)");
    refused("patience: nevr", "1:11+4 'patience' of sqs 'jobs' must be a time, such as 250ms or 1m30s; 'nevr' is none (did you mean 'never'?)");
    refused("name: none\nservers: off", "2:10+3 'servers' of sqs 'jobs' must be a whole number; 'off' is none");
}

static void test_value_out_of_range_shows_the_range(void **state)
{
    (void)state;
    refused("memory: 64 MB", "1:9+5 'memory' of sqs 'jobs' is 64 MB; allowed: 128 MB to 10 GB");
    refused("memory: 20000", "1:9+5 'memory' of sqs 'jobs' is 20000; allowed: 128 MB to 10 GB");
    refused("timeout: 16m", "1:10+3 'timeout' of sqs 'jobs' is 16m; allowed: 1s to 900s");
    refused("timeout: 0", "1:10+1 'timeout' of sqs 'jobs' is 0; allowed: 1s to 900s");
    refused("servers: 0", "1:10+1 'servers' of sqs 'jobs' is 0; allowed: 1 to 1000000");
    refused("number: -11", "1:9+3 'number' of sqs 'jobs' is -11; allowed: -10 or more");
    refused("percent: 120%", "1:10+4 'percent' of sqs 'jobs' is 120%; allowed: 0% to 100%");
    refused("few: 60%", "1:6+3 'few' of sqs 'jobs' is 60%; allowed: 0.1% to 50%");
    refused("share: 120%", "1:8+4 'share' of sqs 'jobs' is 120%; allowed: 0% to 100%");
    refused("share: 25", "1:8+2 'share' of sqs 'jobs' is 25; allowed: 0% to 100% (write 25% or 0.25)");
    refused("boot_time: 300000d", "1:12+7 'boot_time' of sqs 'jobs' is too large: '300000d'");
    refused("servers: 9223372036854775808", "1:10+19 'servers' of sqs 'jobs' is too large: '9223372036854775808'");
}

static void test_negative_times_sizes_and_rates_are_refused(void **state)
{
    (void)state;
    refused("boot_time: -3s", "1:12+3 'boot_time' of sqs 'jobs' is -3s; allowed: 0 or more");
    refused("size: -1 B", "1:7+4 'size' of sqs 'jobs' is -1 B; allowed: 0 or more");
    refused("rate: -5/s", "1:7+4 'rate' of sqs 'jobs' is -5/s; allowed: 0 or more");
    refused("share: -1%", "1:8+3 'share' of sqs 'jobs' is -1%; allowed: 0% to 100%");
    refused("profile: -5/s", "1:10+4 'profile' of sqs 'jobs' is -5/s; allowed: 0 or more");
}

static void test_lists_and_mappings_are_no_scalars(void **state)
{
    (void)state;
    refused("timeout: [3s]", "1:10+4 'timeout' of sqs 'jobs' must be a time, such as 250ms or 1m30s, not a list");
    refused("timeout: {a: 3s}", "1:10+7 'timeout' of sqs 'jobs' must be a time, such as 250ms or 1m30s, not a mapping");
    refused("timeout: {exponential: 3s}", "1:10+17 'timeout' of sqs 'jobs' must be a time, such as 250ms or 1m30s, not a mapping "
            "(it takes one value; a distribution is not allowed here)");
    refused("fifo: [on]", "1:7+4 'fifo' of sqs 'jobs' must be true or false, not a list");
    refused("name: [a]", "1:7+3 'name' of sqs 'jobs' must be a text, not a list");
    refused("discipline: {a: b}", "1:13+6 'discipline' of sqs 'jobs' must be one word, not a mapping");
    refused("profile: [1/s]", "1:10+5 'profile' of sqs 'jobs' must be a rate or an expression of t, such as 900/s, not a list");
}

static void test_flag_is_one_of_six_words(void **state)
{
    (void)state;
    refused("fifo: maybe", "1:7+5 'fifo' of sqs 'jobs' must be true or false; 'maybe' is neither");
    refused("fifo: 1", "1:7+1 'fifo' of sqs 'jobs' must be true or false; '1' is neither");
    refused("fifo: tRUE", "1:7+4 'fifo' of sqs 'jobs' must be true or false; 'tRUE' is neither");
}

static void test_choice_lists_what_is_allowed_and_guesses(void **state)
{
    (void)state;
    refused("discipline: fifoo", "1:13+5 'discipline' of sqs 'jobs' cannot be 'fifoo'; allowed: fifo, lifo, KEYS_ONLY, off (did you mean 'fifo'?)");
    refused("discipline: FIFO", "1:13+4 'discipline' of sqs 'jobs' cannot be 'FIFO'; allowed: fifo, lifo, KEYS_ONLY, off (did you mean 'fifo'?)");
    refused("discipline: random", "1:13+6 'discipline' of sqs 'jobs' cannot be 'random'; allowed: fifo, lifo, KEYS_ONLY, off");
}

static void test_key_without_a_value_is_refused(void **state)
{
    (void)state;
    refused("timeout:", "1:9+1 'timeout' of sqs 'jobs' has no value");
    refused("timeout: ~", "1:10+1 'timeout' of sqs 'jobs' has no value");
    refused("timeout: ''", "1:10+2 'timeout' of sqs 'jobs' must be a time, such as 250ms or 1m30s; '' is none");
}

static void test_unknown_parameter_is_refused(void **state)
{
    (void)state;
    refused("timeout: $slow", "1:10+5 there is no parameter 'slow'");
    refused("x-parameters: {slow: 5}\nboot_time: $slow", "1:22+1 'boot_time' of sqs 'jobs' has no unit: write 5s or 5ms");
    refused("x-parameters: {a: $b, b: $a}\ntimeout: $a", "1:19+2 the parameter 'b' refers to itself");
}

static void test_rate_expression_that_cannot_be_read_is_refused_at_the_character(void **state)
{
    (void)state;
    bench t;
    cfg c = {0};
    bench_bind(&t, "profile: 100 + foo", rows, &c);
    assert_true(strncmp(said(&t), "1:16+1 'profile' of sqs 'jobs' must be a rate such as 900/s, or an expression of t: ", 84) == 0);
    bench_close(&t);
    bench_bind(&t, "profile: '100 + foo'", rows, &c);
    assert_true(strncmp(said(&t), "1:17+1 ", 7) == 0);
    bench_close(&t);
    refused("profile: $no + 3", "1:10+7 there is no parameter 'no'");
    refused("x-parameters: {p: [1]}\nprofile: $p + 3", "2:10+6 the parameter 'p' is no number or expression");
    refused("x-parameters: {p: 1 + $p}\nprofile: $p + 3", "2:10+6 the parameter 'p' contains itself, or the expression grows too long");
}

static void test_expression_cut_at_the_comma_says_so(void **state)
{
    (void)state;
    bench t;
    cfg c = {0};
    bench_bind(&t, "{profile: 100*max(t, 5)}", rows, &c);
    assert_non_null(strstr(said(&t), "(inside { } a comma ends a value: quote the expression)"));
    assert_non_null(strstr(said(&t), "1:22+2 unknown key '5)' of sqs 'jobs' (inside { } a comma ends a value: quote the text)"));
    bench_close(&t);
}

/* ---- what is read -------------------------------------------------------------------------------------------- */
static void test_values_are_read_in_base_units(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "servers: 1.5k\nnumber: -0.5\nshare: 25%\nmemory: 1 GB\nsize: 400 B\nrate: 90/m\nboot_time: 1m30s\ntimeout: 250000ms");
    assert_int_equal(c.servers, 1500);
    assert_true(c.number == -0.5 && c.share == 0.25 && c.memory == 0x1p30 && c.size == 400 && c.rate == 1.5);
    assert_int_equal(c.boot, 90 * WR_S);
    assert_int_equal(c.timeout, 250 * WR_S);
    bench_close(&t);
}

static void test_bare_numbers_mean_what_aws_says(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "timeout: 30\nmemory: 512\npercent: 60");
    assert_int_equal(c.timeout, 30 * WR_S);
    assert_true(c.memory == 512 * 0x1p20 && c.percent == 60);
    bench_close(&t);
    c = filled(&t, "percent: 70%");
    assert_true(c.percent == 70);
    bench_close(&t);
}

static void test_defaults_are_read_like_values(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "{}");
    assert_int_equal(c.servers, 1);
    assert_int_equal(c.timeout, 3 * WR_S);
    assert_int_equal(c.patience, WR_NEVER);
    assert_int_equal(c.retries, -1);
    assert_int_equal(c.mode, -1);
    assert_true(c.memory == 0x1p27 && c.percent == 50 && c.few == 0.01 && isnan(c.rate));
    assert_string_equal(c.name, "");
    assert_null(c.group);
    assert_null(c.profile);
    assert_null(c.burst);
    bench_close(&t);
}

static void test_words_are_the_largest_value_or_none(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "servers: unlimited\npatience: off\nrate: none\ngroup: none\nburst: unlimited");
    assert_true(c.servers == INT64_MAX && c.patience == -1 && isnan(c.rate));
    assert_null(c.group);
    assert_non_null(c.burst);
    bench_close(&t);
    c = filled(&t, "patience: never\nretries: 0");
    assert_true(c.patience == WR_NEVER && c.retries == 0);
    bench_close(&t);
}

static void test_flags_are_read_as_yaml_writes_them(void **state)
{
    (void)state;
    static const char *const yes[] = {"true", "True", "TRUE", "on", "On", "yes", "YES"}, *const no[] = {"false", "off", "no", "No"};
    char s[40];
    bench t;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        snprintf(s, sizeof s, "fifo: %s", yes[i]);
        assert_true(filled(&t, s).fifo);
        bench_close(&t);
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        snprintf(s, sizeof s, "fifo: %s", no[i]);
        assert_false(filled(&t, s).fifo);
        bench_close(&t);
    }
}

static void test_choices_are_numbered_in_their_order(void **state)
{
    (void)state;
    bench t;
    assert_int_equal(filled(&t, "discipline: KEYS_ONLY").discipline, 2);
    bench_close(&t);
    assert_int_equal(filled(&t, "discipline: off").discipline, 3);
    bench_close(&t);
}

static void test_quoted_values_are_values(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "{\"timeout\": \"45s\", \"servers\": \"3\", \"fifo\": \"true\", \"name\": \"12\"}");
    assert_int_equal(c.timeout, 45 * WR_S);
    assert_int_equal(c.servers, 3);
    assert_true(c.fifo);
    assert_string_equal(c.name, "12");
    bench_close(&t);
}

static void test_parameters_stand_for_their_values(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "x-parameters: {a: $b, b: 7s, n: 12}\ntimeout: $a\nservers: !Ref n");
    assert_int_equal(c.timeout, 7 * WR_S);
    assert_int_equal(c.servers, 12);
    bench_close(&t);
}

static void test_rate_is_a_constant_or_an_expression_of_t(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "profile: 1.2k/s");
    assert_true(wr_profile_rate(c.profile, 0) == 1200);
    bench_close(&t);
    c = filled(&t, "profile: \"100 + 50*sin(2*pi*t/1h)\"");
    assert_true(fabs(wr_profile_rate(c.profile, 900 * WR_S) - 150) < 1e-9);
    assert_true(fabs(wr_profile_rate(c.profile, 2700 * WR_S) - 50) < 1e-9);
    bench_close(&t);
}

static void test_parameters_in_expressions_are_numbers_or_expressions(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "x-parameters: {peak: 900/s, every: 1h, part: 50%, shape: 1 + $part, low: -1}\nprofile: $peak*$shape + $low");
    assert_true(fabs(wr_profile_rate(c.profile, 0) - 1349) < 1e-9);
    bench_close(&t);
    c = filled(&t, "profile: 200 * 50% + (10% + 1) * (7 % 4)");
    assert_true(fabs(wr_profile_rate(c.profile, 0) - 103.3) < 1e-9);
    bench_close(&t);
    c = filled(&t, "x-parameters: {p: 10 + t}\nprofile: $p");
    assert_true(wr_profile_rate(c.profile, 5 * WR_S) == 15);
    bench_close(&t);
    c = filled(&t, "x-parameters: {a: 8}\nprofile: 0 + $a-1"); /* no parameter is called a-1 */
    assert_true(wr_profile_rate(c.profile, 0) == 7);
    bench_close(&t);
}

static void test_text_number_reads_what_models_read_themselves(void **state)
{
    (void)state;
    bool ok;
    assert_true(wr_text_number("1.5k/s", WR_T_RATE, NULL, &ok) == 1500 && ok);
    assert_true(wr_text_number(" 95% ", WR_T_SHARE, NULL, &ok) == 0.95 && ok);
    assert_true(wr_text_number("30", WR_T_DUR, "s", &ok) == 30 && ok);
    assert_true(isnan(wr_text_number("30", WR_T_DUR, NULL, &ok)) && !ok);
    assert_true(isnan(wr_text_number("unchanged", WR_T_SHARE, NULL, &ok)) && !ok);
    assert_true(isnan(wr_text_number("", WR_T_INT, NULL, &ok)) && !ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_without_its_unit_shows_both_fixes),
        cmocka_unit_test(test_wrong_unit_names_those_that_are_known),
        cmocka_unit_test(test_what_is_no_number_is_told_what_would_be),
        cmocka_unit_test(test_words_are_known_only_where_the_row_says_so),
        cmocka_unit_test(test_value_out_of_range_shows_the_range),
        cmocka_unit_test(test_negative_times_sizes_and_rates_are_refused),
        cmocka_unit_test(test_lists_and_mappings_are_no_scalars),
        cmocka_unit_test(test_flag_is_one_of_six_words),
        cmocka_unit_test(test_choice_lists_what_is_allowed_and_guesses),
        cmocka_unit_test(test_key_without_a_value_is_refused),
        cmocka_unit_test(test_unknown_parameter_is_refused),
        cmocka_unit_test(test_rate_expression_that_cannot_be_read_is_refused_at_the_character),
        cmocka_unit_test(test_expression_cut_at_the_comma_says_so),
        cmocka_unit_test(test_values_are_read_in_base_units),
        cmocka_unit_test(test_bare_numbers_mean_what_aws_says),
        cmocka_unit_test(test_defaults_are_read_like_values),
        cmocka_unit_test(test_words_are_the_largest_value_or_none),
        cmocka_unit_test(test_flags_are_read_as_yaml_writes_them),
        cmocka_unit_test(test_choices_are_numbered_in_their_order),
        cmocka_unit_test(test_quoted_values_are_values),
        cmocka_unit_test(test_parameters_stand_for_their_values),
        cmocka_unit_test(test_rate_is_a_constant_or_an_expression_of_t),
        cmocka_unit_test(test_parameters_in_expressions_are_numbers_or_expressions),
        cmocka_unit_test(test_text_number_reads_what_models_read_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
