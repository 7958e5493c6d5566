// A library to preload: stops one rank (SIGSTOP) where it makes a call, so that hangs can be made at every place.
//
//   STOP_RANK=1 STOP_AT=MPI_Allreduce:20   before its 20th call of MPI_Allreduce
//   STOP_RANK=1 STOP_AT=open:manifest      before it opens a file whose path holds "manifest"
//
// mpicc -shared -fPIC -o stop-at.so stop-at.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <mpi.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_chosen_rank(void) {
    const char *rank = getenv("PMIX_RANK"), *chosen = getenv("STOP_RANK");
    return rank && chosen && strcmp(rank, chosen) == 0;
}

// What stands after "call:" in STOP_AT; null for another call.
static const char *wanted(const char *call) {
    const char *place = getenv("STOP_AT");
    size_t length = strlen(call);
    return place && strncmp(place, call, length) == 0 && place[length] == ':' ? place + length + 1 : NULL;
}

static void stop(void) { kill(getpid(), SIGSTOP); }

static void note(const char *call, int *calls) {
    const char *number = wanted(call);
    if (number && is_chosen_rank() && ++*calls == atoi(number)) stop();
}

#define WRAP(name, parameters, arguments)      \
    int name parameters {                      \
        static int calls;                      \
        note(#name, &calls);                   \
        return P##name arguments;              \
    }

WRAP(MPI_Init_thread, (int *argc, char ***argv, int required, int *provided), (argc, argv, required, provided))
WRAP(MPI_Finalize, (void), ())
WRAP(MPI_Comm_dup, (MPI_Comm comm, MPI_Comm *new), (comm, new))
WRAP(MPI_Barrier, (MPI_Comm comm), (comm))
WRAP(MPI_Bcast, (void *buffer, int count, MPI_Datatype type, int root, MPI_Comm comm), (buffer, count, type, root, comm))
WRAP(MPI_Allreduce, (const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm), (from, to, count, type, op, comm))
WRAP(MPI_Iallreduce, (const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm, MPI_Request *request),
     (from, to, count, type, op, comm, request))
WRAP(MPI_Allgatherv,
     (const void *from, int sent, MPI_Datatype sending, void *to, const int *counts, const int *offsets, MPI_Datatype type, MPI_Comm comm),
     (from, sent, sending, to, counts, offsets, type, comm))
WRAP(MPI_Waitall, (int count, MPI_Request *requests, MPI_Status *statuses), (count, requests, statuses))

static void look(const char *path) {
    const char *part = wanted("open");
    if (part && path && strstr(path, part) && is_chosen_rank()) stop();
}

#define WRAP_OPEN(name)                                                   \
    int name(const char *path, int flags, ...) {                          \
        static int (*real)(const char *, int, ...);                       \
        if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \
        va_list list;                                                     \
        va_start(list, flags);                                            \
        int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, int) : 0; \
        va_end(list);                                                     \
        look(path);                                                       \
        return real(path, flags, mode);                                   \
    }

WRAP_OPEN(open)
WRAP_OPEN(open64)
