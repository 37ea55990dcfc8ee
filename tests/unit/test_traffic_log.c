/* test_traffic_log.c - access logs of a balancer: which request comes when, how large, for which operation.
 *
 * The logs are written into a folder of their own; seed 1. */
#include "traffic_bench.h"
#include <unistd.h>

static char folder[64], scenario[96], path[96];

static void write_log(const char *lines)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(lines, f);
    assert_int_equal(fclose(f), 0);
}

#define LINE(TIME, PATH, IN, OUT, CREATED)                                                                            \
    "https " TIME " app/web/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 " IN " " OUT \
    " \"GET https://www.example.com:443" PATH " HTTP/1.1\" \"curl \\\"7.46.0\\\"\" ECDHE TLSv1.2 arn:tg \"Root=1-58337281\"" \
    " \"www.example.com\" \"arn:cert\" 1 " CREATED " \"forward\" \"-\" \"-\"\n"

static void told(const char *traffic, const char *message)
{
    world w;
    const wr_diag_row *rows;
    text t = {0};
    text_printf(&t, "traffic: {load: %s}\n%s", traffic, QUICK);
    load(&w, t.s);
    assert_null(w.s);
    assert_true(wr_diag_rows(w.d, &rows) > 0);
    assert_non_null(strstr(rows[0].text, message));
    wr_diag_destroy(w.d);
    free(w.yaml);
    text_clear(&t);
}

static void test_lines_that_are_none_are_refused(void **state)
{
    (void)state;
    write_log(LINE("2026-07-02T22:23:00.186641Z", "/", "1", "2", "2026-07-02T22:23:00.000000Z") "https nonsense\n");
    told("{target: desk, trace: log}", "line 2 of '");
    write_log(LINE("yesterday", "/", "1", "2", "soon"));
    told("{target: desk, trace: log}", "is no line of a balancer's access log");
    write_log("");
    told("{target: desk, trace: {file: log, format: alb_log}}", "has no records");
    write_log(LINE("2026-07-02T22:23:00.186641Z", "/", "1", "2", "2026-07-02T22:23:00.000000Z"));
    told("{target: desk, trace: {file: log, loop: true}}", "an access log has no length");
}

/* Two requests out of order, and one of an older log: its answer at 22:23:10.171 less 0.171 s of processing. */
static void test_requests_come_when_they_came(void **state)
{
    (void)state;
    world w;
    write_log(LINE("2026-07-02T22:23:05.000000Z", "/b", "34", "366", "2026-07-02T22:23:04.500000Z")
              LINE("2026-07-02T22:23:00.186641Z", "/a?x=1", "10", "20", "2026-07-02T22:23:00.000000Z")
              "http 2026-07-02T22:23:10.171000Z app/web/1 1.2.3.4:1 - 0.086 0.048 0.037 200 200 5 6 \"GET http://h:80/a HTTP/1.1\" \"-\" - -\n");
    start(&w, "traffic: {load: {target: desk, trace: log}}\n" QUICK);
    until(&w, 0.01);
    assert_true(count(&w, "desk", WR_U_REQUESTS) == 1);
    until(&w, 4.49);
    assert_true(count(&w, "desk", WR_U_REQUESTS) == 1);
    until(&w, 4.51);
    assert_true(count(&w, "desk", WR_U_REQUESTS) == 2);
    until(&w, 9.99);
    assert_true(count(&w, "desk", WR_U_REQUESTS) == 2);
    until(&w, 10.01);
    assert_true(count(&w, "desk", WR_U_REQUESTS) == 3);
    finish(&w);
}

static void test_speed_offset_and_scale_apply(void **state)
{
    (void)state;
    world w;
    start(&w, "traffic: {load: {target: desk, trace: {file: log, speed: 2, offset: 1s, scale: 3}}}\n" QUICK);
    until(&w, 1.74);
    assert_true(count(&w, "desk", WR_U_REQUESTS) == 0);
    until(&w, 1.76);
    assert_true(count(&w, "desk", WR_U_REQUESTS) == 3);
    until(&w, 10);
    assert_true(count(&w, "desk", WR_U_REQUESTS) == 6);
    finish(&w);
}

static void test_longest_path_gives_the_operation(void **state)
{
    (void)state;
    world w;
    write_log(LINE("2026-07-02T22:23:00.186641Z", "/shop/cart/pay?id=7", "10", "20", "2026-07-02T22:23:01.000000Z")
              LINE("2026-07-02T22:23:00.186641Z", "/shop/list", "10", "20", "2026-07-02T22:23:02.000000Z")
              LINE("2026-07-02T22:23:00.186641Z", "/shop/list", "10", "20", "2026-07-02T22:23:03.000000Z")
              LINE("2026-07-02T22:23:00.186641Z", "/favicon.ico", "10", "20", "2026-07-02T22:23:04.000000Z"));
    start(&w, "traffic: {load: {target: desk, mix: {other: 1}, trace: {file: log, operations: {browse: /shop, pay: /shop/cart/}}}}\n"
              "resources: {desk: {type: service, servers: unlimited, service_time: {browse: 1ms, pay: 2ms, other: 3ms}}}\n");
    until(&w, 10);
    static const char *const part[] = {"other", "pay", "browse"};
    static const double n[] = {1, 1, 2};
    for (int i = 0; i < 3; i++) {
        wr_comp *c = comp_part(of(&w, "load"), part[i]);
        assert_non_null(c);
        assert_true(comp_cell(c, WR_U_COMPLETED)->now.sum == n[i]);
    }
    finish(&w);
}

/* Sizes go to whoever asks for them: a balancer counts bytes of both ways. */
static void test_sizes_are_those_of_the_log(void **state)
{
    (void)state;
    world w;
    write_log(LINE("2026-07-02T22:23:00.186641Z", "/", "1000", "20000", "2026-07-02T22:23:01.000000Z"));
    start(&w, "traffic: {load: {target: web, trace: log}}\n"
              "resources: {web: {type: alb, targets: [desk]}, desk: {type: service, servers: unlimited, service_time: 0s}}\n");
    until(&w, 10);
    for (int i = 0; of(&w, "web")->model->metrics[i].name; i++)
        if (!strcmp(of(&w, "web")->model->metrics[i].name, "ProcessedBytes"))
            assert_true(count(&w, "web", i) == 21000);
    finish(&w);
}

int main(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/weir-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/log", folder);
    snprintf(scenario, sizeof scenario, "%s/s.yaml", folder);
    file = scenario;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_that_are_none_are_refused),
        cmocka_unit_test(test_requests_come_when_they_came),
        cmocka_unit_test(test_speed_offset_and_scale_apply),
        cmocka_unit_test(test_longest_path_gives_the_operation),
        cmocka_unit_test(test_sizes_are_those_of_the_log),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove(path);
    rmdir(folder);
    return failed;
}
