/* quota.c - what a run asks of a scenario by name while it goes on: prices.
 *
 * A price that the scenario gives wins over the price book; a region without a line of its own pays what
 * us-east-1 pays. Truth: tests/unit/test_scenario.c. */
#include "scenario.h"
#include <string.h>

static const wr_price *in_book(const char *region, const char *key)
{
    for (const wr_price *p = wr_prices; p->key; p++)
        if (strcmp(p->key, key) == 0 && strcmp(p->region, region) == 0)
            return p;
    return NULL;
}

double scenario_usd(const wr_scenario *s, const char *key, bool *known)
{
    *known = true;
    for (size_t i = 0; i < s->prices; i++)
        if (strcmp(s->price[i].key, key) == 0)
            return s->price[i].usd;
    const wr_price *p = in_book(s->region, key);
    if (!p)
        p = in_book("us-east-1", key);
    *known = p != NULL;
    return p ? p->usd : 0;
}
