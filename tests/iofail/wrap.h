/* wrap.h - system and HDF5 calls of the program itself that fail when told to: the linker routes them through
 * wrap.c. */
#ifndef WR_TESTS_WRAP_H
#define WR_TESTS_WRAP_H
#include <stdbool.h>
#include <stddef.h>

enum wrap_family { WRAP_NONE, WRAP_FILE, WRAP_HDF5, WRAP_MEMORY };
/* From now on the n-th call (from 1) of the family fails with this errno, once. 0: none does, they are only counted. */
void wrap_arm(enum wrap_family f, size_t n, int why);
/* Off again. Whether the n-th call was made; *name: what it was. */
bool wrap_disarm(const char **name);
size_t wrap_calls(void); /* since wrap_arm */
long wrap_ids(void);     /* HDF5 objects that were opened and not closed */
#endif
