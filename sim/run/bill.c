/* bill.c - usage times prices, computed when read and never while running.
 *
 * A row of usage counts amounts ("requests") and integrates levels over seconds ("instances running"); one
 * price buys `per` of it. Prices come from the price book of the region unless the scenario overrides
 * them. Truth: tests/unit/test_run.c, and AWS's own examples in tests/truth. */
#include "run.h"

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

double bill_quantity(const recorder *k, const comp_record *cr, size_t i)
{
    (void)k;
    return quantity(cr, i, cr->usage[i].amount, cr->usage[i].level);
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
