#ifndef GRAD_ZLIB_H
#define GRAD_ZLIB_H

#include <zlib.h>

// inflateInit2 is a macro over sizeof, which Swift does not import.
static inline int grad_inflate_init_gzip(z_streamp stream) { return inflateInit2(stream, 16 + MAX_WBITS); }

#endif
