/* test_lint.c - one table for each way to be wrong, told by its words; and none for tables that are right. */
#include "table_bench.h"

typedef struct cfg {
    bool flag;
    int mode;
    int64_t count;
    double number;
    wr_dur time;
    const char *text;
    const wr_dist *law;
    const wr_link *link;
    const wr_formula *metric;
    const wr_profile *rate;
    const void *block;
    wr_list list;
    wr_pick how;
} cfg;
static const char *const modes[] = {"fifo", "lifo", NULL};

static text heard;

static void hear(void *arg, const char *line)
{
    text_printf(arg, "%s%s", ((text *)arg)->len ? "\n" : "", line);
}

static void lint_says(const wr_param *rows, const char *want)
{
    text_clear(&heard);
    size_t n = lint_rows(rows, sizeof(cfg), "t", hear, &heard), lines = 0;
    assert_string_equal(heard.s ? heard.s : "", want);
    for (const char *s = want; *s; s++)
        lines += *s == '\n';
    assert_int_equal(n, *want ? lines + 1 : 0);
    text_clear(&heard);
}

static void row_says(wr_param row, const char *want)
{
    const wr_param rows[2] = {row};
    lint_says(rows, want);
}

#define COUNT .key = "count", WR_FIELD(cfg, count), .type = WR_T_INT
#define NUMBER .key = "number", WR_FIELD(cfg, number), .type = WR_T_NUMBER
#define TIME .key = "time", WR_FIELD(cfg, time), .type = WR_T_DUR
#define TEXT .key = "text", WR_FIELD(cfg, text), .type = WR_T_TEXT
#define LAW .key = "law", WR_FIELD(cfg, law), .type = WR_T_DIST
#define MODE .key = "mode", WR_FIELD(cfg, mode), .type = WR_T_ENUM
#define BLOCK .key = "block", WR_FIELD(cfg, block), .type = WR_T_BLOCK
#define LIST .key = "list", WR_FIELD(cfg, list)
#define HOW .key = "how", WR_FIELD(cfg, how), .type = WR_T_CHOICE
#define DOC .doc = "It is."

static const wr_param inner[] = {{COUNT, DOC}, {0}};

/* ---- words --------------------------------------------------------------------------------------------------- */
static void test_key_is_snake_case(void **state)
{
    (void)state;
    row_says((wr_param){.key = "Count", WR_FIELD(cfg, count), .type = WR_T_INT, DOC}, "t.Count: the key is not snake_case");
    row_says((wr_param){.key = "a-b", WR_FIELD(cfg, count), .type = WR_T_INT, DOC}, "t.a-b: the key is not snake_case");
    row_says((wr_param){.key = "", WR_FIELD(cfg, count), .type = WR_T_INT, DOC}, "t: the key is not snake_case");
    row_says((wr_param){.key = "a_", WR_FIELD(cfg, count), .type = WR_T_INT, DOC}, "t.a_: the key is not snake_case");
    row_says((wr_param){.key = "p99", WR_FIELD(cfg, count), .type = WR_T_INT, DOC}, "");
}

static void test_doc_is_one_line_with_a_full_stop(void **state)
{
    (void)state;
    row_says((wr_param){COUNT}, "t.count: it has no doc");
    row_says((wr_param){COUNT, .doc = ""}, "t.count: it has no doc");
    row_says((wr_param){COUNT, .doc = "Number of things"}, "t.count: its doc does not end with a full stop");
    row_says((wr_param){COUNT, .doc = "Two\nlines."}, "t.count: its doc is not one line");
}

