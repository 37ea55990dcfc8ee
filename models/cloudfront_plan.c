/* cloudfront_plan.c - what the rows of a distribution cannot say: rules between keys, and behaviors by the number of the
 * operation. Truth: tests/unit/test_cloudfront.c. */
#include "cloudfront.h"
#include <math.h>
#include <string.h>

static void check_ttl(const cdn_ttl *t, wr_build *b)
{
    if (t->max < t->min)
        wr_build_error(b, &t->max, "'max' of 'ttl' is below 'min'");
    else if (wr_build_given(b, &t->normal) && t->normal > t->max)
        wr_build_warning(b, &t->normal, "'default' of 'ttl' is above 'max', which wins");
}

static void read_capacity(cdn_cfg *cfg, wr_build *b)
{
    const cdn_cache *cache = cfg->cache;
    bool items = false, size = false;
    cfg->entries = cfg->bytes = INFINITY;
    if (!cache || !strcmp(cache->capacity, "unlimited"))
        return;
    double n = wr_text_number(cache->capacity, WR_T_NUMBER, NULL, &items);
    double bytes = items ? 0 : wr_text_number(cache->capacity, WR_T_BYTES, NULL, &size);
    if (items && n >= 1 && n <= 1e9)
        cfg->entries = floor(n);
    else if (size && bytes > 0)
        cfg->bytes = bytes;
    else
        wr_build_error(b, &cache->capacity, "'%s' is not a capacity; allowed are a number of objects from 1 on, a size such as "
                       "100 GB, and unlimited", cache->capacity);
}

static cdn_behavior completed(const cdn_cfg *cfg, const cdn_behavior *written)
{
    cdn_behavior out = *written;
    if (!out.origin)
        out.origin = cfg->origin;
    if (out.attempts < 1)
        out.attempts = out.cached ? cfg->attempts : 1;
    if (!out.ttl)
        out.ttl = cfg->ttl;
    if (!out.max_age)
        out.max_age = cfg->max_age;
    return out;
}

void cdn_prepare(void *mine, wr_build *b)
{
    cdn_cfg *cfg = mine;
    const cdn_behavior *written = cfg->written.items;
    const cdn_cache *cache = cfg->cache;
    int n = (int)cfg->written.n, otherwise = n;
    check_ttl(cfg->ttl, b);
    read_capacity(cfg, b);
    cfg->key = cache ? wr_keys_build(b, &cache->key) : NULL;
    cfg->behavior = wr_build_alloc(b, (size_t)(n + 1) * sizeof *cfg->behavior);
    cfg->behavior[n] = completed(cfg, &(cdn_behavior){.name = "default", .cached = true, .attempts = -1});
    for (int i = 0; i < n; i++) {
        int op = wr_build_operation(b, written[i].name);
        cfg->behavior[i] = completed(cfg, &written[i]);
        cfg->operations = op >= cfg->operations ? op + 1 : cfg->operations;
        otherwise = op ? otherwise : i;
        if (written[i].ttl)
            check_ttl(written[i].ttl, b);
    }
    cfg->behavior_of = wr_build_alloc(b, (size_t)(cfg->operations + 1) * sizeof *cfg->behavior_of);
    for (int op = 0; op <= cfg->operations; op++)
        cfg->behavior_of[op] = otherwise;
    for (int i = 0; i < n; i++)
        cfg->behavior_of[wr_build_operation(b, written[i].name)] = i;
}
