/* weir/cache.h - a part of the kit with a header of its own: which keys a cache holds.
 *
 * Bounded by entries or bytes, or not at all; what must go when it is full is the least recently used, the oldest or
 * any entry; an entry expires a fixed time after it was put, or after it was last found. */
#ifndef WEIR_CACHE_H
#define WEIR_CACHE_H
#include <weir/kit.h>
#ifdef __cplusplus
extern "C" {
#endif

enum wr_cache_policy { WR_CACHE_LRU, WR_CACHE_RANDOM, WR_CACHE_FIFO };
typedef struct wr_cache_cfg {
    enum wr_cache_policy policy;
    bool renews;           /* finding an entry renews its time to live */
    double entries, bytes; /* most of each; infinity: no bound */
} wr_cache_cfg;
typedef struct wr_cached { /* an entry; valid until the next put, remove or clear */
    uint64_t key;
    double size;
    wr_time expires;       /* WR_NEVER: never */
    uint64_t stamp;        /* its owner's word; 0 when it is put */
} wr_cached;
typedef struct wr_cache wr_cache;
wr_cache *wr_cache_create(wr_comp *owner, const wr_cache_cfg *cfg); /* empty; lives as long as the run */
wr_cached *wr_cache_find(wr_cache *c, uint64_t key); /* NULL: not there, or expired. Only `stamp` may be changed */
wr_cached *wr_cache_peek(wr_cache *c, uint64_t key); /* the same, but it does not count as a use */
/* Puts an entry, or replaces it. Returns how many that had not expired were evicted for it. What is larger than the
 * whole cache is not kept. */
int64_t wr_cache_put(wr_cache *c, uint64_t key, double size, wr_dur ttl);
bool wr_cache_remove(wr_cache *c, uint64_t key); /* false: it was not there */
void wr_cache_clear(wr_cache *c);
int64_t wr_cache_count(wr_cache *c);             /* entries that have not expired */
double wr_cache_bytes(wr_cache *c);              /* their sizes together */

#ifdef __cplusplus
}
#endif
#endif
