/* test_schema.c - the JSON Schema of tables: well formed, every reference found, what it says of each type; and a
 * small validator of the keywords used, so that texts are accepted and refused as an editor would.
 *
 * JSON is read by our own YAML reader: it is YAML. */
#include "table_bench.h"
#include <regex.h>
#include <stdlib.h>

typedef struct cfg {
    wr_dur timeout, boot;
    double size, share, number;
    int64_t count;
    int mode;
    const char *name;
    const wr_dist *law, *items;
    const wr_profile *rate;
    const wr_link *target;
    const void *block;
    wr_list list, map, steps, weights;
    wr_pick how;
    bool flag;
} cfg;
static const char *const modes[] = {"fifo", "off", NULL};
static const wr_param inner_rows[] = {
    {.key = "rate", WR_FIELD(cfg, share), .type = WR_T_RATE, .doc = "Tokens \"a second\"."},
    {.key = "burst", WR_FIELD(cfg, number), .type = WR_T_NUMBER, .def = "1", .doc = "Tokens."},
    {0}};
static const wr_param item_rows[] = {
    {.key = "t", WR_FIELD(cfg, timeout), .type = WR_T_DUR, .doc = "When."},
    {.key = "count", WR_FIELD(cfg, count), .type = WR_T_INT, .def = "1", .doc = "How many."},
    {0}};
static const wr_param fault_rows[] = {
    {.key = "target", WR_FIELD(cfg, target), .type = WR_T_LINK, .doc = "Who."},
    {.key = "at", WR_FIELD(cfg, timeout), .type = WR_T_DUR, .def = "0s", .doc = "When."},
    {0}};
static const wr_param nest_rows[2];
static const wr_variant steps[] = {
    {.key = "wait", .rows = item_rows, .size = 1, .shorthand = "t", .doc = "Time."},
    {.key = "fail", .rows = fault_rows, .size = 1, .shorthand = "target", .flat = true, .doc = "Fails."},
    {.key = "repeat", .rows = nest_rows, .size = 1, .shorthand = "steps", .doc = "Again."},
    {.key = "stop", .doc = "The end."},
    {0}};
static const wr_param nest_rows[2] = {
    {.key = "steps", WR_FIELD(cfg, steps), .type = WR_T_LIST, .variants = steps, .flags = WR_P_ONE, .optional = true, .doc = "Steps."},
    {0}};