static void test_source_is_a_page_or_an_assumption(void **state)
{
    (void)state;
    row_says((wr_param){COUNT, DOC, .src = "AWS says so"}, "t.count: its src is neither a page nor 'assumption: why'");
    row_says((wr_param){COUNT, DOC, .src = "assumption"}, "t.count: its src is neither a page nor 'assumption: why'");
    row_says((wr_param){COUNT, DOC, .src = "assumption: "}, "t.count: its src is neither a page nor 'assumption: why'");
    row_says((wr_param){COUNT, DOC, .src = "https://a page"}, "t.count: its src is neither a page nor 'assumption: why'");
    row_says((wr_param){COUNT, DOC, .src = "https://docs.aws.amazon.com/x"}, "");
    row_says((wr_param){COUNT, DOC, .src = "assumption: usual in 2026"}, "");
    row_says((wr_param){COUNT, DOC, .def = "3", .cfn = "Count"}, "t.count: it has a CloudFormation name and a default, but no src");
    row_says((wr_param){COUNT, DOC, .cfn = "Count"}, "");
    row_says((wr_param){TIME, DOC, .cfn = "Time"}, "t.time: it has a CloudFormation name, but no unit for bare numbers");
}

/* ---- types ---------------------------------------------------------------------------------------------------- */
static void test_type_agrees_with_the_field(void **state)
{
    (void)state;
    row_says((wr_param){.key = "count", WR_FIELD(cfg, count), .type = WR_T_NUMBER, DOC}, "t.count: the field's C type ('i') is not that of a number ('d')");
    row_says((wr_param){.key = "number", WR_FIELD(cfg, number), .type = WR_T_DUR, DOC}, "t.number: the field's C type ('d') is not that of a time ('i')");
    row_says((wr_param){.key = "flag", WR_FIELD(cfg, mode), .type = WR_T_BOOL, DOC}, "t.flag: the field's C type ('e') is not that of true or false ('b')");
    row_says((wr_param){.key = "count", .type = WR_T_INT, DOC}, "t.count: the field's C type ('?') is not that of a whole number ('i')");
    row_says((wr_param){.key = "count", .ctype = 'i', .offset = sizeof(cfg), .type = WR_T_INT, DOC},
             "t.count: its field is outside the struct: bytes 112 to 120 of 112");
    row_says((wr_param){.key = "what", DOC}, "t.what: it has no type");
    row_says((wr_param){.key = "what", .type = (enum wr_type)77, DOC}, "t.what: it has no type");
}

static void test_no_two_rows_share_a_field_or_a_key(void **state)
{
    (void)state;
    lint_says((const wr_param[]){{COUNT, DOC}, {.key = "other", WR_FIELD(cfg, count), .type = WR_T_INT, DOC}, {0}}, "t.other: it fills the field of 'count'");
    lint_says((const wr_param[]){{COUNT, DOC}, {.key = "count", WR_FIELD(cfg, time), .type = WR_T_INT, DOC}, {0}}, "t.count: the key is there twice");
    lint_says((const wr_param[]){{.key = "min_size", WR_FIELD(cfg, count), .type = WR_T_INT, DOC}, {.key = "minsize", WR_FIELD(cfg, time), .type = WR_T_INT, DOC}, {0}},
              "t.minsize: the key is there twice, as min_size");
    lint_says((const wr_param[]){{.key = "", .type = WR_T_INCLUDE, .rows = inner, .size = sizeof(cfg)}, {COUNT, DOC}, {0}}, "t.count: the key is there twice");
}

/* ---- ranges, units, words, choices ----------------------------------------------------------------------------- */
static void test_range_is_a_range_of_numbers(void **state)
{
    (void)state;
    row_says((wr_param){COUNT, DOC, .min = 3, .max = 2}, "t.count: its range is empty: 3 to 2");
    row_says((wr_param){COUNT, DOC, .min = 1}, "t.count: its range is empty: 1 to 0");
    row_says((wr_param){COUNT, DOC, .min = 2, .max = 2}, "t.count: its range is empty: 2 to 2");
    row_says((wr_param){COUNT, DOC, .max = NAN}, "t.count: its range is not a number");
    row_says((wr_param){TEXT, DOC, .max = 3}, "t.text: a range on what is no number");
    row_says((wr_param){TIME, DOC, .min = -1, .max = 3}, "t.time: its range begins below 0");
    row_says((wr_param){COUNT, DOC, .min = -1, .max = 3}, "");
    row_says((wr_param){LAW, DOC, .of = WR_T_DUR, .max = 3}, "");
}

