#define _GNU_SOURCE
#include "threads.h"

#include <dlfcn.h>
#include <pthread.h>
#ifdef __linux__
#include <sched.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_ITS_OWN 1
#endif
#endif

#if defined(__GLIBC__) && !defined(HAS_ITS_OWN)
static _Thread_local long started;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
    static int (*own)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (!own) *(void **)&own = dlsym(RTLD_NEXT, "pthread_create");
    const int failed = own(thread, attributes, start, argument);
    if (!failed) started++;
    return failed;
}
long threads_started_by_this_thread(void) { return started; }
#else
long threads_started_by_this_thread(void) { return -1; }
#endif

int usable_processor(int index) {
#ifdef __linux__
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return -1;
    for (int processor = 0; processor < CPU_SETSIZE; processor++) {
        if (CPU_ISSET(processor, &allowed) && index-- == 0) return processor;
    }
#endif
    return -1;
}
