/* test_canvas.c - paper, files and the layout of graphs. The charts drawn here need no results. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "../../plots/charts.h"
#include "../../plots/layers.h"
#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/weir-canvas-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static const char *in_folder(char out[256], const char *name)
{
    snprintf(out, 256, "%s/%s", folder, name);
    return out;
}

static char *contents(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    char *s = calloc(1, 1 << 20);
    assert_non_null(f);
    *len = fread(s, 1, (1 << 20) - 1, f);
    fclose(f);
    return s;
}

/* ---- a chart of nothing but drawing calls ------------------------------------------------------- */
static int draw(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    (void)cfg;
    (void)s;
    (void)err;
    c->title = "Five & <six>";
    c->finding = "a \"finding\" with \xff in it";
    canvas_clip(c, (box){10, 10, 100, 100});
    canvas_line(c, (point[]){{0, 0}, {50.04, 70.06}, {200, -0.01}}, 3, theme_pen(ROLE_FAILED));
    canvas_unclip(c);
    canvas_area(c, (point[]){{0, 0}, {10, 0}, {10, 10}}, 3, theme_fill(ROLE_SERVED));
    canvas_text(c, 20, 20, theme_font(12, true, CENTRE), "a < b & \xc3\x28 \xed\xa0\x80 \x01");
    return 0;
}

static int refuse(const void *cfg, wr_store *s, wr_canvas *c, wr_err *err)
{
    (void)cfg;
    (void)s;
    (void)c;
    return wr_fail(err, WR_E_INPUT, "nothing to draw of 'x'");
}

static const wr_chart fine = {.kind = "fine", .title = "Fine", .doc = "A test.", .draw = draw};
static const wr_chart refuses = {.kind = "refuses", .title = "Refuses", .doc = "A test.", .draw = refuse};

static int render(const wr_chart *k, const char *path, wr_err *err)
{
    return wr_chart_render(k, NULL, NULL, &(wr_render){.path = path, .width = 300, .height = 200}, err);
}

/* ---- what it refuses ------------------------------------------------------------------------------ */
static void test_unknown_endings_are_refused_by_name(void **state)
{
    (void)state;
    static const char *const names[] = {"x.gif", "x", "", ".png", "dir/.svg", "x.png/y"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        wr_err err = {0};
        assert_int_equal(render(&fine, names[i], &err), WR_E_INPUT);
        assert_non_null(strstr(err.text, ".png, .svg or .pdf"));
        assert_int_not_equal(access(names[i][0] ? names[i] : "no such file", F_OK), 0);
    }
}

static void test_impossible_sizes_are_refused(void **state)
{
    (void)state;
    static const double sizes[] = {-1, 10, 1e9, NAN, INFINITY};
    char path[256];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        wr_err err = {0};
        wr_render how = {.path = in_folder(path, "size.png"), .width = sizes[i], .height = 300};
        assert_int_equal(wr_chart_render(&fine, NULL, NULL, &how, &err), WR_E_INPUT);
        assert_int_not_equal(access(path, F_OK), 0);
    }
}

static void test_missing_folder_is_reported_with_its_reason(void **state)
{
    (void)state;
    char path[256];
    wr_err err = {0};
    assert_int_equal(render(&fine, in_folder(path, "none/x.svg"), &err), WR_E_IO);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "No such file or directory"));
    assert_int_equal(render(&fine, path, NULL), WR_E_IO);
}

static void test_target_that_is_a_folder_leaves_nothing_behind(void **state)
{
    (void)state;
    char path[256];
    wr_err err = {0};
    assert_int_equal(mkdir(in_folder(path, "taken.svg"), 0777), 0);
    assert_int_equal(render(&fine, path, &err), WR_E_IO);
    assert_non_null(strstr(err.text, "Is a directory"));
    assert_int_equal(rmdir(path), 0); /* drop_folder fails if anything else is left */
}

