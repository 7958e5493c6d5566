// Makes one call of the C library fail, for Tests/Harness/faults: preloaded into the program.
//
// A call counts when it concerns a path below FAULT_FOLDER, or a descriptor that was opened there, in the process whose rank is FAULT_RANK. Counting
// begins with the first call that names FAULT_START. The call number FAULT_CALL (from 1) fails with FAULT_ERRNO; with FAULT_LASTING all later calls of
// the same function do too. FAULT_LOG gets the name of each call that counted, a line each.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char *folder, *start;
static int wanted, code, lasting, armed, count, active, log_descriptor = -1;
static const char *failing;
static unsigned char own[65536];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

#define NEXT(name) \
    static __typeof__(&name) next; \
    if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *rank = getenv("OMPI_COMM_WORLD_RANK"), *chosen = getenv("FAULT_RANK"), *log = getenv("FAULT_LOG");
    folder = getenv("FAULT_FOLDER");
    start = getenv("FAULT_START");
    if (!folder || strcmp(rank ? rank : "0", chosen ? chosen : "0") != 0) return;
    // mpirun is preloaded with this as well and has no rank; FAULT_MPI tells the two apart.
    if (getenv("FAULT_MPI") && !rank) return;
    wanted = getenv("FAULT_CALL") ? atoi(getenv("FAULT_CALL")) : 0;
    code = getenv("FAULT_ERRNO") ? atoi(getenv("FAULT_ERRNO")) : 0;
    lasting = getenv("FAULT_LASTING") != NULL;
    armed = !start || !*start;
    NEXT(open);
    if (log) log_descriptor = next(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    active = 1;
}

// Whether this call is to fail.
static int fails(const char *name, int concerns, const char *path) {
    if (!active || !concerns) return 0;
    pthread_mutex_lock(&mutex);
    if (!armed && path && strstr(path, start)) armed = 1;
    int failed = 0;
    if (armed) {
        count++;
        if (count == wanted) failing = name;
        failed = wanted && (count == wanted || (lasting && count > wanted && failing && strcmp(failing, name) == 0));
        if (log_descriptor >= 0) {
            char line[PATH_MAX + 64];
            int length = snprintf(line, sizeof line, "%s %s\n", name, path ? path : "-");
            if (length > 0) (void)!write(log_descriptor, line, (size_t)length);
        }
    }
    pthread_mutex_unlock(&mutex);
    if (failed) errno = code;
    return failed;
}

static int below(const char *path) { return active && path && strstr(path, folder) != NULL; }
static int is_own(int descriptor) { return active && descriptor >= 0 && descriptor < 65536 && own[descriptor]; }
static int note(int descriptor, int concerns) {
    if (active && descriptor >= 0 && descriptor < 65536) own[descriptor] = (unsigned char)concerns;
    return descriptor;
}

static int below_at(int at, const char *path) { return below(path) || (path && path[0] != '/' && is_own(at)); }

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
        NEXT(name); \
        MODE(flags) \
        int concerns = below(path); \
        if (fails("open", concerns, path)) return -1; \
        return note(next(path, flags, mode), concerns); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
    int name(int at, const char *path, int flags, ...) { \
        NEXT(name); \
        MODE(flags) \
        int concerns = below_at(at, path); \
        if (fails("openat", concerns, path)) return -1; \
        return note(next(at, path, flags, mode), concerns); \
    }
OPENAT(openat)
OPENAT(openat64)

// A failing close has closed all the same.
int close(int descriptor) {
    NEXT(close);
    int failed = descriptor != log_descriptor && fails("close", is_own(descriptor), NULL);
    note(descriptor, 0);
    int result = next(descriptor);
    if (failed) errno = code;
    return failed ? -1 : result;
}

