/* rng.c - named random streams: xoshiro256** seeded from (seed, replication, component, purpose).
 *
 * Four words of state are the SHA-free mix of the four names; equal names give equal streams on every
 * machine, different names unrelated ones. Uniforms have 53 bits and lie in (0, 1], so that a logarithm
 * never meets zero. Exponentials are drawn by inversion: one uniform each and monotone in it, which is
 * what common random numbers want. The generator also stands as a gsl_rng_type, so that GSL's
 * samplers can draw from a stream. Truth: tests/unit/test_rng.c (reference vectors, moments). */
#include "engine.h"
#include "rng.h"
#include <assert.h>
#include <gsl/gsl_rng.h>
#include <math.h>

static inline uint64_t rotl(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

uint64_t wr_rng_u64(wr_rng *r)
{
    uint64_t *s = r->s, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

double wr_rng_unit(wr_rng *r)
{
    return (double)((wr_rng_u64(r) >> 11) + 1) * 0x1p-53;
}

double wr_rng_exp(wr_rng *r)
{
    return -log(wr_rng_unit(r));
}

/* The high half of a 128-bit product is uniform below n; the few values that would favour some results are
 * thrown away. */
uint64_t wr_rng_below(wr_rng *r, uint64_t n)
{
    __extension__ typedef unsigned __int128 u128;
    assert(n >= 1);
    u128 m = (u128)wr_rng_u64(r) * n;
    if ((uint64_t)m < n) {
        uint64_t reject = -n % n;
        while ((uint64_t)m < reject)
            m = (u128)wr_rng_u64(r) * n;
    }
    return (uint64_t)(m >> 64);
}

uint64_t rng_seed_of(uint64_t seed, uint64_t replication, const char *component, const char *purpose)
{
    uint64_t h = mix64(seed + 0x9e3779b97f4a7c15u);
    h = mix64(h ^ mix64(replication + 0xd1b54a32d192ed03u));
    h = mix64(h ^ hash_text(component));
    return mix64(h + 0x8bb84b93962eacc9u * hash_text(purpose));
}

void wr_rng_open(wr_rng *r, uint64_t seed, uint64_t replication, const char *component, const char *purpose)
{
    uint64_t h = rng_seed_of(seed, replication, component, purpose);
    for (int i = 0; i < 4; i++)
        r->s[i] = mix64(h += 0x9e3779b97f4a7c15u);
    r->sequences = NULL;
}

/* ---- GSL ------------------------------------------------------------------------------------- */
static void gsl_set(void *state, unsigned long seed)
{
    wr_rng_open(state, seed, 0, "gsl", "set");
}

static unsigned long gsl_get(void *state)
{
    return (unsigned long)wr_rng_u64(state);
}

static double gsl_double(void *state) /* GSL wants [0, 1) */
{
    return (double)(wr_rng_u64(state) >> 11) * 0x1p-53;
}

const gsl_rng_type wr_rng_gsl = {.name = "weir-xoshiro256**",
                                 .max = UINT64_MAX,
                                 .min = 0,
                                 .size = sizeof(wr_rng),
                                 .set = gsl_set,
                                 .get = gsl_get,
                                 .get_double = gsl_double};
