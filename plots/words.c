/* words.c - the sentence under the title: what the chart shows, said by its own numbers.
 *
 * Numbers over the run are the summary's (after the warm-up, mean over replications); times are read off the
 * median replication's periods. A sentence that has no number is not said. */
#include "charts.h"
#include <stdlib.h>

const char *words_title(const book *b, const char *fmt, ...)
{
    const char *name = wr_store_text(b->s, "title");
    text t = {0};
    va_list ap;
    font big = theme_font(19, true, LEFT);
    if (name && *name) /* a long name shall not hide what is drawn */
        text_printf(&t, "%s: ", canvas_fit(b->c, big, name, b->c->width * 0.36));
    va_start(ap, fmt);
    text_vprintf(&t, fmt, ap);
    va_end(ap);
    const char *s = arena_copy(b->c->arena, t.s ? t.s : "", t.len);
    text_clear(&t);
    return s;
}

const char *words_join(const book *b, const char *const *sentences, size_t n, const char *otherwise)
{
    const char *all = "";
    for (size_t i = 0; i < n; i++)
        if (sentences[i])
            all = canvas_print(b->c, "%s%s%s", all, *all ? " " : "", sentences[i]);
    return *all ? all : otherwise;
}

const char *words_rates(const book *b, const char *const *owners)
{
    char peak[SAY], when[SAY], lost[SAY];
    size_t n = 0;
    double all = 0, bad = 0;
    while (owners[n])
        n++;
    term *of = arena_alloc(b->c->arena, (n + 1) * sizeof *of);
    for (size_t i = 0; i < n; i++) {
        of[i] = (term){canvas_print(b->c, "%s.requests", owners[i]), 1};
        double ok = book_stat(b, owners[i], "completed", "sum"), no = book_stat(b, owners[i], "errors", "sum");
        all += (isnan(ok) ? 0 : ok) + (isnan(no) ? 0 : no);
        bad += isnan(no) ? 0 : no;
    }
    trace t = trace_sum(b, of, n, TRACE_RATE);
    if (!trace_any(&t))
        return n ? "No requests arrived." : NULL;
    say_value(peak, t.peak, "1/s");
    say_clock(when, t.peak_at);
    if (!(all > 0))
        return canvas_print(b->c, "Arrivals peak at %s (%s).", peak, when);
    if (!(bad > 0))
        return canvas_print(b->c, "Arrivals peak at %s (%s); every request was answered.", peak, when);
    return canvas_print(b->c, "Arrivals peak at %s (%s); %s of requests failed.", peak, when,
                        say_value(lost, bad / all, "share"));
}

const char *words_latency(const book *b, const char *owner)
{
    char overall[SAY], limit[SAY], when[SAY];
    double q = 0.99, bound = book_objective(b, owner, "latency", &q), whole = book_stat(b, owner, "latency", "p99");
    trace t = trace_one(b, owner, "latency.p99", 0);
    if (isnan(whole) && !trace_any(&t))
        return NULL;
    const char *head = isnan(whole) ? canvas_print(b->c, "p99 of %s", owner)
                                    : canvas_print(b->c, "p99 of %s is %s; it", owner, say_value(overall, whole, "s"));
    if (!trace_any(&t))
        return canvas_print(b->c, "p99 of %s is %s.", owner, overall);
    if (isnan(bound))
        return canvas_print(b->c, "%s peaks at %s (%s).", head, say_value(limit, t.peak, "s"),
                            say_clock(when, t.peak_at));
    double first = trace_crosses(b, &t, bound);
    say_value(limit, bound, "s");
    if (isnan(first))
        return canvas_print(b->c, "%s stayed below %s throughout.", head, limit);
    return canvas_print(b->c, "%s first passed %s at %s.", head, limit, say_clock(when, first));
}

/* ---- causes -------------------------------------------------------------------------------------- */
static int by_count(const void *a, const void *b)
{
    const wr_cause_row *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    int owner = strcmp(x->owner, y->owner);
    return owner ? owner : strcmp(x->cause, y->cause);
}

size_t book_causes(const book *b, const wr_cause_row **out)
{
    const wr_cause_row *row;
    const wr_store_at *at;
    size_t n = wr_store_causes(b->s, &row, &at), found = 0;
    wr_cause_row *c = arena_alloc(b->c->arena, (n + 1) * sizeof *c);
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        if (at[i].point != b->point)
            continue;
        while (k < found && (strcmp(c[k].owner, row[i].owner) || strcmp(c[k].cause, row[i].cause) ||
                             strcmp(c[k].outcome, row[i].outcome)))
            k++;
        if (k == found) {
            c[found++] = (wr_cause_row){row[i].owner, row[i].cause, row[i].outcome, 0, 0, row[i].first_s};
        }
        c[k].count += row[i].count / (double)b->reps;
        c[k].share += row[i].share / (double)b->reps;
        if (!(row[i].first_s >= c[k].first_s))
            c[k].first_s = row[i].first_s;
    }
    if (found)
        qsort(c, found, sizeof *c, by_count);
    *out = c;
    return found;
}

const char *words_outcome(const char *outcome)
{
    static const struct { const char *outcome, *words; } of[] = {
        {"throttled", "throttled"}, {"rejected", "turned away"}, {"timeout", "timed out"}, {"error", "failed"},
        {"conflict", "refused as conflicts"}, {"invalid", "refused as invalid"}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (!strcmp(of[i].outcome, outcome))
            return of[i].words;
    return outcome;
}

const char *words_causes(const book *b)
{
    const wr_cause_row *c;
    char share[SAY], when[SAY];
    if (!book_causes(b, &c) || !(c[0].count > 0))
        return NULL;
    bool were = strcmp(c[0].outcome, "timeout") && strcmp(c[0].outcome, "error");
    const char *first =
        isfinite(c[0].first_s) ? canvas_print(b->c, ", first at %s", say_clock(when, c[0].first_s)) : "";
    return canvas_print(b->c, "%s of requests at %s %s%s (%s)%s.", say_value(share, c[0].share, "share"), c[0].owner,
                        were ? "were " : "", words_outcome(c[0].outcome), c[0].cause, first);
}

/* ---- groups --------------------------------------------------------------------------------------- */
const char *words_fleet(const book *b, const char *owner)
{
    char low[SAY], high[SAY], when[SAY];
    trace t = trace_first(b, owner, in_service_names, 0);
    double least = INFINITY;
    for (size_t i = 0; t.mid && i < b->n; i++)
        least = fmin(least, isnan(t.mid[i]) ? INFINITY : t.mid[i]);
    if (!t.mid || isinf(least))
        return NULL;
    double most = 0;
    for (size_t i = 0; i < b->n; i++)
        most = fmax(most, isnan(t.mid[i]) ? 0 : t.mid[i]);
    if (most - least < 0.5)
        return canvas_print(b->c, "%s keeps %s in service.", owner, say_value(high, most, "1"));
    return canvas_print(b->c, "%s ranges from %s to %s in service, most at %s.", owner,
                        say_value(low, round(least), "1"), say_value(high, round(most), "1"),
                        say_clock(when, t.peak_at));
}
