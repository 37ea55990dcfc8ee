/* cmd_export.c - `weir export`: the tables of a result file for spreadsheets, as CSV or JSON.
 *
 * Columns are those of the file. CSV: a header line, commas, `\n`, full precision, an empty field for what is not
 * defined; JSON: a list of objects, null for it. Truth: tests/cli/export.t. */
#include "cli.h"
#include "../store/store.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const cli_option options[] = {{"table", 0, "summary|series|slo|causes|cost|annotations", false, "Which table; default: summary."},
                                     {"format", 0, "csv|json", false, "How to write it; default: csv."},
                                     {"output", 'o', "FILE", false, "Where to write it; default: the standard output."},
                                     {0}};

typedef struct sheet { /* a table being written */
    FILE *to;
    const char *const *column;
    bool json;
    size_t rows, cell; /* of this row */
} sheet;

static void next(sheet *t)
{
    if (!t->json)
        fputs(t->cell ? "," : "", t->to);
    else
        fprintf(t->to, "%s\"%s\": ", t->cell ? ", " : t->rows ? ",\n {" : "{", t->column[t->cell]);
    t->cell++;
}

static void end_row(sheet *t)
{
    fputs(t->json ? "}" : "\n", t->to);
    t->cell = 0;
    t->rows++;
}

static void put_text(sheet *t, const char *s)
{
    next(t);
    if (t->json) {
        cli_json_text(t->to, s);
    } else if (s && s[strcspn(s, "\",\n")]) {
        fputc('"', t->to);
        for (; *s; s++)
            fprintf(t->to, *s == '"' ? "\"\"" : "%c", *s);
        fputc('"', t->to);
    } else {
        fputs(s ? s : "", t->to);
    }
}

static void put_whole(sheet *t, int64_t x)
{
    next(t);
    fprintf(t->to, "%" PRId64, x);
}

static void put_number(sheet *t, double x)
{
    char s[32];
    next(t);
    if (!isfinite(x)) {
        fputs(t->json ? "null" : "", t->to);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(s, sizeof s, "%.*g", digits, x);
        double back = strtod(s, NULL);
        if (!(back < x || back > x))
            break;
    }
    fputs(s, t->to);
}

static void put_place(sheet *t, wr_store_at at)
{
    put_whole(t, (int64_t)at.point);
    put_whole(t, (int64_t)at.replication);
}

static void summary(sheet *t, wr_store *s)
{
    const wr_store_summary *row;
    size_t n = wr_store_summaries(s, &row);
    for (size_t i = 0; i < n; i++) {
        const wr_store_summary *r = &row[i];
        const char *const words[] = {r->owner, r->part, r->metric, r->stat, r->unit};
        put_place(t, r->at);
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            put_text(t, words[k]);
        put_number(t, r->value);
        put_whole(t, r->count);
        end_row(t);
    }
}

static void slo(sheet *t, wr_store *s)
{
    const wr_store_slo *row;
    size_t n = wr_store_slos(s, &row);
    for (size_t i = 0; i < n; i++) {
        put_whole(t, (int64_t)i);
        put_text(t, row[i].expr);
        put_number(t, row[i].value);
        put_number(t, row[i].ci95);
        put_whole(t, row[i].passed);
        put_whole(t, row[i].undecided);
        put_text(t, row[i].reason);
        end_row(t);
    }
}

static void causes(sheet *t, wr_store *s)
{
    const wr_cause_row *row;
    const wr_store_at *at;
    size_t n = wr_store_causes(s, &row, &at);
    for (size_t i = 0; i < n; i++) {
        put_place(t, at[i]);
        put_text(t, row[i].owner);
        put_text(t, row[i].cause);
        put_text(t, row[i].outcome);
        put_number(t, row[i].count);
        put_number(t, row[i].share);
        put_number(t, row[i].first_s);
        end_row(t);
    }
}

static void cost(sheet *t, wr_store *s)
{
    const wr_cost_row *row;
    const wr_store_at *at;
    size_t n = wr_store_costs(s, &row, &at);
    for (size_t i = 0; i < n; i++) {
        put_place(t, at[i]);
        put_text(t, row[i].owner);
        put_text(t, row[i].item);
        put_number(t, row[i].quantity);
        put_text(t, row[i].unit);
        put_number(t, row[i].usd);
        end_row(t);
    }
}

static void annotations(sheet *t, wr_store *s)
{
    const wr_note_row *row;
    const wr_store_at *at;
    size_t n = wr_store_notes(s, &row, &at);
    for (size_t i = 0; i < n; i++) {
        put_place(t, at[i]);
        put_number(t, row[i].time_s);
        put_text(t, row[i].owner);
        put_text(t, row[i].kind);
        put_text(t, row[i].text);
        put_number(t, row[i].value);
        end_row(t);
    }
}

