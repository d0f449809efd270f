#ifndef THREADS_H
#define THREADS_H

// How many threads this thread has started, counted by a function of the C library's name in front of its own; -1 where that cannot be.
long threads_started_by_this_thread(void);

// The number by which the system knows processor `index` (from 0) of those that this process may use; -1 where there is none, or where that cannot be told.
int usable_processor(int index);

#endif
