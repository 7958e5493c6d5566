import Glibc

/// Memory of this process.
enum ProcessMemory {
    /// The most memory that was resident since the start, in MiB.
    static var peakMebibytes: Double {
        var usage = rusage()
        unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1024
    }
}
