import CMPI
import Failures
import Files
import Foundation

/// The MPI library of this process: opened when a launcher has started it, and for the rest of its life.
///
/// None is linked. The launcher decides which one is opened, so one program runs under Open MPI, MPICH, Intel MPI and whatever else has one of the three
/// binary interfaces that CMPI knows; a process alone needs none.
public enum MPILibrary {
    /// The variable that names a library: a family (`openmpi`, `mpich`, `abi`) or a file.
    package static let variable = "EBM_DIST_MPI"

    /// The family of the library that is open.
    package static var family: MPIFamily? { MPIFamily(mpi.interface) }

    /// Name and version, for example `Open MPI v4.1.4`. May be asked before MPI is started.
    public static var version: String {
        guard family != nil else { return "none, one process" }
        var text = [UInt8](repeating: 0, count: 8192 + 1)
        var length: Int32 = 0
        let code = unsafe text.withUnsafeMutableBytes { bytes in
            unsafe mpi.get_library_version(bytes.assumingMemoryBound(to: CChar.self).baseAddress, &length)
        }
        guard code == 0, length > 0 else { return "unknown" }
        return shortened(String(decoding: text.prefix(Int(length)), as: UTF8.self))
    }

    /// Without what says nothing about behaviour: Open MPI goes on with package, build host and date after a comma, MPICH with lines about its build, and
    /// puts tabs between words.
    package static func shortened(_ text: String) -> String {
        let line = text.prefix { $0 != "," && !$0.isNewline && $0 != "\0" }
        return line.split { $0 == " " || $0 == "\t" }.joined(separator: " ").replacingOccurrences(of: "Version: ", with: "")
    }

    /// Opens the library that fits the launch. Once.
    static func open(for launch: LaunchEnvironment) throws(Failure) {
        let environment = ProcessInfo.processInfo.environment
        let candidates = try candidates(launch, environment: environment) { path in (try? FileSystem.kind(of: path)) != nil }
        var reasons: [String] = []
        for path in candidates {
            var reason = [UInt8](repeating: 0, count: 1024)
            let interface = unsafe reason.withUnsafeMutableBytes { bytes in
                unsafe ebm_mpi_open(path, bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count)
            }
            if interface != EBM_MPI_NONE { return }
            reasons.append(String(decoding: reason.prefix { $0 != 0 }, as: UTF8.self))
        }
        throw Failure(
            .launch,
            "a launcher started this process (\(launch.evidence.joined(separator: ", "))), but no MPI library can be opened: "
                + reasons.joined(separator: "; ")
                + ". Load the module of the MPI whose launcher it is, or name its library: \(variable)=/path/to/libmpi.so")
    }

    /// The files to try, in this order.
    ///
    /// Those that `EBM_DIST_MPI` names, and no others. Else, for each family from the likeliest on, the libraries beside the launcher in PATH (modules of a
    /// cluster may set no path of libraries), then those that the dynamic linker finds.
    package static func candidates(
        _ launch: LaunchEnvironment, environment: [String: String], exists: (String) -> Bool
    ) throws(Failure) -> [String] {
        var families = launch.families
        if let asked = environment[variable], !asked.isEmpty {
            if asked.contains("/") || asked.contains(".so") { return [asked] }
            guard let family = MPIFamily(rawValue: asked) else {
                let names = MPIFamily.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure(.usage, "\(variable): expected \(names) or the path of a library, found \"\(asked)\"")
            }
            families = [family]
        }
        let folders = launcherFolders(environment["PATH"] ?? "", exists: exists)
        return families.flatMap { family in
            let beside = folders.flatMap { folder in family.files.map { "\(folder)/\($0)" } }.filter(exists)
            return beside + family.files
        }
    }

    /// Where the libraries of the first mpirun, or mpiexec, in PATH may lie.
    private static func launcherFolders(_ path: String, exists: (String) -> Bool) -> [String] {
        let launchers = path.split(separator: ":").lazy.flatMap { folder in ["mpirun", "mpiexec"].map { "\(folder)/\($0)" } }
        guard let launcher = launchers.first(where: exists) else { return [] }
        let prefix = URL(fileURLWithPath: launcher).resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent().path
        return ["lib", "lib64", "lib/release"].map { "\(prefix)/\($0)" }
    }
}

/// The calls and constants of the library that is open. A communicator exists only once there is one.
var mpi: ebm_mpi_library { unsafe ebm_mpi().pointee }
