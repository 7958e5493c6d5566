import Glibc

/// The way out of a process: one line on stderr, whole, after what stdout still holds.
enum Console {
    static func report(_ line: String) {
        flush()
        write(line)
    }

    /// Without what stdout holds, which another thread may be writing.
    static func write(_ line: String) {
        var bytes = Array((line + "\n").utf8)[...]
        while !bytes.isEmpty {
            let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }

    static func flush() {
        fflush(nil)
    }
}
