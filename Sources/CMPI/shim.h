// Open MPI as Swift can see it: the macros that the importer cannot read, as functions. No logic.
#pragma once
#include <mpi.h>

static inline MPI_Comm ebm_mpi_comm_world(void) { return MPI_COMM_WORLD; }
static inline MPI_Comm ebm_mpi_comm_self(void) { return MPI_COMM_SELF; }
static inline MPI_Info ebm_mpi_info_null(void) { return MPI_INFO_NULL; }
static inline MPI_Errhandler ebm_mpi_errors_return(void) { return MPI_ERRORS_RETURN; }
static inline MPI_Status *ebm_mpi_status_ignore(void) { return MPI_STATUS_IGNORE; }
static inline MPI_Status *ebm_mpi_statuses_ignore(void) { return MPI_STATUSES_IGNORE; }
static inline void *ebm_mpi_in_place(void) { return MPI_IN_PLACE; }

static inline MPI_Datatype ebm_mpi_byte(void) { return MPI_BYTE; }
static inline MPI_Datatype ebm_mpi_float(void) { return MPI_FLOAT; }
static inline MPI_Datatype ebm_mpi_double(void) { return MPI_DOUBLE; }
static inline MPI_Datatype ebm_mpi_int64(void) { return MPI_INT64_T; }
static inline MPI_Datatype ebm_mpi_uint64(void) { return MPI_UINT64_T; }

static inline MPI_Op ebm_mpi_sum(void) { return MPI_SUM; }
static inline MPI_Op ebm_mpi_max(void) { return MPI_MAX; }
static inline MPI_Op ebm_mpi_min(void) { return MPI_MIN; }
static inline MPI_Op ebm_mpi_bit_or(void) { return MPI_BOR; }
