/* written.c - what the scenario that the results carry says: names and limits that no series holds. */
#include "charts.h"
#include "../sim/table/table.h"

const node *book_written(const book *b, const char *const *path)
{
    const char *yaml = wr_store_text(b->s, "scenario_resolved");
    if (!yaml)
        return NULL;
    wr_diag *d = wr_diag_create();
    const node *at = yaml_read(b->c->arena, "scenario", yaml, strlen(yaml), d);
    wr_diag_destroy(d);
    for (; at && *path; path++)
        at = at->kind == NODE_MAP ? node_get(at, *path) : NULL;
    return at;
}

const char *book_word(const book *b, const char *const *path)
{
    const node *n = book_written(b, path);
    return n && n->kind == NODE_SCALAR ? n->text : NULL;
}

double book_number(const book *b, const char *const *path)
{
    const char *s = book_word(b, path);
    double x;
    return s && quantity_read(s, strlen(s), WR_T_NUMBER, NULL, &x, NULL) == Q_OK ? x : NAN;
}
