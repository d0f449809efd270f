#include "allocations.h"

#include <stddef.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_ITS_OWN 1
#endif
#endif

#if defined(__GLIBC__) && !defined(HAS_ITS_OWN)
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

// In the executable's own block, so that reading it asks for no memory.
static _Thread_local __attribute__((tls_model("initial-exec"))) long counted;

void *malloc(size_t size) {
    counted++;
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
    counted++;
    return __libc_calloc(count, size);
}
void *realloc(void *old, size_t size) {
    counted++;
    return __libc_realloc(old, size);
}
long allocations_of_this_thread(void) { return counted; }
#else
long allocations_of_this_thread(void) { return -1; }
#endif
