/* kinesis_log.c - shards as logs: append at one end, expire at the other, read in between.
 *
 * Records stand in blocks of 1,024, 24 bytes each. A block that every reader has passed, or that nobody has read
 * for five minutes, is folded: of its records only their number, bytes and times are kept, so that a stream of any
 * length without readers costs next to nothing. Whoever reads a folded block after all gets its records evenly
 * spaced, of their mean size, with made-up keys. The same befalls the oldest blocks when a backlog exceeds 16
 * million records. A reader is known from its first read on; where it stands is behind the last record it was
 * given. Children of a shard give nothing to a reader that has not read the shard to its end. Truth:
 * tests/unit/test_kinesis.c. */
#include "kinesis_log.h"
#include <assert.h>
#include <string.h>

#define UNREAD (300 * WR_S)    /* a block that nobody reads is folded after this */
enum { MOST_FULL = 16384 };    /* blocks that hold records, about 400 MB */

struct klog_spare { /* stands at the beginning of memory that is not in use */
    klog_spare *next;
};

/* ---- blocks --------------------------------------------------------------------------------------------- */
static klog_block *block_at(const klog_shard *s, size_t i)
{
    return &s->block[(s->head + i) & (s->room - 1)];
}

static void grow_ring(klog *l, klog_shard *s)
{
    size_t room = s->room ? 2 * s->room : 4;
    klog_block *block = wr_alloc(l->self, room * sizeof *block);
    for (size_t i = 0; i < s->blocks; i++)
        block[i] = *block_at(s, i);
    s->block = block;
    s->room = room;
    s->head = 0;
}

static klog_entry *take_memory(klog *l)
{
    klog_spare *s = l->spare;
    l->full++;
    if (!s)
        return wr_alloc(l->self, KLOG_BLOCK * sizeof(klog_entry));
    l->spare = s->next;
    return (klog_entry *)(void *)s;
}

static void give_memory(klog *l, klog_block *b)
{
    if (!b->entry)
        return;
    klog_spare *s = (klog_spare *)(void *)b->entry;
    s->next = l->spare;
    l->spare = s;
    l->full--;
    b->entry = NULL;
}

static klog_block *block_for_append(klog *l, klog_shard *s)
{
    klog_block *b = s->blocks ? block_at(s, s->blocks - 1) : NULL;
    if (b && b->n < KLOG_BLOCK && b->entry)
        return b;
    if (s->blocks == s->room)
        grow_ring(l, s);
    b = block_at(s, s->blocks++);
    *b = (klog_block){.entry = take_memory(l)};
    return b;
}

/* All blocks but the last are full, so a position names its block without a search. */
static const klog_block *block_of(const klog_shard *s, uint64_t position, int32_t *i)
{
    uint64_t far = position - s->base;
    *i = (int32_t)(far % KLOG_BLOCK);
    return block_at(s, (size_t)(far / KLOG_BLOCK));
}

static wr_time sent_at(const klog_shard *s, uint64_t position)
{
    int32_t i;
    const klog_block *b = block_of(s, position, &i);
    if (b->entry)
        return b->entry[i].sent;
    return b->n < 2 ? b->first : b->first + (wr_time)((double)(b->last - b->first) * i / (b->n - 1));
}

static klog_entry entry_at(const klog_shard *s, uint64_t position)
{
    int32_t i;
    const klog_block *b = block_of(s, position, &i);
    if (b->entry)
        return b->entry[i];
    uint64_t key = (position + 1) * 0x9e3779b97f4a7c15u;
    return (klog_entry){sent_at(s, position), key ^ (key >> 29), (float)(b->bytes / b->n), 0};
}

/* ---- shards --------------------------------------------------------------------------------------------- */
void klog_open(klog *l, wr_comp *self, wr_dur retention)
{
    *l = (klog){.self = self, .retention = retention};
}

int32_t klog_shard_new(klog *l, const int32_t *parent, int32_t parents)
{
    if (l->shards == l->room) {
        l->room = l->room ? 2 * l->room : 4;
        klog_shard **shard = wr_alloc(l->self, (size_t)l->room * sizeof(klog_shard *));
        if (l->shards)
            memcpy(shard, l->shard, (size_t)l->shards * sizeof(klog_shard *));
        l->shard = shard;
    }
    klog_shard *s = wr_alloc(l->self, sizeof *s);
    s->parent = parent;
    s->parents = parents;
    l->shard[l->shards] = s;
    return l->shards++;
}

void klog_shard_close(klog *l, int32_t shard)
{
    l->shard[shard]->closed = true;
}

void klog_append(klog *l, int32_t shard, klog_entry e)
{
    klog_shard *s = l->shard[shard];
    assert(!s->closed);
    klog_block *b = block_for_append(l, s);
    if (!b->n)
        b->first = e.sent;
    b->last = e.sent;
    b->bytes += (double)e.size;
    b->entry[b->n++] = e;
    s->newest++;
    l->kept++;
    for (int r = 0; r < l->readers; r++)
        l->behind[r]++;
}

/* ---- readers -------------------------------------------------------------------------------------------- */
static uint64_t unread_from(const klog_shard *s, int reader)
{
    return s->at[reader] > s->oldest ? s->at[reader] : s->oldest;
}

