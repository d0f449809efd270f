#include "plain.h"
#include "single.h"
