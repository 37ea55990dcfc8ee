/* dynamodb_words.c - what a table is measured, answers and is paid by: CloudWatch's metrics, AWS's errors with the
 * limit that caused them, units of the price page.
 *
 * Pairs of rows are read and write, or hit and miss, and are reached by adding the side to the first. Truth: the
 * contract tests of all tables, tests/unit/test_dynamodb.c. */
#include "dynamodb.h"

#define PRICING "https://aws.amazon.com/dynamodb/pricing/"

const wr_metric ddb_metrics[] = {
    [DDB_CONSUMED] = {.name = "ConsumedReadCapacityUnits", .kind = WR_COUNT, .unit = "units", .doc = "Read units consumed."},
    {.name = "ConsumedWriteCapacityUnits", .kind = WR_COUNT, .unit = "units", .doc = "Write units consumed."},
    [DDB_LEVEL] = {.name = "ProvisionedReadCapacityUnits", .kind = WR_LEVEL, .unit = "units", .doc = "Read units a second that are provisioned."},
    {.name = "ProvisionedWriteCapacityUnits", .kind = WR_LEVEL, .unit = "units", .doc = "Write units a second that are provisioned."},
    [DDB_EVENTS] = {.name = "ReadThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Reads of items that a limit refused; of an index, on its own series."},
    {.name = "WriteThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Writes of items that a limit refused; of an index, on its own series."},
    [DDB_LIMIT_EVENTS] = {.name = "ReadProvisionedThroughputThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Reads refused by the provisioned capacity."},
    {.name = "WriteProvisionedThroughputThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Writes refused by the provisioned capacity."},
    {.name = "ReadKeyRangeThroughputThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Reads refused by a partition, or by what an on-demand table is warm for."},
    {.name = "WriteKeyRangeThroughputThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Writes refused by a partition, or by what an on-demand table is warm for."},
    {.name = "ReadMaxOnDemandThroughputThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Reads refused by the maximum set for an on-demand table."},
    {.name = "WriteMaxOnDemandThroughputThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Writes refused by the maximum set for an on-demand table."},
    {.name = "ReadAccountLimitThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Reads of an on-demand table refused by the quota of the account."},
    {.name = "WriteAccountLimitThrottleEvents", .kind = WR_COUNT, .unit = "1", .doc = "Writes of an on-demand table refused by the quota of the account."},
    [DDB_THROTTLED] = {.name = "ThrottledRequests", .kind = WR_COUNT, .unit = "1", .doc = "Requests refused by a limit; a batch only when nothing of it was done."},
    [DDB_LATENCY] = {.name = "SuccessfulRequestLatency", .kind = WR_VALUE, .unit = "s", .doc = "Arrival to answer of requests that ended well."},
    [DDB_CONDITIONS] = {.name = "ConditionalCheckFailedRequests", .kind = WR_COUNT, .unit = "1", .doc = "Writes whose condition did not hold."},
    [DDB_CONFLICTS] = {.name = "TransactionConflict", .kind = WR_COUNT, .unit = "1", .doc = "Items refused because a transaction on them was in progress."},
    [DDB_RETURNED] = {.name = "ReturnedItemCount", .kind = WR_VALUE, .unit = "1", .doc = "Items returned by a query or scan."},
    [DDB_SYSTEM_ERRORS] = {.name = "SystemErrors", .kind = WR_COUNT, .unit = "1", .doc = "Requests answered with HTTP 500."},
    [DDB_USER_ERRORS] = {.name = "UserErrors", .kind = WR_COUNT, .unit = "1", .doc = "Requests that were not valid."},
    [DDB_USED] = {.name = "consumed_read", .kind = WR_COUNT, .unit = "units", .doc = "Read units consumed.", .ours = true},
    {.name = "consumed_write", .kind = WR_COUNT, .unit = "units", .doc = "Write units consumed.", .ours = true},
    [DDB_LEFT] = {.name = "burst_left_read", .kind = WR_LEVEL, .unit = "units", .doc = "Read units left in the bucket; the uniform burst_left is the smaller of the two, once a second.", .ours = true},
    {.name = "burst_left_write", .kind = WR_LEVEL, .unit = "units", .doc = "Write units left in the bucket.", .ours = true},
    [DDB_WARM] = {.name = "warm_read", .kind = WR_LEVEL, .unit = "units", .doc = "Read units a second that an on-demand table is warm for.", .ours = true},
    {.name = "warm_write", .kind = WR_LEVEL, .unit = "units", .doc = "Write units a second that an on-demand table is warm for.", .ours = true},
    [DDB_PARTITIONS] = {.name = "partitions", .kind = WR_LEVEL, .unit = "1", .doc = "Partitions.", .ours = true},
    [DDB_UNPROCESSED] = {.name = "unprocessed", .kind = WR_COUNT, .unit = "1", .doc = "Items of batches that came back undone in an answer that is no error.", .ours = true},
    [DDB_UTILIZATION] = {.name = "utilization", .kind = WR_RATIO, .unit = "1", .doc = "Consumed of provisioned units, of the side, read or write, that was busier over the last minute.", .num = "busier_units", .den = "busier_room", .ours = true},
    [DDB_BUSIER_UNITS] = {.name = "busier_units", .kind = WR_COUNT, .unit = "units", .doc = "Units consumed of the busier side.", .ours = true, .hidden = true},
    [DDB_BUSIER_ROOM] = {.name = "busier_room", .kind = WR_COUNT, .unit = "units", .doc = "Units provisioned of the busier side.", .ours = true, .hidden = true},
    [DDB_TTL_DELETED] = {.name = "TimeToLiveDeletedItemCount", .kind = WR_COUNT, .unit = "1", .doc = "Items deleted because they had expired."},
    [DDB_STREAM_RECORDS] = {.name = "ReturnedRecordsCount", .kind = WR_COUNT, .unit = "1", .doc = "Records of the stream returned by GetRecords."},
    [DDB_STREAM_BYTES] = {.name = "ReturnedBytes", .kind = WR_COUNT, .unit = "B", .doc = "Bytes of the stream returned by GetRecords."},
    [DDB_STREAM_DEPTH] = {.name = "stream_depth", .kind = WR_LEVEL, .unit = "1", .doc = "Records of the stream that the slowest reader has yet to read; all that are kept where there is no reader.", .ours = true},
    [DDB_STREAM_AGE] = {.name = "stream_age", .kind = WR_LEVEL, .unit = "s", .doc = "Age of the oldest of them, once a second.", .ours = true},
    [DDB_STREAM_LOST] = {.name = "stream_expired", .kind = WR_COUNT, .unit = "1", .doc = "Records of the stream that were a day old before a reader had read them.", .ours = true},
    [DDB_SHARDS] = {.name = "stream_shards", .kind = WR_LEVEL, .unit = "1", .doc = "Shards of the stream there have ever been, closed ones too.", .ours = true},
    [DDB_ITEM_HITS] = {.name = "ItemCacheHits", .kind = WR_COUNT, .unit = "1", .doc = "Items that DAX had."},
    {.name = "ItemCacheMisses", .kind = WR_COUNT, .unit = "1", .doc = "Items that DAX had to read from the table."},
    [DDB_QUERY_HITS] = {.name = "QueryCacheHits", .kind = WR_COUNT, .unit = "1", .doc = "Queries and scans whose answer DAX had."},
    {.name = "QueryCacheMisses", .kind = WR_COUNT, .unit = "1", .doc = "Queries and scans that DAX passed on to the table."},
    [DDB_HITS] = {.name = "hits", .kind = WR_COUNT, .unit = "1", .doc = "Items and answers that DAX had.", .ours = true},
    {.name = "misses", .kind = WR_COUNT, .unit = "1", .doc = "Items and answers that DAX did not have.", .ours = true},
    [DDB_HIT_SHARE] = {.name = "hit_share", .kind = WR_RATIO, .unit = "1", .doc = "Share of eventually consistent reads that DAX answered.", .num = "hits", .den = "hits misses", .ours = true},
    {0}};

