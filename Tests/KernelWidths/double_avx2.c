#if defined(__x86_64__)
#include "avx2.h"
#include "double.h"
#endif
