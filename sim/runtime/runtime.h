/* runtime.h - the inside of a run: components, calls, metric cells. For sim/runtime, sim/kit, sim/run.
 *
 * A run is one object, one thread, no globals. The runtime knows neither scenario nor results: sim/run
 * fills a run from the one and turns it into the other. Hot structs are laid out by hand: what one
 * event touches stands in as few cache lines as it can. */
#ifndef WR_RUNTIME_H
#define WR_RUNTIME_H
#include "../base/base.h"
#include "../engine/engine.h"
#include <assert.h>
#include <weir/engine.h>
#include <weir/model.h>

/* What models call all the time: gcc folds it into its callers across files if it says inline. Clang, which is not asked
 * to, takes the word for a mistake. */
#ifdef __clang__
#define FOLDED
#else
#define FOLDED inline
#endif

typedef struct run run;
typedef struct cell cell;
typedef struct tap tap;

/* ---- metric cells (metric.c) ---------------------------------------------------------------------------
 * A cell has ONE accumulator, so that counting costs the same whoever listens. Whoever wants a statistic over
 * some time has a tap on the cell; at each edge of time (end of a period, warm-up, window, alarm period) the
 * accumulator is flushed into all taps that are open. Periods, totals, `from .. to` windows, alarms and
 * stop_when are all taps. */
#define HIST_OCTAVES 66  /* WR_HIST_OCTAVES */
#define CELL_STEPS 128u  /* levels: time at each of so many steps, from 0, is kept until the next flush */
#define CELL_FINE (1u << 20)  /* added to `here` where steps are fractions: only cell_set moves from there */
#define CELL_OTHER (1u << 30) /* the level is none of the steps; far enough for nothing to lead back */
#define CELL_HELD 64     /* values: so many are kept before they are counted */
typedef struct hist { /* log-linear; the 128 bins of an octave are allocated when first touched */
    double *octave[HIST_OCTAVES];
    double zero;
} hist;

typedef struct accumulator {
    double sum;      /* count: the sum; value: sum of (x - shift); level: integral over ns */
    double n;        /* observations; of a level: ns covered */
    double squares;  /* of (x - shift); of a level: its square's integral */
    double min, max; /* +inf, -inf: none */
} accumulator;

/* What every event touches comes first: one cache line. */
struct cell {
    run *run;
    wr_time since;   /* level: counted up to here */
    wr_dur *steps;   /* level: time since the last flush at 0, 1, 2 ... steps */
    double step;     /* level: 1, or 1/2, 1/4 ... where levels are fractions */
    uint8_t per;     /* 1 / step */
    uint8_t kind;    /* enum wr_metric_kind; 0: the sink of what is not recorded */
    bool apart;      /* the short way does not do: it has a group, is the sink, or is new */
    bool seen;
    uint32_t here;   /* level: the present one in steps of 1; or in fractions, with CELL_FINE; or CELL_OTHER */
    double *held;    /* value: observations not counted yet */
    uint32_t held_n;
    uint8_t tries;   /* to find smaller steps */
    accumulator now; /* since the last flush, without what is in `steps` and `held` */
    double level;    /* level: at present, unless it is in `here`; value: the last observation counted */
    double shift;    /* value: first one seen, keeps sums of squares exact */
    hist *h;         /* since the last flush; NULL: no histogram */
    cell *also;      /* the group's cell this one adds to; NULL: none */
    cell *feeds;     /* values: what is observed here belongs to that cell too, and is handed on when flushed */
    cell *fed_by;    /* the other end */
    tap *taps;       /* open ones */
    void *record;    /* sim/run's: what it keeps of this cell */
};

struct tap {
    accumulator sum;
    hist *h;          /* NULL: this tap keeps no histogram */
    double last;
    wr_time opened, closed;
    tap *next;
    bool seen;
};
void cell_init(cell *c, run *r, enum wr_metric_kind kind, bool histogram);
void cell_flush(cell *c);                           /* brings a level up to date, pours `now` into the open taps */
tap *tap_open(cell *c, bool histogram);             /* from now on */
void tap_reset(cell *c, tap *t);                    /* flushes, then starts again from now */
void tap_restart(cell *c, tap *t);                  /* the same for a cell that was just flushed */
void tap_shut(cell *c, tap *t);                     /* flushes, then off the cell; what it holds stays */
double tap_stat(const cell *c, const tap *t, enum formula_stat s, double arg); /* of a tap that is flushed or shut */
double tap_total(const tap *t, const cell *c);      /* sum; of a level: integral in seconds; for ratios */
double hist_quantile(const hist *h, double n, double q, bool whole); /* nearest rank; whole: lower edges (levels) */
double hist_above(const hist *h, double n, double x, bool whole);
void cell_join(cell *c, cell *group);               /* from now on what is counted here counts there, too */
static inline double cell_level(const cell *c)
{
    return c->here < CELL_STEPS ? (double)c->here : c->level;
}
void cell_add_apart(cell *c, double n);
static inline void cell_add(cell *c, double n)
{
    if (c->apart)
        cell_add_apart(c, n);
    else
        c->now.sum += n;
}
void cell_observe_apart(cell *c, double x);
void cell_count_held(cell *c);
static inline void cell_observe(cell *c, double x)
{
    if (c->apart) {
        cell_observe_apart(c, x);
        return;
    }
    c->held[c->held_n++] = x;
    if (c->held_n == CELL_HELD)
        cell_count_held(c);
}
void cell_set(cell *c, double level);

