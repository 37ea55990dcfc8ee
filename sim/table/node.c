/* node.c - trees of nodes: finding, copying, building, and printing them as canonical YAML.
 *
 * Canonical: block style, two spaces, the order of the file, plain scalars wherever they read back
 * as the same text. Depth is bounded when a tree is read or copied, so recursion is too.
 * Truth: tests/unit/test_yaml.c (what is printed reads back as the same tree). */
#include "node.h"
#include <ctype.h>
#include <string.h>

node *node_scalar(wr_arena *a, const char *s, wr_pos at)
{
    node *n = arena_alloc(a, sizeof *n);
    n->kind = NODE_SCALAR;
    n->len = strlen(s);
    n->text = arena_copy(a, s, n->len);
    n->at = at;
    return n;
}

node *node_map(wr_arena *a, wr_pos at)
{
    node *n = arena_alloc(a, sizeof *n);
    n->kind = NODE_MAP;
    n->at = at;
    return n;
}

static void grow(wr_arena *a, node *in)
{
    size_t room = in->n ? 2 * in->n : 4;
    node **keys = arena_alloc(a, room * sizeof *keys), **items = arena_alloc(a, room * sizeof *items);
    if (in->n) {
        memcpy(keys, in->key, in->n * sizeof *keys);
        memcpy(items, in->item, in->n * sizeof *items);
    }
    in->key = keys;
    in->item = items;
    in->room = room;
}

void node_put(wr_arena *a, node *in, node *key, node *value)
{
    if (in->n >= in->room)
        grow(a, in);
    in->key[in->n] = key;
    in->item[in->n++] = value;
}

static node **copies(wr_arena *a, node *const *of, size_t n, int depth, size_t *budget)
{
    node **to = arena_alloc(a, (n ? n : 1) * sizeof *to);
    for (size_t i = 0; i < n; i++)
        if (!(to[i] = node_copy(a, of[i], depth, budget)))
            return NULL;
    return to;
}

node *node_copy(wr_arena *a, const node *n, int depth, size_t *budget)
{
    if (depth > NODE_DEPTH || !*budget)
        return NULL;
    --*budget;
    node *c = arena_alloc(a, sizeof *c);
    *c = *n;
    c->used = false;
    c->room = 0;
    if (n->kind == NODE_SCALAR)
        return c;
    c->item = copies(a, n->item, n->n, depth + 1, budget);
    c->key = c->item && n->kind == NODE_MAP ? copies(a, n->key, n->n, depth + 1, budget) : NULL;
    return c->item && (c->key || n->kind == NODE_LIST) ? c : NULL;
}

size_t node_count(const node *n)
{
    size_t all = 1;
    for (size_t i = 0; n->kind != NODE_SCALAR && i < n->n; i++)
        all += node_count(n->item[i]) + (n->kind == NODE_MAP);
    return all;
}

node *node_get(const node *in, const char *key)
{
    for (size_t i = 0; in && in->kind == NODE_MAP && i < in->n; i++)
        if (node_same_key(in->key[i]->text, key))
            return in->item[i];
    return NULL;
}

bool node_null(const node *n)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    if (n->kind != NODE_SCALAR || n->quoted || n->ref)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(n->text, words[i]) == 0)
            return true;
    return false;
}

bool node_is(const node *n, const char *word)
{
    return n && n->kind == NODE_SCALAR && !n->ref && strcmp(n->text, word) == 0;
}

bool node_note(const char *key)
{
    return (key[0] == 'x' || key[0] == 'X') && key[1] == '-';
}

bool node_same_key(const char *a, const char *b)
{
    if (isalpha((unsigned char)*a) && isalpha((unsigned char)*b))
        return text_same_key(a, b);
    return strcmp(a, b) == 0;
}

static size_t name_length(const char *s)
{
    size_t n = 0;
    if (!isalpha((unsigned char)*s))
        return 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '-')
        n++;
    return n;
}

bool name_valid(const char *s)
{
    size_t n = name_length(s);
    return n && n <= 64 && !s[n];
}

const char *node_ref(const node *n)
{
    if (n->kind != NODE_SCALAR)
        return NULL;
    if (n->ref)
        return n->text;
    return n->text[0] == '$' && name_length(n->text + 1) && !n->text[1 + name_length(n->text + 1)] ? n->text + 1 : NULL;
}