static const wr_param rows[] = {
    {.key = "timeout", WR_FIELD(cfg, timeout), .type = WR_T_DUR, .def = "3", .unit = "s", .doc = "Longest."},
    {.key = "boot_time", WR_FIELD(cfg, boot), .type = WR_T_DUR, .words = "never", .doc = "Boot."},
    {.key = "size", WR_FIELD(cfg, size), .type = WR_T_BYTES, .optional = true, .doc = "Size."},
    {.key = "share", WR_FIELD(cfg, share), .type = WR_T_SHARE, .def = "25%", .doc = "Share."},
    {.key = "count", WR_FIELD(cfg, count), .type = WR_T_INT, .def = "2", .min = 1, .max = 9, .words = "unlimited", .doc = "Count."},
    {.key = "mode", WR_FIELD(cfg, mode), .type = WR_T_ENUM, .choices = modes, .def = "fifo", .doc = "Mode."},
    {.key = "name", WR_FIELD(cfg, name), .type = WR_T_TEXT, .optional = true, .doc = "Name."},
    {.key = "flag", WR_FIELD(cfg, flag), .type = WR_T_BOOL, .def = "true", .doc = "Flag."},
    {.key = "law", WR_FIELD(cfg, law), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{exponential: 3ms}", .doc = "Law."},
    {.key = "items", WR_FIELD(cfg, items), .type = WR_T_DIST, .of = WR_T_INT, .def = "1", .doc = "Items."},
    {.key = "rate", WR_FIELD(cfg, rate), .type = WR_T_PROFILE, .optional = true, .doc = "Rate."},
    {.key = "limit", WR_FIELD(cfg, block), .type = WR_T_BLOCK, .rows = inner_rows, .size = 1, .optional = true, .doc = "Limit."},
    {.key = "list", WR_FIELD(cfg, list), .type = WR_T_LIST, .rows = item_rows, .size = 1, .shorthand = "t", .optional = true, .doc = "List."},
    {.key = "map", WR_FIELD(cfg, map), .type = WR_T_MAP, .rows = item_rows, .size = 1, .shorthand = "t", .flags = WR_P_ONE, .optional = true, .doc = "Map."},
    {.key = "weights", WR_FIELD(cfg, weights), .type = WR_T_MAP, .rows = inner_rows, .size = 1, .flags = WR_P_NAMED, .optional = true, .doc = "Weights."},
    {.key = "how", WR_FIELD(cfg, how), .type = WR_T_CHOICE, .variants = steps, .optional = true, .doc = "How."},
    {.key = "", .type = WR_T_INCLUDE, .rows = nest_rows, .size = 1},
    {.key = "min_size", WR_FIELD(cfg, count), .type = WR_T_INT, .doc = "Least.", .cfn = "MinSize"},
    {0}};
static const wr_param common[] = {{.key = "type", .type = WR_T_TEXT, .optional = true, .doc = "Type."}, {0}};

/* ---- a validator ------------------------------------------------------------------------------------------- */
static bool valid(const node *root, const node *by, const node *n);

static bool matches(const node *n, const char *pattern)
{
    regex_t r;
    if (regcomp(&r, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        fail_msg("'%s' is no pattern", pattern);
    bool good = n->kind == NODE_SCALAR && regexec(&r, n->text, 0, NULL, 0) == 0;
    regfree(&r);
    return good;
}

static bool number(const node *n)
{
    double x;
    return n->kind == NODE_SCALAR && !n->quoted && quantity_read(n->text, n->len, WR_T_NUMBER, NULL, &x, NULL) == Q_OK && !strpbrk(n->text, "kM%");
}

static bool flag(const node *n)
{
    return node_is(n, "true") || node_is(n, "false") || node_is(n, "off") || node_is(n, "on");
}

static bool of_type(const node *n, const char *type)
{
    if (strcmp(type, "object") == 0)
        return n->kind == NODE_MAP;
    if (strcmp(type, "array") == 0)
        return n->kind == NODE_LIST;
    if (strcmp(type, "number") == 0)
        return number(n);
    if (strcmp(type, "boolean") == 0)
        return flag(n);
    if (strcmp(type, "null") == 0)
        return node_null(n);
    return n->kind == NODE_SCALAR && !number(n) && !node_null(n);
}

static const node *target(const node *root, const node *ref)
{
    const char *name = strrchr(ref->text, '/') + 1;
    const node *all = node_get(root, "definitions");
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->key[i]->text, name) == 0)
            return all->item[i];
    fail_msg("nothing is called '%s'", ref->text);
    return NULL;
}

static bool valid_object(const node *root, const node *by, const node *n)
{
    const node *known = node_get(by, "properties"), *more = node_get(by, "additionalProperties"), *need = node_get(by, "required");
    const node *free_keys = node_get(by, "patternProperties");
    bool good = true;
    for (size_t i = 0; i < n->n; i++) {
        const node *one = NULL;
        for (size_t k = 0; known && k < known->n; k++)
            if (strcmp(known->key[k]->text, n->key[i]->text) == 0)
                one = known->item[k];
        bool open = free_keys && matches(n->key[i], free_keys->key[0]->text);
        if (one || (more && more->kind == NODE_MAP && !open))
            good = good && valid(root, one ? one : more, n->item[i]);
        else if (!open && more && node_is(more, "false"))
            good = false;
    }
    for (size_t i = 0; need && i < need->n; i++)
        good = good && node_get(n, need->item[i]->text);
    return good;
}

static bool valid_enum(const node *all, const node *n)
{
    for (size_t i = 0; i < all->n; i++)
        if (node_is(n, all->item[i]->text) || (node_null(n) && node_null(all->item[i])))
            return true;
    return false;
}

static bool valid(const node *root, const node *by, const node *n)
{
    const node *ref = node_get(by, "$ref"), *type = node_get(by, "type"), *any = node_get(by, "anyOf"), *x;
    bool good = !type || (type->kind == NODE_SCALAR && of_type(n, type->text));
    for (size_t i = 0; type && type->kind == NODE_LIST && i < type->n; i++)
        good = good || of_type(n, type->item[i]->text);
    if (ref)
        return valid(root, target(root, ref), n);
    if ((x = node_get(by, "pattern")))
        good = good && matches(n, x->text);
    if ((x = node_get(by, "enum")))
        good = good && valid_enum(x, n);
    if ((x = node_get(by, "minimum")) && number(n))
        good = good && atof(n->text) >= atof(x->text) && atof(n->text) <= atof(node_get(by, "maximum")->text);
    if (n->kind == NODE_MAP)
        good = good && valid_object(root, by, n);
    if (n->kind == NODE_LIST && (x = node_get(by, "items")))
        for (size_t i = 0; i < n->n; i++)
            good = good && valid(root, x, n->item[i]);
    bool found = !any;
    for (size_t i = 0; any && !found && i < any->n; i++)
        found = valid(root, any->item[i], n);
    return good && found;
}

/* ---- tests --------------------------------------------------------------------------------------------------- */
static const node *schema_of(bench *t, const wr_param *r, const wr_param *also)
{
    text out = {0};
    schema_rows(&out, r, also);
    bench_open(t, out.s);
    text_clear(&out);
    assert_string_equal(said(t), "");
    return t->root;
}

static bool accepts(const char *yaml)
{
    bench s, t;
    const node *by = schema_of(&s, rows, common);
    bench_open(&t, yaml);
    node_put(t.arena, t.root, node_scalar(t.arena, "boot_time", t.root->at), node_scalar(t.arena, "1s", t.root->at));
    bool good = valid(by, by, t.root);
    bench_close(&t);
    bench_close(&s);
    return good;
}

static void test_wrong_keys_and_values_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "{tmeout: 3s}", "{timeout: soon}", "{timeout: [3s]}", "{count: 10}", "{count: 0}", "{mode: lifo}", "{size: 4}", "{size: 4 kb}",
        "{law: 35}", "{law: {exponentail: 3s}}", "{law: {lognormal: {mean: 3s, p98: 4s}}}", "{law: {exponential: 4 KB}}", "{limit: {burst: 3}}",
        "{limit: {rate: 3/s, bust: 3}}", "{list: 3s}", "{list: [{tt: 3s}]}", "{how: {fly: 1}}", "{how: {wait: 3s, stop: 1}}", "{steps: [{wait: soon}]}",
        "{steps: [{repeat: [{wait: soon}]}]}", "{how: {fail: app, when: 3s}}", "{law: {mixture: [{share: 3s, of: 3s}]}}", "{flag: [true]}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (accepts(wrong[i]))
            fail_msg("accepted: %s", wrong[i]);
}

