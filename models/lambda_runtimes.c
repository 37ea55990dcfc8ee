/* lambda_runtimes.c - how long functions take to start, by runtime: measured, not documented.
 *
 * Figures are of the daily cold starts of hello-world functions published by maxday/lambda-perf, 2026-05-28 to
 * 2026-08-22, about 3,050 a row: quantiles of INIT, which does not depend on memory, and the first invocation at four memory
 * sizes, which does. Draws are linear between the quantiles; the lower end is where the measured mean comes out.
 * Combinations that were not measured take the zip on x86_64; an image of them takes 1.75 times as long. Own code and
 * libraries come on top: `init_duration` replaces all of it. Truth: tests/unit/test_lambda_runtimes.c. */
#include "lambda.h"
#include <math.h>
#include <stddef.h>

enum {
    NODEJS22, NODEJS22X, NODEJS24, NODEJS24X, PYTHON313, PYTHON314, JAVA17, JAVA21, JAVA25, DOTNET8, DOTNET10,
    DOTNET10_AOT, RUBY34, GO, RUST, GRAALVM
};
const char *const lambda_runtimes[] = {
    "nodejs22", "nodejs22.x", "nodejs24", "nodejs24.x", "python3.13", "python3.14", "java17", "java21", "java25",
    "dotnet8", "dotnet10", "dotnet10_aot", "ruby3.4", "go", "rust", "graalvm", NULL};

enum { SIZES = 4, QUANTILES = 5 };
static const double sizes[SIZES] = {128, 256, 512, 1024};            /* MB */
static const double shares[QUANTILES] = {0.5, 0.9, 0.99, 0.999, 1};
#define IMAGE_FACTOR 1.75

struct lambda_runtime {
    int runtime, package, architecture;
    double mean, init[QUANTILES], first[SIZES]; /* ms: p50 p90 p99 p99.9 max; by memory */
};
static const lambda_runtime measured[] = {
    {NODEJS22, LAMBDA_ZIP, LAMBDA_X86, 148, {145, 172, 219, 267, 308}, {12.5, 3.5, 3.4, 3.4}},
    {NODEJS22, LAMBDA_ZIP, LAMBDA_ARM, 125, {129, 139, 171, 516, 573}, {13.8, 4.5, 3.8, 3.8}},
    {NODEJS22, LAMBDA_IMAGE, LAMBDA_X86, 360, {300, 600, 825, 1000, 1046}, {13.1, 4.3, 4.1, 4.1}},
    {NODEJS24, LAMBDA_ZIP, LAMBDA_X86, 145, {141, 171, 216, 281, 546}, {22.5, 6.9, 3.9, 3.8}},
    {PYTHON313, LAMBDA_ZIP, LAMBDA_X86, 97, {93, 120, 181, 254, 297}, {2.5, 2.2, 2.2, 2.3}},
    {PYTHON313, LAMBDA_IMAGE, LAMBDA_X86, 184, {164, 289, 388, 477, 545}, {3.1, 2.5, 2.5, 2.5}},
    {PYTHON314, LAMBDA_ZIP, LAMBDA_X86, 126, {117, 158, 274, 334, 424}, {2.4, 2.1, 2.0, 2.0}},
    {JAVA17, LAMBDA_ZIP, LAMBDA_X86, 216, {208, 241, 412, 623, 720}, {5.9, 2.5, 2.6, 2.6}},
    {JAVA21, LAMBDA_ZIP, LAMBDA_X86, 255, {244, 286, 603, 710, 746}, {97, 35, 32, 6.9}},
    {JAVA25, LAMBDA_ZIP, LAMBDA_X86, 217, {194, 279, 493, 601, 664}, {246, 97, 26, 10}},
    {JAVA25, LAMBDA_ZIP, LAMBDA_ARM, 195, {194, 222, 436, 497, 555}, {293, 129, 38, 13}},
    {DOTNET8, LAMBDA_ZIP, LAMBDA_X86, 283, {258, 330, 656, 758, 872}, {720, 358, 165, 75}},
    {DOTNET8, LAMBDA_ZIP, LAMBDA_ARM, 314, {294, 378, 696, 768, 800}, {809, 388, 183, 84}},
    {DOTNET10, LAMBDA_ZIP, LAMBDA_X86, 308, {261, 567, 717, 883, 923}, {797, 390, 182, 81}},
    {DOTNET10_AOT, LAMBDA_ZIP, LAMBDA_X86, 76, {74, 85, 114, 152, 200}, {3.5, 2.0, 2.0, 2.0}},
    {RUBY34, LAMBDA_ZIP, LAMBDA_X86, 264, {230, 393, 503, 618, 681}, {12, 2.7, 2.7, 2.6}},
    {GO, LAMBDA_ZIP, LAMBDA_X86, 51, {51, 55, 74, 86, 126}, {1.6, 1.6, 1.6, 1.6}},
    {GO, LAMBDA_IMAGE, LAMBDA_X86, 56, {48, 85, 127, 214, 1090}, {1.7, 1.7, 1.7, 1.7}},
    {RUST, LAMBDA_ZIP, LAMBDA_X86, 18, {16, 21, 50, 68, 84}, {1.4, 1.4, 1.4, 1.4}},
    {RUST, LAMBDA_ZIP, LAMBDA_ARM, 15, {14, 16, 44, 50, 53}, {1.4, 1.4, 1.4, 1.4}},
    {GRAALVM, LAMBDA_ZIP, LAMBDA_X86, 160, {157, 177, 213, 260, 280}, {139, 60, 22, 13}},
    {GRAALVM, LAMBDA_IMAGE, LAMBDA_X86, 166, {93, 209, 1527, 6385, 6993}, {20, 7.5, 6.8, 6.9}},
};

