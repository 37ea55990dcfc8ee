/* test_bind.c - mappings into structs: required, unknown and misplaced keys, blocks, lists, mappings by name, choices,
 * defaults, parameters, and what is remembered of where things stand. */
#include "table_bench.h"
#include <weir/rng.h>

typedef struct point { double x, y; } point;
static const wr_param point_rows[] = {
    {.key = "x", WR_FIELD(point, x), .type = WR_T_NUMBER},
    {.key = "y", WR_FIELD(point, y), .type = WR_T_NUMBER, .def = "7"},
    {0}};
typedef struct item { wr_dur t; int64_t count; } item;
static const wr_param item_rows[] = {
    {.key = "t", WR_FIELD(item, t), .type = WR_T_DUR},
    {.key = "count", WR_FIELD(item, count), .type = WR_T_INT, .def = "1"},
    {0}};
typedef struct named { const char *name; const wr_dist *of; } named;
static const wr_param named_rows[] = {
    {.key = "of", WR_FIELD(named, of), .type = WR_T_DIST, .of = WR_T_DUR},
    {0}};
typedef struct weight { const char *name; double weight; } weight;
static const wr_param weight_rows[] = {
    {.key = "weight", WR_FIELD(weight, weight), .type = WR_T_NUMBER, .def = "1"},
    {0}};
typedef struct call { const wr_link *to; const char *operation; } call;
static const wr_param call_rows[] = {
    {.key = "to", WR_FIELD(call, to), .type = WR_T_LINK},
    {.key = "operation", WR_FIELD(call, operation), .type = WR_T_TEXT, .optional = true, .flags = WR_P_OPERATION},
    {0}};
typedef struct fault { const wr_link *target; wr_dur at; } fault;
static const wr_param fault_rows[] = {
    {.key = "target", WR_FIELD(fault, target), .type = WR_T_LINK},
    {.key = "at", WR_FIELD(fault, at), .type = WR_T_DUR, .def = "0s"},
    {0}};
typedef struct nest { wr_list steps; } nest;
static const wr_param nest_rows[2];
static const wr_variant steps[] = {
    {.key = "call", .rows = call_rows, .size = sizeof(call), .shorthand = "to"},
    {.key = "fail", .rows = fault_rows, .size = sizeof(fault), .shorthand = "target", .flat = true},
    {.key = "repeat", .rows = nest_rows, .size = sizeof(nest), .shorthand = "steps"},
    {.key = "wait", .rows = named_rows, .size = sizeof(named), .shorthand = "of"},
    {.key = "stop"},
    {0}};
static const wr_param nest_rows[2] = {
    {.key = "steps", WR_FIELD(nest, steps), .type = WR_T_LIST, .variants = steps, .flags = WR_P_ONE},
    {0}};
typedef struct extra { int64_t extra; } extra;
static const wr_param extra_rows[] = {
    {.key = "extra", WR_FIELD(extra, extra), .type = WR_T_INT, .def = "5"},
    {0}};

typedef struct cfg {
    int64_t min_size;
    const void *point, *origin;
    wr_list items, law, weights, steps;
    wr_pick how;
    extra more;
    const wr_link *target;
    const wr_formula *metric;
    const char *operation;
} cfg;
static const wr_param rows[] = {
    {.key = "min_size", WR_FIELD(cfg, min_size), .type = WR_T_INT, .def = "1"},
    {.key = "point", WR_FIELD(cfg, point), .type = WR_T_BLOCK, .rows = point_rows, .size = sizeof(point), .optional = true},
    {.key = "origin", WR_FIELD(cfg, origin), .type = WR_T_BLOCK, .rows = point_rows, .size = sizeof(point), .shorthand = "x", .def = "{x: 1, y: 2}", .words = "off"},
    {.key = "items", WR_FIELD(cfg, items), .type = WR_T_LIST, .rows = item_rows, .size = sizeof(item), .shorthand = "t", .optional = true, .min = 1, .max = 3},
    {.key = "law", WR_FIELD(cfg, law), .type = WR_T_MAP, .rows = named_rows, .size = sizeof(named), .shorthand = "of", .flags = WR_P_ONE | WR_P_OPERATION, .optional = true},
    {.key = "weights", WR_FIELD(cfg, weights), .type = WR_T_MAP, .rows = weight_rows, .size = sizeof(weight), .shorthand = "weight", .optional = true},
    {.key = "steps", WR_FIELD(cfg, steps), .type = WR_T_LIST, .variants = steps, .flags = WR_P_ONE, .optional = true},
    {.key = "how", WR_FIELD(cfg, how), .type = WR_T_CHOICE, .variants = steps, .optional = true},
    {.key = "", .type = WR_T_INCLUDE, .offset = offsetof(cfg, more), .rows = extra_rows, .size = sizeof(extra)},
    {.key = "target", WR_FIELD(cfg, target), .type = WR_T_LINK, .optional = true},
    {.key = "metric", WR_FIELD(cfg, metric), .type = WR_T_FORMULA, .optional = true},
    {.key = "operation", WR_FIELD(cfg, operation), .type = WR_T_TEXT, .optional = true, .flags = WR_P_OPERATION},
    {0}};
