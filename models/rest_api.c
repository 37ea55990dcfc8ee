/* rest_api.c - a REST API of API Gateway: its descriptor. What it does stands in http_api_call.c and http_api_limit.c,
 * which it shares with HTTP APIs.
 *
 * What a REST API has beside that: a cache of answers (for the operations that are GET), usage plans with API keys and
 * quotas, a canary, a timeout of 29 s that ends in 504, and prices without units of size. Not modelled: mapping
 * templates and with them other integrations than functions and HTTP, stages beyond one, the four minutes in which a
 * cache is made, WAF, edge locations. Truth: tests/unit/test_rest_api.c, tests/truth/api-*.yaml. */
#include "http_api.h"

const wr_model wr_model_rest_api = {
    .kind = "rest_api", .aws = "AWS::ApiGateway::RestApi", .title = "REST API", .cloudwatch = "AWS/ApiGateway",
    .doc = "A REST API of API Gateway: throttles that all APIs share, usage plans and quotas, a cache, an authorizer, a canary.",
    .accepts = WR_ACCEPTS(WR_OP_REQUEST),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_HAS_BUCKET,
    .net = WR_NET_AWS,
    .params = rest_api_params, .metrics = rest_api_metrics, .codes = rest_api_codes, .usage = rest_api_usage,
    .faults = http_api_faults,
    .cfg_size = sizeof(api_cfg), .state_size = sizeof(api),
    .prepare = rest_api_prepare, .start = http_api_start, .call = http_api_call, .fault = http_api_fault,
};
