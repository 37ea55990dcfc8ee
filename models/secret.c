/* secret.c - a secret of Secrets Manager: reads within the account's quota.
 *
 * Not modelled: rotation, the smaller quotas of everything that is not GetSecretValue, and the KMS request that a read
 * makes (use a step of its own where it matters). Truth: tests/unit/test_quota.c. */
#include "kms_key.h"
#include <math.h>

#define QUOTAS "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html"
#define PRICING "https://aws.amazon.com/secrets-manager/pricing/"

static const wr_param params[] = {
    QUOTA_ROWS("secrets_rate", "{lognormal: {p50: 8ms, p99: 60ms}}", "assumption: AWS publishes none"),
    {0}};
static const wr_metric metrics[] = {
    [QUOTA_CALLS] = {.name = "CallCount", .kind = WR_COUNT, .unit = "1", .doc = "Requests that were served (of AWS/Usage)."},
    [QUOTA_THROTTLES] = {.name = "ThrottleCount", .kind = WR_COUNT, .unit = "1", .doc = "Requests that the quota refused."},
    {0}};
static const wr_code codes[] = {
    [QUOTA_OK] = {"OK", NULL, WR_OK, 200, "Done."},
    [QUOTA_THROTTLED] = {"ThrottlingException", "SecretsManager.RateExceeded", WR_THROTTLED, 400, "The account's reads of this second were used up; " QUOTAS "."},
    [QUOTA_FAIL] = {"InternalServiceError", "Fault.fail", WR_FAILED, 500, "Secrets Manager had failed."},
    {0}};
static const wr_usage usage[] = {
    [QUOTA_REQUESTS] = {"Requests", "million", "secret.million_requests", 1e6, "Requests that were served; AWS prices them by ten thousand.", PRICING},
    [QUOTA_HELD] = {"Secret", "secret-months", "secret.month", 730 * 3600.0, "The secret itself.", PRICING},
    {0}};

static void secret_prepare(void *mine, wr_build *b)
{
    quota_prepare(mine, b, "secrets_rate", NAN);
}

static void secret_start(wr_comp *self)
{
    quota_start(self, "secrets");
    wr_bill_level(self, QUOTA_HELD, 1);
}

const wr_model wr_model_secret = {
    .kind = "secret", .aws = "AWS::SecretsManager::Secret", .title = "Secret", .cloudwatch = "AWS/Usage",
    .doc = "A secret of Secrets Manager: reads within the quota that all secrets share, and their latency.",
    .params = params, .metrics = metrics, .codes = codes, .usage = usage,
    QUOTA_FAULTS, .prepare = secret_prepare, .start = secret_start,
};
