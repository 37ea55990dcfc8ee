/* h5.h - HDF5 with a memory for its first failure.
 *
 * After a failure the helpers do nothing, so that code which writes fifty things checks once, at the end.
 * HDF5's own printing is silenced between h5_quiet and h5_loud, whatever the program has set before. */
#ifndef WR_STORE_H5_H
#define WR_STORE_H5_H
#include "store.h"
#include <hdf5.h>
#include <hdf5_hl.h>

typedef struct h5_voice { H5E_auto2_t print; void *arg; } h5_voice;
h5_voice h5_quiet(void);
void h5_loud(h5_voice v);
const char *h5_reason(char *out, size_t room); /* the innermost text of HDF5's error stack; empties it */

typedef struct h5 { /* a file being written */
    hid_t file;
    bool broken;
    wr_err why; /* of the first failure */
} h5;
bool h5_check(h5 *h, bool good, const char *what); /* false from the first failure on */

/* ---- image.c ---- */
typedef struct image { unsigned char *bytes; size_t room; bool closed; } image; /* bytes: the caller's to free */
hid_t image_open(image *m);
size_t image_close(image *m, hid_t file); /* length of the file; 0: it could not be closed */

/* ---- h5.c ---- */
hid_t h5_text_type(size_t bytes);             /* fixed length, UTF-8, NUL-padded */
hid_t h5_plan(int rank, const hsize_t *chunk); /* creation of a dataset: no times; chunk NULL: contiguous */
hid_t h5_group(h5 *h, const char *name);
void h5_close(hid_t id);                      /* whatever it is; an invalid id is fine */

void h5_attr_text(h5 *h, hid_t of, const char *name, const char *s);
void h5_attr_int(h5 *h, hid_t of, const char *name, int64_t x);
void h5_attr_real(h5 *h, hid_t of, const char *name, double x);
void h5_text(h5 *h, hid_t in, const char *name, const char *s); /* a dataset of one text */
/* A one-dimensional dataset that is a dimension scale; the id is the caller's. */
hid_t h5_scale(h5 *h, hid_t in, const char *name, const char *unit, hid_t type, const void *data, hsize_t n);

/* ---- tables.c ---- */
enum h5_column_type { H5_INT, H5_REAL, H5_TEXT };
typedef struct h5_column {
    const char *name;
    enum h5_column_type type;
    size_t room;              /* H5_TEXT: bytes; 0: as much as the longest needs */
} h5_column;                  /* tables of columns end with {0} */
typedef union h5_value { int64_t i; double x; const char *s; } h5_value;
typedef struct h5_table { /* rows are collected first, since the longest text decides the layout */
    const h5_column *column;
    size_t columns, rows, room;
    h5_value *value;
    wr_arena *a;
} h5_table;
h5_table h5_table_of(wr_arena *a, const h5_column *column);
h5_value *h5_table_row(h5_table *t); /* a new one, to be filled */
void h5_table_write(h5 *h, hid_t in, const char *name, const h5_table *t);

/* ---- contents.c: all of RESULTS.md section 3. `w` NULL: x is the only point ---- */
void tables_write(h5 *h, const wr_experiment *x, const wr_sweep *w, wr_arena *a);
void tables_included(h5 *h, hid_t in, const wr_experiment *x, wr_arena *a);
#endif
