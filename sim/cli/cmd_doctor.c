/* cmd_doctor.c - `weir doctor`: what the program is made of, and whether it still computes what theory says.
 *
 * The self-test is one small scenario with two closed forms: the mean time in an M/M/1 system and Erlang's loss
 * formula. Its seed is fixed, so that it says the same every time; its fingerprint tells whether two machines
 * compute the same bits. Truth beyond that: tests/truth. */
#include "cli.h"
#include "../result/result.h"
#include "../store/store.h"
#include "../table/table.h"
#include <math.h>
#include <string.h>
#include <unistd.h>

static const char built_in[] =
    "weir: 1\n"
    "name: doctor\n"
    "duration: 10000s\n"
    "warmup: 100s\n"
    "seed: 1\n"
    "replications: 10\n"
    "traffic: {few: {target: one, rate: 5/s}, many: {target: five, rate: 4/s}}\n"
    "resources:\n"
    "  one: {type: service, service_time: {exponential: 100ms}}\n"
    "  five: {type: service, servers: 5, queue_limit: 0, service_time: {exponential: 1s}}\n"
    "slo: [one.latency.mean, five.rejected_share]\n";

typedef struct finding { const char *name; double expected, measured; bool ok; } finding;
enum { FINDINGS = 2 };
/* Of both, the standard error is below 0.4 %: five of them. */
#define TOLERANCE 0.02
typedef struct patient {
    finding finding[FINDINGS];
    char print[65], hdf5[24];
    bool font, ok;
} patient;

static bool simulate(patient *p)
{
    static const finding theory[FINDINGS] = {{.name = "M/M/1, mean time in system", .expected = 0.2},
                                             {.name = "M/M/5/5, share refused", .expected = 0.19906687402799378}};
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_parse("doctor", built_in, sizeof built_in - 1, NULL, 0, d);
    wr_experiment x = {0};
    wr_err err = {0};
    bool ran = s && !wr_lab_run(s, &(wr_plan){.keep = WR_KEEP_HISTOGRAMS}, &x, &err) && x.verdicts == FINDINGS;
    for (size_t i = 0; ran && i < FINDINGS; i++) {
        finding *f = &p->finding[i];
        *f = theory[i];
        f->measured = x.verdict[i].e.mean;
        f->ok = fabs(f->measured - f->expected) <= TOLERANCE * f->expected;
    }
    memcpy(p->print, x.print, sizeof p->print);
    wr_diag_print(d, stderr);
    if (*err.text)
        cli_failed(&err);
    wr_experiment_clear(&x);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
    return ran && p->finding[0].ok && p->finding[1].ok;
}

static void print_text(const patient *p)
{
    printf("weir        %s\ncompiler    %s\nlibyaml     %s\nGSL         %s\nHDF5        %s\nCairo       %s\n", WR_VERSION, __VERSION__,
           yaml_library(), stat_library(), p->hdf5, wr_chart_library());
    printf("processors  %ld\nfont        %s\n", sysconf(_SC_NPROCESSORS_ONLN),
           p->font ? "DejaVu Sans" : "DejaVu Sans is missing: charts have other widths");
    for (size_t i = 0; i < FINDINGS; i++)
        printf("%-28s %.5f, theory %.5f   %s\n", p->finding[i].name, p->finding[i].measured, p->finding[i].expected,
               p->finding[i].ok ? "ok" : "WRONG");
    printf("fingerprint %s\n%s\n", p->print, p->ok ? "all is well" : "something is wrong");
}

static void print_json(const patient *p)
{
    printf("{\"weir\": \"%s\", \"compiler\": \"%s\", \"libraries\": {\"libyaml\": \"%s\", \"gsl\": \"%s\", \"hdf5\": \"%s\", \"cairo\": \"%s\"},\n",
           WR_VERSION, __VERSION__, yaml_library(), stat_library(), p->hdf5, wr_chart_library());
    printf(" \"processors\": %ld, \"font\": %s, \"checks\": [", sysconf(_SC_NPROCESSORS_ONLN), p->font ? "true" : "false");
    for (size_t i = 0; i < FINDINGS; i++)
        printf("%s{\"name\": \"%s\", \"expected\": %.17g, \"measured\": %.17g, \"ok\": %s}", i ? ", " : "", p->finding[i].name,
               p->finding[i].expected, p->finding[i].measured, p->finding[i].ok ? "true" : "false");
    printf("],\n \"fingerprint\": \"%s\", \"ok\": %s}\n", p->print, p->ok ? "true" : "false");
}

static int doctor(const cli_args *a)
{
    patient p = {.font = wr_chart_font()};
    store_library(p.hdf5);
    p.ok = simulate(&p) && p.font;
    if (cli_flag(a, "json"))
        print_json(&p);
    else if (!cli_flag(a, "quiet"))
        print_text(&p);
    return p.ok ? EXIT_DONE : EXIT_FAILED_RUN;
}

const cli_command cli_doctor = {"doctor", "doctor [--json]", "Tells versions and fonts, and tests itself.", NULL, 0, 0, doctor};
