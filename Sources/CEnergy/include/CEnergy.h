#pragma once
#include "ebm_dist_energy.h"

#include <stddef.h>

// Libraries of energies as the program calls them: opened while it runs. A signal that a library raises, as by an address that is not its own, ends the
// process with a sentence that names the library.

/// An open library.
typedef struct {
    int32_t (*version)(void);
    void *(*create)(const ebm_dist_energy_parameter *, int64_t, char *, int64_t);
    void (*describe)(void *, ebm_dist_energy_description *);
    int32_t (*evaluate)(void *, int64_t, const void *, void *, void *, char *, int64_t);
    void (*destroy)(void *);
    /// For the sentence; lives as long as the library.
    const char *path;
} ebm_energy_library;

/// Opens a library for the rest of the process. Returns whether it has all functions; else the reason stands in the buffer.
int ebm_energy_open(const char *path, ebm_energy_library *library, char *reason, size_t capacity);

// The library's functions, with its signals watched.
int32_t ebm_energy_version(const ebm_energy_library *library);
void *ebm_energy_create(
    const ebm_energy_library *library, const ebm_dist_energy_parameter *parameters, int64_t count, char *message, int64_t capacity);
void ebm_energy_describe(const ebm_energy_library *library, void *energy, ebm_dist_energy_description *description);
int32_t ebm_energy_evaluate(
    const ebm_energy_library *library, void *energy, int64_t rows, const void *x, void *energies, void *gradients, char *message, int64_t capacity);

/// The exit code of a process that a library's signal ends.
#define EBM_ENERGY_SIGNAL_CODE 70
