/* weir/table.h - the parameter table: one row per key a user may write.
 *
 * One table feeds the parser, the validator, the defaults, `weir explain`, `weir schema`,
 * did-you-mean and --set. Models, faults, steps, run settings, distributions, chart kinds and
 * command-line options are all described by such tables, arrays of const rows ending in {0}.
 *
 * Binding fills a plain C struct: the row names the field (WR_FIELD) and what may be written
 * there. Everything bound lives in the scenario's arena and is read-only once loaded. */
#ifndef WEIR_TABLE_H
#define WEIR_TABLE_H
#include <stdbool.h>
#include <stddef.h>
#include <weir/err.h>
#include <weir/rng.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct wr_link wr_link;       /* "who I may call": the name of another component, resolved */
typedef struct wr_formula wr_formula; /* a metric expression (SCENARIO.md 8.3), parsed and resolved */
typedef struct wr_arena wr_arena;     /* memory that lives as long as the scenario */

typedef struct wr_list { /* WR_T_LIST and WR_T_MAP: n structs of row->size bytes, side by side */
    size_t n;
    const void *items;
} wr_list;
typedef struct wr_pick { /* WR_T_CHOICE: which variant was written, and its own struct */
    int which;           /* index into row->variants; -1: nothing */
    const void *cfg;
} wr_pick;

enum wr_type {             /* the C field:                                                      */
    WR_T_BOOL = 1,         /* bool                true false on off yes no                      */
    WR_T_INT,              /* int64_t             3, 1.5k                                       */
    WR_T_NUMBER,           /* double              0.4, 1.5k                                     */
    WR_T_SHARE,            /* double 0..1         25%, 0.25                                     */
    WR_T_DUR,              /* wr_dur              250ms, 1m30s                                  */
    WR_T_BYTES,            /* double              4 KB                                          */
    WR_T_RATE,             /* double, 1/s         1200/s                                        */
    WR_T_DIST,             /* const wr_dist *     a scalar or {law: {...}}; .of says of what    */
    WR_T_PROFILE,          /* const wr_profile *  a rate or an expression of t                  */
    WR_T_TEXT,             /* const char *                                                      */
    WR_T_ENUM,             /* int                 one of .choices                               */
    WR_T_LINK,             /* const wr_link *     the name of another component                 */
    WR_T_FORMULA,          /* const wr_formula *  a metric expression                           */
    WR_T_BLOCK,            /* const void *        a mapping of .rows, .size bytes; NULL: absent */
    WR_T_LIST,             /* wr_list             of structs (.rows) or of picks (.variants)    */
    WR_T_MAP,              /* wr_list             name -> struct; its first field is const char *name */
    WR_T_CHOICE,           /* wr_pick             {variant: ...}: one of .variants              */
    WR_T_INCLUDE           /* a struct            the keys of .rows stand here, no key of its own */
};

/* What the C field is, found by the compiler; the lint test compares it with .type. */
#ifndef __cplusplus
#define WR_CTYPE(x)                                                                              \
    _Generic((x), bool: 'b', int: 'e', int64_t: 'i', double: 'd', const wr_link *: 'l',          \
             const wr_dist *: 'D', const wr_profile *: 'P', const char *: 's', wr_list: 'L',     \
             wr_pick: 'C', const wr_formula *: 'F', const void *: 'B', default: '?')
#define WR_FIELD(S, F) .offset = offsetof(S, F), .ctype = WR_CTYPE(((S *)0)->F)
#endif

typedef struct wr_param wr_param;
typedef struct wr_variant wr_variant;

enum wr_param_flag {
    WR_P_ONE = 1,      /* WR_T_LIST: a single element may stand without brackets            */
    WR_P_FORWARDS = 2, /* WR_T_LINK: the current operation travels on to this component     */
    WR_P_QUIET = 4,    /* not an edge of the topology picture                               */
    WR_P_OPERATION = 8, /* WR_T_TEXT, or the names of a WR_T_MAP: names of operations       */
    WR_P_QUANTITY = 16, /* WR_T_NUMBER or WR_T_DIST of a law: in the unit of what the distribution is of */
    WR_P_NAMED = 32,   /* WR_T_MAP: a name that stands alone means {name: }, with the defaults of .rows */
    WR_P_LINKS = 64    /* WR_T_MAP: its names are resources; the struct's second field is a const wr_link * */
};

