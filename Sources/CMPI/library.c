#define _GNU_SOURCE
#include "CMPI.h"

#include <dlfcn.h>
#include <stdio.h>

static ebm_mpi_library library;

// What the calls need and Swift does not see.
typedef struct { uintptr_t bits; } handle;
static handle NO_INFO, RETURN_ERRORS;
static void *IN_PLACE, *STATUS;
static int SHARED;

#define H int
#define SHAPE(name) number_##name
#include "shape.h"
#undef H
#undef SHAPE

#define H void *
#define SHAPE(name) pointer_##name
#include "shape.h"
#undef H
#undef SHAPE

static void take_mpich(void) {
    library.constants = (ebm_mpi_constants){
        .world = {0x44000000}, .byte = {0x4c00010d}, .float32 = {0x4c00040a}, .float64 = {0x4c00080b}, .int64 = {0x4c00083a},
        .uint64 = {0x4c00083e}, .sum = {0x58000003}, .maximum = {0x58000001}, .minimum = {0x58000002}, .bit_or = {0x58000008}, .funneled = 1,
    };
    NO_INFO.bits = 0x1c000000;
    RETURN_ERRORS.bits = 0x54000001;
    IN_PLACE = (void *)-1;
    STATUS = (void *)1;
    SHARED = 1;
}

static void take_standard(void) {
    library.constants = (ebm_mpi_constants){
        .world = {0x101}, .byte = {0x247}, .float32 = {0x210}, .float64 = {0x214}, .int64 = {0x258}, .uint64 = {0x259}, .sum = {0x21},
        .maximum = {0x23}, .minimum = {0x22}, .bit_or = {0x29}, .funneled = 1024,
    };
    NO_INFO.bits = 0x130;
    RETURN_ERRORS.bits = 0x143;
    IN_PLACE = (void *)1;
    STATUS = NULL;
    SHARED = 221;
}

static uintptr_t address(const char *symbol) { return (uintptr_t)dlsym(RTLD_DEFAULT, symbol); }

static void take_open_mpi(void) {
    library.constants = (ebm_mpi_constants){
        .world = {address("ompi_mpi_comm_world")}, .byte = {address("ompi_mpi_byte")}, .float32 = {address("ompi_mpi_float")},
        .float64 = {address("ompi_mpi_double")}, .int64 = {address("ompi_mpi_int64_t")}, .uint64 = {address("ompi_mpi_uint64_t")},
        .sum = {address("ompi_mpi_op_sum")}, .maximum = {address("ompi_mpi_op_max")}, .minimum = {address("ompi_mpi_op_min")},
        .bit_or = {address("ompi_mpi_op_bor")}, .funneled = 1,
    };
    NO_INFO.bits = address("ompi_mpi_info_null");
    RETURN_ERRORS.bits = address("ompi_mpi_errors_return");
    IN_PLACE = (void *)1;
    STATUS = NULL;
    SHARED = 0;
}

// A library of MPI 5 says of itself whether it keeps the standard's interface; MPICH 5 has one file that does, and one that does not.
static int keeps_standard(void *file) {
    int (*version)(int *, int *), major = -1, minor = -1;
    *(void **)&version = dlsym(file, "MPI_Abi_get_version");
    return version && version(&major, &minor) == 0 && major > 0;
}

ebm_mpi_interface ebm_mpi_open(const char *path, char *reason, size_t capacity) {
    // Open MPI's plugins expect its symbols to be global.
    void *file = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (!file) {
        snprintf(reason, capacity, "%s", dlerror());
        return EBM_MPI_NONE;
    }
    ebm_mpi_interface found = dlsym(file, "ompi_mpi_comm_world") ? EBM_MPI_OPEN_MPI : keeps_standard(file) ? EBM_MPI_STANDARD : EBM_MPI_MPICH;
    const char *missing = found == EBM_MPI_MPICH ? number_load() : pointer_load();
    if (missing) {
        snprintf(reason, capacity, "%s has no %s", path, missing);
        return EBM_MPI_NONE;
    }
    found == EBM_MPI_OPEN_MPI ? take_open_mpi() : found == EBM_MPI_STANDARD ? take_standard() : take_mpich();
    library.interface = found;
    return found;
}

const ebm_mpi_library *ebm_mpi(void) { return &library; }