/* ---- components (comp.c) --------------------------------------------------------------------------------- */
enum { CODE_TIMEOUT, CODE_FAULT_ERROR, CODE_FAULT_THROTTLE, CODE_BREAKER_OPEN, CODE_OWN }; /* rows of causes before the model's own codes */
extern const wr_code framework_codes[CODE_OWN];

typedef struct blame { /* requests of a traffic that ended badly, by what ended them */
    const wr_comp *where;
    int code;
    enum wr_stage stage;
    double count;
    wr_time first;
    struct blame *next;
} blame;

typedef struct usage_meter { /* one row of model->usage */
    cell amount, level;      /* wr_bill; wr_bill_level */
    const char *price, *label;
} usage_meter;

struct wr_comp {
    run *run;
    const wr_model *model;
    void *state;
    const void *cfg;
    cell **uniform;      /* by metric - WR_U_REQUESTS, up to WR_U_RATIOS; the run's sink where not recorded */
    cell **cells;        /* by row of model->metrics */
    wr_comp *account;    /* on whose causes and usage it counts: itself, or the group that spawned it */
    int16_t az;
    uint8_t net;
    uint8_t faulty;      /* number of error_rate and throttle faults in force */
    bool presence;       /* the runtime keeps in_system and concurrency */
    bool traffic, spawned, detail, followed;
    int index;           /* of the scenario's component; -1: spawned, or a part */
    const char *name, *part; /* part "": not a part */
    uint64_t serial;     /* requests it opened: keys of requests without one */
    wr_rng ask_rng;      /* item sizes, counts and conditions of its own calls */
    double *code_count;  /* causes in the statistics window: CODE_OWN framework rows, then the model's codes */
    wr_time *code_first; /* WR_NEVER: not yet */
    blame *blames;
    usage_meter *usage;
    cell *store;         /* all cells of its own, in order: uniform, then model's; NULL: it shares the account's */
    int cells_n;
    int unhealthy;       /* followers that reported it unhealthy */
    int holders;         /* followers that have not let go of it */
    bool leaving;
    bool has_dns_ttl;
    wr_dur dns_ttl;      /* where it has one of its own */
    struct follow *followers;  /* of this group */
    struct member *members;    /* of this group, joined and not left */
    struct comp_fault *errors; /* error_rate and throttle in force */
    wr_comp *parts, *next_part;
    wr_comp *group;      /* that spawned it */
    wr_comp *next;       /* all components of the run, in order of creation */
    int uniform_n, metrics_n; /* length of uniform's part of store, and of model->metrics */
    void *record;        /* sim/run's: what it keeps of this component */
};

/* ---- the run (comp.c) -------------------------------------------------------------------------------------- */
typedef struct note { wr_time at; const wr_comp *where; const char *kind, *text; double value; struct note *next; } note;
typedef struct net_law { const wr_dist *dist; wr_dur fixed; bool off; } net_law;
typedef struct net_link { int from, to; const wr_dist *latency; double loss; } net_link;

struct run {
    wr_engine *engine;
    wr_arena *arena;
    uint64_t seed, replication;
    wr_time warmup, end;
    wr_comp *first, *last;        /* all components */
    wr_comp **comp;               /* the scenario's, by number */
    int comps;
    cell sink;                    /* what is not recorded goes here */
    uint64_t *sequences;
    double (*quota)(const void *arg, const char *name);
    const void *quota_arg;
    struct call_pool *calls;
    const wr_call *leaving;       /* whose caller is leaving just now */
    net_law net[4];               /* NET_CLIENT ... */
    bool net_off;
    int links;
    net_link *link;
    wr_rng net_rng;
    struct comp_fault *net_faults; /* added latency in force */
    struct shared *shared;
    note *notes, **notes_end;
    uint64_t requests;            /* opened by traffic */
    bool starting, began;         /* inside the start functions; some traffic has sent something */
    void (*born)(struct run *r, wr_comp *c); /* a component has got cells of its own, now or while running; NULL */
    void *born_arg;
    const char *broken;           /* the run must stop, and why; NULL: fine */
};
enum { NET_CLIENT, NET_SAME_AZ, NET_CROSS_AZ, NET_SERVICE };

