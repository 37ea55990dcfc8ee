/* where.c - what a binding remembers: the place of every bound field, by the field's address.
 *
 * A model's prepare speaks of its fields by address ("this one is larger than that one"); here the
 * address leads back to file, line and column, and to whether the user wrote it. A struct and its
 * first field share an address; the field wins. Truth: tests/unit/test_bind.c. */
#include "node.h"
#include <math.h>
#include <stdarg.h>
#include <string.h>

struct bound_at *bind_state(binder *b)
{
    if (!b->where)
        b->where = arena_alloc(b->arena, sizeof *b->where);
    if (!b->what)
        b->what = "the scenario";
    return b->where;
}

static bound *slot_of(bound *slot, size_t room, const void *field)
{
    size_t i = (size_t)mix64((uint64_t)(uintptr_t)field) & (room - 1);
    while (slot[i].field && slot[i].field != field)
        i = (i + 1) & (room - 1);
    return &slot[i];
}

static void grow(binder *b, struct bound_at *w)
{
    size_t room = w->room ? 2 * w->room : 64;
    bound *slot = arena_alloc(b->arena, room * sizeof *slot);
    for (size_t i = 0; i < w->room; i++)
        if (w->slot[i].field)
            *slot_of(slot, room, w->slot[i].field) = w->slot[i];
    w->slot = slot;
    w->room = room;
}

void bind_remember(binder *b, const void *field, wr_pos at, bool given, bool record)
{
    struct bound_at *w = bind_state(b);
    if (2 * w->n >= w->room)
        grow(b, w);
    bound *s = slot_of(w->slot, w->room, field);
    w->n += !s->field;
    if (s->field && record && !s->record)
        return;
    *s = (bound){field, at, given && !w->defaults, record};
}

wr_pos bind_where(const binder *b, const void *field, bool *given)
{
    const struct bound_at *w = b->where;
    const bound *s = w && w->room ? slot_of(w->slot, w->room, field) : NULL;
    bool found = s && s->field;
    if (given)
        *given = found && s->given;
    return found ? s->at : (wr_pos){0};
}

void bind_error(binder *b, wr_pos at, const char *fmt, ...)
{
    text t = {0};
    va_list ap;
    va_start(ap, fmt);
    text_vprintf(&t, fmt, ap);
    va_end(ap);
    wr_diag_add(b->diag, WR_ERROR, at, "%s", t.s ? t.s : "");
    diag_topic(b->diag, b->explain);
    text_clear(&t);
}

void bind_near(binder *b, const char *word, const char *const *names, size_t n)
{
    const char *best = near_best(word, names, n);
    if (best)
        wr_diag_hint(b->diag, "did you mean '%s'?", best);
}

static const node *parameter(binder *b, const char *name)
{
    const node *all = b->params && b->params->kind == NODE_MAP ? b->params : NULL;
    for (size_t i = 0; all && i < all->n; i++) {
        if (strcmp(all->key[i]->text, name) == 0) {
            all->key[i]->used = true;
            return all->item[i];
        }
    }
    return NULL;
}

const node *bind_deref(binder *b, const node *n)
{
    const char *name;
    for (int hops = 0; (name = node_ref(n)); hops++) {
        const node *value = parameter(b, name);
        if (!value || hops > NODE_DEPTH) {
            if (b->where && b->where->told) {
                b->where->silent++;
                return NULL;
            }
            bind_error(b, n->at, value ? "the parameter '%s' refers to itself" : "there is no parameter '%s'", name);
            return NULL;
        }
        n = value;
    }
    return n;
}

/* What stands in a field that was left out: the same as where `none` was written. */
void bind_absent(const wr_param *row, void *field)
{
    switch (row->type) {
    case WR_T_BOOL:
        *(bool *)field = false;
        break;
    case WR_T_INT:
        *(int64_t *)field = -1;
        break;
    case WR_T_DUR:
        *(wr_dur *)field = -1;
        break;
    case WR_T_NUMBER:
    case WR_T_SHARE:
    case WR_T_BYTES:
    case WR_T_RATE:
        *(double *)field = NAN;
        break;
    case WR_T_ENUM:
        *(int *)field = -1;
        break;
    case WR_T_LIST:
    case WR_T_MAP:
        *(wr_list *)field = (wr_list){0};
        break;
    case WR_T_CHOICE:
        *(wr_pick *)field = (wr_pick){-1, NULL};
        break;
    default: /* pointers: all are NULL in the same way */
        memset(field, 0, sizeof(void *));
    }
}
