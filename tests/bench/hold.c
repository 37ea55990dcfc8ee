/* hold.c - what the event queue costs by itself. Not a test: prints ns of processor time.
 *
 * hold: so many events wait, each that fires schedules itself again after a random delay of mean one second.
 * ties: the same with delays of whole tenths of a second, so that many events share an instant.
 * cancel: so many timeouts of about ten seconds wait; an event cancels one of them at random and arms it again.
 * The delays are drawn beforehand. The figure is the best of ROUNDS; target `bench`, usage: bench_hold [SMALLEST [LARGEST]]. */
#include "../../sim/engine/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { DELAYS = 1 << 16, EVENTS = 2000000, ROUNDS = 3 };

static wr_dur delay[DELAYS];
static size_t at;

typedef struct bench {
    wr_engine *e;
    wr_event *timer;
    size_t n;
    wr_rng r;
    wr_dur tick;
} bench;

static wr_dur next_delay(void)
{
    return delay[at++ & (DELAYS - 1)];
}

static void again(wr_comp *self, void *arg)
{
    wr_engine_at(arg, wr_engine_now(arg) + next_delay(), WR_PHASE_WORK, again, self, arg);
}

static void timed_out(wr_comp *self, void *arg)
{
    (void)self;
    (void)arg;
}

static void arm_one(bench *b, size_t i)
{
    wr_time when = wr_engine_now(b->e) + 9 * WR_S + next_delay();
    b->timer[i] = wr_engine_at(b->e, when, WR_PHASE_WORK, timed_out, NULL, b);
}

static void change_one(wr_comp *self, void *arg)
{
    bench *b = arg;
    size_t i = (size_t)wr_rng_below(&b->r, b->n);
    wr_engine_cancel(b->e, b->timer[i]);
    arm_one(b, i);
    wr_engine_at(b->e, wr_engine_now(b->e) + b->tick, WR_PHASE_WORK, change_one, self, b);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Fires about EVENTS events a simulated second's worth at a time; ns each. */
static double fire(wr_engine *e, wr_dur mean_gap)
{
    wr_engine_run(e, wr_engine_now(e) + 2 * WR_S);
    double begin = seconds();
    uint64_t fired = wr_engine_run(e, wr_engine_now(e) + mean_gap * EVENTS);
    return (seconds() - begin) / (double)fired * 1e9;
}

static void draw_delays(bool whole)
{
    wr_rng r;
    wr_rng_open(&r, 1, 0, "hold", "delay");
    for (size_t i = 0; i < DELAYS; i++)
        delay[i] = whole ? (wr_dur)(1 + wr_rng_below(&r, 19)) * 100 * WR_MS : wr_dur_from_s(wr_rng_exp(&r));
}

static double hold(size_t n, bool ties)
{
    wr_engine *e = wr_engine_create();
    draw_delays(ties);
    for (size_t i = 0; i < n; i++)
        wr_engine_at(e, next_delay(), WR_PHASE_WORK, again, NULL, e);
    double ns = fire(e, WR_S / (wr_dur)n);
    wr_engine_destroy(e);
    return ns;
}

static double cancel(size_t n)
{
    bench b = {.e = wr_engine_create(), .n = n, .tick = WR_S / (wr_dur)n};
    b.timer = memory_get(n * sizeof *b.timer);
    wr_rng_open(&b.r, 1, 0, "hold", "victim");
    draw_delays(false);
    for (size_t i = 0; i < n; i++)
        arm_one(&b, i);
    wr_engine_at(b.e, 0, WR_PHASE_WORK, change_one, NULL, &b);
    double ns = fire(b.e, b.tick);
    wr_engine_destroy(b.e);
    free(b.timer);
    return ns;
}

static double best(double (*run)(size_t n, bool ties), size_t n, bool ties)
{
    double least = run(n, ties);
    for (int i = 1; i < ROUNDS; i++) {
        double ns = run(n, ties);
        least = ns < least ? ns : least;
    }
    return least;
}

static double cancelling(size_t n, bool ties)
{
    (void)ties;
    return cancel(n);
}

int main(int argc, char **argv)
{
    size_t least = argc > 1 ? strtoul(argv[1], NULL, 10) : 10, most = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000;
    printf("%9s %8s %8s %8s  ns an event; cancel: an event that cancels and arms one\n", "waiting", "hold", "ties",
           "cancel");
    for (size_t n = least ? least : 1; n <= most; n *= 10)
        printf("%9zu %8.1f %8.1f %8.1f\n", n, best(hold, n, false), best(hold, n, true), best(cancelling, n, false));
    return 0;
}