static void test_whatever_the_loader_takes_is_accepted(void **state)
{
    (void)state;
    static const char *const right[] = {
        "{}", "{timeout: 30}", "{timeout: 1m30s}", "{timeout: $slow}", "{count: $n}", "{count: 3}", "{count: unlimited}", "{count: 1.5k}", "{size: 4 KB}",
        "{size: 1.5MiB}", "{share: 25%}", "{share: 0.25}", "{mode: off}", "{mode: fifo}", "{name: 12}", "{name: text}", "{flag: on}", "{type: sqs}",
        "{law: 35ms}", "{law: $law}", "{law: {exponential: 35ms}}", "{law: {lognormal: {mean: 3s, p99: $p}}}", "{law: {quantiles: {min: 1s, p99.9: 2s}}}",
        "{law: {discrete: {50ms: 90%, 2s: 10%}}}", "{law: {mixture: [{share: 1, of: {exponential: 3s}}]}}", "{law: {sequence: [1s, 2s]}}",
        "{law: {hyperexponential: {branches: [{share: 50%, mean: 3s}]}}}", "{law: {truncated: {min: 1s, of: {shifted: {by: 1s, of: 2s}}}}}",
        "{items: 3}", "{items: {uniform: {min: 1, max: 3}}}", "{rate: 3/s}", "{rate: 100 + 50*sin(t)}", "{limit: {rate: 3/s}}", "{limit: none}", "{limit: }",
        "{limit: $limit}", "{list: [3s, {t: 4s}, $x]}", "{map: {a: 3s, b: {t: 3s}}}", "{map: 3s}", "{weights: blue}", "{weights: {blue: {rate: 3/s}}}",
        "{how: {wait: 3s}}", "{how: {wait: {t: 3s, count: 2}}}", "{how: {fail: app, at: 3s}}", "{how: stop}", "{how: {stop: }}", "{how: {repeat: [{wait: 1s}, stop]}}",
        "{steps: {wait: 1s}}", "{steps: [{wait: 1s}, {repeat: {steps: [stop]}}]}", "{x-note: 3}", "{MinSize: 3}", "{min-size: 3}", "{limit: {Rate: 3/s, rate: 3/s}}"};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        if (!accepts(right[i]))
            fail_msg("refused: %s", right[i]);
}

static void test_required_are_rows_that_nobody_pastes(void **state)
{
    (void)state;
    bench t;
    const node *r = node_get(schema_of(&t, rows, common), "required");
    assert_int_equal(r->n, 1);
    assert_string_equal(r->item[0]->text, "boot_time");
    bench_close(&t);
}