static void test_unit_is_known_and_of_the_type(void **state)
{
    (void)state;
    row_says((wr_param){TIME, DOC, .unit = "sec"}, "t.time: its unit 'sec' is unknown, or no unit of a time");
    row_says((wr_param){TIME, DOC, .unit = "MB"}, "t.time: its unit 'MB' is unknown, or no unit of a time");
    row_says((wr_param){COUNT, DOC, .unit = "s"}, "t.count: its unit 's' is unknown, or no unit of a whole number");
    row_says((wr_param){TEXT, DOC, .unit = "s"}, "t.text: its unit 's' is unknown, or no unit of a text");
    row_says((wr_param){NUMBER, DOC, .unit = "%"}, "");
    row_says((wr_param){COUNT, DOC, .unit = "LCU"}, "");
    row_says((wr_param){LAW, DOC, .of = WR_T_BYTES, .unit = "KB"}, "");
    row_says((wr_param){LAW, DOC}, "t.law: a distribution of nothing: .of is a time, size, number or whole number");
    row_says((wr_param){COUNT, DOC, .of = WR_T_DUR}, "t.count: .of is for distributions");
}

static void test_words_are_the_four_and_have_a_meaning(void **state)
{
    (void)state;
    row_says((wr_param){COUNT, DOC, .words = "unlimited any"}, "t.count: 'any' is none of the words unlimited, never, none, off and auto");
    row_says((wr_param){TEXT, DOC, .words = "never"}, "t.text: 'never' has no meaning for a text");
    row_says((wr_param){.key = "flag", WR_FIELD(cfg, flag), .type = WR_T_BOOL, DOC, .words = "none"}, "t.flag: words are not read here; 'none' comes with .optional");
    row_says((wr_param){.key = "link", WR_FIELD(cfg, link), .type = WR_T_LINK, DOC, .words = "none"}, "t.link: words are not read here; 'none' comes with .optional");
    row_says((wr_param){MODE, DOC, .choices = (const char *const[]){"off", "on", NULL}, .words = "off"}, "t.mode: 'off' is a word and a choice");
    row_says((wr_param){COUNT, DOC, .words = "unlimited none auto"}, "");
}

static void test_choices_have_entries_and_an_end(void **state)
{
    (void)state;
    static const char *endless[300];
    static char names[300][8];
    for (size_t i = 0; i < 300; i++) {
        snprintf(names[i], sizeof names[i], "c%u", (unsigned)i);
        endless[i] = names[i];
    }
    row_says((wr_param){MODE, DOC}, "t.mode: it has no choices");
    row_says((wr_param){MODE, DOC, .choices = (const char *const[]){NULL}}, "t.mode: it has no choices");
    row_says((wr_param){MODE, DOC, .choices = endless}, "t.mode: its choices have no end");
    row_says((wr_param){MODE, DOC, .choices = (const char *const[]){"a", "b", "a", NULL}}, "t.mode: its choice 'a' stands there twice");
    row_says((wr_param){COUNT, DOC, .choices = modes}, "t.count: choices on what is no choice");
    row_says((wr_param){MODE, DOC, .choices = modes, .def = "lifo"}, "");
}

