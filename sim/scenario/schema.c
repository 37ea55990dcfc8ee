/* schema.c - `weir schema`: all tables of the language as one JSON Schema (draft-07), for editors.
 *
 * The tables print themselves; here they are put together: the file's own keys, each type of resource with the
 * keys that all have, each kind of fault. Sections whose keys are free (parameters, prices, sweep ...) stay open.
 * Truth: tests/unit/test_scenario.c. */
#include "load.h"
#include <string.h>

enum { MOST_ROWS = 512 };
static const char opening[] = "{\"type\": \"object\", \"properties\": {";

typedef struct sheet {
    wr_arena *arena;
    schema *s;
    text *out;
} sheet;

/* Copies the rows that are neither in `without` nor a row of `other` to *to. */
static void pick(const wr_param *rows, const char *const *without, const wr_param *other, wr_param **to,
                 const wr_param *end)
{
    for (const wr_param *row = rows; row && row->key && *to < end; row++) {
        bool left_out = row->type != WR_T_INCLUDE && bind_row_of(other, row->key);
        for (const char *const *w = without; *w; w++)
            left_out = left_out || strcmp(*w, row->key) == 0;
        if (row->type == WR_T_INCLUDE)
            pick(row->rows, without, other, to, end);
        else if (!left_out)
            *(*to)++ = *row;
    }
}

static const wr_param *picked(sheet *t, const wr_param *rows, const char *const *without, const wr_param *other)
{
    wr_param *out = arena_alloc(t->arena, MOST_ROWS * sizeof *out), *to = out;
    pick(rows, without, other, &to, out + MOST_ROWS - 1);
    return out;
}

/* An object of these rows, with properties that no row describes written before them. */
static void object(sheet *t, const char *extra, const wr_param *rows, const wr_param *also)
{
    text whole = {0};
    schema_object(t->s, &whole, rows, also);
    const char *rest = whole.s + sizeof opening - 1;
    text_puts(t->out, opening);
    text_puts(t->out, extra);
    text_puts(t->out, *extra && *rest != '}' ? ", " : "");
    text_puts(t->out, rest);
    text_clear(&whole);
}

static void print_resource(sheet *t, const wr_model *m)
{
    static const char *const without[] = {"type", "tags", "price", NULL};
    text extra = {0};
    text_printf(&extra, "\"type\": {\"enum\": [\"%s\"", m->kind);
    if (m->aws)
        text_printf(&extra, ", \"%s\"", m->aws);
    text_puts(&extra, "]}, \"properties\": {\"type\": [\"object\", \"null\"]}, \"tags\": {}");
    object(t, extra.s, m->params, picked(t, component_common, without, m->params));
    text_clear(&extra);
}

static void print_resources(sheet *t)
{
    size_t n = 0;
    text_puts(t->out, "\"resources\": {\"type\": \"object\", \"additionalProperties\": {\"anyOf\": [");
    for (size_t i = 0; wr_models[i]; i++) {
        if (wr_models[i]->internal || strcmp(wr_models[i]->kind, "traffic") == 0)
            continue;
        text_puts(t->out, n++ ? ", " : "");
        print_resource(t, wr_models[i]);
    }
    text_puts(t->out, "]}}");
}

static void print_traffic(sheet *t)
{
    const wr_model *m = component_model("traffic");
    text_puts(t->out, "\"traffic\": {\"type\": [\"object\", \"null\"], \"additionalProperties\": ");
    if (m)
        object(t, "", m->params, NULL);
    else
        text_puts(t->out, "{}");
    text_puts(t->out, "}");
}

static void print_fault(sheet *t, const wr_fault *f, size_t *n)
{
    static const char *const without[] = {NULL};
    static const wr_param none[] = {{0}};
    text extra = {0};
    const wr_param *params = f->params ? f->params : none;
    text_printf(&extra, "\"%s\": {\"type\": \"string\"}", f->name);
    text_puts(t->out, (*n)++ ? ", " : "");
    object(t, extra.s, params, picked(t, faults_common, without, params));
    text_clear(&extra);
}

static void print_faults(sheet *t)
{
    size_t n = 0;
    text_puts(t->out, "\"faults\": {\"type\": [\"array\", \"null\"], \"items\": {\"anyOf\": [");
    for (const wr_fault *f = faults_runtime; f->name; f++)
        print_fault(t, f, &n);
    for (size_t i = 0; wr_models[i]; i++)
        for (const wr_fault *f = wr_models[i]->faults; f && f->name; f++)
            if (strcmp(f->name, "az_outage") != 0)
                print_fault(t, f, &n);
    text_puts(t->out, "]}}");
}

void scenario_schema(text *out)
{
    static const char *const special[] = {"parameters", "prices", "traffic", "resources", "faults",
                                          "sweep",      "plan",   "charts",  NULL};
    static const char open[] =
        "\"parameters\": {\"type\": [\"object\", \"null\"]}, \"prices\": {\"type\": [\"object\", \"null\"]}, "
        "\"sweep\": {\"type\": [\"object\", \"null\"]}, \"plan\": {\"type\": [\"object\", \"null\"]}, "
        "\"charts\": {\"type\": [\"array\", \"null\"]}, ";
    text body = {0}, parts = {0};
    sheet t = {.arena = arena_create(), .out = &parts};
    t.s = schema_begin(t.arena);
    text_puts(&parts, open);
    print_traffic(&t);
    text_puts(&parts, ", ");
    print_resources(&t);
    text_puts(&parts, ", ");
    print_faults(&t);
    t.out = &body;
    object(&t, parts.s, picked(&t, scenario_settings(), special, NULL), NULL);
    text_puts(out, "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"title\": \"weir scenario\", ");
    text_add(out, body.s + 1, body.len - 2); /* without its braces */
    text_puts(out, ", ");
    schema_definitions(t.s, out);
    text_puts(out, "}");
    text_clear(&body);
    text_clear(&parts);
    arena_destroy(t.arena);
}
