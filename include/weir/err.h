/* weir/err.h - three kinds of bad news, three roads.
 *
 *   a bug of ours       assert(); never returned
 *   the world (files,   int: 0, or a negative WR_E...; the text goes to the caller's
 *   memory, formats)    wr_err, always the LAST parameter, may be NULL
 *   the user's YAML     wr_diag: a list, so one load reports every mistake it can  */
#ifndef WEIR_ERR_H
#define WEIR_ERR_H
#ifdef __cplusplus
extern "C" {
#endif
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum wr_errc {
    WR_E_OK = 0,
    WR_E_SCENARIO = -1, /* the scenario is invalid: see the diagnostics   */
    WR_E_IO = -2,       /* a file could not be read or written            */
    WR_E_FORMAT = -3,   /* a result file is not ours, or a newer version  */
    WR_E_LIMIT = -4,    /* a limit of the run was reached: too many requests in flight... */
    WR_E_INPUT = -5,    /* an argument of a public function               */
    WR_E_STOPPED = -6   /* the caller's progress callback said stop       */
};
typedef struct wr_err {
    int code;
    char text[252]; /* "cannot open 'shop.yaml': No such file or directory" */
} wr_err;
/* Writes the text and returns `code`, so that `return wr_fail(err, WR_E_IO, ...)` reads well. */
int wr_fail(wr_err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

typedef struct wr_pos {
    const char *file;
    uint32_t line, col, len; /* line and col from 1, 0: unknown; len of the text to underline; in characters */
} wr_pos;
enum wr_severity { WR_NOTE, WR_WARNING, WR_ERROR };

typedef struct wr_diag wr_diag;
wr_diag *wr_diag_create(void);
void wr_diag_destroy(wr_diag *d);
/* Lends the text of a file, so that messages can show its lines; it must outlive the list. */
void wr_diag_source(wr_diag *d, const char *file, const char *text, size_t len);
void wr_diag_add(wr_diag *d, enum wr_severity s, wr_pos at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void wr_diag_hint(wr_diag *d, const char *fmt, ...) /* on the latest one, behind the caret */
    __attribute__((format(printf, 2, 3)));
void wr_diag_note(wr_diag *d, const char *fmt, ...) /* on the latest one, a line of its own */
    __attribute__((format(printf, 2, 3)));
size_t wr_diag_count(const wr_diag *d, enum wr_severity at_least);
typedef struct wr_diag_row { /* one message, for JSON and tests; texts are loans */
    enum wr_severity severity;
    wr_pos at;
    const char *text, *hint, *note; /* hint and note may be NULL */
} wr_diag_row;
size_t wr_diag_rows(const wr_diag *d, const wr_diag_row **out); /* sorted by position */
void wr_diag_print(const wr_diag *d, FILE *to); /* gcc's shape, with the line and a caret; first 20 */

#ifdef __cplusplus
}
#endif
#endif
