/* test_event.c - the event queue against a sorted array: random scheduling, ties, zero delays, delays from one ns to hours,
 * all phases, cancellation from inside and outside of callbacks; many events against the order alone. The seed is
 * printed; WEIR_SEED=n repeats a run. */
#include "../../sim/engine/engine.h"
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 400, SCHEDULED = 20000 };

typedef struct entry { /* what the oracle knows of one event; sequence 0: free */
    wr_time t;
    int phase;
    uint64_t sequence;
    wr_event handle;
    bool soon;
} entry;

typedef struct world {
    wr_engine *e;
    wr_rng r;
    entry entry[MOST];
    size_t waiting;
    uint64_t sequence, fired, left;
    wr_event old[64]; /* of events that are gone */
} world;

static world w;

static bool before(const entry *a, const entry *b)
{
    if (a->t != b->t)
        return a->t < b->t;
    return a->phase != b->phase ? a->phase < b->phase : a->sequence < b->sequence;
}

static entry *first(void)
{
    entry *best = NULL;
    for (size_t i = 0; i < MOST; i++)
        if (w.entry[i].sequence && (!best || before(&w.entry[i], best)))
            best = &w.entry[i];
    return best;
}

static void act(void);

static void fire(wr_comp *self, void *arg)
{
    entry *x = arg, *due = first();
    (void)self;
    assert_ptr_equal(x, due);
    assert_true(wr_engine_now(w.e) == x->t);
    w.old[w.fired % 64] = x->handle;
    x->sequence = 0;
    w.waiting--;
    w.fired++;
    for (uint64_t n = wr_rng_below(&w.r, 4); n > 0; n--)
        act();
    assert_int_equal(wr_engine_waiting(w.e), w.waiting);
}

static wr_time some_time(wr_time now)
{
    static const wr_dur ahead[] = {0, 0, 1, 1, 5, 5, 1000, 1000000};
    uint64_t k = wr_rng_below(&w.r, 11);
    if (k == 10)
        return now + (wr_dur)(wr_rng_u64(&w.r) >> (20 + wr_rng_below(&w.r, 44)));
    if (k == 9)
        return now - 3; /* the past counts as now */
    return k == 8 ? now + (wr_dur)wr_rng_below(&w.r, 50) : now + ahead[k];
}

static void schedule(void)
{
    entry *x = NULL;
    for (size_t i = 0; i < MOST && !x; i++)
        x = w.entry[i].sequence ? NULL : &w.entry[i];
    if (!x || !w.left)
        return;
    w.left--;
    wr_time now = wr_engine_now(w.e), t = some_time(now);
    bool soon = wr_rng_below(&w.r, 5) == 0;
    *x = (entry){.t = soon || t < now ? now : t, .phase = soon ? WR_PHASE_WORK : (int)wr_rng_below(&w.r, 3),
                 .sequence = ++w.sequence, .soon = soon};
    if (soon)
        wr_engine_soon(w.e, fire, NULL, x);
    else
        x->handle = wr_engine_at(w.e, t, (enum wr_phase)x->phase, fire, NULL, x);
    w.waiting++;
}

static void cancel(void)
{
    entry *x = &w.entry[wr_rng_below(&w.r, MOST)];
    assert_false(wr_engine_cancel(w.e, w.old[wr_rng_below(&w.r, 64)])); /* what is gone stays harmless */
    if (!x->sequence || x->soon)
        return;
    assert_true(wr_engine_cancel(w.e, x->handle));
    assert_false(wr_engine_cancel(w.e, x->handle));
    x->sequence = 0;
    w.waiting--;
}

static void act(void)
{
    if (wr_rng_below(&w.r, 3) == 0)
        cancel();
    else
        schedule();
}

static void begin(uint64_t seed)
{
    w = (world){.e = wr_engine_create(), .left = SCHEDULED};
    wr_rng_open(&w.r, seed, 0, "event", "property");
    print_message("seed %llu\n", (unsigned long long)seed);
}

static uint64_t seed_or(uint64_t otherwise)
{
    const char *s = getenv("WEIR_SEED");
    return s ? strtoull(s, NULL, 10) : otherwise;
}

static uint64_t play(uint64_t seed, bool by_step)
{
    begin(seed);
    wr_time until = 0;
    while (w.left || w.waiting) {
        for (int i = 0; i < 30; i++)
            act();
        entry *due = first();
        uint64_t was = w.fired, said = 0;
        wr_dur far = wr_rng_below(&w.r, 4) ? 2000 : WR_NS << wr_rng_below(&w.r, 46);
        until = wr_engine_now(w.e) + (wr_dur)wr_rng_below(&w.r, (uint64_t)far);
        bool near = due && due->t < until;
        if (by_step) {
            assert_int_equal(wr_engine_step(w.e, until, &said), near);
        } else {
            said = wr_engine_run(w.e, until);
            assert_true(wr_engine_now(w.e) == until);
            due = first();
            assert_true(!due || due->t >= until);
        }
        if (by_step && wr_rng_below(&w.r, 3) == 0)
            wr_engine_run(w.e, until + 1000); /* on to what is far */
        else
            assert_true(said == w.fired - was);
    }
    assert_true(wr_engine_fired(w.e) == w.fired);
    assert_int_equal(wr_engine_waiting(w.e), 0);
    uint64_t print = wr_engine_print(w.e);
    wr_engine_destroy(w.e);
    return print;
}

