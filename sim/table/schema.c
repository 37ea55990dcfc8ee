/* schema.c - tables as JSON Schema (draft-07), for editors.
 *
 * A schema here never refuses what the loader takes; it may take what the loader refuses. So every number
 * may be a text ($name, or with its unit), keys in AWS's spelling (any capital letter, a hyphen) are not
 * checked, and only rows that AWS does not know are required. Every nested table becomes a definition,
 * found again by its address: that ends tables that contain themselves.
 * Truth: tests/unit/test_schema.c. */
#include "value.h"
#include <math.h>
#include <string.h>

typedef struct definition {
    const char *name;
    const wr_param *rows;
    const wr_variant *variants;
    const char *shorthand; /* of the variants: a form for values that are no mapping */
    enum wr_type of;       /* a distribution of this; 0: none */
} definition;
struct schema {
    wr_arena *arena;
    definition *at;
    size_t n, room;
    enum wr_type quantity; /* while the laws of a distribution are written; 0: no */
};

static void print_value(schema *s, text *out, const wr_param *row);

schema *schema_begin(wr_arena *a)
{
    schema *s = arena_alloc(a, sizeof *s);
    s->arena = a;
    return s;
}

void schema_text(text *out, const char *words)
{
    text_puts(out, "\"");
    for (const char *c = words; *c; c++) {
        if (*c == '"' || *c == '\\')
            text_printf(out, "\\%c", *c);
        else if ((unsigned char)*c < 0x20)
            text_printf(out, "\\u%04x", (unsigned)(unsigned char)*c);
        else
            text_add(out, c, 1);
    }
    text_puts(out, "\"");
}

/* ---- definitions --------------------------------------------------------------------------------------- */
static bool taken(const schema *s, const char *name)
{
    static const char *const scalars[] = {"parameter", "time", "size", "rate", "share", "number", "flag"};
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        if (strcmp(scalars[i], name) == 0)
            return true;
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->at[i].name, name) == 0)
            return true;
    return false;
}

static const char *fresh_name(schema *s, const char *key)
{
    const char *name = *key ? key : "table";
    for (size_t k = 2; taken(s, name); k++)
        name = arena_print(s->arena, "%s_%zu", key, k);
    return name;
}

static void refer(schema *s, text *out, const definition *d)
{
    size_t i = 0;
    while (i < s->n && (s->at[i].rows != d->rows || s->at[i].variants != d->variants || s->at[i].of != d->of))
        i++;
    if (i == s->n) {
        if (s->n == s->room) {
            size_t room = s->room ? 2 * s->room : 32;
            definition *more = arena_alloc(s->arena, room * sizeof *more);
            if (s->n)
                memcpy(more, s->at, s->n * sizeof *more);
            s->at = more;
            s->room = room;
        }
        s->at[s->n] = *d;
        s->at[s->n].name = fresh_name(s, d->name);
        s->n++;
    }
    text_printf(out, "{\"$ref\": \"#/definitions/%s\"}", s->at[i].name);
}

/* ---- scalars ------------------------------------------------------------------------------------------- */
static const char *scalar_ref(enum wr_type t)
{
    switch (t) {
    case WR_T_DUR: return "{\"$ref\": \"#/definitions/time\"}";
    case WR_T_BYTES: return "{\"$ref\": \"#/definitions/size\"}";
    case WR_T_RATE: return "{\"$ref\": \"#/definitions/rate\"}";
    case WR_T_SHARE: return "{\"$ref\": \"#/definitions/share\"}";
    case WR_T_INT:
    case WR_T_NUMBER: return "{\"$ref\": \"#/definitions/number\"}";
    case WR_T_BOOL: return "{\"$ref\": \"#/definitions/flag\"}";
    case WR_T_PROFILE: return "{\"type\": \"string\"}";
    default: return "{\"type\": [\"string\", \"number\", \"boolean\"]}";
    }
}

