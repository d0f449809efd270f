#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

// How often this thread asked for memory, counted by functions of the C library's names in front of its own; -1 where that cannot be.
long allocations_of_this_thread(void);

#endif
