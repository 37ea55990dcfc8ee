/* ec2_types.c - EC2 instance types: vCPUs, memory, CPU credits.
 *
 * A vCPU of an x86 type is a hyperthread, one of a Graviton type a core; how fast either is, is left to the
 * scenario (`speed`). Types that are not here can be described by `vcpus`, `memory` and a price of the
 * scenario's own. Network and EBS bandwidth are not modelled. The prices are lines of prices_ec2.def.
 * Truth: tests/unit/test_ec2.c (every type has a price; credits follow AWS's table). */
#include "ec2.h"
#include <string.h>

/* vCPUs, GiB; credits an hour, baseline share of a vCPU, launch credits of t2 standard, unlimited by default */
const ec2_type ec2_types[] = {
    {"t2.micro", 1, 1, 6, 0.1, 30, false},
    {"t2.small", 1, 2, 12, 0.2, 30, false},
    {"t2.medium", 2, 4, 24, 0.2, 60, false},
    {"t2.large", 2, 8, 36, 0.3, 60, false},
    {"t3.nano", 2, 0.5, 6, 0.05, 0, true},
    {"t3.micro", 2, 1, 12, 0.1, 0, true},
    {"t3.small", 2, 2, 24, 0.2, 0, true},
    {"t3.medium", 2, 4, 24, 0.2, 0, true},
    {"t3.large", 2, 8, 36, 0.3, 0, true},
    {"t3.xlarge", 4, 16, 96, 0.4, 0, true},
    {"t3.2xlarge", 8, 32, 192, 0.4, 0, true},
    {"t3a.micro", 2, 1, 12, 0.1, 0, true},
    {"t3a.medium", 2, 4, 24, 0.2, 0, true},
    {"t3a.large", 2, 8, 36, 0.3, 0, true},
    {"t4g.nano", 2, 0.5, 6, 0.05, 0, true},
    {"t4g.micro", 2, 1, 12, 0.1, 0, true},
    {"t4g.small", 2, 2, 24, 0.2, 0, true},
    {"t4g.medium", 2, 4, 24, 0.2, 0, true},
    {"t4g.large", 2, 8, 36, 0.3, 0, true},
    {"t4g.xlarge", 4, 16, 96, 0.4, 0, true},
    {"m5.large", 2, 8, 0, 0, 0, false},
    {"m5.xlarge", 4, 16, 0, 0, 0, false},
    {"m5.2xlarge", 8, 32, 0, 0, 0, false},
    {"m5.4xlarge", 16, 64, 0, 0, 0, false},
    {"m6i.large", 2, 8, 0, 0, 0, false},
    {"m6i.xlarge", 4, 16, 0, 0, 0, false},
    {"m6i.2xlarge", 8, 32, 0, 0, 0, false},
    {"m6i.4xlarge", 16, 64, 0, 0, 0, false},
    {"m6g.large", 2, 8, 0, 0, 0, false},
    {"m7i.large", 2, 8, 0, 0, 0, false},
    {"m7i.xlarge", 4, 16, 0, 0, 0, false},
    {"m7i-flex.large", 2, 8, 0, 0, 0, false},
    {"m7g.medium", 1, 4, 0, 0, 0, false},
    {"m7g.large", 2, 8, 0, 0, 0, false},
    {"m7g.xlarge", 4, 16, 0, 0, 0, false},
    {"m8g.medium", 1, 4, 0, 0, 0, false},
    {"m8g.large", 2, 8, 0, 0, 0, false},
    {"m8g.xlarge", 4, 16, 0, 0, 0, false},
    {"m8i.large", 2, 8, 0, 0, 0, false},
    {"m9g.large", 2, 8, 0, 0, 0, false},
    {"c5.large", 2, 4, 0, 0, 0, false},
    {"c5.xlarge", 4, 8, 0, 0, 0, false},
    {"c5.2xlarge", 8, 16, 0, 0, 0, false},
    {"c6i.large", 2, 4, 0, 0, 0, false},
    {"c6i.xlarge", 4, 8, 0, 0, 0, false},
    {"c6i.2xlarge", 8, 16, 0, 0, 0, false},
    {"c7g.medium", 1, 2, 0, 0, 0, false},
    {"c7g.large", 2, 4, 0, 0, 0, false},
    {"c7i.large", 2, 4, 0, 0, 0, false},
    {"c8g.large", 2, 4, 0, 0, 0, false},
    {"c8i.large", 2, 4, 0, 0, 0, false},
    {"c9g.large", 2, 4, 0, 0, 0, false},
    {"r5.large", 2, 16, 0, 0, 0, false},
    {"r5.xlarge", 4, 32, 0, 0, 0, false},
    {"r6i.large", 2, 16, 0, 0, 0, false},
    {"r6i.xlarge", 4, 32, 0, 0, 0, false},
    {"r7g.large", 2, 16, 0, 0, 0, false},
    {"r7i.large", 2, 16, 0, 0, 0, false},
    {"r8g.large", 2, 16, 0, 0, 0, false},
    {"r8i.large", 2, 16, 0, 0, 0, false},
    {"i3.large", 2, 15.25, 0, 0, 0, false},
    {"i4i.large", 2, 16, 0, 0, 0, false},
    {"g5.xlarge", 4, 16, 0, 0, 0, false},
    {"g6.xlarge", 4, 16, 0, 0, 0, false},
    {"p4d.24xlarge", 96, 1152, 0, 0, 0, false},
    {"p5.48xlarge", 192, 2048, 0, 0, 0, false},
    {0}};

const ec2_type *ec2_type_find(const char *name)
{
    for (const ec2_type *t = ec2_types; t->name; t++)
        if (!strcmp(t->name, name))
            return t;
    return NULL;
}
