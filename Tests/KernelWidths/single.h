#include "../../Sources/Kernels/math_f32.h"

#pragma clang fp contract(off)

#define NUMBER float
#define TYPED(name) f32_##name
#define PUBLIC(name) AT_WIDTH(name##_f32)
#include "../../Sources/Kernels/elementwise.h"
