// The scalar field phi^4 on a square lattice of L x L sites with periodic borders:
// E = sum over sites of [ (1/2) sum over both directions of (phi(n + mu) - phi(n))^2 + (mass2/2) phi^2 + lambda phi^4 ].
//
//   c++ -O2 -shared -fPIC -I include -o phi4.so phi4.cpp
//   ebm-dist train energy.library=phi4.so energy.parameters=L=8,mass2=-4,lambda=6
//
// Parameters: L (default 8), mass2 (default -4), lambda (default 6).

#include <ebm_dist_energy.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

class Lattice {
public:
    Lattice(const ebm_dist_energy_parameter *parameters, int64_t count) {
        for (int64_t i = 0; i < count; i++) {
            const std::string name = parameters[i].name;
            if (name == "L") length = std::stoll(parameters[i].value);
            else if (name == "mass2") mass2 = std::stod(parameters[i].value);
            else if (name == "lambda") lambda = std::stod(parameters[i].value);
            else throw std::invalid_argument("unknown parameter " + name + "; known are L, mass2 and lambda");
        }
        if (length < 1) throw std::invalid_argument("L: expected at least 1");
        for (int64_t row = 0; row < length; row++)
            for (int64_t column = 0; column < length; column++)
                labels.push_back("phi_" + std::to_string(row) + "_" + std::to_string(column));
        for (const auto &label : labels) names.push_back(label.c_str());
    }

    int64_t sites() const { return length * length; }
    const char *const *coordinates() const { return names.data(); }

    double evaluate(const double *phi, double *gradient) const {
        double energy = 0;
        for (int64_t n = 0; n < sites(); n++) gradient[n] = 0;
        for (int64_t row = 0; row < length; row++) {
            for (int64_t column = 0; column < length; column++) {
                const int64_t n = row * length + column;
                const double value = phi[n], square = value * value;
                energy += mass2 / 2 * square + lambda * square * square;
                gradient[n] += mass2 * value + 4 * lambda * square * value;
                const int64_t neighbors[] = {row * length + (column + 1) % length, (row + 1) % length * length + column};
                for (const int64_t m : neighbors) {
                    const double difference = phi[m] - value;
                    energy += difference * difference / 2;
                    gradient[m] += difference;
                    gradient[n] -= difference;
                }
            }
        }
        return energy;
    }

private:
    int64_t length = 8;
    double mass2 = -4, lambda = 6;
    std::vector<std::string> labels;
    std::vector<const char *> names;
};

}  // namespace

extern "C" {

int32_t ebm_dist_energy_version(void) { return EBM_DIST_ENERGY_VERSION; }

void *ebm_dist_energy_create(const ebm_dist_energy_parameter *parameters, int64_t count, char *message, int64_t capacity) {
    try {
        return new Lattice(parameters, count);
    } catch (const std::exception &problem) {
        std::snprintf(message, capacity, "%s", problem.what());
        return nullptr;
    }
}

void ebm_dist_energy_describe(void *energy, ebm_dist_energy_description *description) {
    const auto *lattice = static_cast<const Lattice *>(energy);
    description->dimension = lattice->sites();
    description->number = EBM_DIST_ENERGY_DOUBLE;
    description->is_thread_safe = 1;
    description->coordinates = lattice->coordinates();
}

int32_t ebm_dist_energy_evaluate(
    void *energy, int64_t rows, const void *x, void *energies, void *gradients, char *, int64_t) {
    const auto *lattice = static_cast<const Lattice *>(energy);
    const int64_t sites = lattice->sites();
    for (int64_t row = 0; row < rows; row++) {
        static_cast<double *>(energies)[row] =
            lattice->evaluate(static_cast<const double *>(x) + row * sites, static_cast<double *>(gradients) + row * sites);
    }
    return 0;
}

void ebm_dist_energy_destroy(void *energy) { delete static_cast<Lattice *>(energy); }

}
