#define GRAD_CLONES
#define AT_WIDTH(name) name##_plain
#include "double.h"
