/* table.h - from YAML text to bound structs.
 *
 * node.c/yaml.c read text into nodes with positions (yaml.c is the only file that knows libyaml);
 * value.c turns one scalar or law into one typed field; bind.c fills a struct from a mapping by its
 * table. explain.c and schema.c print the same tables; lint.c is what the contract test asks of every
 * table. Tests: tests/unit/test_value.c, test_bind.c, test_yaml.c. */
#ifndef WR_TABLE_H
#define WR_TABLE_H
#include "../base/base.h"
#include <weir/model.h>
#include <weir/table.h>

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };
typedef struct node node;
struct node {
    enum node_kind kind;
    wr_pos at;           /* of the value */
    const char *text;    /* of a scalar, NUL-terminated */
    size_t len;
    bool quoted;         /* 'text' or "text": never a number without being asked */
    bool ref;            /* !Ref NAME */
    size_t n;
    node **item;         /* of a list or map: values */
    node **key;          /* of a map: scalars */
    size_t room;         /* of a map that node_put has grown; 0: n */
    bool used;           /* of a key: bound by somebody */
};
/* Reads one document; NULL after diagnostics (syntax, duplicate keys, tags, depth over 64, more than 10^6 nodes).
 * `from`: NULL, or where the text stands when it is a default or a --set value. */
node *yaml_read(wr_arena *a, const char *file, const char *text, size_t len, wr_diag *d);
const char *yaml_library(void); /* "0.2.5" */
node *node_get(const node *map, const char *key); /* by text_same_key; NULL */
void yaml_print(const node *n, text *out);        /* canonical YAML: block style, two spaces, plain where possible */

/* Everything a binding needs to know; one per load. */
typedef struct binder {
    wr_arena *arena;
    wr_diag *diag;
    const char *what;                /* "dynamodb 'orders'", for messages */
    const char *explain;             /* "dynamodb": the closing hint */
    const node *params;              /* the `parameters:` mapping; NULL: none */
    void *user;                      /* the loader */
    /* callbacks of the loader: */
    const wr_link *(*link)(struct binder *b, const node *n, const wr_param *row); /* resolved later; NULL after an error */
    const wr_formula *(*formula)(struct binder *b, const node *n);
    const char *(*read)(struct binder *b, const node *n, const char *path, size_t *len); /* a file beside the scenario */
    int (*operation)(struct binder *b, const char *name);
    struct bound_at *where;          /* field address -> position, "given"; for wr_build_error */
    size_t sequences;                /* number of `sequence` laws seen */
    wr_dur horizon;                  /* of the run, for expressions of t; 0: not known (yet) */
} binder;
/* Fills `cfg` (zeroed, of the table's size). Unknown keys are errors unless they start with x- or `common` (rows
 * bound elsewhere, NULL: none) has them. `map` NULL: all defaults. Reports everything it can. */
void bind_map(binder *b, const wr_param *rows, void *cfg, const node *map, const wr_param *common);
bool bind_value(binder *b, const wr_param *row, void *field, const node *n);
const node *bind_deref(binder *b, const node *n); /* $name -> the parameter's node */
wr_pos bind_where(const binder *b, const void *field, bool *given); /* line 0: unknown */
const wr_dist *dist_read(binder *b, const wr_param *row, const node *n);
const wr_profile *profile_read(binder *b, const wr_param *row, const node *n);
extern const wr_variant dist_laws[]; /* the distributions as a table: parser, explain, schema, `weir list distributions` */

/* columns.c: a CSV text. A record is a line with something in it; *at moves on, *number counts lines from 1. */
typedef struct csv_slice { const char *s; size_t len; } csv_slice;
bool csv_record(csv_slice file, size_t *at, size_t *number, csv_slice *line);
csv_slice csv_field(csv_slice line, size_t at); /* without blanks and quotes; s NULL: it has fewer */

/* explain.c, schema.c, lint.c */
void explain_rows(FILE *to, const wr_param *rows, int depth, bool recursive);
void explain_row(FILE *to, const wr_param *row);
/* A JSON Schema is written in pieces: objects and values anywhere in the document, which refer to
 * #/definitions/..., and, once they are all written, the definitions as a member of its root. */
typedef struct schema schema;
schema *schema_begin(wr_arena *a);
void schema_object(schema *s, text *out, const wr_param *rows, const wr_param *also); /* {"type": "object", ...} */
void schema_value(schema *s, text *out, const wr_param *row);                         /* what may stand behind row->key */
void schema_choice(schema *s, text *out, const char *name, const wr_variant *v);      /* one of the forms */
void schema_definitions(schema *s, text *out);                                        /* "definitions": {...} */
void schema_text(text *out, const char *words);                                       /* a JSON string */
void schema_rows(text *out, const wr_param *rows, const wr_param *also); /* one table as a schema of its own */
/* Every way in which a table can be wrong, one line each through `say`; returns how many. `size`: of the struct. */
size_t lint_rows(const wr_param *rows, size_t size, const char *name, void (*say)(void *arg, const char *line), void *arg);
size_t lint_variants(const wr_variant *v, const char *name, void (*say)(void *arg, const char *line), void *arg);
#endif
