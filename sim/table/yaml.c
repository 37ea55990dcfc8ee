/* yaml.c - YAML text to nodes with positions: the only file that knows libyaml.
 *
 * libyaml's events are read by recursive descent; depth and number of nodes are bounded, aliases
 * count with all they stand for, so no small file can grow large. Aliases and merged mappings are
 * copied. Refused: several documents, tags but !Ref, keys that are not scalars, keys given twice.
 * A mistake that leaves the structure readable is reported and reading goes on.
 * Truth: tests/unit/test_yaml.c. */
#include "node.h"
#include <ctype.h>
#include <string.h>
#include <yaml.h>

enum { LONGEST_KEY = 1000, FEW = 16 };

typedef struct reader {
    wr_arena *arena;
    wr_diag *diag;
    wr_pos origin;
    const char *text;
    size_t len, nodes;
    yaml_parser_t parser;
    map anchors;         /* name -> index of the latest anchor of that name */
    node **anchor;       /* NULL: not complete yet */
    size_t anchors_n;
    bool stop;
} reader;

typedef struct list { node **at; size_t n, room; } list;

static void push(reader *r, list *l, node *n)
{
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 4;
        node **at = arena_alloc(r->arena, room * sizeof *at);
        if (l->n)
            memcpy(at, l->at, l->n * sizeof *at);
        l->at = at;
        l->room = room;
    }
    l->at[l->n++] = n;
}

/* ---- positions and mistakes ------------------------------------------------------------------------- */
static wr_pos place(const reader *r, yaml_mark_t a, yaml_mark_t b)
{
    wr_pos p = {r->origin.file, 0, 0, 1};
    p.line = r->origin.line + (uint32_t)a.line;
    p.col = (uint32_t)a.column + (a.line ? 1 : r->origin.col);
    if (a.line == b.line && b.column > a.column)
        p.len = (uint32_t)(b.column - a.column);
    return p;
}

/* libyaml gives only the byte at which the encoding is wrong. */
static wr_pos place_of_byte(const reader *r, size_t byte)
{
    wr_pos p = {r->origin.file, r->origin.line, r->origin.col, 1};
    size_t start = 0;
    byte = byte < r->len ? byte : r->len;
    for (size_t i = 0; i < byte; i++) {
        if (r->text[i] == '\n') {
            p.line++;
            p.col = 1;
            start = i + 1;
        }
    }
    p.col += (uint32_t)utf8_columns(r->text + start, byte - start);
    return p;
}

static bool tab_at(const reader *r, size_t line)
{
    const char *s = r->text, *end = r->text + r->len;
    for (; line && s; line--) {
        s = memchr(s, '\n', (size_t)(end - s));
        s = s ? s + 1 : NULL;
    }
    while (s && s < end && *s == ' ')
        s++;
    return s && s < end && *s == '\t';
}

static void syntax(reader *r)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem ? p->problem : "it cannot be read";
    r->stop = true;
    if (p->error == YAML_MEMORY_ERROR)
        memory_out(r->len);
    if (p->error == YAML_READER_ERROR) {
        wr_diag_add(r->diag, WR_ERROR, place_of_byte(r, p->problem_offset), "not valid YAML: %s", problem);
        return;
    }
    wr_diag_add(r->diag, WR_ERROR, place(r, p->problem_mark, p->problem_mark), "not valid YAML: %s", problem);
    if (tab_at(r, p->problem_mark.line))
        wr_diag_hint(r->diag, "indent with spaces, not with a tab");
    else if (p->context)
        wr_diag_note(r->diag, "%s that begins on line %lu", p->context,
                     (unsigned long)(r->origin.line + p->context_mark.line));
}

static void refuse(reader *r, wr_pos at, const char *why)
{
    if (!r->stop)
        wr_diag_add(r->diag, WR_ERROR, at, "%s", why);
    r->stop = true;
}

static bool next(reader *r, yaml_event_t *e)
{
    if (r->stop)
        return false;
    if (yaml_parser_parse(&r->parser, e))
        return true;
    syntax(r);
    return false;
}

/* ---- nodes ------------------------------------------------------------------------------------------ */
static node *fresh(reader *r, enum node_kind kind, const yaml_event_t *e, int depth)
{
    node *n = arena_alloc(r->arena, sizeof *n);
    n->kind = kind;
    n->at = place(r, e->start_mark, e->end_mark);
    if (depth > NODE_DEPTH)
        refuse(r, n->at, "nested more than 64 deep");
    if (++r->nodes > NODE_MOST)
        refuse(r, n->at, "more than a million values, aliases counted with all they stand for");
    return n;
}

static const char *str(const yaml_char_t *s)
{
    return (const char *)s;
}

static void check_tag(reader *r, const node *n, const yaml_char_t *tag)
{
    if (tag)
        wr_diag_add(r->diag, WR_ERROR, n->at, "the tag '%s' is not allowed; only !Ref NAME is", str(tag));
}

