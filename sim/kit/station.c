/* station.c - places and a waiting line: what bounds the work that a resource takes on at once.
 *
 * A request that finds a free place begins at once; else it waits, in the order of the discipline, for at
 * most its patience, or is turned away when the line is full. The line is a list through the calls
 * themselves; priority keeps it sorted, first come first served within a class. The station records wait,
 * service and residence of every request that got a place, and the levels that Little's law speaks of.
 * Truth: tests/unit/test_station.c, tests/truth (M/M/c, M/M/c/K, Erlang A, LIFO as FIFO, Cobham). */
#include "../runtime/runtime.h"
#include <weir/kit.h>

static inline cell *of(const wr_station *s, int metric)
{
    return s->owner->uniform[metric - WR_U_REQUESTS];
}

static inline void observe(const wr_station *s, int metric, wr_dur d)
{
    cell_observe(of(s, metric), (double)d / 1e9);
}

static inline void begin(wr_station *s, wr_call *c, wr_time now)
{
    call_line *l = call_line_of(c);
    s->busy++;
    if (!s->sharing)
        cell_step(of(s, WR_U_BUSY), 1, now);
    cell_step(of(s, WR_U_CONCURRENCY), 1, now);
    observe(s, WR_U_WAIT, now - l->since);
    l->since = now;
    s->begin(s->owner, c);
}

static void unlink_call(wr_station *s, wr_call *c)
{
    call_line *l = call_line_of(c);
    *(l->prev ? &call_line_of(l->prev)->next : &s->head) = l->next;
    *(l->next ? &call_line_of(l->next)->prev : &s->tail) = l->prev;
    l->next = l->prev = NULL;
    s->waiting--;
    cell_step(of(s, WR_U_QUEUE_DEPTH), -1, run_now(s->owner->run));
    if (l->patience.gen)
        wr_cancel(s->owner, l->patience);
    l->patience = (wr_event){0};
}

static void patience_over(wr_comp *self, void *arg)
{
    wr_call *c = arg;
    wr_station *s = call_line_of(c)->station;
    call_line_of(c)->patience = (wr_event){0};
    unlink_call(s, c);
    cell_step(of(s, WR_U_IN_SYSTEM), -1, run_now(self->run));
    s->expired(self, c);
}

/* Before whom does it wait? NULL: at the end. */
static wr_call *successor(const wr_station *s, const wr_call *c)
{
    if (s->order == WR_LIFO)
        return s->head;
    if (s->order == WR_FIFO)
        return NULL;
    wr_call *before = NULL;
    for (wr_call *x = s->tail; x && wr_call_priority(x) > wr_call_priority(c); x = call_line_of(x)->prev)
        before = x;
    return before;
}

static void wait_for_place(wr_station *s, wr_call *c)
{
    call_line *l = call_line_of(c);
    wr_call *next = successor(s, c);
    l->next = next;
    l->prev = next ? call_line_of(next)->prev : s->tail;
    *(l->prev ? &call_line_of(l->prev)->next : &s->head) = c;
    *(next ? &call_line_of(next)->prev : &s->tail) = c;
    s->waiting++;
    cell_step(of(s, WR_U_QUEUE_DEPTH), 1, l->since);
    wr_call_stage(c, WR_WAIT);
    l->station = s;
    l->patience = (wr_event){0};
    if (s->patience)
        l->patience = wr_after(s->owner, wr_draw_dur(s->patience, &s->patience_rng), patience_over, c);
}

bool wr_station_enter(wr_station *s, wr_call *c)
{
    cell_add(of(s, WR_U_SLOTS_TAKEN), 1);
    bool free_place = s->busy < s->servers;
    if (!free_place && s->waiting >= s->room)
        return false;
    wr_time now = run_now(s->owner->run);
    call_line *l = call_line_of(c);
    l->entered = l->since = now;
    l->next = l->prev = NULL;
    cell_step(of(s, WR_U_IN_SYSTEM), 1, now);
    if (free_place) {
        begin(s, c, now);
    } else {
        cell_add(of(s, WR_U_WAITED), 1);
        wait_for_place(s, c);
    }
    return true;
}

static void next_begins(wr_station *s)
{
    if (s->beginning) /* somebody's work took no time: the loop further up goes on */
        return;
    s->beginning = true;
    while (s->head && s->busy < s->servers) {
        wr_call *c = s->head;
        unlink_call(s, c);
        wr_call_stage(c, WR_SERVICE);
        begin(s, c, run_now(s->owner->run));
    }
    s->beginning = false;
}

void wr_station_leave(wr_station *s, wr_call *c)
{
    call_line *l = call_line_of(c);
    wr_time now = run_now(s->owner->run);
    s->busy--;
    if (!s->sharing)
        cell_step(of(s, WR_U_BUSY), -1, now);
    cell_step(of(s, WR_U_CONCURRENCY), -1, now);
    cell_step(of(s, WR_U_IN_SYSTEM), -1, now);
    observe(s, WR_U_SERVICE, now - l->since);
    observe(s, WR_U_RESIDENCE, now - l->entered);
    if (s->head)
        next_begins(s);
}

bool wr_station_remove(wr_station *s, wr_call *c)
{
    if (s->head != c && !call_line_of(c)->prev)
        return false;
    unlink_call(s, c);
    cell_step(of(s, WR_U_IN_SYSTEM), -1, run_now(s->owner->run));
    return true;
}

void wr_station_resize(wr_station *s, int64_t servers)
{
    s->servers = servers;
    next_begins(s);
}
