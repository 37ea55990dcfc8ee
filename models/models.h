/* models.h - what every model includes: the interface, the kit, and the descriptors' names. */
#ifndef WR_MODELS_H
#define WR_MODELS_H
#include <weir/kit.h>
#include <weir/model.h>

#define WR_MODEL(kind) extern const wr_model wr_model_##kind;
#include "models.def"
#undef WR_MODEL

#endif
