/* dist_call.c - function notation, lognormal(mean=35ms, p99=140ms): refused with the mapping that was meant.
 *
 * Inside { } YAML ends a value at the comma, so the notation also arrives in pieces: as a text that stops at
 * the comma, or as a mapping whose keys are the pieces. Binding puts the pieces of a value
 * together before it reads it, and does not complain of each. Truth: tests/unit/test_laws.c. */
#include "laws.h"
#include <ctype.h>
#include <string.h>

enum { LONGEST = 400, MOST_PIECES = 16 };

static size_t word_length(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_')
        n++;
    return isalpha((unsigned char)*s) ? n : 0;
}

/* Names of other libraries for the same laws. */
static const wr_variant *law_called(const char *s, size_t len)
{
    static const char *const same[][2] = {
        {"exp", "exponential"}, {"expo", "exponential"}, {"lognorm", "lognormal"},      {"gauss", "normal"},
        {"norm", "normal"},     {"unif", "uniform"},     {"hyperexp", "hyperexponential"}, {"const", "constant"},
        {"deterministic", "constant"}};
    const char *names[32];
    char word[32];
    if (len >= sizeof word)
        return NULL;
    memcpy(word, s, len);
    word[len] = 0;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (text_same_key(same[i][0], word))
            return bind_variant_of(dist_laws, same[i][1]);
    const wr_variant *v = bind_variant_of(dist_laws, word);
    const char *near = v ? NULL : near_best(word, names, bind_variant_keys(dist_laws, names, 32));
    return near ? bind_variant_of(dist_laws, near) : v;
}

static bool opens(const char *s)
{
    size_t n = word_length(s);
    return n && s[n + strspn(s + n, " ")] == '(' && law_called(s, n);
}

/* p99=140ms): what is behind the comma. */
static bool closes(const char *s)
{
    size_t n = word_length(s), len = strlen(s);
    return n && s[n + strspn(s + n, " ")] == '=' && len && s[len - 1] == ')' && !strchr(s, '(');
}

bool call_looks(const node *n)
{
    if (n->kind == NODE_SCALAR)
        return opens(n->text) || closes(n->text);
    return n->kind == NODE_MAP && n->n && opens(n->key[0]->text);
}

/* ---- pieces of a value, as keys without a value behind it ---------------------------------------------------- */
/* The value to which the key at i belongs; SIZE_MAX: to none. */
static size_t cut_from(const node *in, size_t i)
{
    for (int k = 0; k < MOST_PIECES && i && node_null(in->item[i]) && !in->key[i]->quoted; k++)
        i--;
    return in->item[i]->kind == NODE_SCALAR && opens(in->item[i]->text) ? i : SIZE_MAX;
}

bool call_piece(const node *in, size_t i)
{
    return cut_from(in, i) < i;
}

const node *call_whole(binder *b, const node *in, const node *n)
{
    size_t i = 0;
    text t = {0};
    while (i < in->n && in->item[i] != n)
        i++;
    if (n->kind != NODE_SCALAR || i + 1 >= in->n || cut_from(in, i + 1) != i)
        return n;
    text_puts(&t, n->text);
    for (size_t k = i + 1; k < in->n && cut_from(in, k) == i && !strchr(t.s, ')'); k++)
        text_printf(&t, ", %s", in->key[k]->text);
    node *joined = node_scalar(b->arena, t.s, n->at);
    text_clear(&t);
    return joined;
}

/* ---- the refusal ------------------------------------------------------------------------------------------ */
static void whole_text(const node *n, text *out)
{
    if (n->kind == NODE_SCALAR)
        text_puts(out, n->text);
    for (size_t i = 0; n->kind == NODE_MAP && i < n->n; i++) {
        text_printf(out, "%s%s", i ? ", " : "", n->key[i]->text);
        if (n->item[i]->kind == NODE_SCALAR && n->item[i]->len)
            text_printf(out, ": %s", n->item[i]->text);
    }
}

/* One argument as `key: value`; without a key it is the next of the law's rows. */
static void argument(text *out, const wr_param **next, const char *s, size_t len)
{
    size_t n = word_length(s), mark = n ? n + strspn(s + n, " ") : len;
    text_puts(out, out->len && out->s[out->len - 1] != '{' ? ", " : "");
    if (mark < len && strchr("=:", s[mark])) {
        size_t from = mark + 1;
        while (from < len && s[from] == ' ')
            from++;
        text_printf(out, "%.*s: %.*s", (int)n, s, (int)(len - from), s + from);
    } else {
        text_printf(out, "%s: %.*s", (*next)->key ? (*next)->key : "?", (int)len, s);
    }
    *next += (*next)->key != NULL;
}

static void meant(text *out, const wr_variant *v, const char *s)
{
    const wr_param *next = v->rows;
    bool alone = v->shorthand && !strpbrk(s, ",=");
    if (alone) {
        text_printf(out, "{%s: %.*s}", v->key, (int)strcspn(s, ")"), s);
        return;
    }
    text_printf(out, "{%s: {", v->key);
    while (*s && *s != ')') {
        size_t len = strcspn(s, ",)"), end = len;
        while (end && s[end - 1] == ' ')
            end--;
        if (end)
            argument(out, &next, s, end);
        s += len + (s[len] == ',');
        s += strspn(s, " ");
    }
    text_puts(out, "}}");
}

void call_refuse(binder *b, const wr_param *row, const node *n)
{
    text whole = {0}, hint = {0};
    whole_text(n, &whole);
    const char *s = whole.s, *open = strchr(s, '(');
    wr_pos at = n->kind == NODE_MAP ? n->key[0]->at : n->at;
    bind_error(b, at, "'%s' of %s is written as a function; a distribution is a mapping", row->key, b->what);
    if (open && whole.len <= LONGEST)
        meant(&hint, law_called(s, word_length(s)), open + 1 + strspn(open + 1, " "));
    if (hint.s && !strchr(hint.s, '?'))
        wr_diag_hint(b->diag, "write %s", hint.s);
    else
        wr_diag_hint(b->diag, "such as {lognormal: {mean: ..., p99: ...}}");
    text_clear(&whole);
    text_clear(&hint);
}
