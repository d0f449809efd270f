#define _GNU_SOURCE
#include "processors.h"

#ifdef __linux__
#include <sched.h>
#endif

int usable_processor(int index) {
#ifdef __linux__
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return -1;
    for (int processor = 0; processor < CPU_SETSIZE; processor++) {
        if (CPU_ISSET(processor, &allowed) && index-- == 0) return processor;
    }
#endif
    return -1;
}
