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

/* The name of a scenario, as the loader takes it. */
static bool is_name(const char *s)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t n = strspn(s, letters);
    while (n && s[n] && (strchr(letters, s[n]) || strchr("0123456789_-", s[n])))
        n++;
    return n && !s[n];
}

static int write_scenario(const char *path, const char *name, bool overwrite)
{
    FILE *f = fopen(path, overwrite ? "w" : "wx");
    if (!f) {
        fprintf(stderr, "weir: cannot write '%s': %s%s\n", path, strerror(errno), errno == EEXIST ? "; --force overwrites" : "");
        return EXIT_FAILED_RUN;
    }
    bool bad = fprintf(f, body, name, name) < 0;
    bad |= fclose(f) != 0;
    if (bad) {
        fprintf(stderr, "weir: cannot write '%s': %s\n", path, strerror(errno));
        return EXIT_FAILED_RUN;
    }
    puts(path);
    return EXIT_DONE;
}

static int init(const cli_args *a)
{
    const char *word = a->files ? a->file[0] : "web-shop", *slash = strrchr(word, '/');
    size_t len = strlen(word), ending = len > 5 && !strcmp(word + len - 5, ".yaml") ? 5 : 0;
    text path = {0};
    text_add(&path, word, len - ending);
    char *name = path.s + (slash ? slash - word + 1 : 0), *kept = memory_get(len + 1);
    memcpy(kept, name, strlen(name));
    int code = EXIT_USAGE;
    if (!is_name(kept)) {
        cli_wrong("'%s' is not a name; names are letters, digits, _ and -, a letter first", kept);
    } else {
        text_puts(&path, ".yaml");
        code = write_scenario(path.s, kept, cli_flag(a, "force"));
    }
    free(kept);
    text_clear(&path);
    return code;
}

const cli_command cli_init = {"init", "init [NAME]", "Writes a commented scenario to start from.", NULL, 0, 1, init};
