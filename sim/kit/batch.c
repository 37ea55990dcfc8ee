/* batch.c - records on their way between a queue or stream and its consumer.
 *
 * A batch travels as the stamp of a call: one pointer, which the callee fills in place. Batches are recycled by
 * room, in powers of two, within a run; a run of any length holds as many as were ever under way at once.
 * Truth: tests/unit/test_batch.c, and every scenario with a queue. */
#include "../runtime/runtime.h"
#include <weir/kit.h>

enum { CLASSES = 32 };
typedef struct spare {
    wr_batch batch;
    int class;
    struct spare *next;
} spare;
typedef struct shelf {
    spare *free[CLASSES];
} shelf;

static int class_of(int32_t room)
{
    int class = 0;
    while (class < CLASSES - 2 && (INT32_C(1) << class) < room)
        class++;
    return class;
}

wr_batch *wr_batch_take(wr_comp *self, int32_t room)
{
    assert(room > 0);
    shelf *all = wr_shared(self, "kit.batch", sizeof *all);
    int class = class_of(room);
    spare *s = all->free[class];
    if (s) {
        all->free[class] = s->next;
    } else {
        s = wr_alloc(self, sizeof *s);
        s->class = class;
        s->batch.record = wr_alloc(self, ((size_t)1 << class) * sizeof(wr_record));
    }
    s->batch = (wr_batch){.room = room, .wait = -1, .hide = -1, .record = s->batch.record};
    return &s->batch;
}

void wr_batch_give(wr_comp *self, wr_batch *b)
{
    shelf *all = wr_shared(self, "kit.batch", sizeof *all);
    spare *s = (spare *)(void *)b; /* its first member */
    s->next = all->free[s->class];
    all->free[s->class] = s;
}

uint64_t wr_batch_stamp(const wr_batch *b)
{
    return (uint64_t)(uintptr_t)b;
}

wr_batch *wr_call_batch(const wr_call *c)
{
    return (wr_batch *)(uintptr_t)wr_call_stamp(c);
}

void wr_batch_add(wr_batch *b, wr_record r)
{
    assert(b->n < b->room);
    b->record[b->n++] = r;
    b->bytes += r.size;
}
