/* node.h - what the files of sim/table and the loader share beyond table.h: building nodes, the state of a binding.
 *
 * Nodes live in the arena of the load. A tree is never shared between two places: aliases, merged
 * mappings and parameters are copied, so that changing one place changes only that place. */
#ifndef WR_TABLE_NODE_H
#define WR_TABLE_NODE_H
#include "table.h"

enum { NODE_DEPTH = 64, NODE_MOST = 1000000 };

/* ---- yaml.c, node.c ------------------------------------------------------------------------------------ */
/* yaml_read of a text whose first character stands at `origin` (its file, line and column). */
node *yaml_read_at(wr_arena *a, wr_pos origin, const char *text, size_t len, wr_diag *d);
node *node_scalar(wr_arena *a, const char *text, wr_pos at);
node *node_map(wr_arena *a, wr_pos at);
void node_put(wr_arena *a, node *map, node *key, node *value); /* behind the others; the caller knows it is new */
/* A copy of the tree; each node costs one of *budget. NULL: the budget, or the depth (from `depth` on), is used up. */
node *node_copy(wr_arena *a, const node *n, int depth, size_t *budget);
size_t node_count(const node *n);
bool node_null(const node *n);                     /* nothing, ~ or null was written */
bool node_is(const node *n, const char *word);     /* a scalar with this text */
bool node_note(const char *key);                   /* x-...: a place for notes, ignored everywhere */
bool node_same_key(const char *a, const char *b);  /* text_same_key, but keys that are numbers are compared as text */
const char *node_ref(const node *n);               /* the parameter that $name or !Ref name stands for; else NULL */
bool name_valid(const char *s);                    /* [A-Za-z][A-Za-z0-9_-]{0,63} */

/* ---- bind.c, where.c ------------------------------------------------------------------------------------- */
/* Where in the scenario a value stands, as far as others must know: read by the link and formula callbacks. */
typedef struct bind_place {
    const char *variant;    /* the innermost form of a choice: "get"; NULL: none */
    const char *operation;  /* a fixed operation given beside the value; NULL: the current one travels on */
    const wr_param *map;    /* the innermost mapping by operation, and whose entry this is; NULL: none */
    const char *under;
    const node *only;       /* list of the operations to which the value is restricted; NULL: all */
} bind_place;
typedef struct bound { const void *field; wr_pos at; bool given, record; } bound;
struct bound_at {
    bound *slot;            /* open addressing by address */
    size_t n, room;
    int defaults;           /* above 0: what is bound now is a default, nobody wrote it */
    wr_pos home;            /* where a missing key is reported when there is no mapping */
    bool told;              /* unknown parameters have been reported by the loader: no second message ... */
    size_t silent;          /* ... but so many values are missing for it */
    bind_place place;
    const node *brief;      /* a mapping made from a value that stood alone ... */
    const char *brief_row, *brief_key; /* ... as the value of this row, which was written under that key */
    /* Where else a key unknown here is at home: "sqs". NULL: nowhere, or nobody to ask. */
    const char *(*elsewhere)(binder *b, const char *key);
    void (*listed)(binder *b, const wr_param *map, const char *operation); /* an entry of a mapping by operation */
    const wr_param *quantity; /* while a distribution is read: its row, whose unit WR_P_QUANTITY rows have */
    int depth;              /* of values in values: a parameter may contain itself */
};
struct bound_at *bind_state(binder *b);
void bind_remember(binder *b, const void *field, wr_pos at, bool given, bool record); /* record: a struct, not a field */
void bind_error(binder *b, wr_pos at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void bind_near(binder *b, const char *word, const char *const *names, size_t n); /* hint on the latest error */
const wr_param *bind_row_of(const wr_param *rows, const char *key); /* through includes; NULL */
size_t bind_keys(const wr_param *rows, const char **out, size_t room); /* all keys, through includes */
const wr_variant *bind_variant_of(const wr_variant *v, const char *key);
size_t bind_variant_keys(const wr_variant *v, const char **out, size_t room);
void bind_absent(const wr_param *row, void *field);   /* what stands in a field that was left out, or is `none` */
bool bind_word(const wr_param *row, const node *n);   /* `none`, or one of row->words, written for a compound value */
bool bind_compound(binder *b, const wr_param *row, void *field, const node *n); /* BLOCK LIST MAP CHOICE */
void bind_default(binder *b, const wr_param *row, void *field, wr_pos at); /* what row->def says */
/* bind_map, but a missing key is reported at `at`. */
void bind_map_at(binder *b, const wr_param *rows, void *cfg, const node *map, const wr_param *common, wr_pos at);
#endif
