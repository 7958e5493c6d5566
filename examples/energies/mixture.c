/* Twenty normal densities of the plane, of equal weight and so far apart that a chain goes from none to another: E(x) = -log of their mean, so that log Z = 0.
   The means are those of S. Kou, Q. Zhou, W. Wong, doi:10.1214/009053606000000515.

   cc -O2 -shared -fPIC -I include -o mixture.so mixture.c -lm
   ebm-dist train energy.library=mixture.so exchange.temperatures=1,2.5,6,16,40 run.shards=20

   Parameter: width, the standard deviation of each (default 0.1). */

#include <ebm_dist_energy.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODES = 20 };

static const double means[MODES][2] = {
    {2.18, 5.76}, {8.67, 9.59}, {4.24, 8.48}, {8.41, 1.68}, {3.93, 8.82}, {3.25, 3.47}, {1.70, 0.50}, {4.59, 5.60}, {6.91, 5.81}, {6.87, 5.40},
    {5.41, 2.65}, {2.70, 7.88}, {4.98, 3.70}, {1.14, 2.39}, {8.33, 9.50}, {4.93, 1.50}, {1.83, 0.09}, {2.26, 0.31}, {5.54, 6.86}, {1.69, 8.11}};

typedef struct {
    double width;
} mixture;

int32_t ebm_dist_energy_version(void) { return EBM_DIST_ENERGY_VERSION; }

void *ebm_dist_energy_create(const ebm_dist_energy_parameter *parameters, int64_t count, char *message, int64_t capacity) {
    mixture *made = malloc(sizeof *made);
    made->width = 0.1;
    for (int64_t i = 0; i < count; i++) {
        if (strcmp(parameters[i].name, "width") == 0) {
            made->width = atof(parameters[i].value);
        } else {
            snprintf(message, capacity, "unknown parameter %s; known is width", parameters[i].name);
            free(made);
            return NULL;
        }
    }
    return made;
}

void ebm_dist_energy_describe(void *energy, ebm_dist_energy_description *description) {
    (void)energy;
    description->dimension = 2;
    description->number = EBM_DIST_ENERGY_FLOAT;
    description->is_thread_safe = 1;
}

int32_t ebm_dist_energy_evaluate(
    void *energy, int64_t rows, const void *positions, void *energies, void *gradients, char *message, int64_t capacity) {
    const double precision = 1 / (((mixture *)energy)->width * ((mixture *)energy)->width);
    (void)message, (void)capacity;
    for (int64_t row = 0; row < rows; row++) {
        const float *x = (const float *)positions + 2 * row;
        double logs[MODES], largest = -INFINITY, sum = 0, pull[2] = {0, 0};
        for (int mode = 0; mode < MODES; mode++) {
            const double dx = x[0] - means[mode][0], dy = x[1] - means[mode][1];
            logs[mode] = -precision / 2 * (dx * dx + dy * dy);
            if (logs[mode] > largest) largest = logs[mode];
        }
        for (int mode = 0; mode < MODES; mode++) {
            /* Modes that are farther away by e^-40 are nothing beside the nearest one. */
            if (logs[mode] < largest - 40) continue;
            const double weight = exp(logs[mode] - largest);
            sum += weight;
            for (int axis = 0; axis < 2; axis++) pull[axis] += weight * precision * (x[axis] - means[mode][axis]);
        }
        ((float *)energies)[row] = log(2 * M_PI * MODES / precision) - largest - log(sum);
        for (int axis = 0; axis < 2; axis++) ((float *)gradients)[2 * row + axis] = pull[axis] / sum;
    }
    return 0;
}

void ebm_dist_energy_destroy(void *energy) { free(energy); }
