import Foundation
import Testing

/// A library that is loaded before the system's and lets calls of a process fail, or stops it at one: what file systems, signals and other programs do
/// on bad days.
///
/// `Tests/Harness/fault.c`, built by the C compiler that comes with Swift.
struct FaultLibrary {
    private let path: String

    init(in folder: Scratch) throws {
        path = folder.at("fault.so")
        let source = URL(fileURLWithPath: #filePath).appendingPathComponent("../../Harness/fault.c").standardized.path
        let built = Program.runOther(["clang", "-shared", "-fPIC", "-O1", "-o", path, source, "-ldl"], in: folder)
        try #require(built.exitCode == 0, "clang does not build \(source): \(built.summary)")
    }

    /// Calls of one kind that fail.
    struct Fault: Sendable {
        /// The kind of call, or `any`.
        let call: String
        let code: Int32
        /// A part of the path that it works on; with `=` in front all of it. nil: all calls.
        var path: String?
        /// Whether only folders are meant.
        var isFolder = false
        /// The call that fails first, how many fail, and how many of them there are from one failure to the next.
        var (first, count, stride) = (1, 1, 1)
        /// The rank whose calls fail; nil: all.
        var rank: Int?
        /// What statvfs says is free, in place of a failure.
        var free: Int?
        /// Whether the process stops before the call, in place of a failure.
        var stops = false

        init(_ call: String, _ code: Int32, _ path: String) { (self.call, self.code, self.path) = (call, code, path) }

        /// Where rank 1 stops: `MPI_Allreduce:20` before its 20th call, `open:part` before it opens a path that holds the part.
        init(stopping place: String) {
            let words = place.split(separator: ":", maxSplits: 1).map(String.init)
            (call, code, rank, stops) = (words[0], 0, 1, true)
            if let number = Int(words[1]) { first = number } else { path = words[1] }
        }

        static let always = Int(Int32.max)
    }

    /// The variables under which a program meets the fault.
    func environment(_ fault: Fault) -> [String: String] {
        var variables = [
            "LD_PRELOAD": path, "FAULT_CALL": fault.call, "FAULT_ERRNO": "\(fault.code)", "FAULT_FIRST": "\(fault.first)",
            "FAULT_COUNT": "\(fault.count)", "FAULT_STRIDE": "\(fault.stride)",
        ]
        if fault.isFolder { variables["FAULT_FOLDERS"] = "1" }
        if fault.stops { variables["FAULT_STOP"] = "1" }
        variables["FAULT_PATH"] = fault.path
        variables["FAULT_RANK"] = fault.rank.map(String.init)
        variables["FAULT_FREE"] = fault.free.map(String.init)
        return variables
    }
}
