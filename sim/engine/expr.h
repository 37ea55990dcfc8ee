/* expr.h - the inside of a rate expression: postfix, for expr.c, which compiles and values it, and expr_over.c, which
 * bounds it over an interval. */
#ifndef WR_ENGINE_EXPR_H
#define WR_ENGINE_EXPR_H
#include "engine.h"

enum { EXPR_STACK = 64, EXPR_NODES = 1024 };

enum expr_op {
    E_CONST, E_TIME,                              /* push */
    E_NEG, E_NOT, E_ABS, E_FLOOR, E_CEIL, E_SQRT, E_EXP, E_LOG, E_SIN, E_COS, /* of one */
    E_ADD, E_SUB, E_MUL, E_DIV, E_MOD, E_POW, E_MIN, E_MAX, /* of two */
    E_LT, E_LE, E_GT, E_GE, E_EQ, E_NE, E_AND, E_OR,
    E_IF, E_STEP                                  /* of three */
};
typedef struct expr_node {
    enum expr_op op;
    double value; /* E_CONST */
} expr_node;
struct expr {
    size_t n;
    const expr_node *node;
};
/* How many values an operator takes; what it makes of them. */
static inline int expr_takes(enum expr_op op)
{
    return op <= E_TIME ? 0 : op <= E_COS ? 1 : op <= E_OR ? 2 : 3;
}
double expr_apply(enum expr_op op, const double *x);
#endif