static void one_series(sheet *t, wr_store *s, const char *name)
{
    const double *time = wr_store_time(s), *value;
    size_t points = wr_store_points(s), reps = wr_store_reps(s), periods = wr_store_periods(s);
    for (size_t p = 0; p < points; p++)
        for (size_t r = 0; r < reps && (value = wr_store_series(s, p, r, name)); r++)
            for (size_t i = 0; i < periods; i++) {
                put_whole(t, (int64_t)r);
                put_number(t, time[i]);
                put_text(t, name);
                put_number(t, value[i]);
                end_row(t);
            }
}

static void series(sheet *t, wr_store *s)
{
    static const char *const stats[] = {"", ".count", ".min", ".max", ".last", ".p50", ".p90", ".p95", ".p99"};
    const wr_store_metric *m;
    size_t n = wr_store_metrics(s, &m);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof stats / sizeof *stats; k++) {
            text name = {0};
            text_printf(&name, "%s%s%s.%s%s", m[i].owner, *m[i].part ? ":" : "", m[i].part, m[i].metric, stats[k]);
            one_series(t, s, name.s);
            text_clear(&name);
        }
}

static const struct table {
    const char *name, *column[10];
    void (*write)(sheet *t, wr_store *s);
} tables[] = {
    {"summary", {"point", "replication", "owner", "part", "metric", "stat", "unit", "value", "count"}, summary},
    {"series", {"replication", "time_s", "variable", "value"}, series},
    {"slo", {"index", "expr", "value", "ci95", "passed", "undecided", "reason"}, slo},
    {"causes", {"point", "replication", "owner", "cause", "outcome", "count", "share", "first_s"}, causes},
    {"cost", {"point", "replication", "owner", "item", "quantity", "unit", "usd"}, cost},
    {"annotations", {"point", "replication", "time_s", "owner", "kind", "text", "value"}, annotations}};
enum { TABLES = sizeof tables / sizeof *tables };

static const struct table *table_named(const char *name)
{
    const char *names[TABLES];
    for (size_t i = 0; i < TABLES; i++) {
        names[i] = tables[i].name;
        if (!strcmp(names[i], name))
            return &tables[i];
    }
    cli_suggest("table", name, names, TABLES, "export --help");
    return NULL;
}

static void write_table(const struct table *which, bool json, wr_store *s, FILE *to)
{
    sheet t = {.to = to, .column = which->column, .json = json};
    for (size_t i = 0; !json && which->column[i]; i++)
        fprintf(to, "%s%s", i ? "," : "", which->column[i]);
    fputs(json ? "[" : "\n", to);
    which->write(&t, s);
    fputs(json ? "]\n" : "", to);
}

/* A file is written aside and renamed: whole, or not at all. */
static int write_file(const struct table *which, bool json, wr_store *s, const char *path)
{
    wr_err err = {0};
    char *bytes = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&bytes, &len);
    if (!to)
        wr_fail(&err, WR_E_IO, "cannot write '%s': %s", path, strerror(errno));
    else
        write_table(which, json, s, to);
    if (to && fclose(to))
        wr_fail(&err, WR_E_IO, "cannot write '%s': %s", path, strerror(errno));
    if (!err.code)
        aside_write(path, bytes, len, &err);
    free(bytes);
    return err.code ? cli_failed(&err) : EXIT_DONE;
}

static int export(const cli_args *a)
{
    const char *name = cli_value(a, "table"), *format = cli_value(a, "format");
    const struct table *which = table_named(name ? name : "summary");
    format = format ? format : cli_flag(a, "json") ? "json" : "csv";
    if (!which)
        return EXIT_USAGE;
    if (strcmp(format, "csv") != 0 && strcmp(format, "json") != 0)
        return cli_wrong("option '--format' is '%s'; it must be csv or json", format);
    wr_err err = {0};
    wr_store *s;
    if (wr_store_open(&s, a->file[0], &err))
        return cli_failed(&err);
    int code = EXIT_DONE;
    if (cli_value(a, "output"))
        code = write_file(which, !strcmp(format, "json"), s, cli_value(a, "output"));
    else
        write_table(which, !strcmp(format, "json"), s, stdout);
    wr_store_close(s);
    return code;
}

const cli_command cli_export = {"export", "export RESULT.h5 [--table T] [--format F] [-o FILE]", "Writes a table of a result file for spreadsheets.", options, 1, 1, export};
