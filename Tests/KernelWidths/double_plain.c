#include "plain.h"
#include "double.h"
