/* test_quantity.c - numbers with units, both ways (SCENARIO.md 2.1). */
#include "../../sim/base/base.h"
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void refused(const char *s, enum wr_type type, const char *unit, enum quantity_error why)
{
    double x = -7;
    int64_t whole = -7;
    enum quantity_error e = quantity_read(s, strlen(s), type, unit, &x, &whole);
    if (e != why)
        fail_msg("'%s' gives %d, not %d", s, (int)e, (int)why);
    assert_true(x == -7);
}

static void is(const char *s, enum wr_type type, const char *unit, double value)
{
    double x = -7;
    enum quantity_error e = quantity_read(s, strlen(s), type, unit, &x, NULL);
    if (e != Q_OK || x != value)
        fail_msg("'%s' gives %d, %.17g, not %.17g", s, (int)e, x, value);
}

static void whole_is(const char *s, enum wr_type type, int64_t value)
{
    double x;
    int64_t n = -7;
    assert_int_equal(quantity_read(s, strlen(s), type, NULL, &x, &n), Q_OK);
    if (n != value)
        fail_msg("'%s' is %lld, not %lld", s, (long long)n, (long long)value);
}

static void test_what_is_not_plainly_decimal_is_no_number(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "abc", "inf", "nan", "-", ".", "+.", "infinity", "%", "/s", "e5"};
    static const enum wr_type types[] = {WR_T_INT, WR_T_NUMBER, WR_T_SHARE, WR_T_DUR, WR_T_BYTES, WR_T_RATE};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t k = 0; k < sizeof types / sizeof *types; k++)
            refused(texts[i], types[k], NULL, Q_NOT_A_NUMBER);
    for (size_t k = 0; k < sizeof types / sizeof *types; k++)
        refused("0x10", types[k], NULL, Q_BAD_UNIT);
    refused("1.5", WR_T_INT, NULL, Q_NOT_A_NUMBER);
    refused("1.0005k", WR_T_INT, NULL, Q_NOT_A_NUMBER);
}

static void test_a_bare_time_size_or_rate_has_no_unit(void **state)
{
    (void)state;
    refused("30", WR_T_DUR, NULL, Q_NO_UNIT);
    refused("30", WR_T_BYTES, NULL, Q_NO_UNIT);
    refused("30", WR_T_RATE, NULL, Q_NO_UNIT);
    refused("1.2k", WR_T_RATE, NULL, Q_NO_UNIT);
    is("30", WR_T_DUR, "s", 30);
    is("1.5", WR_T_DUR, "m", 90);
    is("512", WR_T_BYTES, "MB", 512.0 * 1048576);
    is("30", WR_T_RATE, "/s", 30);
    is("30", WR_T_RATE, "/m", 0.5);
}

static void test_unknown_units_are_refused(void **state)
{
    (void)state;
    refused("1M", WR_T_DUR, NULL, Q_BAD_UNIT);
    refused("5 s", WR_T_DUR, NULL, Q_BAD_UNIT);
    refused("5sec", WR_T_DUR, NULL, Q_BAD_UNIT);
    refused("1m30", WR_T_DUR, NULL, Q_BAD_UNIT);
    refused("30s1m", WR_T_DUR, NULL, Q_BAD_UNIT);
    refused("1m-5s", WR_T_DUR, NULL, Q_BAD_UNIT);
    refused("5s5s", WR_T_DUR, NULL, Q_BAD_UNIT);
    refused("4 kb", WR_T_BYTES, NULL, Q_BAD_UNIT);
    refused("4 ", WR_T_BYTES, "MB", Q_BAD_UNIT);
    refused("5/sec", WR_T_RATE, NULL, Q_BAD_UNIT);
    refused("5 /s", WR_T_RATE, NULL, Q_BAD_UNIT);
    refused("25 %", WR_T_SHARE, NULL, Q_BAD_UNIT);
    refused("25%", WR_T_INT, NULL, Q_BAD_UNIT);
    refused("3K", WR_T_INT, NULL, Q_BAD_UNIT);
}

