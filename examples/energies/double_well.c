/* A double well in 20 dimensions: E(x) = depth (x_0^2 - 1)^2 + sum over the others of x_i^2 / 2.

   cc -O2 -shared -fPIC -I include -o double_well.so double_well.c
   ebm-dist train energy.library=double_well.so energy.parameters=depth=8

   Parameters: depth (default 8), dimension (default 20). */

#include <ebm_dist_energy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    double depth;
    int64_t dimension;
} well;

int32_t ebm_dist_energy_version(void) { return EBM_DIST_ENERGY_VERSION; }

void *ebm_dist_energy_create(const ebm_dist_energy_parameter *parameters, int64_t count, char *message, int64_t capacity) {
    well *made = malloc(sizeof *made);
    *made = (well){.depth = 8, .dimension = 20};
    for (int64_t i = 0; i < count; i++) {
        if (strcmp(parameters[i].name, "depth") == 0) {
            made->depth = atof(parameters[i].value);
        } else if (strcmp(parameters[i].name, "dimension") == 0) {
            made->dimension = atoll(parameters[i].value);
        } else {
            snprintf(message, capacity, "unknown parameter %s; known are depth and dimension", parameters[i].name);
            free(made);
            return NULL;
        }
    }
    return made;
}

void ebm_dist_energy_describe(void *energy, ebm_dist_energy_description *description) {
    description->dimension = ((well *)energy)->dimension;
    description->number = EBM_DIST_ENERGY_FLOAT;
    description->is_thread_safe = 1;
}

int32_t ebm_dist_energy_evaluate(
    void *energy, int64_t rows, const void *positions, void *energies, void *gradients, char *message, int64_t capacity) {
    const well *e = energy;
    (void)message, (void)capacity;
    for (int64_t row = 0; row < rows; row++) {
        const float *x = (const float *)positions + row * e->dimension;
        float *g = (float *)gradients + row * e->dimension;
        double left = (double)x[0] * x[0] - 1, sum = e->depth * left * left;
        g[0] = 4 * e->depth * left * x[0];
        for (int64_t i = 1; i < e->dimension; i++) {
            sum += x[i] * x[i] / 2;
            g[i] = x[i];
        }
        ((float *)energies)[row] = sum;
    }
    return 0;
}

void ebm_dist_energy_destroy(void *energy) { free(energy); }
