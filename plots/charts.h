/* charts.h - what the chart kinds share: colours, series over replications, pages and panels.
 *
 * A kind asks the book for traces, opens a page (title, finding, footer), opens panels on it, draws and closes
 * them. canvas.h is the paper below, axis.h the numbers. */
#ifndef WR_CHARTS_H
#define WR_CHARTS_H
#include "axis.h"
#include "canvas.h"
#include <math.h>
#include <string.h>

#define WR_CHART(kind) extern const wr_chart wr_chart_##kind;
#include "charts.def"
#undef WR_CHART

typedef struct chart_cfg { /* common to all kinds; the first field of a kind's own struct */
    const char *title;     /* NULL: the chart's own words */
    bool marks;
    int64_t point;
    wr_dur from, to;       /* of time axes */
} chart_cfg;
extern const wr_param chart_params[];
#define CHART_CFG(S, base) /* rows of chart_params for a struct of a kind's own */                                     \
    {.key = "title", .type = WR_T_TEXT, WR_FIELD(S, base.title), .optional = true,                                     \
     .doc = "Words above the chart in place of the chart's own."},                                                     \
    {.key = "marks", .type = WR_T_BOOL, WR_FIELD(S, base.marks), .def = "true",                                        \
     .doc = "Shade faults and mark scaling actions."},                                                                 \
    {.key = "point", .type = WR_T_INT, WR_FIELD(S, base.point), .def = "0", .min = 0, .max = 1e9,                      \
     .doc = "Which point of a merged sweep to draw."},                                                                 \
    {.key = "from", .type = WR_T_DUR, WR_FIELD(S, base.from), .def = "0s", .min = 0, .max = 1e9,                       \
     .doc = "Where axes of time begin."},                                                                              \
    {.key = "to", .type = WR_T_DUR, WR_FIELD(S, base.to), .def = "never", .words = "never",                            \
     .doc = "Where axes of time end; never: with the run."}

/* ---- theme.c: one colour, one meaning ------------------------------------------------------------------ */
enum role { ROLE_OFFERED, ROLE_SERVED, ROLE_THROTTLED, ROLE_FAILED, ROLE_TIMEOUT, ROLE_REFUSED, ROLE_CAPACITY, ROLE_USED,
            ROLE_DESIRED, ROLE_BOOTING, ROLE_LATENCY, ROLE_OBJECTIVE, ROLE_OTHER, ROLES };
pen theme_pen(enum role r);             /* with its dash, so that grey print works */
ink theme_fill(enum role r);            /* of an area */
ink theme_word(enum role r);            /* of a label: darker, so that it can be read */
ink theme_ink(uint32_t rgb, double alpha);
pen theme_line(size_t i);               /* things without a meaning of their own: colour and dash by number */
ink theme_darker(ink i);
enum role theme_outcome(const char *outcome); /* "throttled", "timeout" ... as RESULTS.md spells them */
font theme_font(double size, bool bold, enum align align);
font theme_quiet(double size, enum align align); /* grey */
#define INK_TEXT 0x222222
#define INK_QUIET 0x666666
#define INK_GRID 0xe4e4e4
#define INK_RIM 0x9a9a9a

/* ---- book.c: the store as charts see it -------------------------------------------------------------------- */
typedef struct book {
    wr_canvas *c;
    wr_store *s;
    const chart_cfg *cfg;
    size_t point, reps, n;         /* n: periods shown */
    size_t skip;                   /* periods before them */
    const double *t;               /* their starts */
    double period, begin, end, warmup;
    bool timeless;                 /* this chart has no time axis */
} book;
book book_open(const void *cfg, wr_store *s, wr_canvas *c); /* cfg NULL: defaults */
double book_length(const book *b, size_t i);                /* of period i: the last may be shorter */

typedef struct trace { /* one quantity over the run; NaN: no sample */
    double *mid;       /* the median replication; NULL: there is no such series */
    double *low, *high; /* the middle 80 % of replications; both `mid` of a single one */
    double most;          /* of high: what an axis must hold; NaN: no sample at all */
    double peak, peak_at; /* of mid, and when (s) */
} trace;
enum trace_flag { TRACE_RATE = 1, /* sums in a period become per second */
                  TRACE_EACH = 2  /* a missing sample makes the sum missing: else it counts as zero */ };
/* Sum of factor x series; names without a series count nothing. */
typedef struct term { const char *name; double factor; } term;
typedef bool sample_fn(const book *b, size_t rep, const void *of, double *out); /* false: this replication has none */
trace trace_of(const book *b, sample_fn *fill, const void *of);
trace trace_sum(const book *b, const term *of, size_t n, unsigned flags);
trace trace_one(const book *b, const char *owner, const char *metric, unsigned flags);
trace trace_first(const book *b, const char *owner, const char *const *metrics, unsigned flags); /* the first that exists */
/* express.c: a metric expression of SCENARIO.md 8.3, period by period; *unit as axis.h names it. mid NULL: err says why. */
trace trace_expression(const book *b, const char *expression, const char **unit, wr_err *err);
const double *book_series(const book *b, size_t rep, const char *name); /* of the periods shown; NULL */
bool trace_any(const trace *t);       /* some sample is not zero */
double trace_last(const book *b, const trace *t, double *until); /* last sample, and the end of its period; NaN */
double trace_crosses(const book *b, const trace *t, double bound); /* first time after the warm-up above; NaN: never */

