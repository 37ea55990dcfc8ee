/* faults.c - the rows of the faults that most services share: failing in part, and being slower.
 *
 * What a share is of, and what takes longer, is each model's own and stands in the doc of its fault.
 * Truth: tests/contract applies and lifts every fault of every model. */
#include <weir/kit.h>

static const char *const modes[] = {[WR_RESET] = "reset", [WR_HANG] = "hang", NULL};

#define SHARE {.key = "share", WR_FIELD(wr_fail_fault, share), .type = WR_T_SHARE, .def = "100%", .doc = "Share that fails; of things that are counted, rounded to whole ones."}

const wr_param wr_fail_rows[] = {
    SHARE,
    {.key = "mode", WR_FIELD(wr_fail_fault, mode), .type = WR_T_ENUM, .choices = modes, .def = "reset", .doc = "reset: what meets it fails at once; hang: it is not answered."},
    {0}};
const wr_param wr_fail_share_rows[] = {SHARE, {0}};
const wr_param wr_slow_rows[] = {
    {.key = "factor", WR_FIELD(wr_slow_fault, factor), .type = WR_T_NUMBER, .def = "2", .min = 0.001, .max = 1e6, .doc = "How many times longer it takes."},
    {0}};
