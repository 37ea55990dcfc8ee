/* dynamodb_rows.c - what users write about a table: the rows behind `weir explain dynamodb`.
 *
 * Names are CloudFormation's. What AWS documents has its page; what it does not is an assumption that says
 * so. Truth: the contract tests of all tables, tests/unit/test_dynamodb.c. */
#include "dynamodb.h"

#define GUIDE "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
#define CFN "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html"

static const char *const billing_modes[] = {"PROVISIONED", "PAY_PER_REQUEST", NULL};
static const char *const partition_models[] = {"global", "even_split", NULL};

static const wr_param throughput_rows[] = {
    {.key = "read_capacity_units", WR_FIELD(struct ddb_throughput, units[DDB_READ]), .type = WR_T_INT, .min = 1, .max = 1e9, .doc = "Read units a second.", .cfn = "ReadCapacityUnits"},
    {.key = "write_capacity_units", WR_FIELD(struct ddb_throughput, units[DDB_WRITE]), .type = WR_T_INT, .min = 1, .max = 1e9, .doc = "Write units a second.", .cfn = "WriteCapacityUnits"},
    {0}};
static const wr_param burst_rows[] = {
    {.key = "seconds", WR_FIELD(struct ddb_burst, seconds), .type = WR_T_NUMBER, .def = "300", .max = 86400, .doc = "Unused capacity is kept for so many seconds' worth of the provisioned rate; 0: one second's worth.", .src = GUIDE "burst-adaptive-capacity.html"},
    {.key = "initial", WR_FIELD(struct ddb_burst, initial), .type = WR_T_TEXT, .def = "full", .doc = "How much of it there is at the start: full, empty or a share.", .src = "assumption: a table that has been idle"},
    {.key = "partition_seconds", WR_FIELD(struct ddb_burst, partition_seconds), .type = WR_T_NUMBER, .def = "1", .min = 0.001, .max = 300, .doc = "A partition's ceiling may be exceeded by so many seconds' worth of it.", .src = "assumption: the size of a partition's own store is not published"},
    {0}};
static const wr_param share_rows[] = {
    {.key = "share", WR_FIELD(struct ddb_share, text), .type = WR_T_TEXT, .doc = "Share of the keys, or the number of partitions."},
    {0}};
static const wr_param heat_rows[] = {
    {.key = "after", WR_FIELD(struct ddb_heat, after), .type = WR_T_DUR, .def = "5m", .min = 1, .max = 86400, .doc = "A partition is split when it has been near its ceiling for so long.", .src = "assumption: AWS says minutes"},
    {.key = "max", WR_FIELD(struct ddb_heat, max), .type = WR_T_INT, .def = "64", .min = 1, .max = 1e5, .doc = "Most partitions that splits may make.", .src = "assumption: AWS names no bound"},
    {0}};
static const wr_param on_demand_rows[] = {
    {.key = "warm_read", WR_FIELD(struct ddb_on_demand, warm[DDB_READ]), .type = WR_T_NUMBER, .def = "12000", .min = 1, .max = 1e9, .doc = "Read units a second that the table can serve at the start.", .src = GUIDE "on-demand-capacity-mode.html", .cfn = "WarmThroughput.ReadUnitsPerSecond"},
    {.key = "warm_write", WR_FIELD(struct ddb_on_demand, warm[DDB_WRITE]), .type = WR_T_NUMBER, .def = "4000", .min = 1, .max = 1e9, .doc = "Write units a second that the table can serve at the start.", .src = GUIDE "on-demand-capacity-mode.html", .cfn = "WarmThroughput.WriteUnitsPerSecond"},
    {.key = "growth_window", WR_FIELD(struct ddb_on_demand, window), .type = WR_T_DUR, .def = "30m", .min = 60, .max = 86400, .doc = "Twice a peak is served at once when the peak is older than this.", .src = GUIDE "on-demand-capacity-mode.html"},
    {.key = "max_read", WR_FIELD(struct ddb_on_demand, most[DDB_READ]), .type = WR_T_NUMBER, .def = "unlimited", .words = "unlimited", .min = 1, .max = 1e9, .doc = "Maximum read units a second that the owner set.", .src = CFN, .cfn = "OnDemandThroughput.MaxReadRequestUnits"},
    {.key = "max_write", WR_FIELD(struct ddb_on_demand, most[DDB_WRITE]), .type = WR_T_NUMBER, .def = "unlimited", .words = "unlimited", .min = 1, .max = 1e9, .doc = "Maximum write units a second that the owner set.", .src = CFN, .cfn = "OnDemandThroughput.MaxWriteRequestUnits"},
    {0}};
