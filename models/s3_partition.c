/* s3_partition.c - index partitions: ranges of hashed keys, each with a rate of reads and one of writes.
 *
 * A bucket begins with one partition for each prefix, of equal shares of the keys. A partition that has been refusing
 * requests for the time `split_after`, without a minute's rest, splits in its middle, and each half has the full rates.
 * A range of a single key cannot get faster: AWS does not split an object, and halves without that key stay idle.
 * Partitions do not merge. Truth: tests/unit/test_s3.c. */
#include "s3.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define REST (60 * WR_S) /* without a refusal for so long it has cooled down; an assumption, AWS publishes none */
enum { MOST = 100000 };

static s3_partition fresh(s3 *b, double upto, size_t number)
{
    char name[32];
    snprintf(name, sizeof name, "p%zu", number);
    return (s3_partition){upto, {wr_bucket_full(b->cfg->get_rate, b->cfg->get_rate), wr_bucket_full(b->cfg->put_rate, b->cfg->put_rate)},
                          -1, -1, 0, wr_part(b->self, name, true)};
}

void s3_partitions_open(s3 *b)
{
    b->n = (size_t)b->cfg->prefixes;
    b->room = b->n + 16;
    b->partition = wr_alloc(b->self, b->room * sizeof *b->partition);
    for (size_t i = 0; i < b->n; i++)
        b->partition[i] = fresh(b, (double)(i + 1) / (double)b->n, i);
    wr_set(b->self, S3_PARTITIONS, (double)b->n);
}

static size_t place_of(const s3 *b, double spot)
{
    size_t low = 0, high = b->n - 1;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (spot < b->partition[mid].upto)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

/* ---- splitting ------------------------------------------------------------------------------------------ */
static void grow(s3 *b)
{
    s3_partition *more = wr_alloc(b->self, 2 * b->room * sizeof *more);
    memcpy(more, b->partition, b->n * sizeof *more);
    b->partition = more;
    b->room *= 2;
}

static void split(s3 *b, size_t i)
{
    double low = i ? b->partition[i - 1].upto : 0, mid = (low + b->partition[i].upto) / 2;
    if (b->n >= MOST || mid <= low || mid >= b->partition[i].upto)
        return;
    if (b->n == b->room)
        grow(b);
    memmove(b->partition + i + 1, b->partition + i, (b->n - i) * sizeof *b->partition);
    b->partition[i].upto = mid;
    b->partition[i + 1] = fresh(b, b->partition[i + 1].upto, b->n);
    b->partition[i].hot = b->partition[i].refused = -1;
    b->n++;
    wr_set(b->self, S3_PARTITIONS, (double)b->n);
    wr_annotate(b->self, "split", (double)b->n, "a hot partition splits: %zu", b->n);
}

static void refuse(s3 *b, size_t i)
{
    s3_partition *p = &b->partition[i];
    wr_time now = wr_now(b->self);
    if (p->hot < 0 || now - p->refused > REST) {
        p->hot = now;
        p->due = wr_draw_dur(b->cfg->split_after, &b->splits);
    }
    p->refused = now;
    if (now - p->hot >= p->due)
        split(b, i);
}

bool s3_admit(s3 *b, uint64_t key, int side)
{
    size_t i = place_of(b, wr_key_spot(key));
    s3_partition *p = &b->partition[i];
    bool taken = isinf(p->bucket[side].rate) || wr_bucket_take(&p->bucket[side], wr_now(b->self), 1);
    if (p->part) {
        wr_add(p->part, WR_U_REQUESTS, 1);
        wr_add(p->part, taken ? WR_U_COMPLETED : WR_U_ERRORS, 1);
        if (!taken)
            wr_add(p->part, WR_U_THROTTLED, 1);
    }
    if (!taken)
        refuse(b, i);
    return taken;
}
