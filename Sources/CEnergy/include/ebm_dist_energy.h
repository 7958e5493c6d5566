#ifndef EBM_DIST_ENERGY_H
#define EBM_DIST_ENERGY_H

/* An energy for ebm-dist: E(x) of a density proportional to exp(-E(x)), in a shared library that `energy.library=PATH` names.

   The library exports the five functions below, with the names of C. They are called in this order: version, create, describe, evaluate any
   number of times, destroy. A process may create several energies with different parameters. */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What `ebm_dist_energy_version` returns: libraries of another version are refused. */
#define EBM_DIST_ENERGY_VERSION 1

/* The numbers that x, energies and gradients consist of. */
#define EBM_DIST_ENERGY_FLOAT 1
#define EBM_DIST_ENERGY_DOUBLE 2

/* A parameter that a person gave: energy.parameters=NAME=VALUE. Both are texts that end with 0. */
typedef struct {
    const char *name;
    const char *value;
} ebm_dist_energy_parameter;

/* What the program must know of an energy; zero when `ebm_dist_energy_describe` is called. */
typedef struct {
    /* The number of values of x. */
    int64_t dimension;
    /* EBM_DIST_ENERGY_FLOAT or EBM_DIST_ENERGY_DOUBLE. */
    int32_t number;
    /* 1: several threads may call `ebm_dist_energy_evaluate` at once with the same energy. 0: the program makes one call at a time. */
    int32_t is_thread_safe;
    /* As many names as x has values, each a text that ends with 0, valid until `ebm_dist_energy_destroy`; NULL: x0, x1, ... */
    const char *const *coordinates;
} ebm_dist_energy_description;

/* EBM_DIST_ENERGY_VERSION of the header that the library was built with. */
int32_t ebm_dist_energy_version(void);

/* Makes an energy of some parameters. Returns what the other functions get as `energy`, any address but NULL; NULL where it cannot be made, for
   example because of an unknown parameter, with the reason as a text in `message`, which has room for `capacity` bytes. */
void *ebm_dist_energy_create(const ebm_dist_energy_parameter *parameters, int64_t count, char *message, int64_t capacity);

void ebm_dist_energy_describe(void *energy, ebm_dist_energy_description *description);

/* Energies and gradients of some rows: x is rows times dimension numbers, row by row, and so is `gradients`; `energies` is a number a row. Every
   row must be computed alike wherever it stands, or runs on another number of ranks give other bits. An energy may be +infinity where the density
   is 0; NaN ends the run. Returns 0, or another number where it failed, with the reason in `message`. */
int32_t ebm_dist_energy_evaluate(
    void *energy, int64_t rows, const void *x, void *energies, void *gradients, char *message, int64_t capacity);

void ebm_dist_energy_destroy(void *energy);

#ifdef __cplusplus
}
#endif

#endif
