#pragma once

// The calls of MPI that the program makes, each once: everything else about them is made from this list.
//
//   CALL(name here, name in MPI, parameters here, types in the library, arguments of the library)
//
// H is the type of the library's handles, IN(h) a handle as the library knows it, OUT(h) where the library writes one, and STATUS what it takes for a
// status that nobody wants.
#define EBM_MPI_CALLS(CALL)                                                                                                                 \
    CALL(init_thread, MPI_Init_thread, (int level, int *provided), (int *, char ***, int, int *), (NULL, NULL, level, provided))             \
    CALL(finalize, MPI_Finalize, (void), (void), ())                                                                                        \
    CALL(abort, MPI_Abort, (ebm_comm comm, int code), (H, int), (IN(comm), code))                                                           \
    CALL(error_string, MPI_Error_string, (int code, char *text, int *length), (int, char *, int *), (code, text, length))                   \
    CALL(get_library_version, MPI_Get_library_version, (char *text, int *length), (char *, int *), (text, length))                          \
                                                                                                                                            \
    CALL(comm_size, MPI_Comm_size, (ebm_comm comm, int *size), (H, int *), (IN(comm), size))                                                \
    CALL(comm_rank, MPI_Comm_rank, (ebm_comm comm, int *rank), (H, int *), (IN(comm), rank))                                                \
    CALL(comm_dup, MPI_Comm_dup, (ebm_comm comm, ebm_comm *made), (H, H *), (IN(comm), OUT(made)))                                          \
    CALL(comm_split, MPI_Comm_split, (ebm_comm comm, int color, int key, ebm_comm *made), (H, int, int, H *),                               \
         (IN(comm), color, key, OUT(made)))                                                                                                 \
    CALL(comm_split_shared, MPI_Comm_split_type, (ebm_comm comm, int key, ebm_comm *made), (H, int, int, H, H *),                           \
         (IN(comm), SHARED, key, IN(NO_INFO), OUT(made)))                                                                                   \
    CALL(comm_return_errors, MPI_Comm_set_errhandler, (ebm_comm comm), (H, H), (IN(comm), IN(RETURN_ERRORS)))                               \
    CALL(comm_free, MPI_Comm_free, (ebm_comm *comm), (H *), (OUT(comm)))                                                                    \
                                                                                                                                            \
    CALL(barrier, MPI_Barrier, (ebm_comm comm), (H), (IN(comm)))                                                                            \
    CALL(bcast, MPI_Bcast, (void *data, int count, ebm_datatype type, int root, ebm_comm comm), (void *, int, H, int, H),                   \
         (data, count, IN(type), root, IN(comm)))                                                                                           \
    CALL(allreduce_in_place, MPI_Allreduce, (void *data, int count, ebm_datatype type, ebm_op op, ebm_comm comm),                           \
         (const void *, void *, int, H, H, H), (IN_PLACE, data, count, IN(type), IN(op), IN(comm)))                                         \
    CALL(iallreduce_in_place, MPI_Iallreduce,                                                                                               \
         (void *data, int count, ebm_datatype type, ebm_op op, ebm_comm comm, ebm_request *request),                                        \
         (const void *, void *, int, H, H, H, H *), (IN_PLACE, data, count, IN(type), IN(op), IN(comm), OUT(request)))                      \
    CALL(reduce_scatter_in_place, MPI_Reduce_scatter, (void *data, const int *counts, ebm_datatype type, ebm_op op, ebm_comm comm),         \
         (const void *, void *, const int *, H, H, H), (IN_PLACE, data, counts, IN(type), IN(op), IN(comm)))                                \
    CALL(allgather, MPI_Allgather, (const void *mine, int count, ebm_datatype type, void *all, ebm_comm comm),                              \
         (const void *, int, H, void *, int, H, H), (mine, count, IN(type), all, count, IN(type), IN(comm)))                                \
    CALL(allgatherv_in_place, MPI_Allgatherv, (void *all, const int *counts, const int *places, ebm_datatype type, ebm_comm comm),          \
         (const void *, int, H, void *, const int *, const int *, H, H),                                                                    \
         (IN_PLACE, 0, IN(type), all, counts, places, IN(type), IN(comm)))                                                                  \
                                                                                                                                            \
    CALL(isend, MPI_Isend, (const void *data, int count, ebm_datatype type, int to, int tag, ebm_comm comm, ebm_request *request),          \
         (const void *, int, H, int, int, H, H *), (data, count, IN(type), to, tag, IN(comm), OUT(request)))                                \
    CALL(irecv, MPI_Irecv, (void *data, int count, ebm_datatype type, int from, int tag, ebm_comm comm, ebm_request *request),              \
         (void *, int, H, int, int, H, H *), (data, count, IN(type), from, tag, IN(comm), OUT(request)))                                    \
    CALL(wait, MPI_Wait, (ebm_request *request), (H *, void *), (OUT(request), STATUS))                                                     \
    CALL(test, MPI_Test, (ebm_request *request, int *done), (H *, int *, void *), (OUT(request), done, STATUS))                             \
                                                                                                                                            \
    CALL(t_init_thread, MPI_T_init_thread, (int level, int *provided), (int, int *), (level, provided))                                     \
    CALL(t_finalize, MPI_T_finalize, (void), (void), ())                                                                                    \
    CALL(t_cvar_get_index, MPI_T_cvar_get_index, (const char *name, int *index), (const char *, int *), (name, index))                      \
    CALL(t_cvar_handle_alloc, MPI_T_cvar_handle_alloc, (int index, void **handle, int *count), (int, void *, void **, int *),               \
         (index, NULL, handle, count))                                                                                                      \
    CALL(t_cvar_handle_free, MPI_T_cvar_handle_free, (void **handle), (void **), (handle))                                                  \
    CALL(t_cvar_read, MPI_T_cvar_read, (void *handle, void *value), (void *, void *), (handle, value))
