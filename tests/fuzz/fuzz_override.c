/* fuzz_override.c - any lines PATH=VALUE put into one fixed scenario: the paths' walk and the values' reading. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <weir/scenario.h>

enum { MOST = 8 };
static const char shop[] =
    "weir: 1\nduration: 60s\nparameters: {load: 5/s, n: 2, law: {exponential: 3ms}}\n"
    "traffic:\n  t: {target: desk, rate: $load, mix: {a: 50%, b: 50%}, client: {timeout: 1s}}\n"
    "resources:\n  desk: {type: service, servers: $n, service_time: $law, then: [{get: {from: table}}, {wait: $law}]}\n"
    "  table: {type: dynamodb, provisioned_throughput: {read_capacity_units: 5, write_capacity_units: 5}}\n"
    "  app: {type: asg, min_size: 1, max_size: 3, steps: [{cpu: 3ms}]}\n"
    "faults: [{slow: desk, at: 5s, factor: 3}]\nslo: [t.latency.p99 < 1s]\nsweep: {n: [1, 2], app.max_size: [3, 4]}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    wr_override o[MOST];
    size_t n = 0;
    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = 0;
    for (char *line = text, *next; line && n < MOST; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = 0;
        char *equals = strchr(line, '=');
        if (equals)
            *equals = 0;
        o[n++] = (wr_override){line, equals ? equals + 1 : ""};
    }
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("fuzz.yaml", shop, sizeof shop - 1, o, n, d);
    if (!s == !wr_diag_count(d, WR_ERROR))
        abort();
    wr_diag_destroy(d);
    wr_scenario_destroy(s);
    free(text);
    return 0;
}
