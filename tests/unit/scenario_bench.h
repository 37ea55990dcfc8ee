/* scenario_bench.h - load a text and look at what is said about it, for the tests of sim/scenario. */
#ifndef WR_TESTS_SCENARIO_BENCH_H
#define WR_TESTS_SCENARIO_BENCH_H
#include "../../sim/scenario/scenario.h"
#include <weir/model.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* "7:3: text -> hint", a line each, errors and warnings alike, sorted; warnings begin with "warning: ". */
static inline void bench_print(text *out, const wr_diag *d)
{
    const wr_diag_row *row;
    size_t n = wr_diag_rows(d, &row);
    for (size_t i = 0; i < n; i++) {
        bool outside = row[i].at.file && strcmp(row[i].at.file, "test.yaml") != 0;
        text_printf(out, "%s%s%u:%u: %s%s", outside ? row[i].at.file : "", outside ? ":" : "", row[i].at.line, row[i].at.col,
                    row[i].severity == WR_WARNING ? "warning: " : "", row[i].text);
        if (row[i].hint)
            text_printf(out, " -> %s", row[i].hint);
        text_puts(out, "\n");
    }
}

static inline wr_scenario *bench_load(const char *yaml, const wr_override *o, size_t n, text *said)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("test.yaml", yaml, strlen(yaml), o, n, d);
    text_puts(said, "");
    bench_print(said, d);
    assert_int_equal(s == NULL, wr_diag_count(d, WR_ERROR) > 0);
    wr_diag_destroy(d);
    return s;
}

/* TYPES in an expected text stands for the list of all types. */
static inline void bench_expect(text *out, const char *expected)
{
    const char *types;
    for (; (types = strstr(expected, "TYPES")); expected = types + 5) {
        size_t n = 0;
        text_add(out, expected, (size_t)(types - expected));
        for (size_t i = 0; wr_models[i]; i++)
            if (!wr_models[i]->internal && strcmp(wr_models[i]->kind, "traffic") != 0)
                text_printf(out, "%s%s", n++ ? ", " : "", wr_models[i]->kind);
    }
    text_puts(out, expected);
}

/* Everything that is said, word for word. */
static inline void bench_says(const char *yaml, const wr_override *o, size_t n, const char *words)
{
    text said = {0}, expected = {0};
    bench_expect(&expected, words);
    wr_scenario *s = bench_load(yaml, o, n, &said);
    assert_string_equal(said.s ? said.s : "", expected.s);
    text_clear(&said);
    text_clear(&expected);
    wr_scenario_destroy(s);
}
#define SAYS(yaml, expected) bench_says(yaml, NULL, 0, expected)

/* Loads without a word. */
static inline wr_scenario *bench_good(const char *yaml, const wr_override *o, size_t n)
{
    text said = {0};
    wr_scenario *s = bench_load(yaml, o, n, &said);
    assert_string_equal(said.s ? said.s : "", "");
    text_clear(&said);
    assert_non_null(s);
    return s;
}
#define GOOD(yaml) bench_good(yaml, NULL, 0)

#define HEAD "weir: 1\nduration: 10s\n"
#define DESK "resources:\n  desk: {type: service, service_time: 10ms}\n"
#endif