static void check_scalar_tag(reader *r, node *n, const yaml_char_t *tag)
{
    n->ref = tag && strcmp(str(tag), "!Ref") == 0;
    if (!n->ref)
        check_tag(r, n, tag);
    else if (!name_valid(n->text))
        wr_diag_add(r->diag, WR_ERROR, n->at, "!Ref takes the name of a parameter; '%s' is none", n->text);
}

/* An anchor is known while its value is being read, but has no node until then. */
static size_t open_anchor(reader *r, const yaml_char_t *name)
{
    if (!name)
        return SIZE_MAX;
    size_t i = r->anchors_n++;
    if ((i & (i - 1)) == 0) { /* 0, 1, 2, 4, 8 ...: full */
        node **at = arena_alloc(r->arena, (i ? 2 * i : 1) * sizeof *at);
        if (i)
            memcpy(at, r->anchor, i * sizeof *at);
        r->anchor = at;
    }
    r->anchor[i] = NULL;
    map_put(&r->anchors, arena_copy(r->arena, str(name), strlen(str(name))), i);
    return i;
}

static void close_anchor(reader *r, size_t i, node *n)
{
    if (i != SIZE_MAX)
        r->anchor[i] = n;
}

static node *read_scalar(reader *r, const yaml_event_t *e, int depth)
{
    node *n = fresh(r, NODE_SCALAR, e, depth);
    n->len = e->data.scalar.length;
    n->text = arena_copy(r->arena, str(e->data.scalar.value), n->len);
    n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (memchr(n->text, 0, n->len))
        wr_diag_add(r->diag, WR_ERROR, n->at, "a text with a zero byte in it");
    check_scalar_tag(r, n, e->data.scalar.tag);
    close_anchor(r, open_anchor(r, e->data.scalar.anchor), n);
    return n;
}

static node *read_alias(reader *r, const yaml_event_t *e, int depth)
{
    const char *name = str(e->data.alias.anchor);
    size_t i, budget = NODE_MOST - r->nodes;
    bool known = map_get(&r->anchors, name, &i);
    if (known && r->anchor[i]) {
        size_t before = budget;
        node *n = node_copy(r->arena, r->anchor[i], depth, &budget);
        r->nodes += before - budget;
        if (n)
            return n;
        refuse(r, place(r, e->start_mark, e->end_mark),
               "the aliases of this file stand for more than a million values, or more than 64 levels");
    }
    node *n = fresh(r, NODE_SCALAR, e, depth);
    n->text = "";
    if (!r->stop)
        wr_diag_add(r->diag, WR_ERROR, n->at, known ? "the alias '*%s' stands inside its own anchor"
                                                    : "the alias '*%s' has no anchor before it", name);
    return n;
}

static node *read_node(reader *r, const yaml_event_t *e, int depth);

static node *read_list(reader *r, const yaml_event_t *start, int depth)
{
    node *n = fresh(r, NODE_LIST, start, depth);
    size_t anchor = open_anchor(r, start->data.sequence_start.anchor);
    list items = {0};
    yaml_event_t e;
    check_tag(r, n, start->data.sequence_start.tag);
    while (next(r, &e)) {
        bool end = e.type == YAML_SEQUENCE_END_EVENT;
        if (end && start->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE)
            n->at = place(r, start->start_mark, e.end_mark);
        if (!end)
            push(r, &items, read_node(r, &e, depth + 1));
        yaml_event_delete(&e);
        if (end)
            break;
    }
    n->item = items.at;
    n->n = items.n;
    close_anchor(r, anchor, n);
    return n;
}

/* ---- mappings --------------------------------------------------------------------------------------- */
typedef struct members { /* of a mapping while it is read */
    list key, value, merge;
    map seen;            /* folded key -> index, once there are more than a few */
    bool hashed;
} members;

static const char *folded(reader *r, const char *key)
{
    char *s = arena_copy(r->arena, key, strlen(key)), *to = s;
    if (!isalpha((unsigned char)*key))
        return s;
    for (const char *c = key; *c; c++)
        if (*c != '_' && *c != '-')
            *to++ = (char)tolower((unsigned char)*c);
    *to = 0;
    return s;
}

static const node *find(reader *r, members *m, const char *key)
{
    if (m->key.n > FEW) {
        size_t i;
        for (i = 0; !m->hashed && i < m->key.n; i++)
            map_put(&m->seen, folded(r, m->key.at[i]->text), i);
        m->hashed = true;
        return map_get(&m->seen, folded(r, key), &i) ? m->key.at[i] : NULL;
    }
    for (size_t i = 0; i < m->key.n; i++)
        if (node_same_key(m->key.at[i]->text, key))
            return m->key.at[i];
    return NULL;
}

static void add(reader *r, members *m, node *key, node *value)
{
    if (m->hashed)
        map_put(&m->seen, folded(r, key->text), m->key.n);
    push(r, &m->key, key);
    push(r, &m->value, value);
}

