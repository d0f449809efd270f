#include "clones.h"

// Numbers taken at a time: 64 KB.
enum { IN_CACHE = 16384 };

#define NUMBER float
#define PUBLIC(name) name##_f32
#include "softmax.h"