static const char exceeded[] = "ProvisionedThroughputExceededException", throttling[] = "ThrottlingException";
const wr_code ddb_codes[] = {
    [DDB_OK] = {"OK", NULL, WR_OK, 200, "Done."},
    [DDB_THROTTLES] = {exceeded, "DynamoDB.TableReadProvisionedThroughputExceeded", WR_THROTTLED, 400, "The table's provisioned read capacity and its burst were used up."},
    {exceeded, "DynamoDB.TableWriteProvisionedThroughputExceeded", WR_THROTTLED, 400, "The table's provisioned write capacity and its burst were used up."},
    {exceeded, "DynamoDB.IndexReadProvisionedThroughputExceeded", WR_THROTTLED, 400, "A global index's provisioned read capacity and its burst were used up."},
    {exceeded, "DynamoDB.IndexWriteProvisionedThroughputExceeded", WR_THROTTLED, 400, "A global index's provisioned write capacity was used up: the table's write is refused."},
    {exceeded, "DynamoDB.TableReadKeyRangeThroughputExceeded", WR_THROTTLED, 400, "A partition's ceiling for reads was reached, or an on-demand table was not warm for so much."},
    {exceeded, "DynamoDB.TableWriteKeyRangeThroughputExceeded", WR_THROTTLED, 400, "A partition's ceiling for writes was reached, or an on-demand table was not warm for so much."},
    {exceeded, "DynamoDB.IndexReadKeyRangeThroughputExceeded", WR_THROTTLED, 400, "The same for reads of a global index."},
    {exceeded, "DynamoDB.IndexWriteKeyRangeThroughputExceeded", WR_THROTTLED, 400, "The same for writes of a global index."},
    {throttling, "DynamoDB.TableReadMaxOnDemandThroughputExceeded", WR_THROTTLED, 400, "The maximum that the owner set for reads of an on-demand table."},
    {throttling, "DynamoDB.TableWriteMaxOnDemandThroughputExceeded", WR_THROTTLED, 400, "The maximum that the owner set for writes of an on-demand table."},
    {throttling, "DynamoDB.IndexReadMaxOnDemandThroughputExceeded", WR_THROTTLED, 400, "The same for reads of a global index."},
    {throttling, "DynamoDB.IndexWriteMaxOnDemandThroughputExceeded", WR_THROTTLED, 400, "The same for writes of a global index."},
    {throttling, "DynamoDB.TableReadAccountLimitExceeded", WR_THROTTLED, 400, "The account's quota for reads of one on-demand table."},
    {throttling, "DynamoDB.TableWriteAccountLimitExceeded", WR_THROTTLED, 400, "The account's quota for writes of one on-demand table."},
    {throttling, "DynamoDB.IndexReadAccountLimitExceeded", WR_THROTTLED, 400, "The same for reads of a global index."},
    {throttling, "DynamoDB.IndexWriteAccountLimitExceeded", WR_THROTTLED, 400, "The same for writes of a global index."},
    [DDB_CONDITION] = {"ConditionalCheckFailedException", "DynamoDB.ConditionalCheckFailed", WR_CONFLICT, 400, "The condition did not hold."},
    [DDB_CONFLICT] = {"TransactionConflictException", "DynamoDB.TransactionConflict", WR_CONFLICT, 400, "The item was in a transaction in progress."},
    [DDB_CANCELED] = {"TransactionCanceledException", "DynamoDB.TransactionCanceled", WR_CONFLICT, 400, "An item of the transaction was in another one, or a condition did not hold."},
    [DDB_INVALID] = {"ValidationException", "DynamoDB.ValidationException", WR_INVALID, 400, "An item over 400 KB, too many items, an unknown index, or a strong read of a global index."},
    [DDB_FAIL] = {"InternalServerError", "Fault.fail", WR_FAILED, 500, "The partition had failed."},
    [DDB_STREAM_LIMIT] = {"LimitExceededException", "DynamoDB.StreamLimitExceeded", WR_THROTTLED, 400, "A shard of the stream was read more than five times in a second."},
    {0}};

const wr_usage ddb_usages[] = {
    [DDB_HOURS] = {"Provisioned reads", "RCU-hours", "dynamodb.rcu_hour", 3600, "Provisioned read capacity, of indexes too.", PRICING},
    {"Provisioned writes", "WCU-hours", "dynamodb.wcu_hour", 3600, "Provisioned write capacity, of indexes too.", PRICING},
    [DDB_REQUESTS] = {"On-demand reads", "million RRU", "dynamodb.million_rru", 1e6, "Read units consumed on demand, of indexes too.", PRICING},
    {"On-demand writes", "million WRU", "dynamodb.million_wru", 1e6, "Write units consumed on demand, of indexes too.", PRICING},
    [DDB_STORAGE] = {"Storage", "GB-months", "dynamodb.gb_month", 730 * 3600.0, "item_count items of the mean item_size.", PRICING},
    [DDB_DAX_HOURS] = {"DAX nodes", "node-hours", "dax.*", 3600, "Nodes of the cache.", PRICING},
    {0}};
