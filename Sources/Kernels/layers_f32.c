#include "include/layers.h"
#include "math_f32.h"

#pragma clang fp contract(off)

#define NUMBER float
#define TYPED(name) f32_##name
#define PUBLIC(name) name##_f32
#include "layer_loops.h"
