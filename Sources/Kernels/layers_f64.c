#include "include/layers.h"
#include "math_f64.h"

#pragma clang fp contract(off)

#define NUMBER double
#define TYPED(name) f64_##name
#define PUBLIC(name) name##_f64
#include "layer_loops.h"
