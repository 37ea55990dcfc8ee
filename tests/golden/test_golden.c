/* test_golden.c - pictures, byte by byte: every kind of chart of one result made by hand (shop.c) is what it was.
 *
 * A change that is meant is accepted with `sh tests/regold.sh`, which shows what differs. Where letters are
 * measured depends on the font: with another DejaVu Sans or another Cairo (widths.txt tells) the test is skipped. */
#include "../../plots/charts.h"
#include "../support/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weir.h>
#include <cmocka.h>

static char folder[] = "/tmp/weir-golden-XXXXXX";
static const char golden[] = "tests/golden";

static int make(void **state)
{
    text path = {0};
    wr_err err = {0};
    wr_store *s = NULL;
    if (!mkdtemp(folder))
        return -1;
    wr_experiment x = shop_experiment();
    text_printf(&path, "%s/shop.h5", folder);
    if (wr_write_h5(&x, path.s, &err) || wr_store_open(&s, path.s, &err))
        print_error("%s\n", err.text);
    unlink(path.s);
    text_clear(&path);
    wr_experiment_clear(&x);
    *state = s;
    return s ? 0 : -1;
}

static int drop(void **state)
{
    wr_store_close(*state);
    return rmdir(folder);
}

static char *contents(const char *path)
{
    FILE *f = fopen(path, "rb");
    text t = {0};
    char some[4096];
    for (size_t n; f && (n = fread(some, 1, sizeof some, f)) > 0;)
        text_add(&t, some, n);
    if (f)
        fclose(f);
    return t.s;
}

/* What this machine's font says of a few letters. */
static char *widths(void)
{
    wr_err err = {0};
    text t = {0};
    wr_canvas *c = canvas_create(CANVAS_SVG, 100, 100, &err);
    assert_non_null(c);
    for (double size = 9; size < 20; size += 2.5)
        text_printf(&t, "%.3f %.3f\n", canvas_width(c, theme_font(size, false, LEFT), "Handgloves 0123456789 µs ▲"),
                    canvas_width(c, theme_font(size, true, LEFT), "Handgloves 0123456789 µs ▲"));
    canvas_destroy(c);
    return t.s;
}

static void put(const char *path, const char *words)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_true(fputs(words, f) >= 0);
    fclose(f);
}

/* With WEIR_REGOLD the picture becomes the golden one. */
static void compare(wr_store *s, const wr_chart *k, const void *cfg, const char *name)
{
    text drawn = {0}, kept = {0};
    wr_err err = {0};
    text_printf(&drawn, "%s/%s.svg", folder, name);
    text_printf(&kept, "%s/%s.svg", golden, name);
    if (wr_chart_render(k, cfg, s, &(wr_render){.path = drawn.s}, &err))
        fail_msg("%s: %s", name, err.text);
    char *now = contents(drawn.s), *then = contents(kept.s);
    unlink(drawn.s);
    assert_non_null(now);
    bool same = then && !strcmp(now, then);
    if (!same && getenv("WEIR_REGOLD"))
        put(kept.s, now);
    else if (!same)
        fail_msg("%s is not what it was: look at it, then run 'sh tests/regold.sh'", kept.s);
    free(now);
    free(then);
    text_clear(&drawn);
    text_clear(&kept);
}

static void need_the_font(void)
{
    text path = {0};
    text_printf(&path, "%s/widths.txt", golden);
    char *here = widths(), *there = contents(path.s);
    if (getenv("WEIR_REGOLD"))
        put(path.s, here);
    bool same = getenv("WEIR_REGOLD") || (there && !strcmp(here, there));
    free(here);
    free(there);
    text_clear(&path);
    if (!same) {
        print_message("another font or another Cairo than when the pictures were drawn\n");
        skip();
    }
}

static void test_every_chart_is_what_it_was(void **state)
{
    need_the_font();
    for (size_t i = 0; wr_charts[i]; i++) {
        assert_true(wr_charts[i]->applies(*state));
        compare(*state, wr_charts[i], NULL, wr_charts[i]->kind);
    }
}

static void test_a_part_of_the_time_is_what_it_was(void **state)
{
    const chart_cfg closer = {
        .marks = true, .from = 15 * 60 * WR_S, .to = 40 * 60 * WR_S, .title = "shop: from 15 to 40 min"};
    need_the_font();
    compare(*state, wr_chart_named("overview"), &closer, "overview-closer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_chart_is_what_it_was),
                                       cmocka_unit_test(test_a_part_of_the_time_is_what_it_was)};
    return cmocka_run_group_tests(tests, make, drop);
}
