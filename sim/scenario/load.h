/* load.h - the files of the loader among themselves. One load is one struct loader.
 *
 * load.c reads and orders the work; override.c and params.c change the tree; settings.c binds what is no
 * component; component.c and faults.c bind the rest; resolve.c answers for names in links and metrics;
 * operation.c follows operations along the links; build.c is what models see while they prepare. */
#ifndef WR_SCENARIO_LOAD_H
#define WR_SCENARIO_LOAD_H
#include "../table/node.h"
#include "scenario.h"

enum { MOST_COMPS = 100000, MOST_OPERATIONS = 1000 };

typedef struct loader loader;

typedef struct entry { /* of a mapping by operation, somewhere in a component */
    const wr_param *map;
    int operation;
    struct entry *next;
} entry;

typedef struct draft { /* a component on its way into the scenario */
    node *key, *map;        /* as written, `properties` merged in; map NULL: no mapping was written */
    const wr_model *model;  /* NULL: of unknown type */
    const char *what;       /* "asg 'app'" */
    void *cfg;
    bool sound;             /* bound and prepared without an error */
    entry *entries;
} draft;

typedef struct way { /* a link: whom a component may call, and from where in its description */
    int from, to;
    const wr_param *row;
    bind_place place;
    wr_pos at;
    struct way *next;
} way;

typedef struct source { /* a file read beside the scenario */
    const char *path, *text;
    size_t len;
    char sha256[65];
    struct source *next;
} source;

struct wr_build {
    loader *l;
    const char *name;
    wr_pos at;
};

struct loader {
    wr_scenario *s;
    wr_arena *arena;
    wr_diag *diag;
    binder b;
    node *root;
    const char *folder;     /* "" or ends in a slash */
    draft *draft;           /* of s->comps components */
    map names;              /* -> component */
    map operations;         /* -> number */
    const char **operation;
    int current;            /* the component that is being bound; -1: none */
    way *ways, **ways_end;
    source *sources, **sources_end;
};

/* load.c */
const char *loader_near(loader *l, const char *word, bool traffic, bool resources); /* among components; NULL */
/* files.c */
char *file_read(wr_arena *a, const char *path, size_t *len, const char **why); /* "-": standard input */
const char *loader_read(binder *b, const node *n, const char *path, size_t *len);
const char *loader_file(loader *l, wr_pos at, const char *path, size_t *len);
/* override.c */
void override_apply(loader *l, const wr_override *o, size_t n);
bool override_known(loader *l, const char *path, wr_pos at); /* of a sweep; false after an error */
/* params.c */
void params_apply(loader *l);
/* settings.c */
bool settings_version(loader *l); /* false: nothing else may be believed */
void settings_bind(loader *l);    /* once the components are known */
void settings_check(loader *l);
/* component.c */
void component_properties(loader *l); /* merges `properties:` into its resource */
void component_collect(loader *l);
void component_bind(loader *l);
void component_prepare(loader *l);
const wr_model *component_model(const char *type); /* NULL: unknown */
extern const wr_param component_common[];
/* resolve.c */
const wr_link *resolve_link(binder *b, const node *n, const wr_param *row);
const wr_formula *resolve_formula(binder *b, const node *n);
const wr_formula *resolve_text(loader *l, const char *text, wr_pos at);
/* operation.c */
int operation_number(loader *l, const char *name);
int operation_found(binder *b, const char *name);
void operation_listed(binder *b, const wr_param *map, const char *name);
bool operation_sent(loader *l, int traffic, const char *name); /* does this traffic send it? */
void operation_check(loader *l);
/* faults.c */
void faults_bind(loader *l);
extern const wr_param faults_common[];
extern const wr_fault faults_runtime[]; /* error_rate, throttle, latency, az_outage: known everywhere */
/* sweep.c */
void sweep_check(loader *l);
void charts_check(loader *l);
/* capacity.c */
void capacity_check(loader *l);
/* view.c */
void view_fill(loader *l);
#endif
