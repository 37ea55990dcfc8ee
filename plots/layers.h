/* layers.h - a layered layout of a small directed graph, left to right. Pure functions, no drawing. */
#ifndef WR_LAYERS_H
#define WR_LAYERS_H
#include "../sim/base/base.h"

typedef struct layers_edge { size_t from, to; } layers_edge;
typedef struct layers_node {
    size_t layer;   /* column, from 0 */
    double at;      /* 0..1 down the column */
    double size;    /* share of the column that is its own */
} layers_node;
typedef struct layers_bend { /* an edge over several layers passes between the boxes of each */
    size_t n;
    double *at;              /* 0..1, of the layers strictly between its ends */
    bool back;               /* it points against the flow: drawn around */
} layers_bend;
typedef struct layers_plan {
    size_t layers;
    layers_node *node; /* of each node */
    layers_bend *bend; /* of each edge */
} layers_plan;
layers_plan layers_of(wr_arena *a, size_t nodes, const layers_edge *edge, size_t edges);
#endif
