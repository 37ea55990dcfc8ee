/* fuzz_yaml.c - any bytes as a scenario's YAML: read, printed, read again. What was read must print as a text that
 * reads back as the same tree without a complaint. Findings are kept in corpus/yaml and replayed by the tests. */
#include "../../sim/table/node.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const node *a, const node *b)
{
    bool equal = a->kind == b->kind && a->n == b->n;
    if (equal && a->kind == NODE_SCALAR && (node_null(a) || node_null(b)))
        return node_null(a) && node_null(b);
    if (equal && a->kind == NODE_SCALAR && a->ref && !b->ref) /* !Ref x is printed as $x */
        return b->len == a->len + 1 && b->text[0] == '$' && memcmp(b->text + 1, a->text, a->len) == 0;
    if (equal && a->kind == NODE_SCALAR)
        return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
    for (size_t i = 0; equal && i < a->n; i++)
        equal = same(a->item[i], b->item[i]) && (a->kind != NODE_MAP || same(a->key[i], b->key[i]));
    return equal;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wr_arena *a = arena_create();
    wr_diag *d = wr_diag_create(), *again = wr_diag_create();
    text out = {0};
    const node *first = yaml_read(a, "input", (const char *)data, size, d);
    if (first && !wr_diag_count(d, WR_NOTE)) {
        yaml_print(first, &out);
        const node *second = yaml_read(a, "printed", out.s, out.len, again);
        if (!second || wr_diag_count(again, WR_NOTE) || !same(first, second))
            abort();
    }
    text_clear(&out);
    wr_diag_destroy(again);
    wr_diag_destroy(d);
    arena_destroy(a);
    return 0;
}
