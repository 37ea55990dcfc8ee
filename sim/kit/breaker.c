/* breaker.c - a circuit breaker: stops calling a callee that fails, and tries it again after a while.
 *
 * Closed: counts failures; open: refuses at once; half open: lets a few trial calls through and closes if all of
 * them end well, opens again at the first that does not. Failures in the window are the times of the latest ones;
 * shares are counted in tenths of the window. Truth: tests/unit/test_client.c, test_retry_steps.c. */
#include <string.h>
#include <weir/kit.h>

const wr_param wr_breaker_params[] = {
    {.key = "failures", WR_FIELD(wr_breaker_cfg, failures), .type = WR_T_INT, .def = "5", .min = 1, .max = 100000, .doc = "Failed tries within 'window' that open it; conflicts and invalid requests are no failures.", .src = "assumption: a usual setting"},
    {.key = "window", WR_FIELD(wr_breaker_cfg, window), .type = WR_T_DUR, .def = "10s", .min = 0.001, .max = 1e6, .doc = "Time that is looked back upon.", .src = "assumption: a usual setting"},
    {.key = "share", WR_FIELD(wr_breaker_cfg, share), .type = WR_T_SHARE, .optional = true, .doc = "Opens at this share of failures, of at least 10 tries within 'window', in place of 'failures'."},
    {.key = "open_for", WR_FIELD(wr_breaker_cfg, open_for), .type = WR_T_DUR, .def = "30s", .doc = "Time it stays open before it lets calls through for a trial.", .src = "assumption: a usual setting"},
    {.key = "half_open", WR_FIELD(wr_breaker_cfg, half_open), .type = WR_T_INT, .def = "1", .min = 1, .max = 1e6, .doc = "Calls of a trial; if all end well it closes.", .src = "assumption: a usual setting"},
    {0}};

enum { LEAST_CALLS = 10, SLOTS = 10 };
enum state { CLOSED, OPEN, HALF };
struct wr_breaker {
    const wr_breaker_cfg *cfg;
    enum state state;
    wr_time until;             /* open: until then; half open: new trials from then on */
    int64_t trials, passed;    /* half open: sent, and come back well */
    wr_time *failed;           /* the latest failures, a ring */
    size_t failed_n;
    int64_t slot;              /* of time, by which the counts below are kept */
    double calls[SLOTS], failures[SLOTS];
};

wr_breaker *wr_breaker_create(wr_comp *owner, const wr_breaker_cfg *cfg)
{
    wr_breaker *b = wr_alloc(owner, sizeof *b);
    b->cfg = cfg;
    b->failed = wr_alloc(owner, (size_t)cfg->failures * sizeof *b->failed);
    return b;
}

static bool by_share(const wr_breaker_cfg *cfg)
{
    return cfg->share > 0; /* absent: NaN or 0 */
}

static wr_time later(wr_time now, wr_dur d)
{
    return d >= WR_NEVER - now ? WR_NEVER : now + d;
}

bool wr_breaker_admits(wr_breaker *b, wr_time now)
{
    if (b->state == CLOSED)
        return true;
    if (now >= b->until) { /* also of a trial that never came back */
        b->state = HALF;
        b->trials = b->passed = 0;
        b->until = later(now, b->cfg->open_for);
    }
    if (b->state == OPEN || b->trials >= b->cfg->half_open)
        return false;
    b->trials++;
    return true;
}

static void forget(wr_breaker *b)
{
    b->failed_n = 0;
    memset(b->calls, 0, sizeof b->calls);
    memset(b->failures, 0, sizeof b->failures);
}

static void set_open(wr_breaker *b, wr_time now)
{
    b->state = OPEN;
    b->until = later(now, b->cfg->open_for);
    forget(b);
}

/* Slots that time has passed over are empty. */
static size_t slot_at(wr_breaker *b, wr_time now)
{
    wr_dur length = b->cfg->window / SLOTS;
    int64_t slot = now / (length > 0 ? length : 1);
    for (int64_t i = b->slot + 1; i <= slot && i <= b->slot + SLOTS; i++)
        b->calls[i % SLOTS] = b->failures[i % SLOTS] = 0;
    b->slot = slot;
    return (size_t)(slot % SLOTS);
}

static bool share_reached(wr_breaker *b, bool well, wr_time now)
{
    size_t at = slot_at(b, now);
    double calls = 0, failures = 0;
    b->calls[at]++;
    b->failures[at] += !well;
    for (int i = 0; i < SLOTS; i++) {
        calls += b->calls[i];
        failures += b->failures[i];
    }
    return !well && calls >= LEAST_CALLS && failures >= b->cfg->share * calls;
}

static bool count_reached(wr_breaker *b, bool well, wr_time now)
{
    size_t n = (size_t)b->cfg->failures;
    if (well)
        return false;
    b->failed[b->failed_n++ % n] = now;
    return b->failed_n >= n && now - b->failed[b->failed_n % n] <= b->cfg->window;
}

void wr_breaker_ended(wr_breaker *b, bool well, wr_time now)
{
    if (b->state == OPEN)
        return; /* sent before it opened */
    if (b->state == HALF) {
        if (!well) {
            set_open(b, now);
        } else if (++b->passed >= b->cfg->half_open) {
            b->state = CLOSED;
            forget(b);
        }
        return;
    }
    bool reached = by_share(b->cfg) ? share_reached(b, well, now) : count_reached(b, well, now);
    if (reached)
        set_open(b, now);
}