/* ---- nested tables ----------------------------------------------------------------------------------------------- */
static void test_compound_rows_have_the_tables_they_need(void **state)
{
    (void)state;
    static const wr_variant forms[] = {{.key = "a", DOC}, {0}};
    row_says((wr_param){BLOCK, DOC}, "t.block: it has no rows");
    row_says((wr_param){BLOCK, DOC, .rows = inner}, "t.block: its rows have no size\nt.block.count: its field is outside the struct: bytes 8 to 16 of 0");
    row_says((wr_param){HOW, DOC}, "t.how: it has no variants");
    row_says((wr_param){HOW, DOC, .variants = forms, .rows = inner, .size = sizeof(cfg)}, "t.how: it has a table that is not used");
    row_says((wr_param){COUNT, DOC, .rows = inner, .size = sizeof(cfg)}, "t.count: it has a table that is not used");
    row_says((wr_param){LIST, .type = WR_T_LIST, DOC, .variants = forms}, "");
    row_says((wr_param){LIST, .type = WR_T_LIST, DOC, .rows = inner, .size = sizeof(cfg), .shorthand = "cuont"}, "t.list: its shorthand 'cuont' is no key of it");
    row_says((wr_param){HOW, DOC, .variants = forms, .shorthand = "b"}, "t.how: its shorthand 'b' is no key of it");
    row_says((wr_param){LIST, .type = WR_T_MAP, DOC, .rows = (const wr_param[]){{.key = "x", .ctype = 'i', .type = WR_T_INT, DOC}, {0}}, .size = sizeof(cfg)},
             "t.list: 'x' stands where the name or its link does");
    row_says((wr_param){LIST, .type = WR_T_MAP, .flags = WR_P_LINKS, DOC, .rows = inner, .size = sizeof(cfg)}, "t.list: 'count' stands where the name or its link does");
}

static void test_flags_are_of_the_type(void **state)
{
    (void)state;
    row_says((wr_param){COUNT, DOC, .flags = WR_P_QUIET}, "t.count: WR_P_QUIET is not for a whole number");
    row_says((wr_param){COUNT, DOC, .accepts = 3}, "t.count: .accepts is for links");
    row_says((wr_param){COUNT, DOC, .flags = WR_P_ONE}, "t.count: WR_P_ONE is not for a whole number");
    row_says((wr_param){COUNT, DOC, .flags = WR_P_OPERATION}, "t.count: WR_P_OPERATION is not for a whole number");
    row_says((wr_param){COUNT, DOC, .flags = WR_P_NAMED}, "t.count: WR_P_NAMED is not for a whole number");
    row_says((wr_param){COUNT, DOC, .flags = WR_P_QUANTITY}, "t.count: WR_P_QUANTITY is not for a whole number");
}

static void test_nested_tables_are_looked_at_too(void **state)
{
    (void)state;
    static const wr_param bad[] = {{COUNT, .doc = "No stop"}, {0}};
    static const wr_variant forms[] = {
        {.key = "a", .rows = bad, .size = sizeof(cfg), .shorthand = "b", .doc = "It is"},
        {.key = "A", .rows = inner, DOC, .src = "hearsay"},
        {.key = "flat", .flat = true, DOC},
        {0}};
    row_says((wr_param){BLOCK, DOC, .rows = bad, .size = sizeof(cfg)}, "t.block.count: its doc does not end with a full stop");
    row_says((wr_param){HOW, DOC, .variants = forms},
             "t.how.a: its doc does not end with a full stop\nt.how.a: its shorthand 'b' is no key of it\n"
             "t.how.a.count: its doc does not end with a full stop\nt.how.A: the key is not snake_case\n"
             "t.how.A: its src is neither a page nor 'assumption: why'\nt.how.A: the form stands there twice\nt.how.A: its rows have no size\n"
             "t.how.A.count: its field is outside the struct: bytes 8 to 16 of 0\nt.how.flat: a flat form without rows");
}

static void test_tables_that_contain_themselves_end(void **state)
{
    (void)state;
    static wr_param loop[3];
    loop[0] = (wr_param){BLOCK, DOC, .rows = loop, .size = sizeof(cfg), .optional = true};
    loop[1] = (wr_param){COUNT, .doc = "No stop"};
    lint_says(loop, "t.count: its doc does not end with a full stop");
    loop[0].def = "{count: 3, block: none}";
    lint_says(loop, "t.count: its doc does not end with a full stop");
    loop[0].def = "{count: 3}";
    lint_says(loop, "t.count: its doc does not end with a full stop\nt.block: its default cannot be read: the default of 'block' contains itself");
}

