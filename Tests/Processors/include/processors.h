#ifndef PROCESSORS_H
#define PROCESSORS_H

// The number by which the system knows processor `index` (from 0) of those that this process may use; -1 where there is none, or where that cannot be told.
int usable_processor(int index);

#endif
