/* test_yaml.c - YAML to nodes: what is refused, where things stand (in characters), what merges and aliases give, and
 * that what is printed reads back as the same tree. */
#include "table_bench.h"
#include <stdlib.h>

static void refused(const char *yaml, const char *why)
{
    bench t;
    bench_open(&t, yaml);
    assert_string_equal(said(&t), why);
    bench_close(&t);
}

static node *tree(bench *t, const char *yaml)
{
    bench_open(t, yaml);
    assert_string_equal(said(t), "");
    assert_non_null(t->root);
    return t->root;
}

/* n times the same text. */
static char *many(const char *s, size_t n)
{
    text t = {0};
    for (size_t i = 0; i < n; i++)
        text_puts(&t, s);
    return t.s;
}

/* ---- refusals --------------------------------------------------------------------------------------------- */
static void test_syntax_is_refused_at_its_place(void **state)
{
    (void)state;
    refused("a: [1, 2\nb: 3\n", "2:2+1 not valid YAML: did not find expected ',' or ']' [while parsing a flow sequence that begins on line 1]");
    refused("a: b: c\n", "1:5+1 not valid YAML: mapping values are not allowed in this context");
    refused("a: 'b\n", "2:1+1 not valid YAML: found unexpected end of stream [while scanning a quoted scalar that begins on line 1]");
    refused("a: @b\n", "1:4+1 not valid YAML: found character that cannot start any token [while scanning for the next token that begins on line 1]");
}

static void test_tab_in_the_indentation_is_named(void **state)
{
    (void)state;
    bench t;
    bench_open(&t, "a:\n\tb: 1\n");
    assert_null(t.root);
    assert_non_null(strstr(said(&t), "(indent with spaces, not with a tab)"));
    bench_close(&t);
}

static void test_wrong_encoding_is_refused_at_its_character(void **state)
{
    (void)state;
    refused("a: 1\nb\xC3\xA9: \xff\n", "2:5+1 not valid YAML: invalid leading UTF-8 octet");
    refused("a: \x01\n", "1:4+1 not valid YAML: control characters are not allowed");
    refused("a: \"x\\0y\"\n", "1:4+6 a text with a zero byte in it");
}

static void test_key_given_twice_is_refused_in_any_spelling(void **state)
{
    (void)state;
    refused("min_size: 1\nmax: 2\nmin_size: 3\n", "3:1+8 duplicate key 'min_size'; it is given on line 1 already");
    refused("MinSize: 1\nmin_size: 3\n", "2:1+8 duplicate key 'min_size'; it is given on line 1 already ('MinSize' and 'min_size' are one key)");
    refused("{a: 1, A: 2}", "1:8+1 duplicate key 'A'; it is given on line 1 already ('a' and 'A' are one key)");
    refused("50ms: 1\n50ms: 2\n", "2:1+4 duplicate key '50ms'; it is given on line 1 already");
}

static void test_keys_that_are_numbers_are_compared_as_they_stand(void **state)
{
    (void)state;
    bench t;
    assert_int_equal(tree(&t, "{1_0: a, 10: b, 5ms: c, 5MS: d}")->n, 4);
    bench_close(&t);
}

static void test_key_given_twice_is_found_among_many(void **state)
{
    (void)state;
    text s = {0};
    for (int i = 0; i < 5000; i++)
        text_printf(&s, "key%d: 1\n", i);
    text_puts(&s, "KEY_17: 2\n");
    refused(s.s, "5001:1+6 duplicate key 'KEY_17'; it is given on line 18 already ('key17' and 'KEY_17' are one key)");
    text_clear(&s);
}

static void test_key_must_be_a_plain_word(void **state)
{
    (void)state;
    refused("[a, b]: 1\n", "1:1+6 a key must be a plain word");
    refused("{a: 1}: 2\n", "1:1+6 a key must be a plain word");
    refused("!Ref a: 2\n", "1:1+6 a key must be a plain word");
    char *long_key = many("k", 1001);
    text s = {0};
    text_printf(&s, "? %s\n: 1\n", long_key);
    refused(s.s, "1:3+1001 a key of more than 1000 characters");
    text_clear(&s);
    free(long_key);
}

static void test_second_document_is_refused(void **state)
{
    (void)state;
    refused("a: 1\n---\nb: 2\n", "2:1+3 a second document; a file holds one");
    bench t;
    assert_int_equal(tree(&t, "---\na: 1\n...\n")->n, 1);
    bench_close(&t);
}

