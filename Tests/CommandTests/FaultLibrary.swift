import Foundation
import Glibc

/// A library that is loaded before the system's and lets calls on files fail: what file systems and signals do on bad days.
///
/// Built by the C compiler of the machine; nil where there is none.
struct FaultLibrary {
    private let path: String

    init?(in folder: Scratch) throws {
        path = folder.at("faults.so")
        try folder.write(Array(Self.source.utf8), to: "faults.c")
        let built = Program.runOther(["cc", "-shared", "-fPIC", "-O1", "-o", path, folder.at("faults.c"), "-ldl"], in: folder)
        guard built.exitCode == 0 else {
            print("no C compiler: calls of the system are not made to fail")
            return nil
        }
    }

    /// One kind of call that fails.
    struct Fault: Sendable {
        /// The call, or `any`.
        let call: String
        let code: Int32
        /// A part of the path that it works on; with `=` in front all of it.
        var path: String
        /// Whether only folders are meant.
        var isFolder = false
        /// The call that fails first, how many fail, and how many of them there are from one failure to the next.
        var (first, count, stride) = (1, 1, 1)
        /// The rank whose calls fail; nil: all.
        var rank: Int?
        /// What statvfs says is free, in place of a failure.
        var free: Int?

        init(_ call: String, _ code: Int32, _ path: String) { (self.call, self.code, self.path) = (call, code, path) }

        static let always = Int(Int32.max)
    }

    /// The variables under which a program meets the fault.
    func environment(_ fault: Fault) -> [String: String] {
        var variables = [
            "LD_PRELOAD": path, "FAULT_CALL": fault.call, "FAULT_ERRNO": "\(fault.code)", "FAULT_PATH": fault.path,
            "FAULT_FIRST": "\(fault.first)", "FAULT_COUNT": "\(fault.count)", "FAULT_STRIDE": "\(fault.stride)",
        ]
        if fault.isFolder { variables["FAULT_FOLDER"] = "1" }
        variables["FAULT_RANK"] = fault.rank.map(String.init)
        variables["FAULT_FREE"] = fault.free.map(String.init)
        return variables
    }

    private static let source = #"""
        #define _GNU_SOURCE
        #include <dirent.h>
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <stdarg.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/file.h>
        #include <sys/stat.h>
        #include <sys/statvfs.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        static long number(const char *name, long otherwise) {
            const char *text = getenv(name);
            return text ? atol(text) : otherwise;
        }

        /* Whether this call fails. */
        static int fails(const char *call, const char *path, int fd) {
            static long seen;
            const char *wanted = getenv("FAULT_CALL"), *part = getenv("FAULT_PATH"), *rank = getenv("FAULT_RANK");
            const char *own = getenv("OMPI_COMM_WORLD_RANK");
            char buffer[4096], link[64];
            int before = errno;
            if (!wanted || (strcmp(wanted, "any") && strcmp(wanted, call))) return 0;
            if (rank && (!own || strcmp(rank, own))) return 0;
            if (!path) {
                snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
                ssize_t count = syscall(SYS_readlink, link, buffer, sizeof buffer - 1);
                errno = before;
                if (count < 0) return 0;
                buffer[count] = 0;
                path = buffer;
            }
            if (part && part[0] == '=' ? strcmp(part + 1, path) != 0 : part && !strstr(path, part)) return 0;
            if (getenv("FAULT_FOLDER")) {
                struct stat status;
                int isFolder = syscall(SYS_newfstatat, AT_FDCWD, path, &status, 0) == 0 && S_ISDIR(status.st_mode);
                errno = before;
                if (!isFolder) return 0;
            }
            long index = __sync_add_and_fetch(&seen, 1) - number("FAULT_FIRST", 1);
            if (index < 0 || index % number("FAULT_STRIDE", 1) || index / number("FAULT_STRIDE", 1) >= number("FAULT_COUNT", 1)) return 0;
            errno = (int)number("FAULT_ERRNO", EIO);
            return 1;
        }

        #define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
        #define WRAP(type, name, call, parameters, arguments, path, fd, failed) \
            type name parameters { return fails(call, path, fd) ? failed : REAL(name) arguments; }

        #define OPEN(name) \
            int name(const char *path, int flags, ...) { \
                va_list list; \
                va_start(list, flags); \
                mode_t mode = va_arg(list, mode_t); \
                va_end(list); \
                return fails("open", path, -1) ? -1 : REAL(name)(path, flags, mode); \
            }
        OPEN(open)
        OPEN(open64)

        /* Linux closes the file whatever it answers. */
        int close(int fd) {
            int fault = fails("close", 0, fd), code = errno;
            int answer = REAL(close)(fd);
            if (!fault) return answer;
            errno = code;
            return -1;
        }

        WRAP(ssize_t, pread, "read", (int fd, void *to, size_t count, off_t at), (fd, to, count, at), 0, fd, -1)
        WRAP(ssize_t, pread64, "read", (int fd, void *to, size_t count, off64_t at), (fd, to, count, at), 0, fd, -1)
        WRAP(ssize_t, pwrite, "write", (int fd, const void *from, size_t count, off_t at), (fd, from, count, at), 0, fd, -1)
        WRAP(ssize_t, pwrite64, "write", (int fd, const void *from, size_t count, off64_t at), (fd, from, count, at), 0, fd, -1)
        WRAP(int, fsync, "fsync", (int fd), (fd), 0, fd, -1)
        WRAP(int, ftruncate, "ftruncate", (int fd, off_t size), (fd, size), 0, fd, -1)
        WRAP(int, ftruncate64, "ftruncate", (int fd, off64_t size), (fd, size), 0, fd, -1)
        WRAP(int, flock, "flock", (int fd, int operation), (fd, operation), 0, fd, -1)
        WRAP(int, fstat, "stat", (int fd, struct stat *to), (fd, to), 0, fd, -1)
        WRAP(int, stat, "stat", (const char *path, struct stat *to), (path, to), path, -1, -1)
        WRAP(int, lstat, "stat", (const char *path, struct stat *to), (path, to), path, -1, -1)
        WRAP(int, rename, "rename", (const char *path, const char *to), (path, to), path, -1, -1)
        WRAP(int, mkdir, "mkdir", (const char *path, mode_t mode), (path, mode), path, -1, -1)
        WRAP(int, unlink, "unlink", (const char *path), (path), path, -1, -1)
        WRAP(int, rmdir, "rmdir", (const char *path), (path), path, -1, -1)
        WRAP(DIR *, opendir, "opendir", (const char *path), (path), path, -1, 0)
        WRAP(struct dirent *, readdir, "readdir", (DIR *folder), (folder), 0, dirfd(folder), 0)

        int statvfs(const char *path, struct statvfs *to) {
            int fault = fails("statvfs", path, -1);
            if (fault && !getenv("FAULT_FREE")) return -1;
            int answer = REAL(statvfs)(path, to);
            if (fault) to->f_frsize = 1, to->f_bavail = number("FAULT_FREE", 0);
            return answer;
        }
        """#
}
