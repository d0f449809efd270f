#if defined(__x86_64__)
#define GRAD_CLONES __attribute__((target("arch=x86-64-v3,tune=x86-64")))
#define AT_WIDTH(name) name##_avx2
#include "single.h"
#endif
