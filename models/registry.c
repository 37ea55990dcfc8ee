/* registry.c - all models and all prices, from their one-line lists. Nothing to edit here. */
#include "models.h"

#define WR_MODEL(kind) &wr_model_##kind,
const wr_model *const wr_models[] = {
#include "models.def"
    NULL};
#undef WR_MODEL

#define WR_PRICE(region, key, usd, date, src) {region, key, usd, date, src},
const wr_price wr_prices[] = {
#include "prices.def"
    {0}};
#undef WR_PRICE

#define WR_FREE(key, quantity, src) {key, quantity, src},
const wr_allowance wr_allowances[] = {
#include "free_tier.def"
    {0}};
#undef WR_FREE
