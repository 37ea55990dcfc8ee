/* dynamodb_dax.c - DAX: a cache in front of a table, written through.
 *
 * One cache of items and one of answers of queries and scans, each of `capacity` entries, the least recently used
 * giving way. Eventually consistent reads look here first and cost nothing when they are found, nothing found
 * included; what they miss is read from the table and kept. Strong and transactional reads pass by and are not
 * kept. Writes go to the table first and then renew the item; they leave the answers of queries as they are. A
 * cached entry stands from the instant the table decides. Not modelled: nodes that differ for a moment, their
 * processors and memory, the extra reads behind a transaction. Truth: tests/unit/test_dynamodb_dax.c. */
#include "dynamodb.h"
#include <math.h>
#include <string.h>

static const ddb_dax_rows *rules(const ddb *t)
{
    return t->plan->dax;
}

bool ddb_dax_priced(const char *node_type)
{
    for (const wr_price *p = wr_prices; p->region; p++)
        if (!strncmp(node_type, "dax.", 4) && !strcmp(p->key, node_type))
            return true;
    return false;
}

void ddb_dax_start(ddb *t)
{
    const ddb_dax_rows *r = rules(t);
    if (!r)
        return;
    wr_cache_cfg how = {.policy = WR_CACHE_LRU, .entries = r->capacity, .bytes = INFINITY};
    t->dax.items = wr_cache_create(t->self, &how);
    t->dax.queries = wr_cache_create(t->self, &how);
    wr_stream(t->self, "dax", &t->dax.rng);
    wr_bill_as(t->self, DDB_DAX_HOURS, r->node_type, r->node_type);
    wr_bill_level(t->self, DDB_DAX_HOURS, (double)r->nodes);
}

wr_dur ddb_dax_latency(ddb *t)
{
    return wr_draw_dur(rules(t)->latency, &t->dax.rng);
}

static bool count(ddb *t, bool found, int hits)
{
    wr_add(t->self, hits + !found, 1);
    wr_add(t->self, DDB_HITS + !found, 1);
    return found;
}

bool ddb_dax_finds(ddb *t, const wr_ask *ask, uint64_t key)
{
    return !ask->strong && !ask->index && count(t, wr_cache_find(t->dax.items, key) != NULL, DDB_ITEM_HITS);
}

void ddb_dax_keeps(ddb *t, const wr_ask *ask, uint64_t key, double bytes)
{
    if (!ask->strong && !ask->index)
        wr_cache_put(t->dax.items, key, bytes, rules(t)->item_ttl);
}

/* A query is the same if operation, index and key are. */
static uint64_t query_key(const wr_call *c)
{
    const char *s = wr_call_ask(c)->index;
    uint64_t h = (14695981039346656037u ^ (uint64_t)wr_call_op(c)) * 1099511628211u;
    for (; s && *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return ddb_other_key(wr_call_key(c), (int64_t)(h >> 1) | 1);
}

bool ddb_dax_answers(ddb *t, const wr_call *c)
{
    return !wr_call_ask(c)->strong && count(t, wr_cache_find(t->dax.queries, query_key(c)) != NULL, DDB_QUERY_HITS);
}

void ddb_dax_keeps_answer(ddb *t, const wr_call *c, double bytes)
{
    if (!wr_call_ask(c)->strong)
        wr_cache_put(t->dax.queries, query_key(c), bytes, rules(t)->query_ttl);
}

void ddb_dax_write(ddb *t, uint64_t key, double bytes, bool gone)
{
    if (gone)
        wr_cache_remove(t->dax.items, key);
    else
        wr_cache_put(t->dax.items, key, bytes, rules(t)->item_ttl);
}