static const wr_param target_rows[] = {
    {.key = "min_capacity", WR_FIELD(struct ddb_target, min), .type = WR_T_INT, .min = 1, .max = 1e9, .doc = "Capacity is never set below this.", .cfn = "MinCapacity"},
    {.key = "max_capacity", WR_FIELD(struct ddb_target, max), .type = WR_T_INT, .min = 1, .max = 1e9, .doc = "Capacity is never set above this.", .cfn = "MaxCapacity"},
    {.key = "target_value", WR_FIELD(struct ddb_target, target), .type = WR_T_SHARE, .unit = "%", .def = "70%", .min = 0.2, .max = 0.9, .doc = "Consumed capacity aimed at, as a share of the provisioned one.", .src = GUIDE "AutoScaling.html", .cfn = "TargetValue"},
    {0}};
static const wr_param scaling_rows[] = {
    {.key = "read", WR_FIELD(struct ddb_scaling, side[DDB_READ]), .type = WR_T_BLOCK, .rows = target_rows, .size = sizeof(ddb_target), .optional = true, .doc = "Scaling of the read capacity."},
    {.key = "write", WR_FIELD(struct ddb_scaling, side[DDB_WRITE]), .type = WR_T_BLOCK, .rows = target_rows, .size = sizeof(ddb_target), .optional = true, .doc = "Scaling of the write capacity."},
    {.key = "scale_up_datapoints", WR_FIELD(struct ddb_scaling, up), .type = WR_T_INT, .def = "2", .min = 1, .max = 60, .doc = "Minutes in a row above the target before capacity is raised.", .src = GUIDE "AutoScaling.html"},
    {.key = "scale_down_datapoints", WR_FIELD(struct ddb_scaling, down), .type = WR_T_INT, .def = "15", .min = 1, .max = 60, .doc = "Minutes in a row more than 20 points below the target before capacity is lowered.", .src = GUIDE "AutoScaling.html"},
    {.key = "update_time", WR_FIELD(struct ddb_scaling, update_time), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 90s, p99: 5m}}", .doc = "From the decision to the new capacity.", .src = "assumption: AWS says several minutes"},
    {.key = "max_decreases_per_day", WR_FIELD(struct ddb_scaling, decreases), .type = WR_T_INT, .def = "27", .max = 1000, .doc = "Most decreases in a day: four at any time, then one for each hour without one.", .src = GUIDE "ServiceQuotas.html"},
    {0}};
static const wr_param global_rows[] = {
    {.key = "provisioned_throughput", WR_FIELD(struct ddb_index_rows, throughput), .type = WR_T_BLOCK, .rows = throughput_rows, .size = sizeof(ddb_throughput), .optional = true, .doc = "The index's own capacity; required when the table is provisioned.", .cfn = "ProvisionedThroughput"},
    {.key = "projection", WR_FIELD(struct ddb_index_rows, projection), .type = WR_T_TEXT, .def = "ALL", .doc = "What of an item the index holds: ALL, KEYS_ONLY or a share of its bytes.", .src = "assumption: the common choice", .cfn = "Projection.ProjectionType"},
    {.key = "key", WR_FIELD(struct ddb_index_rows, key), .type = WR_T_CHOICE, .variants = wr_key_laws, .optional = true, .doc = "Law of the index's partition key; without one it is as even as the table's own keys."},
    {.key = "written", WR_FIELD(struct ddb_index_rows, written), .type = WR_T_SHARE, .def = "100%", .doc = "Share of the table's writes that change what the index holds.", .src = "assumption: every item is in the index"},
    {.key = "key_changes", WR_FIELD(struct ddb_index_rows, key_changes), .type = WR_T_SHARE, .def = "0%", .doc = "Share of those that move the entry to another key, which costs two writes.", .src = GUIDE "GSI.html"},
    {0}};
static const wr_param local_rows[] = {
    {.key = "written", WR_FIELD(struct ddb_local_rows, written), .type = WR_T_SHARE, .def = "100%", .doc = "Share of the table's writes that change what the index holds.", .src = "assumption: every item is in the index"},
    {0}};
