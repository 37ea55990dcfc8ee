/* crew.h - jobs on threads, handed over in order. The only file that knows threads is crew.c. */
#ifndef WR_LAB_CREW_H
#define WR_LAB_CREW_H
#include <stdbool.h>
#include <stddef.h>

typedef struct crew_work {
    size_t n;                                          /* jobs */
    unsigned threads;                                  /* 0: all cores */
    size_t ahead;                                      /* at most so many jobs begun and not yet taken; 0: any number */
    void *(*make)(void *arg, size_t job, void **own);  /* on any thread; *own is the thread's own, NULL at first */
    bool (*take)(void *arg, size_t job, void *made);   /* on the calling thread, in order; false: begin no more jobs */
    void (*leave)(void *arg, void *own);               /* the thread ends; NULL: nothing to do */
    void *arg;
} crew_work;
/* False: take said stop. Jobs that were in hand then are finished and taken, too. */
bool crew_run(const crew_work *w);
#endif