/* ---- what it refuses ---------------------------------------------------------------------------------------- */
static void test_never_schedules_nothing(void **state)
{
    (void)state;
    wr_engine *e = wr_engine_create();
    wr_event ev = wr_engine_at(e, WR_NEVER, WR_PHASE_WORK, fire, NULL, NULL);
    assert_int_equal(ev.gen, 0);
    assert_int_equal(wr_engine_waiting(e), 0);
    assert_false(wr_engine_cancel(e, ev));
    assert_false(wr_engine_cancel(e, (wr_event){7, 9}));
    uint64_t fired = 0;
    assert_false(wr_engine_step(e, WR_NEVER, &fired));
    wr_engine_destroy(e);
    wr_engine_destroy(NULL);
}

static void note(wr_comp *self, void *arg)
{
    (void)self;
    ++*(int *)arg;
}

static void test_events_at_the_end_do_not_happen(void **state)
{
    (void)state;
    wr_engine *e = wr_engine_create();
    int n = 0;
    wr_engine_at(e, 10, WR_PHASE_EDGE, note, NULL, &n);
    assert_int_equal(wr_engine_run(e, 10), 0);
    assert_true(wr_engine_now(e) == 10);
    assert_int_equal(wr_engine_run(e, 11), 1);
    assert_int_equal(n, 1);
    wr_engine_destroy(e);
}

static void stop(wr_comp *self, void *arg)
{
    (void)self;
    wr_engine_stop(arg);
}

static void test_stop_keeps_the_clock_and_the_rest(void **state)
{
    (void)state;
    wr_engine *e = wr_engine_create();
    int n = 0;
    wr_engine_at(e, 5, WR_PHASE_WORK, stop, NULL, e);
    wr_engine_at(e, 5, WR_PHASE_WORK, note, NULL, &n);
    assert_int_equal(wr_engine_run(e, 100), 1);
    assert_true(wr_engine_now(e) == 5);
    assert_int_equal(n, 0);
    assert_int_equal(wr_engine_run(e, 100), 1);
    assert_int_equal(n, 1);
    wr_engine_destroy(e);
}

static void test_a_cancelled_present_is_no_step(void **state)
{
    (void)state;
    wr_engine *e = wr_engine_create();
    int n = 0;
    uint64_t fired = 0;
    wr_event ev = wr_engine_at(e, 0, WR_PHASE_WORK, note, NULL, &n);
    assert_true(wr_engine_cancel(e, ev));
    assert_int_equal(wr_engine_waiting(e), 0);
    assert_false(wr_engine_step(e, 10, &fired));
    wr_engine_at(e, 3, WR_PHASE_WORK, note, NULL, &n);
    assert_true(wr_engine_step(e, 10, &fired));
    assert_int_equal(n, 1);
    assert_int_equal(fired, 1);
    wr_engine_destroy(e);
}

/* ---- the order ---------------------------------------------------------------------------------------------- */
static void test_the_order_is_that_of_a_sorted_array(void **state)
{
    (void)state;
    uint64_t seed = seed_or(1);
    for (uint64_t i = 0; i < 4; i++)
        play(seed + i, false);
}

static void test_steps_are_whole_instants(void **state)
{
    (void)state;
    uint64_t seed = seed_or(101);
    for (uint64_t i = 0; i < 4; i++)
        play(seed + i, true);
}

static void test_equal_runs_have_equal_fingerprints(void **state)
{
    (void)state;
    uint64_t seed = seed_or(7), print = play(seed, false);
    assert_true(print == play(seed, false));
    assert_true(print != play(seed + 1, false));
}

static void test_a_hundred_thousand_events_come_out_in_order(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    wr_engine *e = wr_engine_create();
    int n = 0;
    wr_rng r;
    wr_rng_open(&r, seed_or(3), 0, "event", "many");
    wr_event *ev = memory_get(MANY * sizeof *ev);
    for (size_t i = 0; i < MANY; i++)
        ev[i] = wr_engine_at(e, 1 + (wr_time)wr_rng_below(&r, 1000), WR_PHASE_WORK, note, NULL, &n);
    for (size_t i = 0; i < MANY; i += 2)
        assert_true(wr_engine_cancel(e, ev[i]));
    uint64_t fired = 0;
    wr_time last = 0;
    while (wr_engine_step(e, WR_NEVER, &fired)) {
        assert_true(wr_engine_now(e) > last);
        last = wr_engine_now(e);
    }
    assert_int_equal(n, MANY / 2);
    assert_int_equal(fired, MANY / 2);
    free(ev);
    wr_engine_destroy(e);
}

