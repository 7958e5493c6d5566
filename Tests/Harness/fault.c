// Makes calls of one process fail, or stops the process at one: a library to preload, for Tests/Harness and Tests/CommandTests.
//
//   FAULT_CALL=write      the calls that are meant, by the name of their kind (below); `any`: every call on files
//   FAULT_PATH=part       those whose path, or whose descriptor's path, holds the part; =path: is that path
//   FAULT_FOLDERS=1       those on folders
//   FAULT_FROM=part       not before a call, of whatever kind, whose path holds the part
//   FAULT_RANK=1          in the process of this rank; without it in every process
//   FAULT_FIRST=3         the third of the calls that are meant (default: the first) ...
//   FAULT_COUNT=2         ... and so many of them (default: 1) ...
//   FAULT_STRIDE=2        ... this far apart (default: 1)
//   FAULT_ERRNO=5         how they fail
//   FAULT_FREE=1000       statvfs does not fail, but says that so many bytes are free
//   FAULT_STOP=1          they do not fail: before the call the process stops (SIGSTOP)
//   FAULT_LOG=file        gets a line for each call on files that is meant, or without FAULT_CALL for all: its kind and its path
//
// Kinds: open, close, read, write, stat, fsync, ftruncate, flock, statvfs, access, mkdir, rmdir, unlink, rename, opendir, readdir, closedir, and
// the names of the calls of MPI.
//
// clang -O1 -shared -fPIC -o fault.so fault.c -ldl
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static int active, folders, stops, code, armed, log_descriptor = -1;
static long first, count, stride, seen;
static const char *call, *part, *from;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static long number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

__attribute__((constructor)) static void begin(void) {
    // mpirun, which is preloaded with this as well, has no rank.
    const char *rank = getenv("PMIX_RANK") ? getenv("PMIX_RANK") : getenv("PMI_RANK");
    const char *chosen = getenv("FAULT_RANK"), *log = getenv("FAULT_LOG");
    if (chosen && (!rank || strcmp(rank, chosen) != 0)) return;
    (call = getenv("FAULT_CALL")), (part = getenv("FAULT_PATH")), (from = getenv("FAULT_FROM"));
    folders = getenv("FAULT_FOLDERS") != NULL;
    stops = getenv("FAULT_STOP") != NULL;
    armed = !from;
    code = (int)number("FAULT_ERRNO", EIO);
    (first = number("FAULT_FIRST", 1)), (count = number("FAULT_COUNT", 1)), (stride = number("FAULT_STRIDE", 1));
    if (log) log_descriptor = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    active = call || log;
}

// Whether a path is one that is meant.
static int is_meant(const char *path) {
    if (part && part[0] == '=' ? strcmp(part + 1, path) != 0 : part && !strstr(path, part)) return 0;
    struct stat status;
    return !folders || (syscall(SYS_newfstatat, AT_FDCWD, path, &status, 0) == 0 && S_ISDIR(status.st_mode));
}

// Whether this call fails. `path` may be null, for a call on a descriptor, and is relative to the descriptor where it is both.
static int fails(const char *kind, const char *path, int descriptor) {
    if (!active || (descriptor >= 0 && descriptor == log_descriptor)) return 0;
    int before = errno, failed = 0;
    int is_file = strncmp(kind, "MPI_", 4) != 0, is_chosen = !call || strcmp(call, kind) == 0 || (is_file && strcmp(call, "any") == 0);
    char whole[2 * PATH_MAX] = "", link[64];
    if (is_file && (!path || (path[0] != '/' && descriptor >= 0))) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
        ssize_t length = syscall(SYS_readlink, link, whole, PATH_MAX - 1);
        if (length < 0) length = 0;
        if (path) snprintf(whole + length, sizeof whole - (size_t)length, "/%s", path);
        path = whole;
    }
    pthread_mutex_lock(&mutex);
    if (!armed && is_file && strstr(path, from)) armed = 1;
    if (armed && is_chosen && (!is_file || is_meant(path))) {
        if (log_descriptor >= 0 && is_file) {
            char line[2 * PATH_MAX + 64];
            int length = snprintf(line, sizeof line, "%s %s\n", kind, path);
            if (length > 0) syscall(SYS_write, log_descriptor, line, (size_t)length);
        }
        long index = ++seen - first;
        failed = call && index >= 0 && index % stride == 0 && index / stride < count;
    }
    pthread_mutex_unlock(&mutex);
    if (failed && stops) {
        kill(getpid(), SIGSTOP);
        failed = 0;
    }
    errno = failed ? code : before;
    return failed;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRAP(type, name, kind, parameters, arguments, path, descriptor, failed) \
    type name parameters { return fails(kind, path, descriptor) ? failed : REAL(name) arguments; }

// Calls with a mode where they make a file.
#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { \
        va_list list; \
        va_start(list, flags); \
        mode = va_arg(list, mode_t); \
        va_end(list); \
    }
#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        MODE(flags) \
        return fails("open", path, -1) ? -1 : REAL(name)(path, flags, mode); \
    }
