/* asg_rules.h - the arithmetic of Auto Scaling, free of any run. */
#ifndef WR_ASG_RULES_H
#define WR_ASG_RULES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum adjustment { CHANGE_IN_CAPACITY, EXACT_CAPACITY, PERCENT_CHANGE };
double asg_round(double change);          /* PercentChangeInCapacity: 12.7 -> 12, .67 -> 1, -.58 -> -1, -6.67 -> -6 */
/* least: min_adjustment_magnitude, for percentages */
int64_t asg_adjust(int64_t capacity, enum adjustment how, double by, int64_t least);
/* Target tracking: the capacity at which the metric would meet its target. */
int64_t asg_track(double capacity, double value, double target);
typedef struct asg_step { double from, to, by; } asg_step; /* bounds relative to the threshold; NaN: open */
const asg_step *asg_step_of(const asg_step *s, size_t n, double x, bool above); /* NULL: none covers it */
int asg_zone_for_launch(const int64_t *count, const bool *usable, int zones);   /* fewest; -1: none is usable */
#endif
