#pragma once
#include <stddef.h>
#include <stdint.h>

// MPI as the program calls it, whichever library there is: one is opened while the program runs, and none is linked.
//
// Libraries of three binary interfaces are known. They differ in what a handle is (a number, or a pointer), in the values of constants, and in nothing
// else that the program uses.

/// How a library's handles and constants look.
typedef enum {
    /// No library is open.
    EBM_MPI_NONE = 0,
    /// Open MPI: handles are pointers, constants the addresses of its variables.
    EBM_MPI_OPEN_MPI,
    /// MPICH and those that keep its interface (https://www.mpich.org/abi), such as Intel MPI and Cray MPICH: handles are numbers.
    EBM_MPI_MPICH,
    /// The interface of the MPI standard 5.0, chapter 20: handles are pointers, constants small numbers.
    EBM_MPI_STANDARD,
} ebm_mpi_interface;

typedef struct { uintptr_t bits; } ebm_comm;
typedef struct { uintptr_t bits; } ebm_datatype;
typedef struct { uintptr_t bits; } ebm_op;
typedef struct { uintptr_t bits; } ebm_request;

/// Values of the library that is open.
typedef struct {
    ebm_comm world;
    ebm_datatype byte, float32, float64, int64, uint64;
    ebm_op sum, maximum, minimum, bit_or;
    /// MPI_THREAD_FUNNELED.
    int funneled;
} ebm_mpi_constants;

#include "calls.h"

#define EBM_MPI_FIELD(name, symbol, parameters, types, arguments) int(*name) parameters;
typedef struct {
    ebm_mpi_interface interface;
    ebm_mpi_constants constants;
    EBM_MPI_CALLS(EBM_MPI_FIELD)
} ebm_mpi_library;

/// Opens a library for the rest of the process: a path, or the name of a file that the dynamic linker finds.
///
/// Returns what it is; EBM_MPI_NONE, and the reason in the buffer, where it cannot be used. Its calls are those that the process finds first by their
/// name, so that tools that are loaded before it see them.
ebm_mpi_interface ebm_mpi_open(const char *path, char *reason, size_t capacity);

/// The library that is open; one without calls before `ebm_mpi_open`.
const ebm_mpi_library *ebm_mpi(void);