static const wr_param common[] = {{.key = "description", .type = WR_T_TEXT}, {0}};

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

/* ---- keys ------------------------------------------------------------------------------------------------- */
static void test_unknown_key_is_refused_with_the_one_that_was_meant(void **state)
{
    (void)state;
    refused("mn_size: 3", "1:1+7 unknown key 'mn_size' of sqs 'jobs' (did you mean 'min_size'?)");
    refused("min_size: 3\nextr: 3", "2:1+4 unknown key 'extr' of sqs 'jobs' (did you mean 'extra'?)");
    refused("colour: red", "1:1+6 unknown key 'colour' of sqs 'jobs'");
    refused("y: 3", "1:1+1 unknown key 'y' of sqs 'jobs' (it stands under 'point')");
    refused("point: {x: 1, z: 2}", "1:15+1 unknown key 'z' of sqs 'jobs'");
}

static const char *elsewhere(binder *b, const char *key)
{
    (void)b;
    return strcmp(key, "shard_count") == 0 ? "kinesis" : NULL;
}

static void test_key_of_another_type_says_whose_it_is(void **state)
{
    (void)state;
    bench t;
    cfg c = {0};
    bench_open(&t, "shard_count: 3");
    bind_state(&t.b)->elsewhere = elsewhere;
    bind_map(&t.b, rows, &c, t.root, NULL);
    assert_string_equal(said(&t), "1:1+11 unknown key 'shard_count' of sqs 'jobs' ('shard_count' is a key of kinesis)");
    bench_close(&t);
}

static void test_missing_key_is_reported_at_the_mapping(void **state)
{
    (void)state;
    refused("point: {y: 1}", "1:8+6 'x' of sqs 'jobs' is required");
    refused("items: [{count: 2}]", "1:9+10 't' of sqs 'jobs' is required");
    refused("point: {x: , y: 1}", "1:12+1 'x' of sqs 'jobs' has no value");
}

static void test_all_mistakes_are_reported_in_order(void **state)
{
    (void)state;
    refused("zzzzz: 1\nmin_size: many\npoint: 5",
            "1:1+5 unknown key 'zzzzz' of sqs 'jobs'\n"
            "2:11+4 'min_size' of sqs 'jobs' must be a whole number; 'many' is none\n"
            "3:8+1 'point' of sqs 'jobs' must be a mapping (such as {x: ...})");
}

static void test_keys_are_known_in_any_spelling(void **state)
{
    (void)state;
    static const char *const same[] = {"MinSize: 9", "minSize: 9", "min-size: 9", "MIN_SIZE: 9", "'min_size': 9"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        bench t;
        assert_int_equal(filled(&t, same[i]).min_size, 9);
        bench_close(&t);
    }
}

static void test_notes_and_common_keys_are_left_alone(void **state)
{
    (void)state;
    bench t;
    cfg c = {0};
    bench_open(&t, "x-note: {any: thing}\ndescription: text\npoint: {x: 1, x-why: [1, 2]}");
    bind_map(&t.b, rows, &c, t.root, common);
    assert_string_equal(said(&t), "");
    bench_close(&t);
    bench_open(&t, "descripton: text");
    bind_map(&t.b, rows, &c, t.root, common);
    assert_string_equal(said(&t), "1:1+10 unknown key 'descripton' of sqs 'jobs' (did you mean 'description'?)");
    bench_close(&t);
}

static void test_included_rows_stand_among_the_others(void **state)
{
    (void)state;
    bench t;
    assert_int_equal(filled(&t, "extra: 8").more.extra, 8);
    bench_close(&t);
    assert_int_equal(filled(&t, "{}").more.extra, 5);
    bench_close(&t);
}

