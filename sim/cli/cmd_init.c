/* cmd_init.c - `weir init`: writes a commented scenario that validates and runs. */
#include "cli.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char body[] =
    "weir: 1\n"
    "name: %s\n"
    "description: A shop behind a load balancer, an Auto Scaling group and one DynamoDB table.\n"
    "duration: 30m\n"
    "warmup: 2m\n"
    "seed: 1\n"
    "parameters: {peak: 600/s, rcu: 400}   # weir run %s.yaml --set peak=900/s\n"
    "traffic:\n"
    "  shoppers:\n"
    "    target: web\n"
    "    stages:                            # a rate is reached over 'ramp' and held 'for'\n"
    "      - {rate: 150/s, for: 5m}\n"
    "      - {rate: $peak, ramp: 5m, for: 10m}\n"
    "      - {rate: 150/s, ramp: 5m, for: 5m}\n"
    "    client: {timeout: 3s, retry: {mode: full_jitter, attempts: 3, base: 100ms, cap: 2s}}\n"
    "resources:\n"
    "  web: {type: alb, target: app, algorithm: least_outstanding_requests}\n"
    "  app:\n"
    "    type: asg\n"
    "    instance_type: c7g.large\n"
    "    min_size: 4\n"
    "    max_size: 16\n"
    "    default_instance_warmup: 120s\n"
    "    monitoring: detailed\n"
    "    concurrency: 64\n"
    "    scaling_policies: [{type: target_tracking, predefined_metric: ASGAverageCPUUtilization, target_value: 60}]\n"
    "    steps:\n"
    "      - cpu: {lognormal: {mean: 12ms, p99: 45ms}}\n"
    "      - get: {from: orders, item_size: 2 KB, consistency: eventual, key: {zipf: {s: 1.1, n: 100k}}}\n"
    "  orders:\n"
    "    type: dynamodb\n"
    "    provisioned_throughput: {read_capacity_units: $rcu, write_capacity_units: 100}\n"
    "slo:                                   # weir exits with 99 when one is missed\n"
    "  - shoppers.latency.p99 < 500ms\n"
    "  - shoppers.error_rate < 1%%\n"
    "  - orders.throttled_share < 0.1%%\n";

static int init(const cli_args *a)
{
    const char *name = a->files ? a->file[0] : "web-shop";
    text path = {0};
    text_printf(&path, "%s.yaml", name);
    FILE *f = fopen(path.s, cli_flag(a, "force") ? "w" : "wx");
    int code = EXIT_DONE;
    if (!f) {
        fprintf(stderr, "weir: cannot write '%s': %s%s\n", path.s, strerror(errno), errno == EEXIST ? "; --force overwrites" : "");
        code = EXIT_FAILED_RUN;
    } else {
        bool bad = fprintf(f, body, name, name) < 0;
        bad |= fclose(f) != 0;
        if (bad)
            fprintf(stderr, "weir: cannot write '%s': %s\n", path.s, strerror(errno));
        else
            printf("%s\n", path.s);
        code = bad ? EXIT_FAILED_RUN : EXIT_DONE;
    }
    text_clear(&path);
    return code;
}

const cli_command cli_init = {"init", "init [NAME]", "Writes a commented scenario to start from.", NULL, 0, 1, init};