#define OPENAT(name) \
    int name(int at, const char *path, int flags, ...) { \
        MODE(flags) \
        return fails("open", path, at) ? -1 : REAL(name)(at, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

// Linux closes the file whatever it answers.
#define CLOSE(name, type, descriptor) \
    int name(type file) { \
        int failed = fails(#name, NULL, descriptor), reason = errno; \
        int answer = REAL(name)(file); \
        if (!failed) return answer; \
        errno = reason; \
        return -1; \
    }
CLOSE(close, int, file)
CLOSE(closedir, DIR *, dirfd(file))

WRAP(ssize_t, read, "read", (int file, void *to, size_t size), (file, to, size), NULL, file, -1)
WRAP(ssize_t, pread, "read", (int file, void *to, size_t size, off_t at), (file, to, size, at), NULL, file, -1)
WRAP(ssize_t, pread64, "read", (int file, void *to, size_t size, off64_t at), (file, to, size, at), NULL, file, -1)
WRAP(ssize_t, write, "write", (int file, const void *bytes, size_t size), (file, bytes, size), NULL, file, -1)
WRAP(ssize_t, pwrite, "write", (int file, const void *bytes, size_t size, off_t at), (file, bytes, size, at), NULL, file, -1)
WRAP(ssize_t, pwrite64, "write", (int file, const void *bytes, size_t size, off64_t at), (file, bytes, size, at), NULL, file, -1)
WRAP(int, fsync, "fsync", (int file), (file), NULL, file, -1)
WRAP(int, fdatasync, "fsync", (int file), (file), NULL, file, -1)
WRAP(int, ftruncate, "ftruncate", (int file, off_t size), (file, size), NULL, file, -1)
WRAP(int, ftruncate64, "ftruncate", (int file, off64_t size), (file, size), NULL, file, -1)
WRAP(int, flock, "flock", (int file, int operation), (file, operation), NULL, file, -1)
WRAP(int, fstat, "stat", (int file, struct stat *to), (file, to), NULL, file, -1)
WRAP(int, fstat64, "stat", (int file, struct stat64 *to), (file, to), NULL, file, -1)
WRAP(int, fstatat, "stat", (int at, const char *path, struct stat *to, int flags), (at, path, to, flags), path, at, -1)
WRAP(int, stat, "stat", (const char *path, struct stat *to), (path, to), path, -1, -1)
WRAP(int, stat64, "stat", (const char *path, struct stat64 *to), (path, to), path, -1, -1)
WRAP(int, lstat, "stat", (const char *path, struct stat *to), (path, to), path, -1, -1)
WRAP(int, lstat64, "stat", (const char *path, struct stat64 *to), (path, to), path, -1, -1)
WRAP(int, access, "access", (const char *path, int mode), (path, mode), path, -1, -1)
WRAP(int, mkdir, "mkdir", (const char *path, mode_t mode), (path, mode), path, -1, -1)
WRAP(int, mkdirat, "mkdir", (int at, const char *path, mode_t mode), (at, path, mode), path, at, -1)
WRAP(int, rmdir, "rmdir", (const char *path), (path), path, -1, -1)
WRAP(int, unlink, "unlink", (const char *path), (path), path, -1, -1)
WRAP(int, unlinkat, flags & AT_REMOVEDIR ? "rmdir" : "unlink", (int at, const char *path, int flags), (at, path, flags), path, at, -1)
WRAP(int, rename, "rename", (const char *path, const char *to), (path, to), path, -1, -1)
WRAP(DIR *, opendir, "opendir", (const char *path), (path), path, -1, NULL)
WRAP(struct dirent *, readdir, "readdir", (DIR *folder), (folder), NULL, dirfd(folder), NULL)
WRAP(struct dirent64 *, readdir64, "readdir", (DIR *folder), (folder), NULL, dirfd(folder), NULL)

int statvfs(const char *path, struct statvfs *to) {
    int failed = fails("statvfs", path, -1);
    if (failed && !getenv("FAULT_FREE")) return -1;
    int answer = REAL(statvfs)(path, to);
    if (failed) (to->f_frsize = 1), (to->f_bavail = (fsblkcnt_t)number("FAULT_FREE", 0));
    return answer;
}

// Calls of MPI do not fail; a process stops before them. A handle is a pointer in Open MPI and a number in MPICH: either is handed on in its register.
typedef void *MPI_Comm, *MPI_Datatype, *MPI_Op, *MPI_Request, *MPI_Status;
#define MPI(name, parameters, arguments) \
    int name parameters { \
        (void)fails(#name, NULL, -1); \
        return REAL(name) arguments; \
    }
MPI(MPI_Init_thread, (int *argc, char ***argv, int required, int *provided), (argc, argv, required, provided))
MPI(MPI_Finalize, (void), ())
MPI(MPI_Comm_dup, (MPI_Comm comm, MPI_Comm *copy), (comm, copy))
MPI(MPI_Barrier, (MPI_Comm comm), (comm))
MPI(MPI_Bcast, (void *buffer, int size, MPI_Datatype type, int root, MPI_Comm comm), (buffer, size, type, root, comm))
MPI(MPI_Allreduce, (const void *from, void *to, int size, MPI_Datatype type, MPI_Op op, MPI_Comm comm), (from, to, size, type, op, comm))
MPI(MPI_Reduce_scatter, (const void *from, void *to, const int *sizes, MPI_Datatype type, MPI_Op op, MPI_Comm comm), (from, to, sizes, type, op, comm))
MPI(MPI_Iallreduce, (const void *from, void *to, int size, MPI_Datatype type, MPI_Op op, MPI_Comm comm, MPI_Request *request),
    (from, to, size, type, op, comm, request))
MPI(MPI_Allgatherv,
    (const void *from, int sent, MPI_Datatype sending, void *to, const int *sizes, const int *offsets, MPI_Datatype type, MPI_Comm comm),
    (from, sent, sending, to, sizes, offsets, type, comm))
MPI(MPI_Wait, (MPI_Request *request, MPI_Status *status), (request, status))
