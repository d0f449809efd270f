#include "plain.h"
#include "double_chains.h"