const wr_store_metric *book_metric(const book *b, const char *owner, const char *part, const char *metric);
/* Owners with that metric, outside parts, in the file's order; type NULL: any. Ends with NULL; from the arena. */
const char *const *book_owners(const book *b, const char *type, const char *metric);
const char *book_type(const book *b, const char *owner);
double book_stat(const book *b, const char *owner, const char *metric, const char *stat); /* mean over replications; NaN */
/* What the user asked for (`of`), as owners that have the metric; else the chart's choice. *bad: what is unknown. */
const char *const *book_chosen(const book *b, const char *metric, const char *const *choice, const char **bad);
int book_unknown(const book *b, const char *name, wr_err *err); /* the error, with did-you-mean */
double book_objective(const book *b, const char *owner, const char *metric, double *quantile); /* bound of the first slo
                                                                      `owner.metric.pNN < bound`; NaN: none */
#define SAY_IN(c) ((char *)arena_alloc((c)->arena, SAY))

typedef struct mark { double from, to, value; const char *owner, *kind, *text; } mark; /* s; text may be NULL */
size_t book_faults(const book *b, const mark **out);               /* spans */
size_t book_notes(const book *b, const char *const *kinds, const char *owner, const mark **out);   /* of one replication */
size_t book_actions(const book *b, const char *const *kinds, const char *owner, const mark **out); /* ... within the window */

/* ---- written.c: the scenario that the results carry, at a path of keys that ends with NULL ----------------------- */
const struct node *book_written(const book *b, const char *const *path); /* of sim/table/table.h; NULL: not there */
const char *book_word(const book *b, const char *const *path);           /* NULL */
double book_number(const book *b, const char *const *path);              /* NaN */
#define AT(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- frame.c: pages and panels ----------------------------------------------------------------------------------- */
box page_open(const book *b, const char *title, const char *finding); /* returns the room for panels */
int page_empty(const book *b, const char *title, const char *why);    /* a page that says why nothing is drawn; 0 */
box box_row(box in, size_t i, size_t n, double gap);                  /* i-th of n below each other */
box box_column(box in, size_t i, size_t n, double gap);

typedef struct label { double y, x; const char *text; ink ink; } label; /* x: where its line ends */
typedef struct panel {
    const book *b;
    box plot;
    scale x, y;
    const char *unit;
    const char *acts;   /* whose scaling actions are marked; NULL: everybody's */
    unsigned flags;
    double right;       /* room for labels at the ends of lines */
    double key_x, key_y; /* where the next key in the heading goes */
    size_t labels;
    label label[12];
} panel;
enum panel_flag { PANEL_TIMES = 1, /* tick labels of time below */
                  PANEL_NAMES = 2, /* names of faults and triangles of scaling above the plot */
                  PANEL_WHOLE = 4, PANEL_LOG = 8, PANEL_BARE = 16 /* no y axis */ };
/* A panel over time from zero to `most`; `right`: room for labels at the ends of lines. */
panel panel_open(const book *b, box where, const char *title, const char *unit, double least, double most, double right,
                 unsigned flags);
void panel_key(panel *p, pen line, ink fill, const char *name); /* in the heading; a box if `fill` is to be seen, else a line */
void panel_key_role(panel *p, enum role r, bool area, const char *name);
void panel_end(panel *p, double value, double until, const char *words, ink of); /* at the right end; until: s */
void panel_close(panel *p);

/* ---- words.c: what there is to see, in sentences that end with a full stop; NULL: nothing to say ------------------ */
const char *words_rates(const book *b, const char *const *owners);
const char *words_latency(const book *b, const char *owner);
const char *words_causes(const book *b);
const char *words_fleet(const book *b, const char *owner);
const char *words_join(const book *b, const char *const *sentences, size_t n, const char *otherwise);
const char *words_title(const book *b, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* "web-shop: ..." */
const char *words_outcome(const char *outcome); /* "throttled", "turned away", "timed out", "failed" */
/* Causes of this point as means over replications, most frequent first. */
size_t book_causes(const book *b, const wr_cause_row **out);

/* ---- parts.c: panels that more than one kind shows; false: there is nothing to show ----------------------------------- */
const char *const *part_traffic(const book *b); /* who sends requests: traffics, else the first owner with requests */
const char *part_fleet_owner(const book *b);    /* the group whose size is worth a panel; NULL: none */
const char *part_table_owner(const book *b);    /* the DynamoDB table most used; NULL: none */
const char *part_queue_owner(const book *b);    /* where most waits; NULL: nobody waits */
const char *const *part_queues(const book *b, const char *type); /* all but dead-letter queues; type NULL: any */
const char *part_dead_letters(const book *b, const char *owner); /* a queue's dead-letter queue; NULL: none */
typedef bool part_fn(const book *b, box where, unsigned flags);
part_fn part_rates, part_trouble, part_latency, part_fleet, part_table, part_queue;
panel part_fleet_of(const book *b, const char *owner, box where, double right, unsigned flags); /* closed, for its scales */
double part_scale(double own, double most); /* of a panel beside others: theirs, unless it could not be read on it */
void part_capacity(const book *b, const char *owner, bool writes, box where, double right, unsigned flags);
extern const char *const in_service_names[], *const desired_names[], *const booting_names[];

/* ---- plot.c: marks on a panel --------------------------------------------------------------------------------------- */
void plot_trace(panel *p, const trace *t, pen with, const char *name); /* line, band over replications, name at the end */
void plot_steps(panel *p, const trace *t, pen with, const char *name); /* levels that jump: held over each period */
void plot_band(panel *p, const double *low, const double *high, ink fill);
void plot_area(panel *p, const trace *t, enum role r, const char *name); /* from zero, with its edge */
void plot_stack(panel *p, const trace *layers, const ink *fills, size_t n, bool steps); /* medians on top of each other; layers may be empty */
double stack_most(const book *b, const trace *layers, size_t n);           /* height of the stack */
void plot_level(panel *p, double y, pen with, const char *name);
#endif
