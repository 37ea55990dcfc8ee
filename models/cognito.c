/* cognito.c - a user pool of Cognito: sign-ins within the account's quota of the category UserAuthentication.
 *
 * A request is one sign-in. Not modelled: the quotas of the other categories other than by `rate`, challenges, which
 * count three times, and that the quota grows with the number of users. Truth: tests/unit/test_quota.c. */
#include "kms_key.h"
#include <math.h>

#define QUOTAS "https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html"

static const wr_param params[] = {
    QUOTA_ROWS("cognito_rate", "{lognormal: {p50: 80ms, p99: 350ms}}", "assumption: AWS publishes none; a password is hashed slowly on purpose"),
    {.key = "monthly_active_users", WR_FIELD(quota_cfg, users), .type = WR_T_NUMBER, .def = "0", .max = 1e12, .doc = "Users of a month, for the bill.", .src = "assumption: a run does not know how many differ"},
    {0}};
static const wr_metric metrics[] = {
    [QUOTA_CALLS] = {.name = "SignInSuccesses", .kind = WR_COUNT, .unit = "1", .doc = "Requests that were served."},
    [QUOTA_THROTTLES] = {.name = "SignInThrottles", .kind = WR_COUNT, .unit = "1", .doc = "Requests that the quota refused."},
    {0}};
static const wr_code codes[] = {
    [QUOTA_OK] = {"OK", NULL, WR_OK, 200, "Done."},
    [QUOTA_THROTTLED] = {"TooManyRequestsException", "Cognito.UserAuthentication", WR_THROTTLED, 400, "The account's sign-ins of this second were used up; " QUOTAS "."},
    [QUOTA_FAIL] = {"InternalErrorException", "Fault.fail", WR_FAILED, 500, "The pool had failed."},
    {0}};
static const wr_usage usage[] = {
    [QUOTA_REQUESTS] = {"Requests", "million", "cognito.million_requests", 1e6, "Requests themselves are free.", "https://aws.amazon.com/cognito/pricing/"},
    [QUOTA_HELD] = {"Monthly active users", "users", "cognito.user", 730 * 3600.0, "Users of a month, evenly over it.", "https://aws.amazon.com/cognito/pricing/"},
    {0}};

static void cognito_prepare(void *mine, wr_build *b)
{
    quota_prepare(mine, b, "cognito_rate", NAN);
}

static void cognito_start(wr_comp *self)
{
    const quota_cfg *cfg = wr_cfg(self);
    quota_start(self, "cognito");
    wr_bill_level(self, QUOTA_HELD, cfg->users);
}

const wr_model wr_model_cognito = {
    .kind = "cognito", .aws = "AWS::Cognito::UserPool", .title = "Cognito", .cloudwatch = "AWS/Cognito",
    .doc = "A user pool of Cognito: sign-ins within the quota that all pools share, and their latency.",
    .params = params, .metrics = metrics, .codes = codes, .usage = usage,
    QUOTA_FAULTS, .prepare = cognito_prepare, .start = cognito_start,
};