static void test_full_disk_keeps_the_old_file(void **state)
{
    (void)state;
    char path[256];
    size_t before, after;
    struct rlimit old, tight;
    wr_err err = {0};
    assert_int_equal(render(&fine, in_folder(path, "full.png"), NULL), 0);
    char *was = contents(path, &before);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    tight = old;
    tight.rlim_cur = 100;
    setrlimit(RLIMIT_FSIZE, &tight);
    int bad = render(&fine, path, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(bad, WR_E_IO);
    assert_non_null(strstr(err.text, "File too large"));
    char *is = contents(path, &after);
    assert_int_equal(before, after);
    assert_memory_equal(was, is, after);
    free(was);
    free(is);
    assert_int_equal(unlink(path), 0);
}

static void test_chart_that_refuses_writes_no_file(void **state)
{
    (void)state;
    char path[256];
    wr_err err = {0};
    assert_int_equal(render(&refuses, in_folder(path, "refused.pdf"), &err), WR_E_INPUT);
    assert_string_equal(err.text, "nothing to draw of 'x'");
    assert_int_not_equal(access(path, F_OK), 0);
}

/* ---- what it does ------------------------------------------------------------------------------------- */
static void test_same_input_gives_same_bytes_in_every_format(void **state)
{
    (void)state;
    static const char *const names[] = {"same.png", "same.svg", "same.pdf"}, *const begin[] = {"\x89PNG", "<svg ", "%PDF-"};
    for (size_t i = 0; i < 3; i++) {
        char path[256];
        size_t a, b;
        assert_int_equal(render(&fine, in_folder(path, names[i]), NULL), 0);
        char *first = contents(path, &a);
        assert_int_equal(render(&fine, path, NULL), 0);
        char *second = contents(path, &b);
        assert_true(a > 200);
        assert_int_equal(a, b);
        assert_memory_equal(first, second, a);
        assert_memory_equal(first, begin[i], strlen(begin[i]));
        free(first);
        free(second);
        assert_int_equal(unlink(path), 0);
    }
}

static void test_png_has_two_pixels_a_point(void **state)
{
    (void)state;
    char path[256];
    size_t n;
    assert_int_equal(render(&fine, in_folder(path, "pixels.png"), NULL), 0);
    char *s = contents(path, &n);
    assert_memory_equal(s + 16, "\0\0\x02\x58\0\0\x01\x90", 8); /* 600 x 400 */
    free(s);
    assert_int_equal(unlink(path), 0);
}

static void test_svg_has_words_that_can_be_searched_and_no_broken_ones(void **state)
{
    (void)state;
    char path[256];
    size_t n;
    assert_int_equal(render(&fine, in_folder(path, "words.svg"), NULL), 0);
    char *s = contents(path, &n);
    assert_non_null(strstr(s, "<title>Five &amp; &lt;six&gt;</title>"));
    assert_non_null(strstr(s, "<desc>a &quot;finding&quot; with ? in it</desc>"));
    assert_non_null(strstr(s, ">a &lt; b &amp; ?( ??? ?</text>"));
    assert_non_null(strstr(s, "M0 0l50 70.1 150-70.1\""));
    for (size_t i = 0; i < n; i++)
        assert_false((unsigned char)s[i] < 0x20 && s[i] != '\n');
    free(s);
    assert_int_equal(unlink(path), 0);
}

static void test_long_words_are_cut_between_characters(void **state)
{
    (void)state;
    wr_canvas *c = canvas_create(CANVAS_SVG, 300, 200, NULL);
    font f = theme_font(12, false, LEFT);
    const char *whole = "größe größe größe größe";
    assert_string_equal(canvas_fit(c, f, whole, 1000), whole);
    assert_string_equal(canvas_fit(c, f, whole, 1), "");
    for (double w = 10; w < 200; w += 1) {
        const char *s = canvas_fit(c, f, whole, w);
        assert_true(canvas_width(c, f, s) <= w);
        assert_null(strchr(s, '?'));
        assert_string_equal(canvas_clean(c, s), s);
    }
    canvas_destroy(c);
    canvas_destroy(NULL);
}

static void test_every_chart_is_described_once(void **state)
{
    (void)state;
    size_t n = 0;
    for (; wr_charts[n]; n++) {
        const wr_chart *k = wr_charts[n];
        assert_true(k->kind && *k->kind && k->title && *k->title && k->doc && k->draw && k->applies && k->params);
        assert_int_equal(k->doc[strlen(k->doc) - 1], '.');
        assert_true(k->cfg_size >= sizeof(chart_cfg));
        for (size_t i = 0; i < n; i++)
            assert_string_not_equal(wr_charts[i]->kind, k->kind);
    }
    assert_true(n >= 10);
}

/* ---- graphs --------------------------------------------------------------------------------------------- */
static void test_callers_stand_left_of_what_they_call(void **state)
{
    (void)state;
    wr_arena *a = arena_create();
    const layers_edge e[] = {{0, 1}, {1, 2}, {2, 3}, {1, 3}, {2, 4}};
    layers_plan p = layers_of(a, 5, e, 5);
    for (size_t k = 0; k < 5; k++) {
        assert_true(p.node[e[k].from].layer < p.node[e[k].to].layer);
        assert_false(p.bend[k].back);
        assert_int_equal(p.bend[k].n, p.node[e[k].to].layer - p.node[e[k].from].layer - 1);
    }
    assert_int_equal(p.layers, 4);
    arena_destroy(a);
}

static void test_cycles_are_drawn_with_one_edge_back(void **state)
{
    (void)state;
    wr_arena *a = arena_create();
    const layers_edge e[] = {{0, 1}, {1, 2}, {2, 1}, {2, 2}};
    layers_plan p = layers_of(a, 3, e, 4);
    assert_int_equal(p.layers, 3);
    assert_false(p.bend[0].back || p.bend[1].back);
    assert_true(p.bend[2].back && p.bend[3].back);
    arena_destroy(a);
}

static void test_boxes_of_a_layer_do_not_overlap(void **state)
{
    (void)state;
    wr_arena *a = arena_create();
    const layers_edge e[] = {{0, 1}, {0, 2}, {0, 3}, {1, 4}, {3, 4}, {0, 4}, {2, 5}, {3, 5}};
    layers_plan p = layers_of(a, 6, e, 8);
    for (size_t i = 0; i < 6; i++) {
        assert_true(p.node[i].at - p.node[i].size / 2 > -1e-9 && p.node[i].at + p.node[i].size / 2 < 1 + 1e-9);
        for (size_t k = 0; k < i; k++)
            assert_true(p.node[i].layer != p.node[k].layer ||
                        fabs(p.node[i].at - p.node[k].at) > (p.node[i].size + p.node[k].size) / 2 - 1e-9);
    }
    arena_destroy(a);
}

static void test_a_graph_without_edges_is_one_layer(void **state)
{
    (void)state;
    wr_arena *a = arena_create();
    assert_int_equal(layers_of(a, 3, NULL, 0).layers, 1);
    assert_int_equal(layers_of(a, 0, NULL, 0).layers, 0);
    arena_destroy(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_endings_are_refused_by_name),
        cmocka_unit_test(test_impossible_sizes_are_refused),
        cmocka_unit_test(test_missing_folder_is_reported_with_its_reason),
        cmocka_unit_test(test_target_that_is_a_folder_leaves_nothing_behind),
        cmocka_unit_test(test_full_disk_keeps_the_old_file),
        cmocka_unit_test(test_chart_that_refuses_writes_no_file),
        cmocka_unit_test(test_same_input_gives_same_bytes_in_every_format),
        cmocka_unit_test(test_png_has_two_pixels_a_point),
        cmocka_unit_test(test_svg_has_words_that_can_be_searched_and_no_broken_ones),
        cmocka_unit_test(test_long_words_are_cut_between_characters),
        cmocka_unit_test(test_every_chart_is_described_once),
        cmocka_unit_test(test_callers_stand_left_of_what_they_call),
        cmocka_unit_test(test_cycles_are_drawn_with_one_edge_back),
        cmocka_unit_test(test_boxes_of_a_layer_do_not_overlap),
        cmocka_unit_test(test_a_graph_without_edges_is_one_layer)};
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
