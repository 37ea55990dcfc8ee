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
    kept metrics, causes, notes, costs, summaries, slos, edges, resources;
};

const char *read_text(wr_store *s, hid_t of, const char *name, const char *otherwise); /* an attribute */
double read_number(hid_t of, const char *name);                                        /* NaN: there is none */
bool read_exists(hid_t in, const char *name); /* of the last of a path whose folders exist, too */
#endif