struct wr_param {
    const char *key;            /* snake_case; MinSize, minSize and min_size all match it */
    enum wr_type type;
    char ctype;                 /* by WR_FIELD */
    size_t offset;              /* by WR_FIELD */
    const char *def;            /* AS WRITTEN IN YAML, read by the same code; NULL: required, or absent if .optional */
    bool optional;              /* without a default it may be left out: NULL, n = 0, which = -1, or the word `none` */
    double min, max;            /* in base units (s, 1/s, bytes); a range only if max > min */
    const char *unit;           /* what a bare number means, where AWS's page says so: "s", "MB", "%"; NULL: it needs its unit */
    enum wr_type of;            /* WR_T_DIST: WR_T_DUR, WR_T_BYTES, WR_T_NUMBER or WR_T_INT */
    const char *words;          /* words allowed in place of a value, of: unlimited never none off auto. The first two mean
                                   the largest value (INT64_MAX, WR_NEVER, infinity), the others -1 (or NULL, NaN for doubles) */
    const char *const *choices; /* WR_T_ENUM, ends with NULL */
    const wr_param *rows;       /* WR_T_BLOCK, WR_T_LIST, WR_T_MAP, WR_T_INCLUDE */
    size_t size;                /* bytes of one struct of .rows */
    const wr_variant *variants; /* WR_T_CHOICE, or a WR_T_LIST of choices: ends with {0} */
    const char *shorthand;      /* WR_T_BLOCK, LIST, MAP: a value that is not a mapping means {shorthand: value} */
    unsigned accepts;           /* WR_T_LINK: the callee must accept all of these operations (WR_ACCEPTS); 0: any */
    unsigned flags;             /* enum wr_param_flag */
    const char *doc;            /* one sentence, ends with a full stop */
    const char *src;            /* the AWS page of this default, or "assumption: why"; NULL: it states no fact */
    const char *cfn;            /* CloudFormation property or attribute, where there is one */
};

struct wr_variant { /* one form of a WR_T_CHOICE: the key that names it and what stands behind it */
    const char *key;
    const wr_param *rows;  /* NULL: the key stands alone, its value is ignored text */
    size_t size;
    const char *shorthand; /* as in wr_param: {call: web} is {call: {to: web}} */
    bool flat;             /* the key's value is the field named by shorthand and the other rows stand BESIDE the key
                              (faults: {fail: app, at: 5m}) */
    const char *doc, *src;
};

/* ---- prepare: what a model may do once its struct is bound, before it is frozen ------------ */
typedef struct wr_build wr_build;
wr_arena *wr_build_arena(wr_build *b);
void *wr_build_alloc(wr_build *b, size_t size); /* zeroed; lives as long as the scenario */
const char *wr_build_name(const wr_build *b);   /* of the component being prepared */
/* `field` is the address of a bound field (or of a bound struct): its text is underlined. NULL: the
 * component's name. Texts: lower case, what is wrong; what is allowed. */
void wr_build_error(wr_build *b, const void *field, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void wr_build_warning(wr_build *b, const void *field, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void wr_build_hint(wr_build *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool wr_build_given(const wr_build *b, const void *field); /* the user wrote it; false: the default */
int wr_build_operation(wr_build *b, const char *name);     /* a small number per name; "default" is 0 */
/* The text of a file beside the scenario, recorded in the provenance; NULL after reporting why not. */
const char *wr_build_read(wr_build *b, const void *field, const char *path, size_t *len);
double wr_build_account(const wr_build *b, const char *quota); /* a key of `account:` */
wr_dur wr_build_duration(const wr_build *b);                   /* of the run; WR_NEVER: only stop_when ends it */
/* A metric expression of the model's own making ("app.requests.sum / app.in_service.mean"), resolved like one the user wrote. */
const wr_formula *wr_build_formula(wr_build *b, const char *text);
const void *wr_build_sdk(const wr_build *b);                   /* the struct of the top-level `sdk:` (wr_retry_params) */

const char *wr_build_region(const wr_build *b);
/* The bound struct of the resource a link names, which may not be prepared yet; NULL: it is of another kind, or wrong itself. */
const void *wr_build_linked(const wr_build *b, const wr_link *to, const char *kind);
unsigned wr_build_accepts(const wr_build *b, const wr_link *to); /* which operations it answers; 0: none, or it is wrong itself */

/* Texts of the scenario grammar that models need to read themselves. */
double wr_text_number(const char *text, enum wr_type as, const char *unit, bool *ok); /* "1.5k/s" as WR_T_RATE */

/* Rates from parts; memory from the arena. */
typedef struct wr_rate_stage {
    double rate;       /* reached linearly over ramp, then held */
    wr_dur ramp, hold; /* hold WR_NEVER: to the end */
} wr_rate_stage;
const wr_profile *wr_profile_constant(wr_arena *a, double rate);
const wr_profile *wr_profile_stages(wr_arena *a, const wr_rate_stage *s, size_t n);
/* counts[i] requests in period i, spread evenly over it; played `speed` times as fast; begins `offset` into
 * the trace; starts over at its end if `loop`. Zero after the end otherwise. */
const wr_profile *wr_profile_counts(wr_arena *a, const double *counts, size_t n, wr_dur period, double speed,
                                    wr_dur offset, bool loop);

#ifdef __cplusplus
}
#endif
#endif