static const wr_param latency_rows[] = {
    {.key = "all", WR_FIELD(struct ddb_latency, all), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "Every operation that is not named beside it."},
    {.key = "get", WR_FIELD(struct ddb_latency, of[0]), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 2.5ms, p99: 8ms}}", .doc = "GetItem and BatchGetItem.", .src = "assumption: AWS says single-digit milliseconds"},
    {.key = "put", WR_FIELD(struct ddb_latency, of[1]), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 4ms, p99: 12ms}}", .doc = "PutItem.", .src = "assumption: AWS says single-digit milliseconds"},
    {.key = "update", WR_FIELD(struct ddb_latency, of[2]), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "UpdateItem; when left out as put.", .src = "assumption: one write is like another"},
    {.key = "delete", WR_FIELD(struct ddb_latency, of[3]), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "DeleteItem; when left out as put.", .src = "assumption: one write is like another"},
    {.key = "query", WR_FIELD(struct ddb_latency, of[4]), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "One page of a Query; when left out as get.", .src = "assumption: one read is like another"},
    {.key = "scan", WR_FIELD(struct ddb_latency, of[5]), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "One page of a Scan; when left out as get.", .src = "assumption: one read is like another"},
    {.key = "batch", WR_FIELD(struct ddb_latency, of[6]), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "A batch; when left out as put if it writes, else as get.", .src = "assumption: its items are served side by side"},
    {.key = "transact", WR_FIELD(struct ddb_latency, of[7]), .type = WR_T_DIST, .of = WR_T_DUR, .optional = true, .doc = "A transaction; when left out 2.5 times put if it writes, else 2.5 times get.", .src = "assumption: two phases and a coordinator"},
    {0}};
