/* bill.c - usage times prices, computed when read and never while running.
 *
 * A row of usage counts amounts ("requests") and integrates levels over seconds ("instances running"); one
 * price buys `per` of it. Prices come from the price book of the region unless the scenario overrides
 * them. The monthly allowance of `free_tier: month` is used up in the order of the scenario; series of cost
 * know nothing of it. Truth: tests/contract/test_models.c, and AWS's own example in tests/truth/lambda-price.yaml. */
#include "run.h"
#include <math.h>
#include <string.h>

static double per(const comp_record *cr, size_t i)
{
    double p = cr->comp->model->usage[i].per;
    return p > 0 ? p : 1;
}

static double quantity(const comp_record *cr, size_t i, const tap *amount, const tap *level)
{
    const usage_meter *u = &cr->comp->usage[i];
    return ((amount ? tap_total(amount, &u->amount) : 0) + (level ? tap_total(level, &u->level) : 0)) / per(cr, i);
}

double bill_price(const recorder *k, const usage_meter *u)
{
    bool known;
    double usd = scenario_usd(k->s, u->price, &known);
    return known ? usd : 0;
}

static double used(const comp_record *cr, size_t i)
{
    return quantity(cr, i, cr->usage[i].amount, cr->usage[i].level);
}

static double allowance(const recorder *k, const char *price)
{
    for (const wr_allowance *f = wr_allowances; k->s->free_tier && price && f->key; f++)
        if (!strcmp(f->key, price))
            return f->quantity;
    return 0;
}

/* What those before it, in the order of the scenario, used of the same price. */
static double used_before(const recorder *k, const comp_record *cr, size_t row)
{
    const char *price = cr->comp->usage[row].price;
    double sum = 0;
    for (const comp_record *c = k->first; c; c = c->next)
        for (size_t i = 0; i < c->usages; i++) {
            if (c == cr && i == row)
                return sum;
            if (c->comp->usage[i].price && !strcmp(c->comp->usage[i].price, price))
                sum += used(c, i);
        }
    return sum;
}

double bill_quantity(const recorder *k, const comp_record *cr, size_t i)
{
    double q = used(cr, i), freely = allowance(k, cr->comp->usage[i].price);
    if (freely > 0)
        q = fmax(0, q - fmax(0, freely - used_before(k, cr, i)));
    return q;
}

double bill_window(const recorder *k, const comp_record *cr)
{
    double usd = 0;
    for (size_t i = 0; i < cr->usages; i++)
        usd += bill_quantity(k, cr, i) * bill_price(k, &cr->comp->usage[i]);
    return usd;
}

double bill_period(const recorder *k, const comp_record *cr)
{
    double usd = 0;
    for (size_t i = 0; i < cr->usages; i++)
        usd += quantity(cr, i, cr->usage[i].amount_period, cr->usage[i].level_period) * bill_price(k, &cr->comp->usage[i]);
    return usd;
}
