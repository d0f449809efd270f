#define _GNU_SOURCE
#include "kernels.h"

#include <pthread.h>

uintptr_t grad_stack_end(void) {
#if defined(__GLIBC__)
    pthread_attr_t attributes;
    void *address = 0;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
    if (pthread_attr_getstack(&attributes, &address, &size) != 0) address = 0;
    pthread_attr_destroy(&attributes);
    return (uintptr_t)address;
#elif defined(__APPLE__)
    return (uintptr_t)pthread_get_stackaddr_np(pthread_self()) - pthread_get_stacksize_np(pthread_self());
#else
    return 0;
#endif
}
