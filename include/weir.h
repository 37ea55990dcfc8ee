/* weir.h - for programs that embed libweir: load a scenario, run it, look at the results, draw them. */
#ifndef WEIR_H
#define WEIR_H
#include <weir/chart.h>
#include <weir/lab.h>
#include <weir/result.h>
#include <weir/scenario.h>
#define WR_VERSION "0.1.0"
#endif