/* ---- many events: each knows its place in the order, and none may come before one that has fired ----------------- */
enum { CROWD = 30000, CHANGES = 300000 };

typedef struct many {
    wr_engine *e;
    wr_rng r;
    struct one { wr_time t; int phase; uint64_t sequence; wr_event handle; bool waits; } one[CROWD];
    struct one last;
    uint64_t sequence, scheduled, cancelled, fired;
} many;

static many m;

static void fire_one(wr_comp *self, void *arg);

/* Delays of all lengths, one half of them in round numbers so that they meet. */
static void schedule_one(struct one *x)
{
    wr_dur d = (wr_dur)(wr_rng_u64(&m.r) >> (24 + wr_rng_below(&m.r, 40)));
    if (wr_rng_below(&m.r, 2))
        d = d >> 20 << 20;
    wr_time now = wr_engine_now(m.e);
    /* at the present instant only what is still to come: the phase that is under way */
    x->phase = d || !m.fired ? (int)wr_rng_below(&m.r, 3) : m.last.phase;
    x->t = now + d;
    x->sequence = ++m.sequence;
    x->waits = true;
    x->handle = wr_engine_at(m.e, x->t, (enum wr_phase)x->phase, fire_one, NULL, x);
    m.scheduled++;
}

static void change_some(void)
{
    for (uint64_t n = wr_rng_below(&m.r, 4); n > 0; n--) {
        struct one *x = &m.one[wr_rng_below(&m.r, CROWD)];
        assert_int_equal(wr_engine_cancel(m.e, x->handle), x->waits);
        m.cancelled += x->waits;
        x->waits = false;
        if (m.scheduled < CHANGES)
            schedule_one(x);
    }
}

static void fire_one(wr_comp *self, void *arg)
{
    (void)self;
    struct one *x = arg;
    assert_true(x->waits && wr_engine_now(m.e) == x->t);
    assert_true(m.last.t <= x->t);
    if (m.last.t == x->t)
        assert_true(m.last.phase < x->phase || (m.last.phase == x->phase && m.last.sequence < x->sequence));
    m.last = *x;
    m.fired++;
    x->waits = false;
    change_some();
}

static void test_many_events_of_all_distances_keep_their_order(void **state)
{
    (void)state;
    uint64_t seed = seed_or(11);
    for (uint64_t i = 0; i < 2; i++) {
        m = (many){.e = wr_engine_create()};
        wr_rng_open(&m.r, seed + i, 0, "event", "crowd");
        print_message("seed %llu\n", (unsigned long long)(seed + i));
        for (size_t k = 0; k < CROWD; k++)
            schedule_one(&m.one[k]);
        wr_engine_run(m.e, WR_NEVER);
        assert_int_equal(m.fired + m.cancelled, m.scheduled);
        assert_int_equal(wr_engine_waiting(m.e), 0);
        wr_engine_destroy(m.e);
    }
}

/* One instant, all phases, and the half of it cancelled in between. */
static void test_a_crowd_at_one_instant_keeps_its_order(void **state)
{
    (void)state;
    m = (many){.e = wr_engine_create(), .scheduled = CHANGES};
    wr_rng_open(&m.r, seed_or(13), 0, "event", "instant");
    for (size_t k = 0; k < CROWD; k++) {
        struct one *x = &m.one[k];
        *x = (struct one){.t = 5 * WR_S, .phase = (int)wr_rng_below(&m.r, 3), .sequence = k + 1, .waits = true};
        x->handle = wr_engine_at(m.e, x->t, (enum wr_phase)x->phase, fire_one, NULL, x);
    }
    for (size_t k = 0; k < CROWD; k += 2) {
        assert_true(wr_engine_cancel(m.e, m.one[k].handle));
        m.one[k].waits = false;
    }
    wr_engine_run(m.e, 6 * WR_S);
    assert_int_equal(m.fired + m.cancelled, CROWD / 2);
    wr_engine_destroy(m.e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_schedules_nothing),
        cmocka_unit_test(test_events_at_the_end_do_not_happen),
        cmocka_unit_test(test_stop_keeps_the_clock_and_the_rest),
        cmocka_unit_test(test_a_cancelled_present_is_no_step),
        cmocka_unit_test(test_the_order_is_that_of_a_sorted_array),
        cmocka_unit_test(test_steps_are_whole_instants),
        cmocka_unit_test(test_equal_runs_have_equal_fingerprints),
        cmocka_unit_test(test_a_hundred_thousand_events_come_out_in_order),
        cmocka_unit_test(test_many_events_of_all_distances_keep_their_order),
        cmocka_unit_test(test_a_crowd_at_one_instant_keeps_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
