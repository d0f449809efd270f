#include "math_f32.h"
#include "sums.h"

#pragma clang fp contract(off)

#define NUMBER float
#define TYPED(name) f32_##name
#define PUBLIC(name) name##_f32
#include "reductions.h"
