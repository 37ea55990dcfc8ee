/* lint.h - what lint.c (rows) and lint_fields.c (the struct behind them, and defaults) share. */
#ifndef WR_TABLE_LINT_H
#define WR_TABLE_LINT_H
#include "value.h"

typedef struct lint {
    void (*say)(void *arg, const char *line);
    void *arg;
    size_t n;           /* complaints so far */
    const char *path;   /* "asg.scaling_policies" */
    wr_arena *arena;
    const void **seen;  /* tables visited */
    size_t tables;
} lint;
void lint_say(lint *l, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void lint_words(lint *l, const char *key, const char *doc, const char *src);
void lint_under(lint *l, const char *key, const wr_param *rows, size_t size, const wr_variant *v);
void lint_fields(lint *l, const wr_param *rows, size_t size); /* C types, offsets, overlaps, keys given twice */
void lint_defaults(lint *l, const wr_param *rows);
#endif