static void test_what_does_not_fit_is_out_of_range(void **state)
{
    (void)state;
    refused("1e999", WR_T_NUMBER, NULL, Q_RANGE);
    refused("1e400/s", WR_T_RATE, NULL, Q_RANGE);
    refused("106752d", WR_T_DUR, NULL, Q_RANGE);
    refused("9223372036854775808", WR_T_INT, NULL, Q_RANGE);
    refused("106751d23h48m", WR_T_DUR, NULL, Q_RANGE);
}

static void test_times_are_exact_to_the_nanosecond(void **state)
{
    (void)state;
    static const struct { const char *s; int64_t ns; } cases[] = {
        {"0.1s", 100000000}, {"250ms", 250000000}, {"1m30s", 90 * WR_S}, {"1.5h", 5400 * WR_S}, {"1d", 86400 * WR_S},
        {"123456789.123456789s", 123456789123456789}, {"0.000000001s", 1}, {"1ns", 1}, {"0.6ns", 1}, {"0.4ns", 0},
        {"0.5ns", 1}, {"2us", 2000}, {"1e3ms", WR_S}, {"-5s", -5 * WR_S}, {"-1m30s", -90 * WR_S}, {".5s", WR_S / 2},
        {"1h0m0.5s", 3600 * WR_S + WR_S / 2}, {"0.29s", 290000000}, {"1.005ms", 1005000},
        {"9223372036.854775806s", INT64_MAX - 1}, {"0.3333333333333333333333333333s", 333333333}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        whole_is(cases[i].s, WR_T_DUR, cases[i].ns);
    is("0.1s", WR_T_DUR, NULL, 0.1);
}

static void test_integers_are_exact(void **state)
{
    (void)state;
    whole_is("9223372036854775807", WR_T_INT, INT64_MAX);
    whole_is("1.001k", WR_T_INT, 1001);
    whole_is("2.5M", WR_T_INT, 2500000);
    whole_is("1e3", WR_T_INT, 1000);
    whole_is("-12", WR_T_INT, -12);
    whole_is("5.0", WR_T_INT, 5);
    is("1.001k", WR_T_NUMBER, NULL, 1001);
}

static void test_sizes_are_powers_of_1024(void **state)
{
    (void)state;
    is("4 KB", WR_T_BYTES, NULL, 4096);
    is("4KiB", WR_T_BYTES, NULL, 4096);
    is("1.5  GB", WR_T_BYTES, NULL, 1.5 * 1073741824);
    is("100B", WR_T_BYTES, NULL, 100);
    is("2 TB", WR_T_BYTES, NULL, 2 * 1099511627776.0);
}

static void test_rates_are_per_second(void **state)
{
    (void)state;
    is("900/s", WR_T_RATE, NULL, 900);
    is("1.2k/s", WR_T_RATE, NULL, 1200);
    is("60/m", WR_T_RATE, NULL, 1);
    is("60/min", WR_T_RATE, NULL, 1);
    is("7/h", WR_T_RATE, NULL, 7.0 / 3600);
    is("10/d", WR_T_RATE, NULL, 10.0 / 86400);
}

static void test_shares_are_percent_or_plain(void **state)
{
    (void)state;
    is("25%", WR_T_SHARE, NULL, 0.25);
    is("0.25", WR_T_SHARE, NULL, 0.25);
    is("0.1%", WR_T_SHARE, NULL, 0.001);
    is("12.3%", WR_T_SHARE, NULL, 0.123);
    is("60", WR_T_SHARE, "%", 0.6);
    is("60%", WR_T_NUMBER, NULL, 0.6);
    is("60%", WR_T_NUMBER, "%", 60);
    is("60", WR_T_NUMBER, "%", 60);
}

static void printed(double x, enum wr_type type, const char *s)
{
    text t = {0};
    quantity_print(&t, x, type);
    assert_string_equal(t.s, s);
    text_clear(&t);
}

static void test_printed_numbers_are_short(void **state)
{
    (void)state;
    printed(0.25, WR_T_DUR, "250ms");
    printed(90, WR_T_DUR, "90s");
    printed(7200, WR_T_DUR, "2h");
    printed(1e-9, WR_T_DUR, "1ns");
    printed(0, WR_T_DUR, "0s");
    printed(INFINITY, WR_T_DUR, "never");
    printed(4096, WR_T_BYTES, "4 KB");
    printed(900, WR_T_RATE, "900/s");
    printed(0.5, WR_T_RATE, "0.5/s");
    printed(1.0 / 3600, WR_T_RATE, "1/h");
    printed(0.25, WR_T_SHARE, "25%");
    printed(1001, WR_T_INT, "1001");
    printed(INFINITY, WR_T_NUMBER, "unlimited");
    printed(NAN, WR_T_NUMBER, "none");
}

static void test_printed_numbers_read_back_the_same(void **state)
{
    (void)state;
    static const enum wr_type types[] = {WR_T_NUMBER, WR_T_SHARE, WR_T_DUR, WR_T_BYTES, WR_T_RATE};
    uint64_t h = 1;
    for (int i = 0; i < 4000; i++) {
        enum wr_type type = types[i % 5];
        h = mix64(h + 0x9e3779b97f4a7c15u);
        double x = ldexp((double)(h >> 11), -53) * pow(10, (int)(h % 13) - 6), back;
        x = type == WR_T_DUR ? wr_dur_to_s(wr_dur_from_s(x)) : x;
        text t = {0};
        quantity_print(&t, x, type);
        if (quantity_read(t.s, t.len, type, NULL, &back, NULL) != Q_OK || back != x)
            fail_msg("%.17g is printed as '%s'", x, t.s);
        text_clear(&t);
    }
}

static void test_pretty_numbers_have_three_digits_and_a_unit(void **state)
{
    (void)state;
    static const struct { double x; const char *unit, *s; } cases[] = {
        {0.212, "s", "212 ms"}, {1880, "s", "31m 20s"}, {0.9997, "s", "1 s"}, {59.97, "s", "1m 00s"}, {0, "s", "0 s"},
        {1.2e-9, "s", "1.2 ns"}, {7200, "s", "2h 00m"}, {300000, "s", "3d 11h"}, {-0.5, "s", "-500 ms"},
        {0.0123456, "s", "12.3 ms"}, {1234, "1", "1.23 k"}, {1200, "", "1.2 k"}, {999.7, "1", "1 k"}, {5, "1", "5"},
        {2.5e6, "1/s", "2.5 M 1/s"}, {1023, "B", "1020 B"}, {4096, "B", "4 KB"}, {0.25, "share", "25 %"},
        {0.9995, "share", "99.95 %"}, {0.99957, "share", "99.957 %"}, {1, "share", "100 %"},
        {0.0001, "share", "0.01 %"},
        {12.5, "USD", "12.50 USD"}, {0.00012, "USD", "0.00012 USD"}, {NAN, "s", "-"}, {INFINITY, "s", "inf"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        text t = {0};
        quantity_pretty(&t, cases[i].x, cases[i].unit);
        assert_string_equal(t.s, cases[i].s);
        text_clear(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_not_plainly_decimal_is_no_number),
        cmocka_unit_test(test_a_bare_time_size_or_rate_has_no_unit),
        cmocka_unit_test(test_unknown_units_are_refused),
        cmocka_unit_test(test_what_does_not_fit_is_out_of_range),
        cmocka_unit_test(test_times_are_exact_to_the_nanosecond),
        cmocka_unit_test(test_integers_are_exact),
        cmocka_unit_test(test_sizes_are_powers_of_1024),
        cmocka_unit_test(test_rates_are_per_second),
        cmocka_unit_test(test_shares_are_percent_or_plain),
        cmocka_unit_test(test_printed_numbers_are_short),
        cmocka_unit_test(test_printed_numbers_read_back_the_same),
        cmocka_unit_test(test_pretty_numbers_have_three_digits_and_a_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