/* ---- printing ---------------------------------------------------------------------------------------- */
/* A first character, or first word, that means something to YAML. */
static bool starts_as_mark(const char *s)
{
    if (strchr("?:,[]{}#&*!|>'\"%@`= ", s[0]))
        return true;
    if (s[0] == '-' && (!s[1] || s[1] == ' ' || s[1] == '-'))
        return true;
    return strncmp(s, "...", 3) == 0 || strcmp(s, "<<") == 0;
}

/* Would the text, standing without quotes, be read back as the same text? */
static bool plain(const char *s, size_t len)
{
    if (!len || starts_as_mark(s) || s[len - 1] == ' ' || s[len - 1] == ':')
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < 0x20 || (unsigned char)s[i] >= 0x7f)
            return false;
    return !strstr(s, ": ") && !strstr(s, " #");
}

/* Texts that were quoted stay so where they could be taken for a number, a parameter or nothing. */
static bool typed(const char *s)
{
    return isdigit((unsigned char)*s) || strchr("+-.$~", *s) || strcmp(s, "null") == 0 || strcmp(s, "Null") == 0 ||
           strcmp(s, "NULL") == 0;
}

/* Bytes of a character that YAML treats as a line break, a mark or not printable: it must be escaped. */
static size_t awkward(const char *s, size_t left, unsigned *code)
{
    static const struct { const char *bytes; unsigned code; } wide[] = {
        {"\xE2\x80\xA8", 0x2028}, {"\xE2\x80\xA9", 0x2029}, {"\xEF\xBB\xBF", 0xFEFF}};
    if (left >= 2 && (unsigned char)s[0] == 0xC2 && (unsigned char)s[1] < 0xA0) {
        *code = (unsigned char)s[1];
        return 2;
    }
    for (size_t i = 0; left >= 3 && i < sizeof wide / sizeof *wide; i++) {
        if (memcmp(s, wide[i].bytes, 3) == 0) {
            *code = wide[i].code;
            return 3;
        }
    }
    return 0;
}

static void print_quoted(text *out, const char *s, size_t len)
{
    text_puts(out, "\"");
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        unsigned code = c;
        size_t wide = awkward(s + i, len - i, &code);
        if (wide || c < 0x20 || c == 0x7f)
            text_printf(out, code < 0x100 ? "\\x%02x" : "\\u%04x", code);
        else if (c == '"' || c == '\\')
            text_printf(out, "\\%c", c);
        else
            text_add(out, s + i, 1);
        i += wide ? wide - 1 : 0;
    }
    text_puts(out, "\"");
}

static void print_scalar(text *out, const node *n)
{
    if (n->ref && name_valid(n->text)) {
        text_printf(out, "$%s", n->text);
        return;
    }
    if (n->ref) /* no parameter is called so; it reads back as what it was */
        text_puts(out, "!Ref ");
    if (n->ref)
        print_quoted(out, n->text, n->len);
    else if (node_null(n))
        text_puts(out, "null");
    else if (plain(n->text, n->len) && !(n->quoted && typed(n->text)))
        text_puts(out, n->text);
    else
        print_quoted(out, n->text, n->len);
}

static void indent(text *out, int depth)
{
    for (int i = 0; i < depth; i++)
        text_puts(out, "  ");
}

static void print_node(text *out, const node *n, int depth, bool inlined);

static void print_value(text *out, const node *n, int depth)
{
    if (n->kind != NODE_SCALAR && n->n) {
        text_puts(out, "\n");
        print_node(out, n, depth, false);
        return;
    }
    text_puts(out, " ");
    print_node(out, n, depth, true);
}

/* `inlined`: the first line stands behind something already printed. */
static void print_node(text *out, const node *n, int depth, bool inlined)
{
    if (n->kind == NODE_SCALAR || !n->n) {
        if (n->kind == NODE_SCALAR)
            print_scalar(out, n);
        else
            text_puts(out, n->kind == NODE_LIST ? "[]" : "{}");
        text_puts(out, "\n");
        return;
    }
    for (size_t i = 0; i < n->n; i++) {
        if (i || !inlined)
            indent(out, depth);
        if (n->kind == NODE_LIST) {
            text_puts(out, "- ");
            print_node(out, n->item[i], depth + 1, true);
        } else {
            print_scalar(out, n->key[i]);
            text_puts(out, ":");
            print_value(out, n->item[i], depth + 1);
        }
    }
}

void yaml_print(const node *n, text *out)
{
    print_node(out, n, 0, false);
}
