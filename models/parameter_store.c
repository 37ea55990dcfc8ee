/* parameter_store.c - Parameter Store of Systems Manager: reads within a small quota that the whole account shares.
 *
 * Without high throughput all reads of an account have 40 a second. Not modelled: the smaller quotas of writes and of
 * reads by path, sizes, and versions. Truth: tests/unit/test_quota.c. */
#include "kms_key.h"
#include <math.h>

#define QUOTAS "https://docs.aws.amazon.com/general/latest/gr/ssm.html"
#define HIGH "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html"

static const wr_param params[] = {
    QUOTA_ROWS("ssm_rate", "{lognormal: {p50: 8ms, p99: 60ms}}", "assumption: AWS publishes none"),
    {.key = "high_throughput", WR_FIELD(quota_cfg, high_throughput), .type = WR_T_BOOL, .def = "false", .doc = "10,000 reads a second in place of the account's quota, for which each is paid.", .src = HIGH},
    {0}};
static const wr_metric metrics[] = {
    [QUOTA_CALLS] = {.name = "CallCount", .kind = WR_COUNT, .unit = "1", .doc = "Requests that were served (of AWS/Usage)."},
    [QUOTA_THROTTLES] = {.name = "ThrottleCount", .kind = WR_COUNT, .unit = "1", .doc = "Requests that the quota refused."},
    {0}};
static const wr_code codes[] = {
    [QUOTA_OK] = {"OK", NULL, WR_OK, 200, "Done."},
    [QUOTA_THROTTLED] = {"ThrottlingException", "SSM.RateExceeded", WR_THROTTLED, 400, "The account's reads of this second were used up; " QUOTAS "."},
    [QUOTA_FAIL] = {"InternalServerError", "Fault.fail", WR_FAILED, 500, "Parameter Store had failed."},
    {0}};
static const wr_usage usage[] = {
    [QUOTA_REQUESTS] = {"High-throughput requests", "million", "parameter_store.*", 1e6, "Requests that were served; free without high throughput. AWS prices them by ten thousand.", "https://aws.amazon.com/systems-manager/pricing/"},
    {0}};

static void parameter_store_prepare(void *mine, wr_build *b)
{
    const quota_cfg *cfg = mine;
    quota_prepare(mine, b, "ssm_rate", cfg->high_throughput ? 10000 : NAN);
}

static void parameter_store_start(wr_comp *self)
{
    const quota_cfg *cfg = wr_cfg(self);
    quota_start(self, cfg->high_throughput ? "ssm high throughput" : "ssm");
    wr_bill_as(self, QUOTA_REQUESTS, cfg->high_throughput ? "parameter_store.million_requests" : "parameter_store.standard",
               cfg->high_throughput ? "High-throughput requests" : "Standard requests");
}

const wr_model wr_model_parameter_store = {
    .kind = "parameter_store", .aws = "AWS::SSM::Parameter", .title = "Parameter Store", .cloudwatch = "AWS/Usage",
    .doc = "Parameters of Systems Manager: reads within the quota that the whole account shares, and their latency.",
    .params = params, .metrics = metrics, .codes = codes, .usage = usage,
    QUOTA_FAULTS, .prepare = parameter_store_prepare, .start = parameter_store_start,
};
