#include "include/helpers.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

// Between two pieces of work of one training step lie some ten to hundred microseconds. To wake a thread that sleeps takes 60, to start one 90; so a helper that has nothing to do
// stays awake for a while, and then sleeps.
enum { AWAKE_NANOSECONDS = 400000, MOST_HELPERS = 15 };

// One caller at a time; another one, or one within a job, works alone.
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static int started;

// The job under way. A helper takes part by counting itself in, which it can as long as it is open and has places; then the caller waits for it.
static void (*job)(void *);
static void *context;
enum { RUNNING = 0xff, OPEN = 0x100, PLACE = 0x10000 };
static _Atomic unsigned state;
static _Atomic unsigned long calls;

static pthread_mutex_t bed = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t call = PTHREAD_COND_INITIALIZER, quiet = PTHREAD_COND_INITIALIZER;
static _Atomic int sleepers, is_caller_asleep;

static _Thread_local int stays_alone;

static long nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

static void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// Waits awake while a condition holds; 0 where it still does in the end.
#define WAIT_AWAKE(CONDITION) \
    ({ \
        const long end = nanoseconds() + AWAKE_NANOSECONDS; \
        int is_over = 0; \
        for (unsigned turn = 1; !(is_over = !(CONDITION)); turn++) { \
            relax(); \
            if (turn % 64 == 0 && nanoseconds() > end) break; \
        } \
        is_over; \
    })

static int take_part(void) {
    unsigned now = atomic_load(&state);
    do {
        if (!(now & OPEN) || now < PLACE) return 0;
    } while (!atomic_compare_exchange_weak(&state, &now, now - PLACE + 1));
    return 1;
}

static void *help(void *unused) {
    for (unsigned long seen = 0;;) {
        if (!WAIT_AWAKE(atomic_load(&calls) == seen)) {
            pthread_mutex_lock(&bed);
            atomic_fetch_add(&sleepers, 1);
            while (atomic_load(&calls) == seen) pthread_cond_wait(&call, &bed);
            atomic_fetch_sub(&sleepers, 1);
            pthread_mutex_unlock(&bed);
        }
        seen = atomic_load(&calls);
        if (!take_part()) continue;
        job(context);
        if ((atomic_fetch_sub(&state, 1) & RUNNING) == 1 && atomic_load(&is_caller_asleep)) {
            pthread_mutex_lock(&bed);
            pthread_cond_signal(&quiet);
            pthread_mutex_unlock(&bed);
        }
    }
    return unused;
}

static void start(int wanted) {
    pthread_attr_t attributes;
    if (started >= wanted || pthread_attr_init(&attributes) != 0) return;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    // Signals are for the threads of the program.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // Where the system gives no thread, those that there are do the work.
    for (pthread_t thread; started < wanted && pthread_create(&thread, &attributes, help, 0) == 0;) started++;
    pthread_sigmask(SIG_SETMASK, &before, 0);
    pthread_attr_destroy(&attributes);
}

void grad_share(int helpers, void (*shared)(void *), void *with) {
    if (helpers <= 0 || stays_alone || pthread_mutex_trylock(&gate) != 0) return shared(with);
    const int wanted = helpers < MOST_HELPERS ? helpers : MOST_HELPERS;
    start(wanted);
    (job = shared, context = with);
    atomic_store(&state, OPEN + (unsigned)wanted * PLACE);
    atomic_fetch_add(&calls, 1);
    if (atomic_load(&sleepers) > 0) {
        pthread_mutex_lock(&bed);
        pthread_cond_broadcast(&call);
        pthread_mutex_unlock(&bed);
    }
    stays_alone = 1;
    shared(with);
    stays_alone = 0;
    atomic_fetch_and(&state, ~(unsigned)OPEN);
    if (!WAIT_AWAKE(atomic_load(&state) & RUNNING)) {
        pthread_mutex_lock(&bed);
        atomic_store(&is_caller_asleep, 1);
        while (atomic_load(&state) & RUNNING) pthread_cond_wait(&quiet, &bed);
        atomic_store(&is_caller_asleep, 0);
        pthread_mutex_unlock(&bed);
    }
    pthread_mutex_unlock(&gate);
}

void grad_stay_alone(int alone) { stays_alone = alone; }