static void test_table_without_an_end_is_noticed(void **state)
{
    (void)state;
    static wr_param endless[600];
    static char names[600][8];
    for (size_t i = 0; i < 600; i++) {
        snprintf(names[i], sizeof names[i], "k%u", (unsigned)i);
        endless[i] = (wr_param){.key = names[i], .ctype = 'i', .type = WR_T_INT, .offset = 8 * i, DOC};
    }
    assert_int_equal(lint_rows(endless, sizeof(int64_t) * 600, "t", hear, &heard), 1);
    assert_string_equal(heard.s, "t: the table has no end");
    text_clear(&heard);
}

/* ---- defaults ------------------------------------------------------------------------------------------------------ */
static void test_defaults_are_read_like_scenarios(void **state)
{
    (void)state;
    row_says((wr_param){COUNT, DOC, .def = "many"}, "t.count: its default cannot be read: 'count' of t must be a whole number; 'many' is none");
    row_says((wr_param){COUNT, DOC, .def = "30", .max = 20}, "t.count: its default cannot be read: 'count' of t is 30; allowed: 0 to 20");
    row_says((wr_param){TIME, DOC, .def = "3"}, "t.time: its default cannot be read: 'time' of t has no unit: write 3s or 3ms");
    row_says((wr_param){LAW, DOC, .of = WR_T_DUR, .def = "{lognormal: {mean: 3s}}"},
             "t.law: its default cannot be read: lognormal in 'law' of t: it takes two of mean, p50, p95 and p99, or cv and one of mean and p50; given: mean");
    row_says((wr_param){BLOCK, DOC, .rows = inner, .size = sizeof(cfg), .def = "{cuont: 3}"},
             "t.block: its default cannot be read: 'count' of t is required\nt.block: its default cannot be read: unknown key 'cuont' of t");
    row_says((wr_param){LAW, DOC, .of = WR_T_DUR, .def = "{a: [}"},
             "t.law: its default cannot be read: not valid YAML: did not find expected node content");
    row_says((wr_param){LAW, DOC, .of = WR_T_DUR, .def = "{lognormal: {p50: 6ms, p99: 20ms}}"}, "");
    row_says((wr_param){.key = "link", WR_FIELD(cfg, link), .type = WR_T_LINK, DOC, .def = "web"}, "");
    row_says((wr_param){.key = "metric", WR_FIELD(cfg, metric), .type = WR_T_FORMULA, DOC, .def = "a.latency.p99"}, "");
    row_says((wr_param){.key = "rate", WR_FIELD(cfg, rate), .type = WR_T_PROFILE, DOC, .def = "5/s"}, "");
    row_says((wr_param){COUNT, DOC, .def = "unlimited", .max = 20, .words = "unlimited"}, "");
}

static void test_our_own_laws_are_in_order(void **state)
{
    (void)state;
    lint_variants(dist_laws, "laws", hear, &heard);
    assert_string_equal(heard.s ? heard.s : "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_is_snake_case),
        cmocka_unit_test(test_doc_is_one_line_with_a_full_stop),
        cmocka_unit_test(test_source_is_a_page_or_an_assumption),
        cmocka_unit_test(test_type_agrees_with_the_field),
        cmocka_unit_test(test_no_two_rows_share_a_field_or_a_key),
        cmocka_unit_test(test_range_is_a_range_of_numbers),
        cmocka_unit_test(test_unit_is_known_and_of_the_type),
        cmocka_unit_test(test_words_are_the_four_and_have_a_meaning),
        cmocka_unit_test(test_choices_have_entries_and_an_end),
        cmocka_unit_test(test_compound_rows_have_the_tables_they_need),
        cmocka_unit_test(test_flags_are_of_the_type),
        cmocka_unit_test(test_nested_tables_are_looked_at_too),
        cmocka_unit_test(test_tables_that_contain_themselves_end),
        cmocka_unit_test(test_table_without_an_end_is_noticed),
        cmocka_unit_test(test_defaults_are_read_like_scenarios),
        cmocka_unit_test(test_our_own_laws_are_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