int klog_reader(klog *l, const wr_comp *who)
{
    for (int r = 0; r < l->readers; r++)
        if (l->reader[r] == who)
            return r;
    if (l->readers == KLOG_READERS) {
        wr_break(l->self, "'%s' has more than %d readers", wr_name(l->self), KLOG_READERS);
        return -1;
    }
    l->reader[l->readers] = who;
    l->behind[l->readers] = l->kept;
    return l->readers++;
}

static bool waits_for_parents(const klog *l, const klog_shard *s, int reader)
{
    for (int32_t i = 0; i < s->parents; i++) {
        const klog_shard *p = l->shard[s->parent[i]];
        if (unread_from(p, reader) < p->newest)
            return true;
    }
    return false;
}

static void moved(klog *l, klog_shard *s, int reader, uint64_t position)
{
    uint64_t before = unread_from(s, reader), now = position > s->oldest ? position : s->oldest;
    l->behind[reader] -= (int64_t)(now - before);
    s->at[reader] = position;
}

static void fill(const klog_shard *s, wr_batch *b, int32_t records, double bytes, wr_time *last)
{
    while (b->n < records && b->position < s->newest) {
        klog_entry e = entry_at(s, b->position);
        if (b->n > 0 && b->bytes + (double)e.size > bytes)
            return;
        wr_batch_add(b, (wr_record){.handle = b->position++,
                                    .key = e.key,
                                    .sent = e.sent,
                                    .size = (double)e.size,
                                    .receives = 1,
                                    .operation = e.operation});
        *last = e.sent;
    }
}

static uint64_t within(const klog_shard *s, uint64_t position)
{
    if (position < s->oldest)
        return s->oldest;
    return position < s->newest ? position : s->newest;
}

bool klog_read(klog *l, const wr_comp *reader, wr_batch *b, int32_t records, double bytes, wr_time *last)
{
    int r = klog_reader(l, reader);
    b->shards = l->shards;
    b->closed = false;
    if (r < 0 || b->shard >= l->shards)
        return false;
    if (b->shard < 0)
        return true;
    klog_shard *s = l->shard[b->shard];
    b->position = within(s, b->position);
    if (waits_for_parents(l, s, r)) {
        b->newest = b->position; /* nothing to be had for now: as if caught up */
        return true;
    }
    if (b->most_bytes > 0 && b->most_bytes < bytes)
        bytes = b->most_bytes;
    fill(s, b, records < b->room ? records : b->room, bytes, last);
    moved(l, s, r, b->position);
    b->newest = s->newest;
    b->closed = s->closed && b->position == s->newest;
    return true;
}

int64_t klog_depth(const klog *l)
{
    int64_t most = l->readers ? 0 : l->kept;
    for (int r = 0; r < l->readers; r++)
        most = l->behind[r] > most ? l->behind[r] : most;
    return most;
}

static uint64_t slowest(const klog *l, const klog_shard *s)
{
    uint64_t at = l->readers ? s->newest : s->oldest;
    for (int r = 0; r < l->readers; r++)
        at = unread_from(s, r) < at ? unread_from(s, r) : at;
    return at;
}

wr_dur klog_age(const klog *l, wr_time now)
{
    wr_dur most = 0;
    for (int32_t i = 0; i < l->shards; i++) {
        const klog_shard *s = l->shard[i];
        uint64_t at = slowest(l, s);
        if (at < s->newest && now - sent_at(s, at) > most)
            most = now - sent_at(s, at);
    }
    return most;
}

/* ---- retention and memory ------------------------------------------------------------------------------- */
static void drop_block(klog *l, klog_shard *s)
{
    klog_block *b = block_at(s, 0);
    give_memory(l, b);
    s->base += (uint64_t)b->n;
    s->head = (s->head + 1) & (s->room - 1);
    s->blocks--;
    s->folded -= s->folded > 0;
}

static void expire(klog *l, klog_shard *s, wr_time before)
{
    while (s->oldest < s->newest && sent_at(s, s->oldest) <= before) {
        bool unread = !l->readers;
        for (int r = 0; r < l->readers; r++) {
            bool missed = s->at[r] <= s->oldest;
            l->behind[r] -= missed;
            unread = unread || missed;
        }
        l->lost += unread;
        l->kept--;
        s->oldest++;
        if (s->oldest - s->base == (uint64_t)block_at(s, 0)->n)
            drop_block(l, s);
    }
}

/* The last block is still being filled. */
static void fold(klog *l, klog_shard *s, wr_time now)
{
    uint64_t read = slowest(l, s);
    while (s->folded + 1 < s->blocks) {
        klog_block *b = block_at(s, s->folded);
        bool passed = l->readers && s->base + (s->folded + 1) * KLOG_BLOCK <= read;
        if (!passed && (l->readers || now - b->last < UNREAD) && l->full <= MOST_FULL)
            return;
        give_memory(l, b);
        s->folded++;
    }
}

void klog_second(klog *l, wr_time now)
{
    for (int32_t i = 0; i < l->shards; i++) {
        klog_shard *s = l->shard[i];
        expire(l, s, now - l->retention);
        fold(l, s, now);
    }
}
