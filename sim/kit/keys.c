/* keys.c - which key a request is about: the laws of popularity.
 *
 * A key is a 64-bit number; partitions, shards and caches tell keys apart by it and place them by a fixed
 * hash. Counted laws number their keys from 0, most popular first. Zipf draws by rejection-inversion
 * (W. Hoermann and G. Derflinger 1996): constant time and no table, for any exponent and any number of keys.
 * Keys written as text are hashes of it. Not modelled: popularity that drifts with time.
 * Truth: tests/unit/test_keys.c (shares against k^-s / H(n,s), the hash's evenness). */
#include "../base/base.h"
#include <math.h>
#include <weir/kit.h>

enum law { UNIFORM, ZIPF, HOT, CONSTANT, SEQUENCE, PER_USER };

struct uniform {
    int64_t n;
};
struct zipf {
    double s;
    int64_t n;
};
struct hot {
    double share;
    int64_t keys, n;
};
struct word {
    const char *value;
};
struct words {
    wr_list values; /* of struct word */
};

struct wr_keys {
    enum law law;
    uint64_t n, hot;
    double share;              /* of the hot keys */
    double s, low, high, near; /* zipf: exponent; the inverted integral's ends; accepted at once within this */
    const uint64_t *listed;    /* constant: [0]; sequence */
};

static const wr_param uniform_rows[] = {
    {.key = "n", WR_FIELD(struct uniform, n), .type = WR_T_INT, .def = "100k", .min = 1, .max = 1e15, .doc = "Number of keys."},
    {0}};
static const wr_param zipf_rows[] = {
    {.key = "s", WR_FIELD(struct zipf, s), .type = WR_T_NUMBER, .def = "1", .max = 20, .doc = "Exponent: the key of rank k is asked for in proportion to k^-s.", .src = "assumption: 1 is Zipf's own law"},
    {.key = "n", WR_FIELD(struct zipf, n), .type = WR_T_INT, .def = "100k", .min = 1, .max = 1e9, .doc = "Number of keys."},
    {0}};
static const wr_param hot_rows[] = {
    {.key = "share", WR_FIELD(struct hot, share), .type = WR_T_SHARE, .def = "80%", .doc = "Share of requests that go to the hot keys.", .src = "assumption: a plain hot spot"},
    {.key = "keys", WR_FIELD(struct hot, keys), .type = WR_T_INT, .def = "1", .min = 1, .max = 1e15, .doc = "Number of hot keys."},
    {.key = "n", WR_FIELD(struct hot, n), .type = WR_T_INT, .def = "100k", .min = 1, .max = 1e15, .doc = "Number of keys, the hot ones included."},
    {0}};
static const wr_param word_rows[] = {
    {.key = "value", WR_FIELD(struct word, value), .type = WR_T_TEXT, .doc = "The key."},
    {0}};
static const wr_param words_rows[] = {
    {.key = "values", WR_FIELD(struct words, values), .type = WR_T_LIST, .rows = word_rows, .size = sizeof(struct word), .shorthand = "value", .flags = WR_P_ONE, .min = 1, .max = 1e6, .doc = "Keys in order; after the last one it starts over."},
    {0}};

const wr_variant wr_key_laws[] = {
    [UNIFORM] = {.key = "uniform", .rows = uniform_rows, .size = sizeof(struct uniform), .shorthand = "n", .doc = "All keys alike."},
    [ZIPF] = {.key = "zipf", .rows = zipf_rows, .size = sizeof(struct zipf), .shorthand = "s", .doc = "Popularity by rank: k^-s."},
    [HOT] = {.key = "hot", .rows = hot_rows, .size = sizeof(struct hot), .shorthand = "share", .doc = "A few keys get a share of the requests, the others the rest."},
    [CONSTANT] = {.key = "constant", .rows = word_rows, .size = sizeof(struct word), .shorthand = "value", .doc = "Always the same key."},
    [SEQUENCE] = {.key = "sequence", .rows = words_rows, .size = sizeof(struct words), .shorthand = "values", .doc = "Keys in the order given."},
    [PER_USER] = {.key = "per_user", .doc = "The closed-loop user's number; in a step, the key of the request."},
    {0}};