static void test_descriptions_and_defaults_are_for_people(void **state)
{
    (void)state;
    bench t;
    const node *p = node_get(schema_of(&t, rows, NULL), "properties");
    assert_string_equal(node_get(node_get(p, "timeout"), "description")->text, "Longest.");
    assert_string_equal(node_get(node_get(p, "timeout"), "default")->text, "3");
    assert_false(node_get(node_get(p, "timeout"), "default")->quoted);
    assert_string_equal(node_get(node_get(p, "law"), "default")->text, "{exponential: 3ms}");
    assert_string_equal(node_get(node_get(p, "flag"), "default")->text, "true");
    assert_null(node_get(node_get(p, "name"), "default"));
    assert_null(node_get(p, "type"));
    const node *inner = node_get(node_get(node_get(t.root, "definitions"), "limit"), "properties");
    assert_string_equal(node_get(node_get(inner, "rate"), "description")->text, "Tokens \"a second\".");
    bench_close(&t);
}

static void follow(const node *root, const node *n, size_t *refs)
{
    for (size_t i = 0; i < n->n; i++) {
        if (n->kind == NODE_MAP && strcmp(n->key[i]->text, "$ref") == 0) {
            assert_true(strncmp(n->item[i]->text, "#/definitions/", 14) == 0);
            assert_non_null(target(root, n->item[i]));
            ++*refs;
        }
        follow(root, n->item[i], refs);
    }
}

static void test_every_reference_is_found(void **state)
{
    (void)state;
    bench t;
    size_t refs = 0;
    const node *root = schema_of(&t, rows, common);
    follow(root, root, &refs);
    assert_true(refs > 50);
    bench_close(&t);
}

static void test_tables_that_contain_themselves_become_one_definition(void **state)
{
    (void)state;
    static wr_param loop[2];
    loop[0] = (wr_param){.key = "again", .type = WR_T_BLOCK, .rows = loop, .size = 8, .optional = true, .doc = "Itself."};
    bench t;
    const node *all = node_get(schema_of(&t, loop, NULL), "definitions");
    assert_non_null(node_get(all, "again"));
    assert_null(node_get(all, "again_2"));
    bench_close(&t);
}

static void test_tables_of_one_name_are_told_apart(void **state)
{
    (void)state;
    const wr_param two[] = {
        {.key = "time", .type = WR_T_BLOCK, .rows = inner_rows, .size = 8, .optional = true, .doc = "A."},
        {.key = "b", .type = WR_T_BLOCK, .rows = nest_rows, .size = 8, .optional = true, .doc = "B."},
        {.key = "c", .type = WR_T_LIST, .rows = (const wr_param[]){{.key = "b", .type = WR_T_BLOCK, .rows = item_rows, .size = 8, .doc = "B."}, {0}}, .size = 8, .optional = true, .doc = "C."},
        {0}};
    bench t;
    const node *all = node_get(schema_of(&t, two, NULL), "definitions");
    assert_non_null(node_get(all, "b"));
    assert_non_null(node_get(all, "b_2"));
    assert_non_null(node_get(all, "time_2"));
    bench_close(&t);
}

static void test_pieces_make_one_document(void **state)
{
    (void)state;
    wr_arena *a = arena_create();
    schema *s = schema_begin(a);
    text out = {0};
    text_puts(&out, "{\"properties\": {\"one\": ");
    schema_object(s, &out, rows, NULL);
    text_puts(&out, ", \"two\": ");
    schema_value(s, &out, &rows[11]);
    text_puts(&out, ", \"three\": {\"items\": ");
    schema_choice(s, &out, "fault", steps);
    text_puts(&out, "}}, ");
    schema_definitions(s, &out);
    text_puts(&out, "}");
    bench t;
    size_t refs = 0;
    bench_open(&t, out.s);
    assert_string_equal(said(&t), "");
    follow(t.root, t.root, &refs);
    assert_true(refs > 50);
    bench_close(&t);
    text_clear(&out);
    arena_destroy(a);
}

static void test_texts_are_escaped(void **state)
{
    (void)state;
    text out = {0};
    schema_text(&out, "a \"b\" \\ \n \xC3\xA9");
    assert_string_equal(out.s, "\"a \\\"b\\\" \\\\ \\u000a \xC3\xA9\"");
    text_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_keys_and_values_are_refused),
        cmocka_unit_test(test_whatever_the_loader_takes_is_accepted),
        cmocka_unit_test(test_required_are_rows_that_nobody_pastes),
        cmocka_unit_test(test_descriptions_and_defaults_are_for_people),
        cmocka_unit_test(test_every_reference_is_found),
        cmocka_unit_test(test_tables_that_contain_themselves_become_one_definition),
        cmocka_unit_test(test_tables_of_one_name_are_told_apart),
        cmocka_unit_test(test_pieces_make_one_document),
        cmocka_unit_test(test_texts_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