static const lambda_runtime *find(int runtime, int package, int architecture)
{
    for (size_t i = 0; i < sizeof measured / sizeof *measured; i++)
        if (measured[i].runtime == runtime && measured[i].package == package &&
            measured[i].architecture == architecture)
            return &measured[i];
    return NULL;
}

const lambda_runtime *lambda_runtime_of(int runtime, int package, int architecture, double *factor)
{
    runtime = runtime == NODEJS22X ? NODEJS22 : runtime == NODEJS24X ? NODEJS24 : runtime;
    const lambda_runtime *r = find(runtime, package, architecture);
    *factor = 1;
    if (!r)
        r = find(runtime, package, LAMBDA_X86);
    if (r)
        return r;
    *factor = package == LAMBDA_IMAGE ? IMAGE_FACTOR : 1;
    return find(runtime, LAMBDA_ZIP, LAMBDA_X86);
}

/* Where a law that is linear between the quantiles must begin to have the measured mean. */
double lambda_runtime_least(const lambda_runtime *r)
{
    double rest = r->mean - shares[0] * r->init[0] / 2;
    for (int i = 1; i < QUANTILES; i++)
        rest -= (shares[i] - shares[i - 1]) * (r->init[i] + r->init[i - 1]) / 2;
    return fmin(fmax(2 * rest / shares[0], 0.3 * r->init[0]), r->init[0]);
}

double lambda_runtime_init(const lambda_code *c, wr_rng *rng)
{
    const double *q = c->measured->init;
    double u = wr_rng_unit(rng), low = c->least, from = 0;
    int i = 0;
    while (i < QUANTILES - 1 && u > shares[i]) {
        low = q[i];
        from = shares[i++];
    }
    return (low + (q[i] - low) * (u - from) / (shares[i] - from)) * c->factor / 1000;
}

/* Linear in 1/memory between the measured sizes, and the same outside them. */
double lambda_runtime_extra(const lambda_runtime *r, double megabytes)
{
    int i = 0;
    if (megabytes <= sizes[0] || megabytes >= sizes[SIZES - 1])
        return r->first[megabytes <= sizes[0] ? 0 : SIZES - 1] / 1000;
    while (megabytes > sizes[i + 1])
        i++;
    double part = (1 / sizes[i] - 1 / megabytes) / (1 / sizes[i] - 1 / sizes[i + 1]);
    return (r->first[i] + (r->first[i + 1] - r->first[i]) * part) / 1000;
}