/* ---- zipf --------------------------------------------------------------------------------------------- */
/* (e^x - 1) / x and log(1 + x) / x, also near 0. */
static double expm1_over(double x)
{
    return fabs(x) > 1e-8 ? expm1(x) / x : 1 + x / 2;
}

static double log1p_over(double x)
{
    return fabs(x) > 1e-8 ? log1p(x) / x : 1 - x / 2;
}

/* The integral of x^-s from 1, and its inverse. */
static double integral(double s, double x)
{
    double l = log(x);
    return expm1_over((1 - s) * l) * l;
}

static double inverse(double s, double y)
{
    return exp(log1p_over(fmax(-1, y * (1 - s))) * y);
}

static void zipf_begin(wr_keys *k, const struct zipf *z)
{
    k->n = (uint64_t)z->n;
    k->s = z->s;
    k->low = integral(k->s, 1.5) - 1;
    k->high = integral(k->s, (double)k->n + 0.5);
    k->near = 2 - inverse(k->s, integral(k->s, 2.5) - pow(2, -k->s));
}

static uint64_t zipf_draw(const wr_keys *k, wr_rng *r)
{
    for (;;) {
        double y = k->high + wr_rng_unit(r) * (k->low - k->high);
        double x = inverse(k->s, y);
        double rank = fmin(fmax(floor(x + 0.5), 1), (double)k->n);
        if (rank - x <= k->near || y >= integral(k->s, rank + 0.5) - pow(rank, -k->s))
            return (uint64_t)rank - 1;
    }
}

/* ---- all laws ----------------------------------------------------------------------------------------- */
static void hot_begin(wr_keys *k, const struct hot *h, wr_build *b)
{
    k->n = (uint64_t)h->n;
    k->hot = (uint64_t)h->keys;
    k->share = h->share;
    if (h->keys > h->n || (h->keys == h->n && h->share < 1))
        wr_build_error(b, &h->keys, "'keys' is %lld and 'n' is %lld; some keys must be left for the rest",
                       (long long)h->keys, (long long)h->n);
}

static void listed_begin(wr_build *b, wr_keys *k, const struct word *w, size_t n)
{
    uint64_t *listed = wr_build_alloc(b, (n ? n : 1) * sizeof *listed);
    for (size_t i = 0; i < n; i++)
        listed[i] = hash_text(w[i].value ? w[i].value : "");
    k->listed = listed;
    k->n = n ? n : 1;
}

const wr_keys *wr_keys_build(wr_build *b, const wr_pick *law)
{
    if (law->which < 0 || (!law->cfg && law->which != PER_USER))
        return NULL;
    wr_keys *k = wr_build_alloc(b, sizeof *k);
    k->law = (enum law)law->which;
    const struct words *list = law->cfg;
    switch (k->law) {
    case UNIFORM: k->n = (uint64_t)((const struct uniform *)law->cfg)->n; break;
    case ZIPF: zipf_begin(k, law->cfg); break;
    case HOT: hot_begin(k, law->cfg, b); break;
    case CONSTANT: listed_begin(b, k, law->cfg, 1); break;
    case SEQUENCE: listed_begin(b, k, list->values.items, list->values.n); break;
    case PER_USER: break;
    }
    return k;
}

static uint64_t hot_draw(const wr_keys *k, wr_rng *r)
{
    if (k->hot >= k->n || wr_rng_chance(r, k->share))
        return wr_rng_below(r, k->hot);
    return k->hot + wr_rng_below(r, k->n - k->hot);
}

uint64_t wr_keys_next(const wr_keys *k, wr_rng *r, uint64_t user, uint64_t *nth)
{
    switch (k->law) {
    case UNIFORM: return wr_rng_below(r, k->n);
    case ZIPF: return zipf_draw(k, r);
    case HOT: return hot_draw(k, r);
    case CONSTANT: return k->listed[0];
    case SEQUENCE: return k->listed[(*nth)++ % k->n];
    case PER_USER: break;
    }
    return user;
}

uint64_t wr_keys_draw(const wr_keys *k, wr_rng *r, uint64_t user)
{
    uint64_t nth = user;
    return wr_keys_next(k, r, user, &nth);
}

double wr_key_spot(uint64_t key)
{
    return (double)(mix64(key) >> 11) * 0x1p-53;
}
