/* kms_key.c - a key of KMS: a quota that all symmetric keys of an account share, which differs between Regions.
 *
 * Every request counts one, whatever it is (Encrypt, Decrypt, GenerateDataKey). Not modelled: the quotas of asymmetric
 * keys and of custom key stores other than by `rate`, grants, and the keys' material. Truth: tests/unit/test_quota.c. */
#include "kms_key.h"
#include <math.h>
#include <string.h>

#define QUOTAS "https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html"
#define PRICING "https://aws.amazon.com/kms/pricing/"

static const wr_param params[] = {
    QUOTA_ROWS("kms_rate", "{lognormal: {p50: 4ms, p99: 25ms}}", "assumption: AWS publishes none; a few milliseconds were seen"),
    {0}};
static const wr_metric metrics[] = {
    [QUOTA_CALLS] = {.name = "CallCount", .kind = WR_COUNT, .unit = "1", .doc = "Requests that were served (of AWS/Usage)."},
    [QUOTA_THROTTLES] = {.name = "ThrottleCount", .kind = WR_COUNT, .unit = "1", .doc = "Requests that the quota refused."},
    {0}};
static const wr_code codes[] = {
    [QUOTA_OK] = {"OK", NULL, WR_OK, 200, "Done."},
    [QUOTA_THROTTLED] = {"ThrottlingException", "KMS.RequestRate", WR_THROTTLED, 400, "The keys' requests of this second were used up; " QUOTAS "."},
    [QUOTA_FAIL] = {"KMSInternalException", "Fault.fail", WR_FAILED, 500, "KMS had failed."},
    {0}};
static const wr_usage usage[] = {
    [QUOTA_REQUESTS] = {"Requests", "million", "kms.million_requests", 1e6, "Requests that were served; AWS prices them by ten thousand.", PRICING},
    [QUOTA_HELD] = {"Key", "key-months", "kms.key_month", 730 * 3600.0, "The key itself.", PRICING},
    {0}};

static double regional(const char *region)
{
    static const struct {
        const char *region;
        double rate;
    } most[] = {{"us-east-1", 100000},     {"us-west-2", 100000},     {"eu-west-1", 100000},    {"us-east-2", 20000},
                {"ap-southeast-1", 20000}, {"ap-southeast-2", 20000}, {"ap-northeast-1", 20000}, {"eu-central-1", 20000},
                {"eu-west-2", 20000}};
    for (size_t i = 0; i < sizeof most / sizeof *most; i++)
        if (!strcmp(most[i].region, region))
            return most[i].rate;
    return 10000;
}

static void kms_prepare(void *mine, wr_build *b)
{
    bool by_region = isnan(wr_build_account(b, "kms_rate"));
    quota_prepare(mine, b, "kms_rate", by_region ? regional(wr_build_region(b)) : NAN);
}

static void kms_start(wr_comp *self)
{
    quota_start(self, "kms");
    wr_bill_level(self, QUOTA_HELD, 1);
}

const wr_model wr_model_kms_key = {
    .kind = "kms_key", .aws = "AWS::KMS::Key", .title = "KMS key", .cloudwatch = "AWS/Usage",
    .doc = "A KMS key: requests within the quota that all keys of the account share, and their latency.",
    .params = params, .metrics = metrics, .codes = codes, .usage = usage,
    QUOTA_FAULTS, .prepare = kms_prepare, .start = kms_start,
};