/* ---- blocks, lists, mappings --------------------------------------------------------------------------------- */
static void test_block_is_a_struct_or_absent_or_its_default(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "point: {x: 3}");
    const point *p = c.point, *o = c.origin;
    assert_true(p->x == 3 && p->y == 7 && o->x == 1 && o->y == 2);
    bench_close(&t);
    c = filled(&t, "origin: 5");
    o = c.origin;
    assert_true(o->x == 5 && o->y == 7 && !c.point);
    bench_close(&t);
    c = filled(&t, "{origin: off, point: none}");
    assert_true(!c.origin && !c.point);
    bench_close(&t);
    c = filled(&t, "point:");
    assert_null(c.point);
    bench_close(&t);
}

static void test_list_is_bounded_and_its_elements_may_be_short(void **state)
{
    (void)state;
    refused("items: 5s", "1:8+2 'items' of sqs 'jobs' must be a list (write it in brackets: [...])");
    refused("items: []", "1:8+2 'items' of sqs 'jobs' has 0 entries; allowed are 1 to 3");
    refused("items: [1s, 2s, 3s, 4s]", "1:8+16 'items' of sqs 'jobs' has 4 entries; allowed are 1 to 3");
    refused("items: [5]", "1:9+1 'items' of sqs 'jobs' has no unit: write 5s or 5ms");
    refused("items: [{t: 5}]", "1:13+1 't' of sqs 'jobs' has no unit: write 5s or 5ms");
    bench t;
    cfg c = filled(&t, "items: [2s, {t: 3s, count: 4}]");
    const item *i = c.items.items;
    assert_int_equal(c.items.n, 2);
    assert_true(i[0].t == 2 * WR_S && i[0].count == 1 && i[1].t == 3 * WR_S && i[1].count == 4);
    bench_close(&t);
}

static void test_mapping_by_name_holds_one_struct_a_name(void **state)
{
    (void)state;
    refused("weights: [a, b]", "1:10+6 'weights' of sqs 'jobs' must be a mapping of names");
    refused("weights: 3", "1:10+1 'weights' of sqs 'jobs' must be a mapping of names");
    refused("weights: {9lives: 3}", "1:11+6 '9lives' is not a name; names are letters, digits, _ and -, a letter first");
    refused("weights: {a: heavy}", "1:14+5 'a' of sqs 'jobs' must be a number; 'heavy' is none");
    bench t;
    cfg c = filled(&t, "weights: {blue: 3, green: {weight: 4}, red: , x-note: 1}");
    const weight *w = c.weights.items;
    assert_int_equal(c.weights.n, 3);
    assert_string_equal(w[1].name, "green");
    assert_true(w[0].weight == 3 && w[1].weight == 4 && w[2].weight == 1);
    bench_close(&t);
}

static void test_one_value_stands_for_all_operations(void **state)
{
    (void)state;
    refused("law: 5", "1:6+1 'law' of sqs 'jobs' has no unit: write 5s or 5ms");
    refused("law: {get: 5}", "1:12+1 'get' of sqs 'jobs' has no unit: write 5s or 5ms");
    static const char *const alone[] = {"law: 5ms", "law: {exponential: 5ms}", "law: {constant: 5ms, x-note: 1}"};
    bench t;
    for (size_t i = 0; i < 3; i++) {
        cfg c = filled(&t, alone[i]);
        const named *n = c.law.items;
        assert_int_equal(c.law.n, 1);
        assert_string_equal(n->name, "default");
        assert_true(wr_dist_mean(n->of) == 0.005);
        bench_close(&t);
    }
    cfg c = filled(&t, "law: {get: 5ms, put: {exponential: 7ms}}");
    const named *n = c.law.items;
    assert_true(c.law.n == 2 && wr_dist_mean(n[1].of) == 0.007);
    assert_string_equal(t.operations, "get put ");
    bench_close(&t);
}

/* ---- choices ------------------------------------------------------------------------------------------------- */
static void test_choice_takes_one_known_form(void **state)
{
    (void)state;
    refused("how: {cal: web}", "1:7+3 unknown 'cal' in 'how' of sqs 'jobs' (did you mean 'call'?)");
    refused("how: {dance: web}", "1:7+5 unknown 'dance' in 'how' of sqs 'jobs' [allowed: call, fail, repeat, wait, stop]");
    refused("how: {}", "1:6+2 'how' of sqs 'jobs' must be a mapping with one key [allowed: call, fail, repeat, wait, stop]");
    refused("how: [call]", "1:6+6 'how' of sqs 'jobs' must be a mapping with one key [allowed: call, fail, repeat, wait, stop]");
    refused("how: {call: web, repeat: [stop]}", "1:18+6 'call' and 'repeat' stand in one mapping in 'how' of sqs 'jobs'; each takes its own");
    refused("how: web", "1:6+3 unknown 'web' in 'how' of sqs 'jobs' [allowed: call, fail, repeat, wait, stop]");
    refused("how: {call: [web]}", "1:13+5 'call' of sqs 'jobs' must be the name of a resource");
}

