/* weir/engine.h - the clock and the event queue. Knows nothing of AWS.
 *
 * Events fire in the order (time, phase, order of scheduling), which is total: a
 * run is a pure function of scenario and seed. A callback never runs inside
 * another callback. Scheduling cannot fail: out of memory ends the program, and
 * past 2^24 timed events waiting, 2^38 of them in all or WR_ENGINE_INSTANT at one instant the run
 * stops and wr_engine_full() is true. */
#ifndef WEIR_ENGINE_H
#define WEIR_ENGINE_H
#ifdef __cplusplus
extern "C" {
#endif
#include <stdbool.h>
#include <stddef.h>
#include <weir/time.h>

typedef struct wr_engine wr_engine;
typedef struct wr_comp wr_comp; /* whoever owns an event: opaque to the engine */
typedef void wr_event_fn(wr_comp *self, void *arg);

/* Names one scheduled event. {0} is "none". A handle whose event has fired or was
 * cancelled stays harmless for ever (slot + generation): nobody has to track it. */
typedef struct wr_event {
    uint32_t slot, gen;
} wr_event;

enum wr_phase {
    WR_PHASE_EDGE,   /* edges of periods and windows come first: intervals are [from, to) */
    WR_PHASE_WORK,   /* requests, service, timers: nearly everything                     */
    WR_PHASE_CONTROL /* faults, alarms and scalers: after all work of the instant        */
};

#define WR_ENGINE_INSTANT 20000000

wr_engine *wr_engine_create(void);
void wr_engine_destroy(wr_engine *e); /* NULL is fine, as for every destroy */

wr_time wr_engine_now(const wr_engine *e);
/* `when` before now counts as now. WR_NEVER is never: nothing is scheduled, {0} comes back. */
wr_event wr_engine_at(wr_engine *e, wr_time when, enum wr_phase p, wr_event_fn *fn, wr_comp *self,
                      void *arg);
/* At this instant, in WR_PHASE_WORK, after all that is already due; cannot be cancelled. */
void wr_engine_soon(wr_engine *e, wr_event_fn *fn, wr_comp *self, void *arg);
bool wr_engine_cancel(wr_engine *e, wr_event ev); /* true if it was still to come */

/* Fires everything before `until` (events at exactly `until` do not happen) and leaves the clock
 * there, unless wr_engine_stop was called. Returns the number of events fired. */
uint64_t wr_engine_run(wr_engine *e, wr_time until);
/* The same for the next instant only: all events of one time. False: none before `until`. */
bool wr_engine_step(wr_engine *e, wr_time until, uint64_t *fired);
void wr_engine_stop(wr_engine *e); /* the running wr_engine_run returns after this event */
bool wr_engine_full(const wr_engine *e);
/* Whose the last events were when one instant had too many, the latest distinct owners; 0: it had not. */
size_t wr_engine_crowd(const wr_engine *e, wr_comp *const **out);
size_t wr_engine_waiting(const wr_engine *e); /* events still to come */
uint64_t wr_engine_fired(const wr_engine *e);  /* events that happened so far */
uint64_t wr_engine_print(const wr_engine *e); /* fingerprint of all that fired: equal for equal runs */

#ifdef __cplusplus
}
#endif
#endif