#define DESCRIPTOR(type, name, parameters, arguments) \
    type name parameters { \
        NEXT(name); \
        if (descriptor != log_descriptor && fails(#name, is_own(descriptor), NULL)) return -1; \
        return next arguments; \
    }
DESCRIPTOR(ssize_t, write, (int descriptor, const void *bytes, size_t size), (descriptor, bytes, size))
DESCRIPTOR(ssize_t, read, (int descriptor, void *bytes, size_t size), (descriptor, bytes, size))
DESCRIPTOR(ssize_t, pwrite, (int descriptor, const void *bytes, size_t size, off_t offset), (descriptor, bytes, size, offset))
DESCRIPTOR(ssize_t, pwrite64, (int descriptor, const void *bytes, size_t size, off64_t offset), (descriptor, bytes, size, offset))
DESCRIPTOR(ssize_t, pread, (int descriptor, void *bytes, size_t size, off_t offset), (descriptor, bytes, size, offset))
DESCRIPTOR(ssize_t, pread64, (int descriptor, void *bytes, size_t size, off64_t offset), (descriptor, bytes, size, offset))
DESCRIPTOR(int, fsync, (int descriptor), (descriptor))
DESCRIPTOR(int, fdatasync, (int descriptor), (descriptor))
DESCRIPTOR(int, ftruncate, (int descriptor, off_t size), (descriptor, size))
DESCRIPTOR(int, ftruncate64, (int descriptor, off64_t size), (descriptor, size))
DESCRIPTOR(int, fstat, (int descriptor, struct stat *status), (descriptor, status))
DESCRIPTOR(int, fstat64, (int descriptor, struct stat64 *status), (descriptor, status))
DESCRIPTOR(int, flock, (int descriptor, int operation), (descriptor, operation))

#define PATH(type, name, parameters, arguments) \
    type name parameters { \
        NEXT(name); \
        if (fails(#name, below(path), path)) return -1; \
        return next arguments; \
    }
PATH(int, stat, (const char *path, struct stat *status), (path, status))
PATH(int, stat64, (const char *path, struct stat64 *status), (path, status))
PATH(int, lstat, (const char *path, struct stat *status), (path, status))
PATH(int, lstat64, (const char *path, struct stat64 *status), (path, status))
PATH(int, statvfs, (const char *path, struct statvfs *status), (path, status))
PATH(int, access, (const char *path, int mode), (path, mode))
PATH(int, mkdir, (const char *path, mode_t mode), (path, mode))
PATH(int, rmdir, (const char *path), (path))
PATH(int, unlink, (const char *path), (path))
PATH(int, rename, (const char *path, const char *target), (path, target))

int fstatat(int at, const char *path, struct stat *status, int flags) {
    NEXT(fstatat);
    if (fails("fstatat", below_at(at, path), path)) return -1;
    return next(at, path, status, flags);
}

int unlinkat(int at, const char *path, int flags) {
    NEXT(unlinkat);
    if (fails("unlinkat", below_at(at, path), path)) return -1;
    return next(at, path, flags);
}

int mkdirat(int at, const char *path, mode_t mode) {
    NEXT(mkdirat);
    if (fails("mkdirat", below_at(at, path), path)) return -1;
    return next(at, path, mode);
}

DIR *opendir(const char *path) {
    NEXT(opendir);
    if (fails("opendir", below(path), path)) return NULL;
    DIR *stream = next(path);
    if (stream) note(dirfd(stream), below(path));
    return stream;
}

struct dirent *readdir(DIR *stream) {
    NEXT(readdir);
    if (fails("readdir", is_own(dirfd(stream)), NULL)) return NULL;
    return next(stream);
}

struct dirent64 *readdir64(DIR *stream) {
    NEXT(readdir64);
    if (fails("readdir", is_own(dirfd(stream)), NULL)) return NULL;
    return next(stream);
}

int closedir(DIR *stream) {
    NEXT(closedir);
    int descriptor = dirfd(stream);
    int failed = fails("closedir", is_own(descriptor), NULL);
    note(descriptor, 0);
    int result = next(stream);
    if (failed) errno = code;
    return failed ? -1 : result;
}