static void test_choice_has_a_short_and_a_flat_form(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "how: {call: web}");
    const call *to = c.how.cfg;
    assert_int_equal(c.how.which, 0);
    assert_string_equal(to->to->name, "web");
    bench_close(&t);
    c = filled(&t, "how: {call: {to: web, operation: buy}}");
    to = c.how.cfg;
    assert_string_equal(to->operation, "buy");
    assert_string_equal(t.operations, "buy ");
    bench_close(&t);
    c = filled(&t, "how: {at: 5m, fail: app}");
    const fault *f = c.how.cfg;
    assert_int_equal(c.how.which, 1);
    assert_string_equal(f->target->name, "app");
    assert_int_equal(f->at, 300 * WR_S);
    bench_close(&t);
    c = filled(&t, "how: stop");
    assert_true(c.how.which == 4 && !c.how.cfg);
    bench_close(&t);
    c = filled(&t, "{}");
    assert_int_equal(c.how.which, -1);
    bench_close(&t);
    refused("how: {fail: app, ta: 5m}", "1:18+2 unknown key 'ta' of sqs 'jobs' (did you mean 'at'?)");
}

static void test_steps_nest_and_a_single_one_needs_no_brackets(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "steps: [{call: a}, {repeat: [{call: b}, stop]}, {repeat: {steps: stop}}]");
    const wr_pick *p = c.steps.items;
    const nest *inner = p[1].cfg;
    assert_int_equal(c.steps.n, 3);
    assert_true(p[1].which == 2 && inner->steps.n == 2);
    inner = p[2].cfg;
    assert_int_equal(inner->steps.n, 1);
    bench_close(&t);
    assert_int_equal(filled(&t, "steps: {call: a}").steps.n, 1);
    bench_close(&t);
    refused("steps: [{call: a}, {repeat: [{cal: b}]}]", "1:31+3 unknown 'cal' in 'repeat' of sqs 'jobs' (did you mean 'call'?)");
}

/* ---- links, formulas, operations -------------------------------------------------------------------------- */
static void test_links_and_formulas_go_to_the_loader(void **state)
{
    (void)state;
    refused("target: [a]", "1:9+3 'target' of sqs 'jobs' must be the name of a resource");
    refused("metric: [a]", "1:9+3 'metric' of sqs 'jobs' must be a metric expression, such as app.utilization.mean");
    bench t;
    cfg c = filled(&t, "target: web\nmetric: app.utilization.mean < 60%\noperation: get");
    assert_string_equal(c.target->name, "web");
    assert_int_equal(c.metric->op, F_LT);
    assert_string_equal(t.operations, "get ");
    bench_close(&t);
    bench_open(&t, "target: web\nmetric: a.b");
    t.b.link = NULL;
    t.b.formula = NULL;
    bind_map(&t.b, rows, &c, t.root, NULL);
    assert_string_equal(said(&t), "1:9+3 'target' names a resource, and there are none here\n"
                                  "2:9+3 'metric' is a metric expression, and there are no metrics here");
    bench_close(&t);
}

/* ---- parameters and depth ------------------------------------------------------------------------------------ */
static void test_parameters_may_be_whole_blocks(void **state)
{
    (void)state;
    bench t;
    cfg c = filled(&t, "x-parameters: {p: {x: 4}, i: [1s, 2s], one: 3s}\npoint: $p\nitems: [$one]");
    assert_true(((const point *)c.point)->x == 4);
    assert_int_equal(((const item *)c.items.items)->t, 3 * WR_S);
    bench_close(&t);
}

static void test_parameter_that_contains_itself_ends(void **state)
{
    (void)state;
    bench t;
    cfg c = {0};
    bench_bind(&t, "x-parameters: {p: {repeat: $p}, d: {mixture: [{share: 100%, of: $d}]}}\nsteps: $p\nlaw: $d", rows, &c);
    assert_non_null(strstr(said(&t), "of sqs 'jobs' contains itself"));
    assert_non_null(strstr(said(&t), "contains itself\n1:"));
    bench_close(&t);
}

