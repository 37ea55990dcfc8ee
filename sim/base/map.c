/* map.c - string -> number, open addressing with linear probing, at most half full.
 *
 * Keys are lent, compared by bytes and never removed; the hash is fixed, so runs do not differ. Putting a
 * key again replaces its value. Truth: tests/unit/test_base.c. */
#include "base.h"
#include <stdlib.h>
#include <string.h>

struct map_slot {
    const char *key;
    size_t value;
};

static struct map_slot *slot_of(const map *m, const char *key)
{
    size_t i = (size_t)hash_text(key) & (m->room - 1);
    while (m->slot[i].key && strcmp(m->slot[i].key, key))
        i = (i + 1) & (m->room - 1);
    return &m->slot[i];
}

void map_put(map *m, const char *key, size_t value)
{
    if (2 * (m->n + 1) > m->room) {
        map more = {.room = m->room ? 2 * m->room : 16};
        more.slot = memory_get(more.room * sizeof *more.slot);
        more.n = m->n;
        for (size_t i = 0; i < m->room; i++)
            if (m->slot[i].key)
                *slot_of(&more, m->slot[i].key) = m->slot[i];
        free(m->slot);
        *m = more;
    }
    struct map_slot *s = slot_of(m, key);
    m->n += !s->key;
    *s = (struct map_slot){key, value};
}

bool map_get(const map *m, const char *key, size_t *value)
{
    if (!m->room)
        return false;
    const struct map_slot *s = slot_of(m, key);
    if (s->key && value)
        *value = s->value;
    return s->key != NULL;
}

void map_clear(map *m)
{
    free(m->slot);
    *m = (map){0};
}