run *run_create(uint64_t seed, uint64_t replication);
void run_destroy(run *r);
wr_comp *run_add(run *r, const wr_model *m, const char *name, const void *cfg, int index); /* with all its cells */
void run_start(run *r);   /* start functions: resources, then traffic; then memberships */
void run_break(run *r, const char *why); /* ends the run at once with WR_E_LIMIT */
static inline wr_time run_now(const run *r) { return wr_engine_now(r->engine); }
/* A level moves by a whole number; what is not short is cell_set's. */
static inline void cell_step(cell *c, int by, wr_time now)
{
    uint32_t to = c->here + (uint32_t)by;
    if (to >= CELL_STEPS) {
        cell_set(c, cell_level(c) + by);
        return;
    }
    c->steps[c->here] += now - c->since;
    c->since = now;
    c->here = to;
}

wr_comp *run_comp(const wr_comp *any, int index);        /* the scenario's component of that number */
wr_comp *comp_part(wr_comp *owner, const char *part);    /* NULL: it has no such part */
cell *comp_cell(const wr_comp *c, int metric);           /* by row or wr_uniform; NULL: not recorded, or a ratio */
bool comp_has(const wr_model *m, int uniform);           /* whether a uniform metric applies to the model */
typedef struct ratio { cell *num, *den, *den2; double scale; } ratio; /* scale x num / (den + den2) */
bool comp_ratio(const wr_comp *c, int metric, ratio *out); /* false: it is no ratio of this component */
const wr_metric *comp_metric(const wr_comp *c, int metric);
void comp_cause(wr_comp *c, int row);                    /* counts a cause: framework row, or CODE_OWN + own row */

/* ---- calls (call.c) ------------------------------------------------------------------------------------------ */
/* 64 bytes on each call for the kit's program interpreter, zeroed when the call is opened or delivered. */
void *call_program_room(wr_call *c);
/* Room on each call for a waiting line or heap of the kit, while the call is with a component of ours. */
typedef struct call_line {
    wr_call *next, *prev;
    wr_event patience;
    wr_time entered, since; /* the line; the place, or the line */
    void *station;          /* of the kit's part it is in */
    double work;            /* share.c: finishes when this much has been served to everybody */
    uint32_t at;            /* share.c: place in its heap */
} call_line;
call_line *call_line_of(wr_call *c);
void call_blame_own(wr_call *c, wr_comp *self, int row); /* a refusal of a client's own: a framework row */
void call_answer_fault(wr_call *c, enum wr_status s); /* with a framework code: an error or a throttle of `faults:` */
struct call_pool *calls_create(run *r);
uint64_t calls_open(const struct call_pool *p);      /* in flight now */

/* ---- faults of the runtime itself (fault.c) ------------------------------------------------------------------- */
typedef struct comp_fault { /* one error_rate, throttle or latency in force */
    double share, rate;
    enum wr_status as;
    const wr_dist *add;
    int from, to;
    double tokens;          /* throttle by rate */
    wr_time at;
    const void *mark;       /* which fault of the scenario */
    struct comp_fault *next;
} comp_fault;
void fault_errors(wr_comp *c, comp_fault f, bool on);
void fault_latency(run *r, comp_fault f, bool on);
bool fault_answers(wr_comp *c, wr_call *call);        /* true: it has answered the call with an error */
wr_dur fault_added(run *r, const wr_comp *from, const wr_comp *to);

/* ---- probes (probe.c): one statistic of one metric, read from inside the run ------------------------------------ */
typedef struct probe probe;
probe *probe_open(wr_comp *any, const formula_atom *a); /* counts, levels, values and ratios alike; NULL: no such part */
probe *probe_open_metric(wr_comp *owner, int metric, enum formula_stat s, double arg); /* by row, hidden ones too */
/* The statistic since the probe was opened or last reset; NaN: nothing was observed. Default statistic by kind. */
double probe_take(probe *p, bool reset);
void probe_shut(probe *p);       /* stops listening; probe_take keeps answering for what it heard */
#endif
