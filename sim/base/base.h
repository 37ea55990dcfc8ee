/* base.h - what everything else is built from: memory, text, names, numbers as users write them.
 *
 * One header for the layer: each part is one .c file of the part's name. Nothing here knows of
 * simulation. Tests: tests/unit/test_base.c. */
#ifndef WR_BASE_H
#define WR_BASE_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <weir/err.h>
#include <weir/table.h>
#include <weir/time.h>

/* ---- arena.c: bump allocator; freed in one step. Out of memory ends the program in wr_memory_out. ---- */
wr_arena *arena_create(void);
void arena_destroy(wr_arena *a); /* NULL is fine */
void *arena_alloc(wr_arena *a, size_t size);                     /* zeroed, aligned to 16 */
void *arena_aligned(wr_arena *a, size_t size, size_t alignment); /* zeroed; alignment a power of two */
char *arena_copy(wr_arena *a, const char *text, size_t len);     /* NUL-terminated */
char *arena_print(wr_arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
size_t arena_bytes(const wr_arena *a);                           /* handed out so far */
_Noreturn void memory_out(size_t size);                          /* the one place that ends the program */
void *memory_get(size_t size);                                   /* zeroed malloc that cannot fail */
void *memory_grow(void *p, size_t old_size, size_t new_size);    /* realloc that cannot fail; the rest is zeroed */

/* ---- text.c: a growing string ------------------------------------------------------------------------- */
typedef struct text { char *s; size_t len, room; } text; /* {0} is empty; s is NULL or NUL-terminated */
void text_add(text *t, const char *s, size_t len);
void text_puts(text *t, const char *s);
void text_printf(text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(text *t, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void text_clear(text *t);
size_t utf8_columns(const char *s, size_t bytes); /* characters in so many bytes */
bool text_same_key(const char *a, const char *b); /* without case, underscores and hyphens: MinSize = min_size */

/* ---- diag.c: beside wr_diag of weir/err.h ------------------------------------------------------------------ */
void diag_keep(wr_diag *d, wr_arena *a); /* the list owns the arena from now on: what it was lent lives there */
void diag_topic(wr_diag *d, const char *topic); /* of the latest message: what `weir explain` tells about it; a copy */

/* ---- map.c: string -> index, open addressing; keys are lent ------------------------------------------- */
typedef struct map { struct map_slot *slot; size_t n, room; } map; /* {0} is empty */
void map_put(map *m, const char *key, size_t value);
bool map_get(const map *m, const char *key, size_t *value);
void map_clear(map *m);

/* ---- near.c: "did you mean" ---------------------------------------------------------------------------- */
unsigned near_distance(const char *a, const char *b, unsigned at_most); /* edits incl. swaps; at_most + 1 when more */
const char *near_best(const char *word, const char *const *names, size_t n); /* within two edits, else NULL */

/* ---- quantity.c: "250ms", "4 KB", "1.5k/s", "40%" <-> numbers ------------------------------------------- */
enum quantity_error { Q_OK, Q_NOT_A_NUMBER, Q_NO_UNIT, Q_BAD_UNIT, Q_RANGE };
/* Reads all of `s` as a `type` (WR_T_INT NUMBER SHARE DUR BYTES RATE) into base units. `unit`: what a bare number
 * means ("s", "MB", "%"); NULL: a bare time, size or rate is Q_NO_UNIT. Times (in ns) and integers are exact in *whole,
 * which may be NULL. A number with unit "%" stays in percent: 60 and 60% are 60. */
enum quantity_error quantity_read(const char *s, size_t len, enum wr_type type, const char *unit, double *value,
                                  int64_t *whole);
void quantity_print(text *out, double value, enum wr_type type); /* the shortest text that reads back the same */
void quantity_pretty(text *out, double value, const char *unit); /* three digits for people: "212 ms", "1.2 k" */

/* ---- sha256.c: identities and fingerprints ------------------------------------------------------------------ */
typedef struct sha256 { uint32_t h[8]; uint64_t bytes; uint8_t block[64]; } sha256;
void sha256_init(sha256 *s);
void sha256_add(sha256 *s, const void *data, size_t len);
void sha256_hex(sha256 *s, char out[65]); /* ends it */
uint64_t mix64(uint64_t x);               /* the fixed hash of numbers (finaliser of splitmix64) */
uint64_t hash_text(const char *s);        /* FNV-1a 64, then mix64 */

/* ---- histogram bins (hist.c): see weir/result.h ----------------------------------------------------------------- */
size_t hist_bin(double x);

/* ---- links: lent to cfg structs by the loader, filled when names are resolved ----------------------------------- */
struct wr_link {
    const char *name;
    int comp;  /* number of the component in the scenario */
    wr_pos at;
};

/* ---- formula.c: metric expressions (SCENARIO.md 8.3), parsed; names are resolved by the loader ------------------- */
enum formula_op { F_NONE, F_LT, F_LE, F_GT, F_GE, F_EQ, F_NE };
enum formula_stat { F_DEFAULT, F_MEAN, F_SD, F_MIN, F_MAX, F_SUM, F_RATE, F_COUNT, F_LAST, F_QUANTILE, F_ABOVE };
typedef struct formula_atom {
    const char *owner, *part, *metric; /* part NULL: none */
    wr_pos at;
    enum formula_stat stat;
    double arg;         /* quantile in 0..1, or the value of above() in base units */
    /* resolved by the loader: */
    int comp;           /* index of the owner among the scenario's components; -1: `run`; -2: not resolved */
    int metric_row;     /* row of the model's metrics, or a wr_uniform */
    int kind;           /* enum wr_metric_kind */
} formula_atom;
typedef struct formula_node { /* postfix: constants and atoms push, operators take two */
    enum { FN_CONST, FN_ATOM, FN_ADD, FN_SUB, FN_MUL, FN_DIV } op;
    double value;
    size_t atom;
} formula_node;
struct wr_formula {
    const char *text;
    wr_pos at;
    size_t nodes, atoms;
    formula_node *node;  /* left side */
    formula_atom *atom;  /* of both sides */
    size_t bound_nodes;
    formula_node *bound; /* right side */
    enum formula_op op;
    wr_dur over;         /* 0: none */
    wr_time from, to;    /* -1: not given */
};
/* NULL after a diagnostic. `at` is where the text begins. */
wr_formula *formula_parse(wr_arena *a, const char *s, wr_pos at, wr_diag *d);
double formula_value(const wr_formula *f, const formula_node *side, size_t n, const double *atoms);
bool formula_holds(enum formula_op op, double left, double right);
#endif
