/* build.c - what a model sees of the load while it prepares its struct: memory, messages, names, files, quotas.
 *
 * A message names a field by its address; where it was written is found in what the binding remembers.
 * Truth: tests/unit/test_scenario.c. */
#include "load.h"
#include <math.h>
#include <string.h>

wr_arena *wr_build_arena(wr_build *b)
{
    return b->l->arena;
}

void *wr_build_alloc(wr_build *b, size_t size)
{
    return arena_alloc(b->l->arena, size ? size : 1);
}

const char *wr_build_name(const wr_build *b)
{
    return b->name;
}

static void report(wr_build *b, enum wr_severity severity, const void *field, const char *fmt, va_list ap)
{
    text t = {0};
    wr_pos at = field ? bind_where(&b->l->b, field, NULL) : (wr_pos){0};
    text_vprintf(&t, fmt, ap);
    wr_diag_add(b->l->diag, severity, at.line ? at : b->at, "%s", t.s ? t.s : "");
    text_clear(&t);
}

void wr_build_error(wr_build *b, const void *field, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report(b, WR_ERROR, field, fmt, ap);
    va_end(ap);
}

void wr_build_warning(wr_build *b, const void *field, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report(b, WR_WARNING, field, fmt, ap);
    va_end(ap);
}

void wr_build_hint(wr_build *b, const char *fmt, ...)
{
    text t = {0};
    va_list ap;
    va_start(ap, fmt);
    text_vprintf(&t, fmt, ap);
    va_end(ap);
    wr_diag_hint(b->l->diag, "%s", t.s ? t.s : "");
    text_clear(&t);
}

bool wr_build_given(const wr_build *b, const void *field)
{
    bool given;
    bind_where(&b->l->b, field, &given);
    return given;
}

int wr_build_operation(wr_build *b, const char *name)
{
    return operation_number(b->l, name);
}

const char *wr_build_read(wr_build *b, const void *field, const char *path, size_t *len)
{
    wr_pos at = field ? bind_where(&b->l->b, field, NULL) : (wr_pos){0};
    return loader_file(b->l, at.line ? at : b->at, path, len);
}

double wr_build_account(const wr_build *b, const char *quota)
{
    return scenario_quota(b->l->s, quota);
}

wr_dur wr_build_duration(const wr_build *b)
{
    return b->l->s->duration;
}

const wr_formula *wr_build_formula(wr_build *b, const char *s)
{
    return resolve_text(b->l, s, b->at);
}

const void *wr_build_sdk(const wr_build *b)
{
    return b->l->s->sdk;
}

const char *wr_build_region(const wr_build *b)
{
    return b->l->s->region ? b->l->s->region : "";
}

const void *wr_build_linked(const wr_build *b, const wr_link *to, const char *kind)
{
    const draft *d = to->comp >= 0 ? &b->l->draft[to->comp] : NULL;
    return d && d->model && !strcmp(d->model->kind, kind) ? d->cfg : NULL;
}

unsigned wr_build_accepts(const wr_build *b, const wr_link *to)
{
    const draft *d = to->comp >= 0 ? &b->l->draft[to->comp] : NULL;
    return d && d->model ? d->model->accepts : 0;
}
