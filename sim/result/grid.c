/* grid.c - a table for people: columns as wide as their widest cell, counted in characters, not bytes.
 *
 * Cells are kept one behind the other, each with its NUL, so that a table is one growing text. Blanks at
 * the end of a line are not written. Truth: tests/unit/test_experiment.c. */
#include "result.h"
#include <string.h>

enum { MOST_COLUMNS = 16, GAP = 3 };

void grid_next(grid *g)
{
    text_add(&g->cells, "", 1);
    g->n++;
}

void grid_puts(grid *g, const char *s)
{
    text_puts(&g->cells, s);
    grid_next(g);
}

static void blanks(FILE *to, size_t n)
{
    while (n-- > 0)
        fputc(' ', to);
}

static void widen(const grid *g, size_t *wide)
{
    const char *s = g->cells.s;
    for (size_t i = 0; i < g->n; i++, s += strlen(s) + 1) {
        size_t w = utf8_columns(s, strlen(s));
        wide[i % g->columns] = w > wide[i % g->columns] ? w : wide[i % g->columns];
    }
}

void grid_print(grid *g, FILE *to, const char *indent)
{
    size_t wide[MOST_COLUMNS] = {0}, owed = 0;
    const char *s = g->cells.s;
    g->columns = strlen(g->align);
    widen(g, wide);
    for (size_t i = 0; i < g->n; i++, s += strlen(s) + 1) {
        size_t column = i % g->columns, w = utf8_columns(s, strlen(s)), pad = wide[column] - w;
        bool right = g->align[column] == 'r';
        if (!column)
            fputs(indent, to);
        if (*s) {
            blanks(to, owed + (right ? pad : 0));
            fputs(s, to);
            owed = 0;
        }
        owed += GAP + (right && *s ? 0 : *s ? pad : wide[column]);
        if (column + 1 == g->columns) {
            fputc('\n', to);
            owed = 0;
        }
    }
    text_clear(&g->cells);
    g->n = 0;
}
