#include "plain.h"
#include "single_chains.h"