static const wr_param ttl_rows[] = {
    {.key = "after", WR_FIELD(struct ddb_ttl, after), .type = WR_T_DUR, .min = 1, .max = 1e10, .doc = "Age at which an item expires; every write makes it new."},
    {.key = "delay", WR_FIELD(struct ddb_ttl, delay), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{exponential: 30m}", .doc = "From expiry to the delete.", .src = "assumption: AWS says within a few days; minutes to hours are seen"},
    {0}};
static const wr_param dax_rows[] = {
    {.key = "nodes", WR_FIELD(struct ddb_dax_rows, nodes), .type = WR_T_INT, .def = "3", .min = 1, .max = 11, .doc = "Nodes of the cluster: what it costs; they are taken to hold the same.", .src = GUIDE "DAX.html"},
    {.key = "node_type", WR_FIELD(struct ddb_dax_rows, node_type), .type = WR_T_TEXT, .def = "dax.r5.large", .doc = "Type of its nodes: what they cost.", .src = "assumption: the smallest type with fixed performance", .cfn = "NodeType"},
    {.key = "item_ttl", WR_FIELD(struct ddb_dax_rows, item_ttl), .type = WR_T_DUR, .def = "5m", .max = 1e9, .doc = "An item is kept for so long.", .src = GUIDE "DAX.html"},
    {.key = "query_ttl", WR_FIELD(struct ddb_dax_rows, query_ttl), .type = WR_T_DUR, .def = "5m", .max = 1e9, .doc = "A query's answer is kept for so long; writes do not renew it.", .src = GUIDE "DAX.html"},
    {.key = "capacity", WR_FIELD(struct ddb_dax_rows, capacity), .type = WR_T_NUMBER, .def = "unlimited", .words = "unlimited", .min = 1, .max = 1e15, .doc = "Items it holds, and as many answers; the least recently used give way.", .src = "assumption: nodes are chosen large enough"},
    {.key = "latency", WR_FIELD(struct ddb_dax_rows, latency), .type = WR_T_DIST, .of = WR_T_DUR, .def = "{lognormal: {p50: 400us, p99: 1ms}}", .doc = "Time of a request that it answers alone.", .src = "assumption: AWS says microseconds"},
    {0}};

const wr_param ddb_params[] = {
    {.key = "billing_mode", WR_FIELD(struct ddb_plan, billing), .type = WR_T_ENUM, .choices = billing_modes, .def = "PROVISIONED", .doc = "PROVISIONED: a capacity is bought; PAY_PER_REQUEST: on demand.", .src = CFN, .cfn = "BillingMode"},
    {.key = "provisioned_throughput", WR_FIELD(struct ddb_plan, throughput), .type = WR_T_BLOCK, .rows = throughput_rows, .size = sizeof(ddb_throughput), .optional = true, .doc = "Capacity units a second; required when PROVISIONED.", .cfn = "ProvisionedThroughput"},
    {.key = "burst", WR_FIELD(struct ddb_plan, burst), .type = WR_T_BLOCK, .rows = burst_rows, .size = sizeof(ddb_burst), .def = "{}", .doc = "Unused capacity that is kept for later.", .src = GUIDE "burst-adaptive-capacity.html"},
    {.key = "partitions", WR_FIELD(struct ddb_plan, partitions), .type = WR_T_LIST, .rows = share_rows, .size = sizeof(ddb_share), .shorthand = "share", .flags = WR_P_ONE, .min = 1, .max = 100000, .optional = true, .doc = "How many, or a list of each partition's share of keys; when left out RCU/3000 + WCU/1000 or one for each 10 GB, the larger, rounded up, and 4 when on demand.", .src = "assumption: the formula is no longer published"},
    {.key = "partition_model", WR_FIELD(struct ddb_plan, model), .type = WR_T_ENUM, .choices = partition_models, .def = "global", .doc = "global: one bucket for the table and a ceiling of 3,000 read and 1,000 write units a second for each partition; even_split: the older rule, each partition has its even part of rate and burst, and there is no ceiling.", .src = GUIDE "burst-adaptive-capacity.html"},
    {.key = "split_for_heat", WR_FIELD(struct ddb_plan, heat), .type = WR_T_BLOCK, .rows = heat_rows, .size = sizeof(ddb_heat), .shorthand = "after", .words = "off", .optional = true, .doc = "A partition that stays near its ceiling is split at the middle of the keys it sees; off when left out.", .src = "assumption: AWS does not say when"},
    {.key = "on_demand", WR_FIELD(struct ddb_plan, on_demand), .type = WR_T_BLOCK, .rows = on_demand_rows, .size = sizeof(ddb_on_demand), .def = "{}", .doc = "What an on-demand table serves at once, and how that grows.", .src = GUIDE "on-demand-capacity-mode.html"},
    {.key = "auto_scaling", WR_FIELD(struct ddb_plan, scaling), .type = WR_T_BLOCK, .rows = scaling_rows, .size = sizeof(ddb_scaling), .optional = true, .doc = "Target tracking of the provisioned capacity of the table; indexes keep theirs.", .src = GUIDE "AutoScaling.html"},
    {.key = "item_size", WR_FIELD(struct ddb_plan, item_size), .type = WR_T_DIST, .of = WR_T_BYTES, .def = "1 KB", .doc = "Size of an item where a step gives none, attribute names included.", .src = "assumption: a small item"},
    {.key = "item_count", WR_FIELD(struct ddb_plan, item_count), .type = WR_T_INT, .def = "0", .max = 1e15, .doc = "Items in the table: storage and the number of partitions.", .src = "assumption: storage is not looked at"},
    {.key = "global_secondary_indexes", WR_FIELD(struct ddb_plan, globals), .type = WR_T_MAP, .rows = global_rows, .size = sizeof(ddb_index_rows), .max = 20, .optional = true, .doc = "Indexes with capacity of their own; a starved one throttles the table's writes.", .src = GUIDE "GSI.html", .cfn = "GlobalSecondaryIndexes"},
    {.key = "local_secondary_indexes", WR_FIELD(struct ddb_plan, locals), .type = WR_T_MAP, .rows = local_rows, .size = sizeof(ddb_local_rows), .max = 5, .optional = true, .doc = "Indexes whose writes are charged to the table.", .src = GUIDE "LSI.html", .cfn = "LocalSecondaryIndexes"},
    {.key = "stream", WR_FIELD(struct ddb_plan, stream), .type = WR_T_BOOL, .def = "false", .doc = "Changes can be read as a stream for a day: a shard for each partition, which splits with it.", .src = CFN, .cfn = "StreamSpecification"},
    {.key = "time_to_live", WR_FIELD(struct ddb_plan, ttl), .type = WR_T_BLOCK, .rows = ttl_rows, .size = sizeof(ddb_ttl), .shorthand = "after", .optional = true, .doc = "Items expire and are deleted some time later, free of charge; the stream tells.", .src = GUIDE "TTL.html", .cfn = "TimeToLiveSpecification"},
    {.key = "transaction_conflicts", WR_FIELD(struct ddb_plan, conflicts), .type = WR_T_BOOL, .def = "true", .doc = "A request for a key that is in a writing transaction is refused.", .src = GUIDE "transaction-apis.html"},
    {.key = "dax", WR_FIELD(struct ddb_plan, dax), .type = WR_T_BLOCK, .rows = dax_rows, .size = sizeof(ddb_dax_rows), .optional = true, .doc = "A cache in front, written through; strong and transactional reads pass it by.", .src = GUIDE "DAX.html"},
    {.key = "latency", WR_FIELD(struct ddb_plan, latency), .type = WR_T_BLOCK, .rows = latency_rows, .size = sizeof(ddb_latency), .shorthand = "all", .def = "{}", .doc = "Time from arrival, when the table decides, to the answer, by operation; failed conditions take it too, throttled requests are answered at once.", .src = "assumption: AWS publishes no distribution"},
    {0}};