static void test_tags_other_than_ref_are_refused(void **state)
{
    (void)state;
    refused("a: !GetAtt b\n", "1:4+9 the tag '!GetAtt' is not allowed; only !Ref NAME is");
    refused("a: !!str 5\n", "1:4+7 the tag 'tag:yaml.org,2002:str' is not allowed; only !Ref NAME is");
    refused("a: !Sub [b]\n", "1:4+6 the tag '!Sub' is not allowed; only !Ref NAME is");
    refused("a: !Sub {b: 1}\n", "1:4+6 the tag '!Sub' is not allowed; only !Ref NAME is");
    refused("a: !Ref 'a b'\n", "1:4+10 !Ref takes the name of a parameter; 'a b' is none");
    refused("a: !Ref AWS::Region\n", "1:4+16 !Ref takes the name of a parameter; 'AWS::Region' is none");
    bench t;
    node *a = node_get(tree(&t, "a: !Ref peak\n"), "a");
    assert_true(a->ref);
    assert_string_equal(node_ref(a), "peak");
    bench_close(&t);
}

static void test_alias_needs_an_anchor_before_it(void **state)
{
    (void)state;
    refused("a: *b\n", "1:4+2 the alias '*b' has no anchor before it");
    refused("a: &b [1, *b]\n", "1:11+2 the alias '*b' stands inside its own anchor");
    refused("a: &b {c: *b}\n", "1:11+2 the alias '*b' stands inside its own anchor");
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    char *open = many("[", 64), *shut = many("]", 64);
    text s = {0};
    text_printf(&s, "%s%s", open, shut);
    bench t;
    tree(&t, s.s);
    bench_close(&t);
    text_clear(&s);
    text_printf(&s, "[%s%s]", open, shut);
    refused(s.s, "1:65+1 nested more than 64 deep");
    text_clear(&s);
    free(open);
    free(shut);
    open = many("[", 20000);
    refused(open, "1:65+1 nested more than 64 deep");
    free(open);
}

