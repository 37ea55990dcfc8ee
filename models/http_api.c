/* http_api.c - an HTTP API of API Gateway: its descriptor. What it does stands in http_api_call.c and
 * http_api_limit.c, which it shares with REST APIs.
 *
 * Modelled: routes by operation, chained token buckets up to the account's, which all APIs share, a Lambda authorizer
 * whose word is kept, the integration's timeout, what becomes of a backend's errors, units of 512 KB on the bill. Not
 * modelled: WebSocket APIs, JWT authorizers (they cost no call), CORS, payload and header limits, the connections
 * themselves and their idle timeout. Truth: tests/unit/test_http_api.c, tests/truth/api-*.yaml. */
#include "http_api.h"

const wr_model wr_model_http_api = {
    .kind = "http_api", .aws = "AWS::ApiGatewayV2::Api", .title = "HTTP API", .cloudwatch = "AWS/ApiGateway",
    .doc = "An HTTP API of API Gateway: routes, throttles that all APIs share, an authorizer, a timeout of 30 s.",
    .accepts = WR_ACCEPTS(WR_OP_REQUEST),
    .has = WR_HAS_CALLS | WR_HAS_PRESENCE | WR_HAS_BUCKET,
    .net = WR_NET_AWS,
    .params = http_api_params, .metrics = http_api_metrics, .codes = http_api_codes, .usage = http_api_usage,
    .faults = http_api_faults,
    .cfg_size = sizeof(api_cfg), .state_size = sizeof(api),
    .prepare = http_api_prepare, .start = http_api_start, .call = http_api_call, .fault = http_api_fault,
};
