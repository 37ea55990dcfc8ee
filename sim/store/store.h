/* store.h - the files of sim/store among themselves, as far as HDF5 does not matter. */
#ifndef WR_STORE_H
#define WR_STORE_H
#include "../base/base.h"
#include <weir/result.h>

enum { STORE_FORMAT = 1 }; /* weir_format: rises when something fixed in the layout changes */

/* wr_write_h5 with another format number, for tests of what a reader refuses; 0: a file that does not say. */
int store_write(const wr_experiment *x, const char *path, int64_t format, wr_err *err);

void store_library(char out[24]); /* "1.10.8": of HDF5 */

/* aside.c: the bytes as a whole file under that name, or the old file untouched. */
int aside_write(const char *path, const void *bytes, size_t len, wr_err *err);
#endif
