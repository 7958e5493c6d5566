#include "CSignals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static const int numbers[] = {SIGUSR1, SIGURG, SIGTERM, SIGINT, SIGHUP, SIGPIPE};
enum { count = sizeof numbers / sizeof numbers[0] };

// What each signal did when the process was started.
static struct sigaction before[count];
static atomic_int requests, ends, first;

static void note(int number) {
    int none = 0;
    atomic_compare_exchange_strong(&first, &none, number);
    atomic_fetch_add(&requests, 1);
    // Schedulers send SIGUSR1 ahead of these two, and a terminal that goes away SIGHUP: only they count as impatience.
    if ((number == SIGTERM || number == SIGINT) && atomic_fetch_add(&ends, 1) > 0) _exit(128 + number);
}

static void record(int argc, char **argv, char **environment) {
    struct sigaction action = {.sa_flags = SA_RESTART};
    sigset_t recorded;
    sigemptyset(&action.sa_mask);
    sigemptyset(&recorded);
    for (size_t i = 0; i < count; i++) {
        sigaction(numbers[i], NULL, &before[i]);
        if (numbers[i] == SIGHUP && before[i].sa_handler == SIG_IGN) continue;
        action.sa_handler = numbers[i] == SIGPIPE ? SIG_IGN : note;
        sigaction(numbers[i], &action, NULL);
        sigaddset(&recorded, numbers[i]);
    }
    sigprocmask(SIG_UNBLOCK, &recorded, NULL);
}

__attribute__((section(".preinit_array"), used)) static void (*const at_start)(int, char **, char **) = record;

int ebm_stop_requests(void) { return atomic_load(&requests); }

static void end(int number) { raise(number == SIGURG ? SIGUSR1 : number); }

void ebm_release_stop_signals(void) {
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] == SIGUSR1) before[i].sa_handler = SIG_DFL;
        if (numbers[i] == SIGURG) before[i].sa_handler = end;
        sigaction(numbers[i], &before[i], NULL);
    }
    int recorded = atomic_load(&first);
    if (recorded) end(recorded);
}
