#ifndef GRAD_LIBCSV_H
#define GRAD_LIBCSV_H

#include <csv.h>

#endif