static void print_scalars(text *out)
{
    text_puts(out, "\"parameter\": {\"type\": \"string\", \"pattern\": \"^\\\\$\"}, "
                   "\"time\": {\"type\": \"string\", \"pattern\": \"^(\\\\$.*|([0-9.eE+-]+(ns|us|ms|s|m|h|d))+)$\"}, "
                   "\"size\": {\"type\": \"string\", \"pattern\": \"^(\\\\$.*|[0-9.eE+-]+ *([KMGT]i?)?B)$\"}, "
                   "\"rate\": {\"type\": \"string\", \"pattern\": \"^(\\\\$.*|[0-9.eE+-]+[kM]?/(s|m|min|h|d))$\"}, "
                   "\"share\": {\"anyOf\": [{\"type\": \"number\"}, "
                   "{\"type\": \"string\", \"pattern\": \"^(\\\\$.*|[0-9.eE+-]+%?)$\"}]}, "
                   "\"number\": {\"anyOf\": [{\"type\": \"number\"}, "
                   "{\"type\": \"string\", \"pattern\": \"^(\\\\$.*|[0-9.eE+-]+[kM%]?)$\"}]}, "
                   "\"flag\": {\"anyOf\": [{\"type\": \"boolean\"}, {\"type\": \"string\"}]}");
}

static void print_range(text *out, const wr_param *row)
{
    bool plain = row->type == WR_T_INT || (row->type == WR_T_NUMBER && !(row->flags & WR_P_QUANTITY));
    if (plain && row->max > row->min)
        text_printf(out, ", \"minimum\": %.17g, \"maximum\": %.17g", row->min, row->max);
}

static bool flag_word(const char *s) /* which YAML takes for true or false */
{
    return strcmp(s, "on") == 0 || strcmp(s, "off") == 0 || strcmp(s, "true") == 0;
}

static void print_enum(text *out, const wr_param *row)
{
    text_puts(out, "{\"enum\": [");
    for (size_t i = 0; row->choices && row->choices[i]; i++) {
        text_puts(out, i ? ", " : "");
        schema_text(out, row->choices[i]);
    }
    text_puts(out, "]}, {\"$ref\": \"#/definitions/parameter\"}");
    for (size_t i = 0; row->choices && row->choices[i]; i++) {
        if (flag_word(row->choices[i])) {
            text_puts(out, ", {\"type\": \"boolean\"}");
            return;
        }
    }
}

/* ---- what may stand behind a key: the members of an anyOf ------------------------------------------------ */
static void print_words(text *out, const wr_param *row)
{
    for (const char *w = row->words; w && *w;) {
        size_t len = strcspn(w, " ");
        bool off = len == 3 && strncmp(w, "off", 3) == 0;
        text_printf(out, ", {\"enum\": [\"%.*s\"%s]}", (int)len, w, off ? ", false" : "");
        w += len + strspn(w + len, " ");
    }
    if (row->optional)
        text_puts(out, ", {\"enum\": [\"none\", null]}");
    else if (row->def)
        text_puts(out, ", {\"type\": \"null\"}");
}

static void print_distribution(schema *s, text *out, enum wr_type of)
{
    static const char *const names[] = {[WR_T_INT] = "distribution_of_count", [WR_T_NUMBER] = "distribution_of_number",
                                        [WR_T_DUR] = "distribution_of_time", [WR_T_BYTES] = "distribution_of_size"};
    refer(s, out, &(definition){.name = names[of] ? names[of] : "distribution", .variants = dist_laws, .of = of});
}

/* One struct of a list, mapping or block. */
static void print_struct(schema *s, text *out, const char *key, const wr_param *rows, const char *shorthand)
{
    const wr_param *brief = shorthand ? bind_row_of(rows, shorthand) : NULL;
    if (s->quantity) /* the rows of a law are written in the unit of its distribution: they are not shared */
        schema_object(s, out, rows, NULL);
    else
        refer(s, out, &(definition){.name = key, .rows = rows});
    if (brief) {
        text_puts(out, ", ");
        print_value(s, out, brief);
    }
}

