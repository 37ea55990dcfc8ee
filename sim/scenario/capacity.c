/* capacity.c - the warning that no steady state exists: more work is offered than the servers can do; and the error that
 * more is sent than any run can count.
 *
 * Known only in the simple case: a traffic with a constant rate whose target is a plain station with constant
 * servers and a known mean service time. Values are read through the tables, by their keys. Rates of several
 * traffics to one station add up; retries and other callers would only add more.
 * Truth: tests/unit/test_scenario.c. */
#include "load.h"
#include <math.h>
#include <string.h>

static const void *field_of(const draft *d, const char *key, enum wr_type type)
{
    const wr_param *row = d->sound ? bind_row_of(d->model->params, key) : NULL;
    return row && row->type == type ? (const char *)d->cfg + row->offset : NULL;
}

/* Mean of the service time where there is one law for all operations; NaN: unknown. */
static double mean_service(const draft *d)
{
    const wr_list *laws = field_of(d, "service_time", WR_T_MAP);
    const wr_param *row = bind_row_of(d->model->params, "service_time"),
                   *of = row ? bind_row_of(row->rows, "of") : NULL;
    if (!laws || laws->n != 1 || !of || of->type != WR_T_DIST)
        return NAN;
    const wr_dist *law = *(const wr_dist *const *)(const void *)((const char *)laws->items + of->offset);
    return law ? wr_dist_mean(law) : NAN;
}

/* Requests a second, where the text says nothing else; 0: unknown. */
static double constant_rate(const draft *d)
{
    const node *n = d->map ? node_get(d->map, "rate") : NULL;
    double x = 0;
    int64_t whole;
    bool limited = d->map && (node_get(d->map, "end") || node_get(d->map, "count"));
    if (!n || limited || n->kind != NODE_SCALAR || quantity_read(n->text, n->len, WR_T_RATE, NULL, &x, &whole) != Q_OK)
        return 0;
    return x;
}

static double offered(loader *l, size_t comp)
{
    double sum = 0;
    for (const way *w = l->ways; w; w = w->next)
        if ((size_t)w->to == comp && l->s->comp[w->from].traffic && strcmp(w->row->key, "target") == 0)
            sum += constant_rate(&l->draft[w->from]);
    return sum;
}

static void check(loader *l, size_t i)
{
    const draft *d = &l->draft[i];
    const int64_t *servers = field_of(d, "servers", WR_T_INT);
    const wr_param *queue = bind_row_of(d->model->params, "queue_limit");
    const int64_t *room = queue ? field_of(d, "queue_limit", WR_T_INT) : NULL;
    if (!servers || *servers == INT64_MAX || *servers < 1 || (room && *room != INT64_MAX))
        return;
    double rate = offered(l, i), mean = rate > 0 ? mean_service(d) : NAN, load = rate * mean / (double)*servers;
    if (load > 1)
        wr_diag_add(l->diag, WR_WARNING, d->key->at,
                    "%s is offered %.3g times what it can do: %.6g requests a second of %.6g s on %lld servers",
                    d->what, load, rate, mean, (long long)*servers);
}

/* More than the engine can count would take days, and then fail. */
static void check_sum(loader *l, const draft *d)
{
    static const double most = 274877906944.0; /* events of a run: 2^38 */
    double sum = l->s->duration == WR_NEVER ? 0 : constant_rate(d) * wr_dur_to_s(l->s->duration);
    if (sum > most)
        wr_diag_add(l->diag, WR_ERROR, node_get(d->map, "rate")->at,
                    "%s would send %.3g requests in all; a run has at most %.3g events", d->what, sum, most);
}

void capacity_check(loader *l)
{
    for (size_t i = 0; i < l->s->comps; i++)
        if (l->s->comp[i].traffic)
            check_sum(l, &l->draft[i]);
    for (size_t i = 0; i < l->s->comps; i++)
        if (l->draft[i].model && strcmp(l->draft[i].model->kind, "service") == 0)
            check(l, i);
}