static void add_written(reader *r, members *m, node *key, node *value)
{
    const node *before;
    if (key->kind != NODE_SCALAR || key->ref) {
        wr_diag_add(r->diag, WR_ERROR, key->at, "a key must be a plain word");
    } else if (strcmp(key->text, "<<") == 0 && !key->quoted) {
        push(r, &m->merge, value);
    } else if (key->len > LONGEST_KEY) {
        wr_diag_add(r->diag, WR_ERROR, key->at, "a key of more than %d characters", LONGEST_KEY);
    } else if ((before = find(r, m, key->text))) {
        wr_diag_add(r->diag, WR_ERROR, key->at, "duplicate key '%s'; it is given on line %u already", key->text,
                    (unsigned)before->at.line);
        if (strcmp(before->text, key->text) != 0)
            wr_diag_hint(r->diag, "'%s' and '%s' are one key", before->text, key->text);
    } else {
        add(r, m, key, value);
    }
}

/* What stands in the mapping wins over what is merged, an earlier merge over a later one. */
static void merge(reader *r, members *m, const node *from)
{
    if (from->kind == NODE_LIST) {
        for (size_t i = 0; i < from->n; i++) {
            if (from->item[i]->kind == NODE_MAP)
                merge(r, m, from->item[i]);
            else
                wr_diag_add(r->diag, WR_ERROR, from->item[i]->at, "'<<' merges mappings; this is none");
        }
    } else if (from->kind == NODE_MAP) {
        for (size_t i = 0; i < from->n; i++)
            if (!find(r, m, from->key[i]->text))
                add(r, m, from->key[i], from->item[i]);
    } else {
        wr_diag_add(r->diag, WR_ERROR, from->at, "'<<' merges a mapping, or a list of mappings");
    }
}

static bool read_member(reader *r, members *m, const yaml_event_t *key_event, int depth)
{
    yaml_event_t e;
    node *key = read_node(r, key_event, depth);
    if (!next(r, &e))
        return false;
    node *value = read_node(r, &e, depth);
    yaml_event_delete(&e);
    if (!r->stop)
        add_written(r, m, key, value);
    return !r->stop;
}

static node *read_map(reader *r, const yaml_event_t *start, int depth)
{
    node *n = fresh(r, NODE_MAP, start, depth);
    bool flow = start->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    size_t anchor = open_anchor(r, start->data.mapping_start.anchor);
    members m = {0};
    yaml_event_t e;
    check_tag(r, n, start->data.mapping_start.tag);
    while (next(r, &e)) {
        bool end = e.type == YAML_MAPPING_END_EVENT;
        if (end && flow)
            n->at = place(r, start->start_mark, e.end_mark);
        if (!end)
            read_member(r, &m, &e, depth + 1);
        yaml_event_delete(&e);
        if (end)
            break;
    }
    for (size_t i = 0; i < m.merge.n; i++)
        merge(r, &m, m.merge.at[i]);
    map_clear(&m.seen);
    n->item = m.value.at;
    n->key = m.key.at;
    n->n = m.key.n;
    if (!flow && n->n)
        n->at.len = n->key[0]->at.len;
    close_anchor(r, anchor, n);
    return n;
}

static node *read_node(reader *r, const yaml_event_t *e, int depth)
{
    switch (e->type) {
    case YAML_SEQUENCE_START_EVENT:
        return read_list(r, e, depth);
    case YAML_MAPPING_START_EVENT:
        return read_map(r, e, depth);
    case YAML_ALIAS_EVENT:
        return read_alias(r, e, depth);
    default:
        return read_scalar(r, e, depth);
    }
}

/* ---- the document ----------------------------------------------------------------------------------- */
static node *read_document(reader *r)
{
    node *root = NULL;
    int documents = 0;
    bool more = true;
    yaml_event_t e;
    while (more && next(r, &e)) {
        switch (e.type) {
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
            break;
        case YAML_STREAM_END_EVENT:
            more = false;
            break;
        case YAML_DOCUMENT_START_EVENT:
            if (documents++)
                refuse(r, place(r, e.start_mark, e.end_mark), "a second document; a file holds one");
            break;
        default:
            root = read_node(r, &e, 1);
        }
        yaml_event_delete(&e);
    }
    return r->stop ? NULL : root;
}

node *yaml_read_at(wr_arena *a, wr_pos origin, const char *s, size_t len, wr_diag *d)
{
    bool marked = len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0; /* libyaml counts a byte order mark as a column */
    s += marked ? 3 : 0;
    len -= marked ? 3 : 0;
    reader r = {.arena = a, .diag = d, .origin = origin, .text = s, .len = len};
    size_t errors = wr_diag_count(d, WR_ERROR);
    if (!yaml_parser_initialize(&r.parser))
        memory_out(len);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const yaml_char_t *)s, len);
    node *root = read_document(&r);
    yaml_parser_delete(&r.parser);
    map_clear(&r.anchors);
    if (root || wr_diag_count(d, WR_ERROR) > errors)
        return root;
    root = node_scalar(a, "", origin); /* nothing but space and comments */
    return root;
}

node *yaml_read(wr_arena *a, const char *file, const char *s, size_t len, wr_diag *d)
{
    return yaml_read_at(a, (wr_pos){file, 1, 1, 1}, s, len, d);
}

const char *yaml_library(void)
{
    return yaml_get_version_string();
}