static void print_element(schema *s, text *out, const wr_param *row)
{
    text_puts(out, "{\"anyOf\": [");
    if (row->variants)
        refer(s, out, &(definition){.name = row->key, .variants = row->variants, .shorthand = row->shorthand});
    else
        print_struct(s, out, row->key, row->rows, row->shorthand);
    text_puts(out, ", {\"$ref\": \"#/definitions/parameter\"}]}");
}

static void print_compound(schema *s, text *out, const wr_param *row)
{
    if (row->type == WR_T_BLOCK || row->type == WR_T_CHOICE) {
        print_element(s, out, row);
        return;
    }
    text_puts(out, row->type == WR_T_LIST ? "{\"type\": \"array\", \"items\": "
                                          : "{\"type\": \"object\", \"additionalProperties\": ");
    print_element(s, out, row);
    text_puts(out, "}, {\"$ref\": \"#/definitions/parameter\"}");
    if (row->flags & WR_P_ONE) {
        text_puts(out, ", ");
        print_element(s, out, row);
    }
    if (row->flags & WR_P_NAMED)
        text_puts(out, ", {\"type\": \"string\"}");
}

static void print_kinds(schema *s, text *out, const wr_param *row)
{
    enum wr_type type = row->flags & WR_P_QUANTITY && s->quantity && row->type == WR_T_NUMBER ? s->quantity : row->type;
    switch (type) {
    case WR_T_BLOCK:
    case WR_T_LIST:
    case WR_T_MAP:
    case WR_T_CHOICE:
        print_compound(s, out, row);
        break;
    case WR_T_DIST:
        print_distribution(s, out, row->flags & WR_P_QUANTITY && s->quantity ? s->quantity : row->of);
        break;
    case WR_T_ENUM:
        print_enum(out, row);
        break;
    default:
        text_puts(out, scalar_ref(type));
    }
    if (row->unit || (row->flags & WR_P_QUANTITY)) /* where the distribution stands decides about bare numbers */
        text_puts(out, ", {\"type\": \"number\"}");
    print_words(out, row);
}

/* Scalars as they are, the rest as text: it is shown, not used. */
static void print_default(text *out, const wr_param *row)
{
    double x;
    text_puts(out, ", \"default\": ");
    bool number = quantity_read(row->def, strlen(row->def), WR_T_NUMBER, NULL, &x, NULL) == Q_OK;
    if (number && !strpbrk(row->def, "kM%"))
        text_printf(out, "%.17g", x);
    else if (row->type == WR_T_BOOL)
        text_puts(out, strchr("fn", *row->def) || strcmp(row->def, "off") == 0 ? "false" : "true");
    else
        schema_text(out, row->def);
}

static void print_value(schema *s, text *out, const wr_param *row)
{
    text_puts(out, "{\"description\": ");
    schema_text(out, row->doc ? row->doc : "");
    if (row->def)
        print_default(out, row);
    print_range(out, row);
    text_puts(out, ", \"anyOf\": [");
    print_kinds(s, out, row);
    text_puts(out, "]}");
}

/* ---- objects and choices --------------------------------------------------------------------------------- */
static void print_properties(schema *s, text *out, const wr_param *rows, const char **comma)
{
    for (const wr_param *row = rows; row && row->key; row++) {
        if (row->type == WR_T_INCLUDE) {
            print_properties(s, out, row->rows, comma);
            continue;
        }
        text_puts(out, *comma);
        *comma = ", ";
        schema_text(out, row->key);
        text_puts(out, ": ");
        print_value(s, out, row);
    }
}

static void print_required(text *out, const wr_param *rows, const char **comma)
{
    for (const wr_param *row = rows; row && row->key; row++) {
        if (row->type == WR_T_INCLUDE) {
            print_required(out, row->rows, comma);
        } else if (!row->def && !row->optional && !row->cfn) {
            text_puts(out, *comma);
            *comma = ", ";
            schema_text(out, row->key);
        }
    }
}

