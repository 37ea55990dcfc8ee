/* read.h - the files of the reader among themselves. */
#ifndef WR_STORE_READ_H
#define WR_STORE_READ_H
#include "h5.h"

/* What a file may claim: HDF5 takes any number for a size, and what was never written takes no room in the file. */
enum { MOST_BYTES = 1 << 30, MOST_ROWS = 1 << 24, MOST_RUNS = 1 << 20, MOST_PERIODS = 1 << 27 };

typedef struct kept { size_t n; const void *row; const wr_store_at *at; bool read; } kept; /* a table, once read */
struct wr_store {
    hid_t file;
    wr_arena *arena;
    size_t points, reps, periods;
    const double *time;
    map texts;           /* of tables: each text once */
    size_t texts_n;
    const char **text;
    map series;          /* "point/rep/name" -> place */
    size_t series_n, series_room;
    const double **data;
    kept metrics, causes, notes, costs, summaries, slos, edges, resources, replications, measured, moments, objectives, included;
    const wr_scenario_view *look;
};

/* rows.c: tables that only back.c reads. */
typedef struct store_replication { wr_store_at at; int64_t seed, events, requests; const char *print; double end_s, warmup_s; } store_replication;
typedef struct store_metric { const char *owner, *part, *metric, *unit, *type, *cloudwatch, *doc; int kind; } store_metric;
typedef struct store_moments { int64_t metric; wr_moments total; } store_moments;
typedef struct store_objective { wr_slo_value value; } store_objective;
size_t store_replication_rows(wr_store *s, const store_replication **out);
size_t store_metric_rows(wr_store *s, const store_metric **out);
size_t store_moment_rows(wr_store *s, const store_moments **out, const wr_store_at **at);
size_t store_objective_rows(wr_store *s, const store_objective **out, const wr_store_at **at);
size_t store_included_rows(wr_store *s, const wr_scenario_file **out);

const char *read_text(wr_store *s, hid_t of, const char *name, const char *otherwise); /* an attribute */
double read_number(hid_t of, const char *name);                                        /* NaN: there is none */
bool read_exists(hid_t in, const char *name); /* of the last of a path whose folders exist, too */
#endif
