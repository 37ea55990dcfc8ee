/* weir/scenario.h - a YAML file, checked and frozen. */
#ifndef WEIR_SCENARIO_H
#define WEIR_SCENARIO_H
#ifdef __cplusplus
extern "C" {
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <weir/err.h>

typedef struct wr_scenario wr_scenario; /* immutable once loaded: threads share it */
typedef struct wr_override { /* "orders.read_capacity_units" = "500": --set, sweep, plan */
    const char *path, *value;
} wr_override;

/* NULL if the diagnostics hold an error; they then hold every error that could be found. Diagnostics may
 * lend their texts from the scenario: print them before wr_scenario_destroy. */
wr_scenario *wr_scenario_load(const char *path, const wr_override *o, size_t n, wr_diag *d);
wr_scenario *wr_scenario_parse(const char *name, const char *text, size_t len, const wr_override *o, size_t n,
                               wr_diag *d);
void wr_scenario_destroy(wr_scenario *s);

/* What a scenario says, for results and pictures. All texts are loans from it. */
typedef struct wr_scenario_slo { const char *expr; } wr_scenario_slo; /* as written */
typedef struct wr_scenario_part { const char *name, *type, *title; bool traffic; } wr_scenario_part;
typedef struct wr_scenario_edge { const char *source, *target, *label; } wr_scenario_edge;
typedef struct wr_scenario_file { const char *path, *sha256; } wr_scenario_file;
typedef struct wr_scenario_view {
    const char *name, *description, *region, *file;
    const char *text, *resolved, *sha256; /* as read; canonical YAML after parameters and overrides; of that */
    double duration_s;                    /* infinite: only stop_when ends it */
    double warmup_s, period_s;            /* warmup_s NaN: auto */
    uint64_t seed;
    size_t replications, slos, parts, edges, files;
    const wr_scenario_slo *slo;           /* in file order */
    const wr_scenario_part *part;         /* traffic, then resources, in file order */
    const wr_scenario_edge *edge;         /* of the topology */
    const wr_scenario_file *included;     /* traces and CSV files read, relative to the scenario */
    const char *charts;                   /* the section's resolved YAML; NULL: none */
} wr_scenario_view;
const wr_scenario_view *wr_scenario_look(const wr_scenario *s);

/* ---- sweeps: the points of `sweep:` and of axes given beside it, first axis slowest ---------------------------- */
typedef struct wr_point {
    const wr_override *set; /* what differs from the scenario, in the order of the axes; texts as YAML */
    size_t n;
} wr_point;
typedef struct wr_grid {
    size_t points;          /* 1 without any axis: the scenario itself */
    const wr_point *point;
    size_t paths;
    const char *const *path; /* all that some point sets, in order */
    void *memory;
} wr_grid;
/* `over`: {path, axis} as the command line has them: "200,400", "200..800:100", "log(1,1000,7)", or YAML. An axis of
 * the same path replaces the scenario's. WR_E_INPUT: an axis cannot be read; its values are checked by loading a point. */
int wr_grid_make(const wr_scenario *s, const wr_override *over, size_t n, wr_grid *out, wr_err *err);
void wr_grid_clear(wr_grid *g);

#ifdef __cplusplus
}
#endif
#endif