static void test_aliases_count_with_all_they_stand_for(void **state)
{
    (void)state;
    text s = {0};
    text_puts(&s, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
        text_printf(&s, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            text_printf(&s, "%s*a%d", k ? ", " : "", i - 1);
        text_puts(&s, "]\n");
    }
    bench t;
    bench_open(&t, s.s);
    assert_null(t.root);
    assert_non_null(strstr(said(&t), "the aliases of this file stand for more than a million values, or more than 64 levels"));
    assert_true(arena_bytes(t.arena) < (size_t)400 << 20);
    bench_close(&t);
    text_clear(&s);
}

static void test_merges_count_as_well(void **state)
{
    (void)state;
    text s = {0};
    text_puts(&s, "x-0: &m0 {k0: [x, x, x, x, x, x, x, x, x, x]}\n");
    for (int i = 1; i < 30; i++)
        text_printf(&s, "x-%d: &m%d {<<: *m%d, k%d: [*m%d, *m%d]}\n", i, i, i - 1, i, i - 1, i - 1);
    bench t;
    bench_open(&t, s.s);
    assert_null(t.root);
    assert_non_null(strstr(said(&t), "more than a million values"));
    bench_close(&t);
    text_clear(&s);
}

static void test_merge_takes_mappings_only(void **state)
{
    (void)state;
    refused("a: {<<: 3}\n", "1:9+1 '<<' merges a mapping, or a list of mappings");
    refused("a: {<<: [{b: 1}, 3]}\n", "1:18+1 '<<' merges mappings; this is none");
}

/* ---- places ------------------------------------------------------------------------------------------------ */
static void place_is(const node *n, unsigned line, unsigned col, unsigned len)
{
    assert_int_equal(n->at.line, line);
    assert_int_equal(n->at.col, col);
    assert_int_equal(n->at.len, len);
    assert_string_equal(n->at.file, "test.yaml");
}

static void test_places_count_characters_from_one(void **state)
{
    (void)state;
    bench t;
    node *r = tree(&t, "name: caf\xC3\xA9 \xE2\x82\xAC # note\n\xC3\xA9t\xC3\xA9: {a: 'x y', b: [1, 22]}\nblock:\n  - one\n  - two: 2\n");
    place_is(r, 1, 1, 4);
    place_is(r->item[0], 1, 7, 6);
    place_is(r->key[1], 2, 1, 3);
    place_is(r->item[1], 2, 6, 22);
    place_is(node_get(r->item[1], "a"), 2, 10, 5);
    place_is(node_get(r->item[1], "b"), 2, 20, 7);
    place_is(node_get(r->item[1], "b")->item[1], 2, 24, 2);
    place_is(r->item[2]->item[0], 4, 5, 3);
    place_is(r->item[2]->item[1], 5, 5, 3);
    place_is(r->item[2]->item[1]->item[0], 5, 10, 1);
    bench_close(&t);
}

static void test_byte_order_mark_takes_no_column(void **state)
{
    (void)state;
    bench t;
    node *r = tree(&t, "\xEF\xBB\xBF" "a: 1\n");
    assert_string_equal(r->key[0]->text, "a");
    place_is(r->item[0], 1, 4, 1);
    bench_close(&t);
}

static void test_text_may_stand_within_another(void **state)
{
    (void)state;
    wr_arena *a = arena_create();
    wr_diag *d = wr_diag_create();
    const char *s = "{a: 1,\n b: 2}";
    node *r = yaml_read_at(a, (wr_pos){"command line", 1, 20, 1}, s, strlen(s), d);
    assert_int_equal(r->item[0]->at.col, 24);
    assert_int_equal(r->item[1]->at.col, 5);
    assert_int_equal(r->item[1]->at.line, 2);
    assert_string_equal(r->at.file, "command line");
    wr_diag_destroy(d);
    arena_destroy(a);
}

/* ---- what is read --------------------------------------------------------------------------------------------- */
static void test_nothing_is_an_empty_value(void **state)
{
    (void)state;
    static const char *const none[] = {"", "\n\n", "# only a note\n", "---\n", "--- ~\n"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        bench t;
        assert_true(node_null(tree(&t, none[i])));
        bench_close(&t);
    }
}

static void test_quoted_texts_are_marked_and_never_nothing(void **state)
{
    (void)state;
    bench t;
    node *r = tree(&t, "{a: '', b: \"null\", c: null, d: }");
    assert_true(r->item[0]->quoted && !node_null(r->item[0]));
    assert_false(node_null(r->item[1]));
    assert_true(node_null(r->item[2]) && node_null(r->item[3]));
    bench_close(&t);
}

static void test_aliases_are_copies(void **state)
{
    (void)state;
    bench t;
    node *r = tree(&t, "a: &x {b: 1}\nc: *x\nd: &x 5\ne: *x\n");
    assert_ptr_not_equal(r->item[0], r->item[1]);
    assert_string_equal(node_get(r->item[1], "b")->text, "1");
    assert_string_equal(r->item[3]->text, "5");
    bench_close(&t);
}

static void test_what_stands_in_a_mapping_wins_over_what_is_merged(void **state)
{
    (void)state;
    bench t;
    node *r = tree(&t, "x-a: &a {p: 1, q: 1, r: 1}\nx-b: &b {q: 2, r: 2, s: 2}\nm: {<<: [*a, *b], r: 3}\nn: {R: 4, <<: *b}\n");
    const node *m = node_get(r, "m"), *n = node_get(r, "n");
    assert_string_equal(node_get(m, "p")->text, "1");
    assert_string_equal(node_get(m, "q")->text, "1");
    assert_string_equal(node_get(m, "r")->text, "3");
    assert_string_equal(node_get(m, "s")->text, "2");
    assert_int_equal(m->n, 4);
    assert_string_equal(node_get(n, "r")->text, "4");
    assert_int_equal(n->n, 3);
    bench_close(&t);
}

static void test_json_is_yaml(void **state)
{
    (void)state;
    bench t;
    node *r = tree(&t, "{\"weir\": 1, \"traffic\": {\"users\": {\"rate\": \"30/s\", \"tags\": [\"a\", null, true]}}}");
    assert_string_equal(node_get(node_get(node_get(r, "traffic"), "users"), "rate")->text, "30/s");
    bench_close(&t);
}

static void test_names_and_references(void **state)
{
    (void)state;
    assert_true(name_valid("a") && name_valid("Web-1_x"));
    assert_false(name_valid("") || name_valid("1a") || name_valid("a.b") || name_valid("-a"));
    char *s = many("a", 65);
    assert_false(name_valid(s));
    assert_true(name_valid(s + 1));
    free(s);
    bench t;
    node *r = tree(&t, "[$peak, $, $a b, '$q', a$b]");
    assert_string_equal(node_ref(r->item[0]), "peak");
    assert_null(node_ref(r->item[1]));
    assert_null(node_ref(r->item[2]));
    assert_string_equal(node_ref(r->item[3]), "q");
    assert_null(node_ref(r->item[4]));
    bench_close(&t);
}

static void test_building_grows_what_was_read_or_copied(void **state)
{
    (void)state;
    bench t;
    node *r = tree(&t, "{a: 1, b: 2, c: 3}");
    size_t budget = 100;
    node *c = node_copy(t.arena, r, 1, &budget);
    assert_int_equal(budget, 93);
    for (int i = 0; i < 100; i++) {
        node_put(t.arena, r, node_scalar(t.arena, arena_print(t.arena, "k%d", i), r->at), node_scalar(t.arena, "v", r->at));
        node_put(t.arena, c, node_scalar(t.arena, "n", r->at), node_scalar(t.arena, "w", r->at));
    }
    assert_int_equal(r->n, 103);
    assert_string_equal(r->key[102]->text, "k99");
    assert_string_equal(c->item[2]->text, "3");
    assert_string_equal(c->item[50]->text, "w");
    assert_int_equal(node_count(r), 207);
    budget = 3;
    assert_null(node_copy(t.arena, r, 1, &budget));
    bench_close(&t);
}

/* ---- printing --------------------------------------------------------------------------------------------------- */
static bool same(const node *a, const node *b)
{
    bool equal = a->kind == b->kind && a->n == b->n && a->ref == b->ref;
    if (equal && a->kind == NODE_SCALAR && (node_null(a) || node_null(b)))
        return node_null(a) && node_null(b);
    if (equal && a->kind == NODE_SCALAR)
        return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
    for (size_t i = 0; equal && i < a->n; i++)
        equal = same(a->item[i], b->item[i]) && (a->kind != NODE_MAP || same(a->key[i], b->key[i]));
    return equal;
}

static void test_what_is_printed_reads_back_as_the_same_tree(void **state)
{
    (void)state;
    static const char *const all[] = {
        "a: 1\nb: [1, [2, 3], {c: d}]\ne: {}\nf: []\ng: ~\n", "- - - x\n- {a: {b: {c: [1]}}}\n", "'5'", "a: '$x'\n",
        "[a: b, 'a: b', '# c', 'x #y', \"tab\\t\", \"\\x85\", \"\\u2028\", \"\\uFEFF\", '\xC3\xA9', \"\\\"\\\\\"]",
        "['', ' ', 'x ', '-', '- x', '--- ', '...', '<<', '*a', '&a', '!t', '%d', '@', '`', '?', ': ', 'a:', '|', '>', '[', '{', \"'\", '~']",
        "a: |\n  two\n  lines\nb: >\n  folded\n  text\n", "'': x\n", "? 'a: b'\n: 1\n", "[null, 'null', NULL, '~', .5, '1e3', +1]"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        bench t, back;
        text out = {0};
        yaml_print(tree(&t, all[i]), &out);
        tree(&back, out.s);
        if (!same(t.root, back.root))
            fail_msg("'%s' became '%s'", all[i], out.s);
        bench_close(&t);
        bench_close(&back);
        text_clear(&out);
    }
}

static void test_print_is_block_style_with_two_spaces(void **state)
{
    (void)state;
    bench t;
    text out = {0};
    yaml_print(tree(&t, "{a: {b: [1, {c: 2, d: 'x'}]}, p: !Ref q, n: , t: '12'}"), &out);
    assert_string_equal(out.s, "a:\n  b:\n    - 1\n    - c: 2\n      d: x\np: $q\nn: null\nt: \"12\"\n");
    text_clear(&out);
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syntax_is_refused_at_its_place),
        cmocka_unit_test(test_tab_in_the_indentation_is_named),
        cmocka_unit_test(test_wrong_encoding_is_refused_at_its_character),
        cmocka_unit_test(test_key_given_twice_is_refused_in_any_spelling),
        cmocka_unit_test(test_keys_that_are_numbers_are_compared_as_they_stand),
        cmocka_unit_test(test_key_given_twice_is_found_among_many),
        cmocka_unit_test(test_key_must_be_a_plain_word),
        cmocka_unit_test(test_second_document_is_refused),
        cmocka_unit_test(test_tags_other_than_ref_are_refused),
        cmocka_unit_test(test_alias_needs_an_anchor_before_it),
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_aliases_count_with_all_they_stand_for),
        cmocka_unit_test(test_merges_count_as_well),
        cmocka_unit_test(test_merge_takes_mappings_only),
        cmocka_unit_test(test_places_count_characters_from_one),
        cmocka_unit_test(test_byte_order_mark_takes_no_column),
        cmocka_unit_test(test_text_may_stand_within_another),
        cmocka_unit_test(test_nothing_is_an_empty_value),
        cmocka_unit_test(test_quoted_texts_are_marked_and_never_nothing),
        cmocka_unit_test(test_aliases_are_copies),
        cmocka_unit_test(test_what_stands_in_a_mapping_wins_over_what_is_merged),
        cmocka_unit_test(test_json_is_yaml),
        cmocka_unit_test(test_names_and_references),
        cmocka_unit_test(test_building_grows_what_was_read_or_copied),
        cmocka_unit_test(test_what_is_printed_reads_back_as_the_same_tree),
        cmocka_unit_test(test_print_is_block_style_with_two_spaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
