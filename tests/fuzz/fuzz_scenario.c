/* fuzz_scenario.c - any bytes as a scenario: it loads, or there is at least one error; nothing leaks either way. */
#include <stdint.h>
#include <stdlib.h>
#include <weir/scenario.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("fuzz.yaml", (const char *)data, size, NULL, 0, d);
    if (!s == !wr_diag_count(d, WR_ERROR))
        abort();
    wr_diag_destroy(d);
    wr_scenario_destroy(s);
    return 0;
}
