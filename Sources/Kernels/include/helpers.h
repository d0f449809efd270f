#ifndef GRAD_HELPERS_H
#define GRAD_HELPERS_H

// Runs job(context) on this thread and, at the same time, on up to `helpers` others, of which some may come late or not at all: the job hands out its parts itself.
// Returns when all that came have ended. Helpers are started at the first call and stay; one that has nothing to do sleeps. On this thread alone while another
// one shares something, and within a job.
void grad_share(int helpers, void (*job)(void *), void *context);

// From now on this thread shares nothing (or does so again): others like it keep the processors busy.
void grad_stay_alone(int alone);

#endif
