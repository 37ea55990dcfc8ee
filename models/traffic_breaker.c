/* traffic_breaker.c - a circuit breaker: stops calling a callee that fails, and tries it again after a while.
 *
 * Closed: counts failures; open: refuses at once; half open: lets a few trial calls through and closes if all of
 * them end well, opens again at the first that does not. Failures in the window are the times of the latest ones;
 * shares are counted in tenths of the window. Truth: tests/unit/test_client.c. */
#include "traffic.h"
#include <string.h>

enum { LEAST_CALLS = 10 };

void breaker_start(wr_comp *self, struct object *o)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    o->failed = wr_alloc(self, (size_t)cfg->breaker->failures * sizeof *o->failed);
}

static bool by_share(const struct traffic_cfg *cfg)
{
    return cfg->breaker->share > 0; /* absent: NaN or 0 */
}

bool breaker_admits(const struct traffic_cfg *cfg, struct object *o, wr_time now)
{
    if (o->breaker == BREAKER_OPEN && now >= o->until) {
        o->breaker = BREAKER_HALF;
        o->trials = o->passed = 0;
    }
    if (o->breaker == BREAKER_CLOSED)
        return true;
    if (o->breaker == BREAKER_OPEN || o->trials >= cfg->breaker->half_open)
        return false;
    o->trials++;
    return true;
}

static void forget(struct object *o)
{
    o->failed_n = 0;
    memset(o->calls, 0, sizeof o->calls);
    memset(o->failures, 0, sizeof o->failures);
}

static void set_open(const struct traffic_cfg *cfg, struct object *o, wr_time now)
{
    wr_dur d = cfg->breaker->open_for;
    o->breaker = BREAKER_OPEN;
    o->until = d >= WR_NEVER - now ? WR_NEVER : now + d;
    forget(o);
}

/* Slots that time has passed over are empty. */
static size_t slot_at(const struct traffic_cfg *cfg, struct object *o, wr_time now)
{
    wr_dur length = cfg->breaker->window / BREAKER_SLOTS;
    int64_t slot = now / (length > 0 ? length : 1);
    for (int64_t i = o->slot + 1; i <= slot && i <= o->slot + BREAKER_SLOTS; i++)
        o->calls[i % BREAKER_SLOTS] = o->failures[i % BREAKER_SLOTS] = 0;
    o->slot = slot;
    return (size_t)(slot % BREAKER_SLOTS);
}

static bool share_reached(const struct traffic_cfg *cfg, struct object *o, bool well, wr_time now)
{
    size_t at = slot_at(cfg, o, now);
    double calls = 0, failures = 0;
    o->calls[at]++;
    o->failures[at] += !well;
    for (int i = 0; i < BREAKER_SLOTS; i++) {
        calls += o->calls[i];
        failures += o->failures[i];
    }
    return !well && calls >= LEAST_CALLS && failures >= cfg->breaker->share * calls;
}

static bool count_reached(const struct traffic_cfg *cfg, struct object *o, bool well, wr_time now)
{
    size_t n = (size_t)cfg->breaker->failures;
    if (well)
        return false;
    o->failed[o->failed_n++ % n] = now;
    return o->failed_n >= n && now - o->failed[o->failed_n % n] <= cfg->breaker->window;
}

void breaker_ended(const struct traffic_cfg *cfg, struct object *o, bool well, wr_time now)
{
    if (o->breaker == BREAKER_OPEN)
        return; /* sent before it opened */
    if (o->breaker == BREAKER_HALF) {
        if (!well) {
            set_open(cfg, o, now);
        } else if (++o->passed >= cfg->breaker->half_open) {
            o->breaker = BREAKER_CLOSED;
            forget(o);
        }
        return;
    }
    bool reached = by_share(cfg) ? share_reached(cfg, o, well, now) : count_reached(cfg, o, well, now);
    if (reached)
        set_open(cfg, o, now);
}
