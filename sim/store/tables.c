/* tables.c - a table of a result file, laid out as HDF5's table interface (H5TB) does.
 *
 * H5TBmake_table itself stamps each table with the time of writing, and two equal runs shall give equal
 * bytes: so the compound dataset and its attributes (CLASS, VERSION, TITLE, FIELD_n_NAME) are made here. H5TB,
 * PyTables and pandas read them as their own. A text that is longer than its column is an error, never
 * cut. Truth: tests/unit/test_store.c, tests/check/xarray.sh. */
#include "h5.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 65536 };

h5_table h5_table_of(wr_arena *a, const h5_column *column)
{
    h5_table t = {.column = column, .a = a};
    while (column[t.columns].name)
        t.columns++;
    return t;
}

h5_value *h5_table_row(h5_table *t)
{
    if (t->rows == t->room) {
        size_t room = t->room ? 2 * t->room : 64;
        h5_value *more = arena_alloc(t->a, room * t->columns * sizeof *more);
        if (t->rows)
            memcpy(more, t->value, t->rows * t->columns * sizeof *more);
        t->value = more;
        t->room = room;
    }
    return &t->value[t->columns * t->rows++];
}

/* ---- layout -------------------------------------------------------------------------------------------- */
typedef struct layout { size_t *size, *offset, bytes; } layout;

static size_t widest(const h5_table *t, size_t column)
{
    size_t most = 1;
    for (size_t i = 0; i < t->rows; i++) {
        size_t len = strlen(t->value[i * t->columns + column].s);
        most = len > most ? len : most;
    }
    return most;
}

static bool lay_out(h5 *h, const h5_table *t, const char *name, layout *l)
{
    l->size = arena_alloc(t->a, 2 * t->columns * sizeof *l->size);
    l->offset = l->size + t->columns;
    for (size_t c = 0; c < t->columns; c++) {
        const h5_column *of = &t->column[c];
        size_t need = of->type == H5_TEXT ? widest(t, c) : 8;
        l->size[c] = of->type == H5_TEXT && of->room ? of->room : need;
        l->offset[c] = l->bytes;
        l->bytes += l->size[c];
        if (need > l->size[c] && !h->broken) {
            h->broken = true;
            wr_fail(&h->why, WR_E_INPUT, "table '%s': a text of column '%s' has %zu bytes; %zu are allowed", name,
                    of->name, need, of->room);
        }
    }
    return !h->broken;
}

static hid_t row_type(const h5_table *t, const layout *l)
{
    hid_t row = H5Tcreate(H5T_COMPOUND, l->bytes);
    for (size_t c = 0; c < t->columns; c++) {
        const h5_column *of = &t->column[c];
        hid_t string = of->type == H5_TEXT ? h5_text_type(l->size[c]) : H5I_INVALID_HID;
        hid_t type = of->type == H5_TEXT ? string : of->type == H5_INT ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
        if (H5Tinsert(row, of->name, l->offset[c], type) < 0) {
            h5_close(row);
            row = H5I_INVALID_HID;
        }
        h5_close(string);
    }
    return row;
}

static char *pack(const h5_table *t, const layout *l)
{
    char *bytes = memory_get(t->rows * l->bytes + 1);
    for (size_t i = 0; i < t->rows; i++)
        for (size_t c = 0; c < t->columns; c++) {
            const h5_value *v = &t->value[i * t->columns + c];
            char *to = bytes + i * l->bytes + l->offset[c];
            if (t->column[c].type == H5_TEXT)
                memcpy(to, v->s, strlen(v->s));
            else if (t->column[c].type == H5_INT)
                memcpy(to, &v->i, sizeof v->i);
            else
                memcpy(to, &v->x, sizeof v->x);
        }
    return bytes;
}

/* ---- writing -------------------------------------------------------------------------------------------- */
/* H5TB's own attributes are strings that end with NUL, in ASCII. */
static void mark(h5 *h, hid_t d, const char *name, const char *s)
{
    if (!h->broken)
        h5_check(h, H5LTset_attribute_string(d, ".", name, s) >= 0, name);
}

static void mark_table(h5 *h, hid_t d, const char *title, const h5_table *t)
{
    char name[32];
    mark(h, d, "CLASS", "TABLE");
    mark(h, d, "VERSION", "3.0");
    mark(h, d, "TITLE", title);
    for (size_t c = 0; c < t->columns; c++) {
        snprintf(name, sizeof name, "FIELD_%zu_NAME", c);
        mark(h, d, name, t->column[c].name);
    }
}

static void write_rows(h5 *h, hid_t group, const char *title, const h5_table *t, const layout *l)
{
    hsize_t rows = t->rows, most = H5S_UNLIMITED, chunk = CHUNK_BYTES / l->bytes + 1;
    chunk = rows < chunk ? (rows ? rows : 1) : chunk;
    hid_t type = row_type(t, l), space = H5Screate_simple(1, &rows, &most), plan = h5_plan(1, &chunk);
    hid_t d = H5Dcreate2(group, "table", type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    if (h5_check(h, d >= 0, title)) {
        char *bytes = pack(t, l);
        h5_check(h, !rows || H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0, title);
        free(bytes);
        mark_table(h, d, title, t);
    }
    h5_close(d);
    h5_close(plan);
    h5_close(space);
    h5_close(type);
}

void h5_table_write(h5 *h, hid_t in, const char *name, const h5_table *t)
{
    layout l = {0};
    char path[96];
    if (h->broken || !lay_out(h, t, name, &l))
        return;
    ssize_t len = H5Iget_name(in, path, sizeof path);
    if (!h5_check(h, len > 0, name))
        return;
    snprintf(path + len, sizeof path - (size_t)len, path[len - 1] == '/' ? "%s" : "/%s", name);
    hid_t g = h5_group(h, path);
    if (!h->broken)
        write_rows(h, g, name, t, &l);
    h5_close(g);
}
