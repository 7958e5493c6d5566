// Open MPI as Swift can see it: the macros that the importer cannot read, as functions. No logic.
#pragma once
#include <mpi.h>

static inline MPI_Comm ebm_mpi_comm_world(void) { return MPI_COMM_WORLD; }
static inline MPI_Comm ebm_mpi_comm_null(void) { return MPI_COMM_NULL; }