static void print_end(text *out, const wr_param *rows, const char *also)
{
    const char *comma = "";
    text_puts(out, "}, \"patternProperties\": {\"[A-Z-]\": {}}, \"additionalProperties\": false, \"required\": [");
    if (also) {
        schema_text(out, also);
        comma = ", ";
    }
    print_required(out, rows, &comma);
    text_puts(out, "]}");
}

void schema_object(schema *s, text *out, const wr_param *rows, const wr_param *also)
{
    const char *comma = "";
    text_puts(out, "{\"type\": \"object\", \"properties\": {");
    print_properties(s, out, rows, &comma);
    print_properties(s, out, also, &comma);
    print_end(out, rows, NULL);
}

void schema_value(schema *s, text *out, const wr_param *row)
{
    print_value(s, out, row);
}

static void print_form(schema *s, text *out, const wr_variant *v)
{
    const char *comma = ", ";
    const wr_param *brief = v->flat && v->shorthand ? bind_row_of(v->rows, v->shorthand) : NULL;
    text_puts(out, "{\"type\": \"object\", \"description\": ");
    schema_text(out, v->doc ? v->doc : "");
    text_puts(out, ", \"properties\": {");
    schema_text(out, v->key);
    text_puts(out, ": ");
    if (brief)
        print_value(s, out, brief);
    else if (v->flat || !v->rows)
        text_puts(out, "{}");
    else {
        text_puts(out, "{\"anyOf\": [");
        print_struct(s, out, v->key, v->rows, v->shorthand);
        text_puts(out, ", {\"$ref\": \"#/definitions/parameter\"}, {\"type\": \"null\"}]}");
    }
    if (v->flat)
        print_properties(s, out, v->rows, &comma);
    print_end(out, NULL, v->key);
}

static void print_names(text *out, const wr_variant *v) /* a form may stand alone, by its name */
{
    text_puts(out, ", {\"enum\": [");
    for (; v->key; v++) {
        schema_text(out, v->key);
        text_puts(out, v[1].key ? ", " : "]}");
    }
}

static void print_forms(schema *s, text *out, const definition *d)
{
    text_puts(out, "{\"anyOf\": [");
    for (const wr_variant *v = d->variants; v->key; v++) {
        text_puts(out, v == d->variants ? "" : ", ");
        print_form(s, out, v);
    }
    text_puts(out, ", {\"$ref\": \"#/definitions/parameter\"}");
    if (d->of)
        text_printf(out, ", %s", scalar_ref(d->of));
    else
        print_names(out, d->variants);
    const wr_variant *brief = d->shorthand ? bind_variant_of(d->variants, d->shorthand) : NULL;
    const wr_param *row = brief && brief->shorthand ? bind_row_of(brief->rows, brief->shorthand) : NULL;
    if (row) {
        text_puts(out, ", ");
        print_value(s, out, row);
    }
    text_puts(out, "]}");
}

void schema_choice(schema *s, text *out, const char *name, const wr_variant *v)
{
    refer(s, out, &(definition){.name = name, .variants = v});
}

void schema_definitions(schema *s, text *out)
{
    text_puts(out, "\"definitions\": {");
    print_scalars(out);
    for (size_t i = 0; i < s->n; i++) { /* grows while it is written */
        definition d = s->at[i];
        text_printf(out, ", \"%s\": ", d.name);
        s->quantity = d.of;
        if (d.rows)
            schema_object(s, out, d.rows, NULL);
        else
            print_forms(s, out, &d);
        s->quantity = 0;
    }
    text_puts(out, "}");
}

void schema_rows(text *out, const wr_param *rows, const wr_param *also)
{
    wr_arena *a = arena_create();
    schema *s = schema_begin(a);
    schema_object(s, out, rows, also);
    out->s[--out->len] = 0; /* its closing brace comes after the definitions */
    text_puts(out, ", ");
    schema_definitions(s, out);
    text_puts(out, "}");
    arena_destroy(a);
}
