/* value.h - one scalar as one typed value: what value.c does for bind.c, laws and rates. */
#ifndef WR_TABLE_VALUE_H
#define WR_TABLE_VALUE_H
#include "node.h"

typedef struct reading {
    double x;      /* in base units; a word: infinity or NaN */
    int64_t whole; /* of times (ns) and integers; a word: INT64_MAX or -1 */
    bool word;     /* unlimited never none off */
} reading;
/* Every row of scalar type, distributions and rates included. False after an error. */
bool bind_scalar(binder *b, const wr_param *row, void *field, const node *n);
/* A number where `row` stands, read as `as` and checked against the row's words and range. False after an error. */
bool value_read(binder *b, const wr_param *row, enum wr_type as, const node *n, reading *out);
bool value_range(binder *b, const wr_param *row, enum wr_type as, wr_pos at, const char *written, double x);
const char *value_shown(binder *b, const char *s); /* what the user wrote, short enough for a message */
bool value_kind(binder *b, const wr_param *row, enum wr_type as, const node *n); /* is it a scalar? */
const char *value_noun(enum wr_type t);     /* "a time" */
const char *value_examples(enum wr_type t); /* ", such as 250ms or 1m30s"; may be empty */
/* The range of a row in words, "128 MB to 10 GB"; false: it has none. */
bool value_limits(const wr_param *row, enum wr_type as, text *out);
#endif
