/* sqs_group.c - message groups by key: those of a FIFO queue, and the tenants of a fair one.
 *
 * A hash table by key, at most half full, and a list of groups that stand out (ready, or noisy). Groups are made when
 * first met and given back by their queue, to be used again.
 * Truth: tests/unit/test_sqs_fifo.c, tests/unit/test_sqs_fair.c. */
#include "sqs.h"
#include <assert.h>
#include <string.h>

enum { FEW = 16 };

static uint32_t home(const sqs_groups *s, uint64_t key)
{
    return (uint32_t)(wr_key_spot(key) * s->room);
}

static uint32_t find(const sqs_groups *s, uint64_t key)
{
    uint32_t i = home(s, key);
    while (s->slot[i] && s->slot[i]->key != key)
        i = (i + 1) & (s->room - 1);
    return i;
}

static void grow(sqs *q)
{
    sqs_groups *s = &q->groups, old = *s;
    s->room = old.room ? 2 * old.room : FEW;
    s->slot = wr_alloc(q->self, s->room * sizeof *s->slot);
    for (uint32_t i = 0; i < old.room; i++)
        if (old.slot[i])
            s->slot[find(s, old.slot[i]->key)] = old.slot[i];
}

static void number(sqs *q, sqs_group *g)
{
    sqs_groups *s = &q->groups;
    if (s->made == s->all_room) {
        uint32_t room = s->all_room ? 2 * s->all_room : FEW;
        sqs_group **all = wr_alloc(q->self, room * sizeof *all);
        if (s->made)
            memcpy(all, s->all, s->made * sizeof *all);
        s->all = all;
        s->all_room = room;
    }
    g->number = s->made;
    s->all[s->made++] = g;
}

static sqs_group *take(sqs *q)
{
    sqs_groups *s = &q->groups;
    sqs_group *g = s->free;
    if (g) {
        s->free = g->next;
    } else {
        g = wr_alloc(q->self, sizeof *g);
        number(q, g);
    }
    return g;
}

sqs_group *sqs_group_of(sqs *q, uint64_t key)
{
    sqs_groups *s = &q->groups;
    if (2 * (s->n + 1) > s->room)
        grow(q);
    uint32_t at = find(s, key);
    if (s->slot[at])
        return s->slot[at];
    sqs_group *g = take(q);
    uint32_t n = g->number;
    *g = (sqs_group){.key = key, .head = SQS_NONE, .tail = SQS_NONE, .number = n, .place = SQS_NONE,
                     .used = true, .worked = wr_now(q->self)};
    s->slot[at] = g;
    s->n++;
    return g;
}

/* Closes the gap in the table, so that what was pushed on by the removed group is still found. */
void sqs_group_free(sqs *q, sqs_group *g)
{
    sqs_groups *s = &q->groups;
    uint32_t mask = s->room - 1, gap = find(s, g->key);
    assert(s->slot[gap] == g && !g->listed);
    for (uint32_t i = (gap + 1) & mask; s->slot[i]; i = (i + 1) & mask) {
        uint32_t wants = home(s, s->slot[i]->key);
        if (((i - wants) & mask) < ((i - gap) & mask))
            continue;
        s->slot[gap] = s->slot[i];
        gap = i;
    }
    s->slot[gap] = NULL;
    s->n--;
    g->used = false;
    g->next = s->free;
    s->free = g;
}

void sqs_group_list(sqs_groups *s, sqs_group *g)
{
    g->prev = s->tail;
    g->next = NULL;
    *(g->prev ? &g->prev->next : &s->head) = g;
    s->tail = g;
    g->listed = true;
}

void sqs_group_unlist(sqs_groups *s, sqs_group *g)
{
    if (!g->listed)
        return;
    *(g->prev ? &g->prev->next : &s->head) = g->next;
    *(g->next ? &g->next->prev : &s->tail) = g->prev;
    g->listed = false;
}

/* ---- its visible messages ---------------------------------------------------------------------------- */
void sqs_group_insert(sqs *q, sqs_group *g, uint32_t i, uint32_t before)
{
    sqs_message *m = sqs_at(q, i);
    m->next = before;
    m->prev = before == SQS_NONE ? g->tail : sqs_at(q, before)->prev;
    *(m->prev == SQS_NONE ? &g->head : &sqs_at(q, m->prev)->next) = i;
    *(m->next == SQS_NONE ? &g->tail : &sqs_at(q, m->next)->prev) = i;
    g->count[SQS_VISIBLE]++;
}

void sqs_group_unlink(sqs *q, sqs_group *g, uint32_t i)
{
    const sqs_message *m = sqs_at(q, i);
    *(m->prev == SQS_NONE ? &g->head : &sqs_at(q, m->prev)->next) = m->next;
    *(m->next == SQS_NONE ? &g->tail : &sqs_at(q, m->next)->prev) = m->prev;
    g->count[SQS_VISIBLE]--;
}
