/* arena.c - bump allocation: blocks that double, freed in one step, and the heap that cannot fail.
 *
 * Blocks come zeroed from calloc and are never reused, so what is handed out is zero without being cleared.
 * Out of memory ends the program here and nowhere else. Truth: tests/unit/test_base.c. */
#include "base.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct block {
    struct block *next;
    size_t room;
} block;

struct wr_arena {
    block *blocks;
    char *at, *end;
    size_t next_room, bytes;
};

enum { FIRST_ROOM = 8192, LARGEST_ROOM = 1 << 22 };

_Noreturn void memory_out(size_t size)
{
    fprintf(stderr, "weir: out of memory (%zu bytes)\n", size);
    exit(1);
}

void *memory_get(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p)
        memory_out(size);
    return p;
}

void *memory_grow(void *p, size_t old_size, size_t new_size)
{
    char *q = realloc(p, new_size ? new_size : 1);
    if (!q)
        memory_out(new_size);
    if (new_size > old_size)
        memset(q + old_size, 0, new_size - old_size);
    return q;
}

wr_arena *arena_create(void)
{
    wr_arena *a = memory_get(sizeof *a);
    a->next_room = FIRST_ROOM;
    return a;
}

void arena_destroy(wr_arena *a)
{
    if (!a)
        return;
    for (block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

static void add_block(wr_arena *a, size_t size)
{
    size_t room = size > a->next_room ? size : a->next_room;
    if (room > SIZE_MAX - sizeof(block))
        memory_out(size);
    block *b = memory_get(sizeof *b + room);
    b->room = room;
    b->next = a->blocks;
    a->blocks = b;
    a->at = (char *)(b + 1);
    a->end = a->at + room;
    if (a->next_room < LARGEST_ROOM)
        a->next_room *= 2;
}

void *arena_aligned(wr_arena *a, size_t size, size_t alignment)
{
    assert(alignment && !(alignment & (alignment - 1)));
    if (size > SIZE_MAX / 2)
        memory_out(size);
    size_t pad = a->at ? -(uintptr_t)a->at & (alignment - 1) : 0;
    if (!a->at || (size_t)(a->end - a->at) < size + pad) {
        add_block(a, size + alignment);
        pad = -(uintptr_t)a->at & (alignment - 1);
    }
    void *p = a->at + pad;
    a->at += pad + size;
    a->bytes += size;
    return p;
}

void *arena_alloc(wr_arena *a, size_t size)
{
    return arena_aligned(a, size, 16);
}

char *arena_copy(wr_arena *a, const char *s, size_t len)
{
    char *p = arena_aligned(a, len + 1, 1);
    if (len)
        memcpy(p, s, len);
    return p;
}

char *arena_print(wr_arena *a, const char *fmt, ...)
{
    text t = {0};
    va_list ap;
    va_start(ap, fmt);
    text_vprintf(&t, fmt, ap);
    va_end(ap);
    char *p = arena_copy(a, t.s, t.len);
    text_clear(&t);
    return p;
}

size_t arena_bytes(const wr_arena *a)
{
    return a->bytes;
}
