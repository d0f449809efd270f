#ifndef GRAD_ZLIB_H
#define GRAD_ZLIB_H

#include <zlib.h>

// These are macros over sizeof, which Swift does not import.
static inline int grad_inflate_init_gzip(z_streamp stream) { return inflateInit2(stream, 16 + MAX_WBITS); }
static inline int grad_deflate_init_gzip(z_streamp stream) {
    return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}

#endif
