#define _GNU_SOURCE
#include "CEnergy.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// What of which library this thread is calling; null outside of calls.
static _Thread_local const char *volatile called_path;
static _Thread_local const char *volatile called_function;

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
static const char *const signal_names[] = {
    "SIGSEGV, an address that is not its own", "SIGBUS, an address that does not exist", "SIGFPE, arithmetic such as a division by 0",
    "SIGILL, an instruction that this CPU has not", "SIGABRT, it gave up by itself",
};
#define SIGNALS (sizeof signals / sizeof *signals)
static struct sigaction former[SIGNALS];

// As much of a text as the rest of a buffer holds. Only what is allowed in a handler of signals.
static size_t put(char *buffer, size_t capacity, size_t length, const char *text) {
    while (*text && length < capacity) buffer[length++] = *text++;
    return length;
}

static void end(int number) {
    size_t place = 0;
    while (place < SIGNALS && signals[place] != number) place++;
    if (place == SIGNALS) return;
    if (!called_path) {
        sigaction(number, &former[place], NULL);
        raise(number);
        return;
    }
    // In one piece: other ranks may say the same at the same time.
    const char *const words[] = {
        "ebm-dist: energy.library ", called_path, ": ", called_function, " raised ", signal_names[place],
        "; the fault is the library's: try it by itself under a debugger\n",
    };
    char text[4096];
    size_t length = 0;
    for (size_t word = 0; word < sizeof words / sizeof *words; word++) length = put(text, sizeof text, length, words[word]);
    if (write(STDERR_FILENO, text, length) < 0) _exit(EBM_ENERGY_SIGNAL_CODE);
    _exit(EBM_ENERGY_SIGNAL_CODE);
}

static void watch_signals(void) {
    static int is_watching;
    if (is_watching) return;
    is_watching = 1;
    struct sigaction action = {.sa_handler = end, .sa_flags = SA_NODEFER};
    sigemptyset(&action.sa_mask);
    for (size_t place = 0; place < SIGNALS; place++) sigaction(signals[place], &action, &former[place]);
}

int ebm_energy_open(const char *path, ebm_energy_library *library, char *reason, size_t capacity) {
    watch_signals();
    called_function = "its opening";
    called_path = path;
    void *file = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    called_path = NULL;
    if (!file) {
        snprintf(reason, capacity, "%s", dlerror());
        return 0;
    }
#define LOOK_UP(name)                                                                                                      \
    if (!(*(void **)&library->name = dlsym(file, "ebm_dist_energy_" #name))) {                                             \
        snprintf(reason, capacity, "it has no function ebm_dist_energy_" #name);                                           \
        return 0;                                                                                                          \
    }
    LOOK_UP(version)
    LOOK_UP(create)
    LOOK_UP(describe)
    LOOK_UP(evaluate)
    LOOK_UP(destroy)
#undef LOOK_UP
    library->path = strdup(path);
    return library->path != NULL;
}

#define CALL(name, call)                          \
    called_function = "ebm_dist_energy_" #name;   \
    called_path = library->path;                  \
    call;                                         \
    called_path = NULL;

int32_t ebm_energy_version(const ebm_energy_library *library) {
    int32_t version;
    CALL(version, version = library->version())
    return version;
}

void *ebm_energy_create(
    const ebm_energy_library *library, const ebm_dist_energy_parameter *parameters, int64_t count, char *message, int64_t capacity) {
    void *energy;
    CALL(create, energy = library->create(parameters, count, message, capacity))
    return energy;
}

void ebm_energy_describe(const ebm_energy_library *library, void *energy, ebm_dist_energy_description *description) {
    CALL(describe, library->describe(energy, description))
}

int32_t ebm_energy_evaluate(
    const ebm_energy_library *library, void *energy, int64_t rows, const void *x, void *energies, void *gradients, char *message,
    int64_t capacity) {
    int32_t result;
    CALL(evaluate, result = library->evaluate(energy, rows, x, energies, gradients, message, capacity))
    return result;
}
