#include "../../Sources/Kernels/math_f64.h"

#pragma clang fp contract(off)

#define NUMBER double
#define TYPED(name) f64_##name
#define PUBLIC(name) AT_WIDTH(name##_f64)
#include "../../Sources/Kernels/elementwise.h"