static void test_default_that_contains_itself_ends(void **state)
{
    (void)state;
    static wr_param loop[2];
    loop[0] = (wr_param){.key = "again", .type = WR_T_BLOCK, .ctype = 'B', .rows = loop, .size = sizeof(void *), .def = "{}"};
    bench t;
    const void *field = NULL;
    bench_bind(&t, "{}", loop, &field);
    assert_string_equal(said(&t), "1:1+2 the default of 'again' contains itself");
    bench_close(&t);
}

/* ---- function notation cut at the comma ---------------------------------------------------------------------- */
static void test_function_notation_is_refused_once_and_shows_the_mapping(void **state)
{
    (void)state;
    refused("{law: lognormal(mean=35ms, p99=140ms), min_size: 3}",
            "1:7+19 'law' of sqs 'jobs' is written as a function; a distribution is a mapping (write {lognormal: {mean: 35ms, p99: 140ms}})");
    refused("law: {get: lognormal(mean=35ms, p99=140ms)}",
            "1:12+19 'get' of sqs 'jobs' is written as a function; a distribution is a mapping (write {lognormal: {mean: 35ms, p99: 140ms}})");
    refused("steps: [{wait: lognormal(mean=35ms, p99=140ms)}]",
            "1:16+19 'wait' of sqs 'jobs' is written as a function; a distribution is a mapping (write {lognormal: {mean: 35ms, p99: 140ms}})");
    refused("law: {lognormal(mean=35ms, p99=140ms)}",
            "1:7+19 'law' of sqs 'jobs' is written as a function; a distribution is a mapping (write {lognormal: {mean: 35ms, p99: 140ms}})");
}

/* ---- where ---------------------------------------------------------------------------------------------------- */
static void test_every_bound_field_knows_its_place(void **state)
{
    (void)state;
    bench t;
    bool given;
    cfg c = {0};
    bench_bind(&t, "min_size: 4\nitems:\n  - {t: 5s}\n  - 6s\n", rows, &c);
    const item *i = c.items.items;
    assert_int_equal(bind_where(&t.b, &c.min_size, &given).col, 11);
    assert_true(given);
    assert_int_equal(bind_where(&t.b, &i[0].t, NULL).line, 3);
    assert_int_equal(bind_where(&t.b, &i[1].t, &given).line, 4);
    assert_true(given);
    assert_int_equal(bind_where(&t.b, &i[1].count, &given).line, 4);
    assert_false(given);
    bind_where(&t.b, &c.origin, &given);
    assert_false(given);
    assert_int_equal(bind_where(&t.b, &t, &given).line, 0);
    assert_false(given);
    bench_close(&t);
}

static void test_struct_and_its_first_field_share_an_address_and_the_field_wins(void **state)
{
    (void)state;
    bench t;
    bool given;
    cfg c = {0};
    bench_bind(&t, "point: {x: 3}", rows, &c);
    wr_pos at = bind_where(&t.b, c.point, &given);
    assert_int_equal(at.col, 12);
    assert_true(given);
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_key_is_refused_with_the_one_that_was_meant),
        cmocka_unit_test(test_key_of_another_type_says_whose_it_is),
        cmocka_unit_test(test_missing_key_is_reported_at_the_mapping),
        cmocka_unit_test(test_all_mistakes_are_reported_in_order),
        cmocka_unit_test(test_keys_are_known_in_any_spelling),
        cmocka_unit_test(test_notes_and_common_keys_are_left_alone),
        cmocka_unit_test(test_included_rows_stand_among_the_others),
        cmocka_unit_test(test_block_is_a_struct_or_absent_or_its_default),
        cmocka_unit_test(test_list_is_bounded_and_its_elements_may_be_short),
        cmocka_unit_test(test_mapping_by_name_holds_one_struct_a_name),
        cmocka_unit_test(test_one_value_stands_for_all_operations),
        cmocka_unit_test(test_choice_takes_one_known_form),
        cmocka_unit_test(test_choice_has_a_short_and_a_flat_form),
        cmocka_unit_test(test_steps_nest_and_a_single_one_needs_no_brackets),
        cmocka_unit_test(test_links_and_formulas_go_to_the_loader),
        cmocka_unit_test(test_parameters_may_be_whole_blocks),
        cmocka_unit_test(test_parameter_that_contains_itself_ends),
        cmocka_unit_test(test_default_that_contains_itself_ends),
        cmocka_unit_test(test_function_notation_is_refused_once_and_shows_the_mapping),
        cmocka_unit_test(test_every_bound_field_knows_its_place),
        cmocka_unit_test(test_struct_and_its_first_field_share_an_address_and_the_field_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
