/* fuzz_trace.c - any bytes as a recorded traffic. The first byte says how the file is used (format, scale,
 * speed, as arrival times, as a distribution), the rest is the file. It is refused, or a few hundred requests are
 * sent as it says. The file lies in a folder of its own, which is removed at the end. Findings are kept in
 * corpus/trace. */
#include "../../sim/base/base.h"
#include <stdlib.h>
#include <unistd.h>
#include <weir/result.h>
#include <weir/scenario.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[64], scenario[80], trace[80];
static const char *const uses[] = {
    "trace: trace.csv", "trace: {file: trace.csv, format: cloudwatch, loop: true}", "trace: {file: trace.csv, format: counts, speed: 7}",
    "trace: {file: trace.csv, format: timestamps, scale: 3}", "trace: {file: trace.csv, column: requests, offset: 90s}",
    "trace: {file: trace.csv, scale: 1e18, speed: 0.001}", "trace: {file: trace.csv, loop: true, scale: 0.1}, arrivals: uniform",
    "arrivals: {csv: trace.csv}", "arrivals: {interarrivals: {empirical: {csv: trace.csv, unit: s}}}",
    "rate: 9/s, size: {empirical: {csv: trace.csv, column: requests, unit: KB}}"};

static void clean_up(void)
{
    unlink(trace);
    rmdir(folder);
}

static void set_up(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/weir-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        abort();
    snprintf(scenario, sizeof scenario, "%s/fuzz.yaml", folder);
    snprintf(trace, sizeof trace, "%s/trace.csv", folder);
    atexit(clean_up);
}

static void put_file(const uint8_t *data, size_t size)
{
    FILE *f = fopen(trace, "wb");
    if (!f || fwrite(data, 1, size, f) != size || fclose(f))
        abort();
}

static void play(const wr_scenario *s)
{
    wr_result *r = NULL;
    wr_err err = {0};
    int rc = wr_run(s, 1, 0, 0, &r, &err);
    const wr_measure *sent = wr_result_find(r, "t", "", "requests");
    if ((rc && !err.text[0]) || !sent || sent->total.sum > 300)
        abort();
    wr_result_destroy(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    text t = {0};
    if (!size)
        return 0;
    if (!folder[0])
        set_up();
    put_file(data + 1, size - 1);
    text_printf(&t, "weir: 1\nduration: 1d\nmetrics_period: 1h\ntraffic: {t: {target: desk, count: 300, %s}}\n"
                "resources: {desk: {type: service, servers: unlimited, service_time: 1ms}}\n",
                uses[data[0] % (sizeof uses / sizeof *uses)]);
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse(scenario, t.s, t.len, NULL, 0, d);
    if (!s == !wr_diag_count(d, WR_ERROR))
        abort();
    if (s)
        play(s);
    wr_diag_destroy(d);
    wr_scenario_destroy(s);
    text_clear(&t);
    return 0;
}
