#include "clones.h"

// Numbers taken at a time: 64 KB.
enum { IN_CACHE = 8192 };

#define NUMBER double
#define PUBLIC(name) name##_f64
#include "softmax.h"
