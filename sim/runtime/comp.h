/* comp.h - what comp.c lends to group.c: making components and their cells. */
#ifndef WR_COMP_H
#define WR_COMP_H
#include "runtime.h"

wr_comp *comp_make(run *r, const wr_model *m, const char *name, const void *cfg);
void comp_make_cells(wr_comp *c);
void comp_share_cells(wr_comp *c, const wr_comp *with);   /* count on its cells */
void comp_add_to(wr_comp *c, const wr_comp *group);       /* count on one's own and on the group's */
void comp_tell_birth(wr_comp *c);
#endif
