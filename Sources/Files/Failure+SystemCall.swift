import Failures
import Glibc

extension Failure {
    /// A call of the system that failed, for the person at the terminal: the path, what was done, the system's words, what to do.
    ///
    /// - Parameters:
    ///   - isReading: whether the file is input, so that its absence, or a lack of permission, is `.missingInput`; else `.inputOutput`.
    ///   - fix: what to do where nothing is known that fits the error better.
    public init(_ error: SystemCallError, isReading: Bool = false, fix: String = "") {
        let isMissing = isReading && [.absent, .denied].contains(error.meaning)
        let advice = Self.advice(error)
        self.init(
            isMissing ? .missingInput : .inputOutput,
            "\(error.path): \(error.call.action) failed: \(error.reason).\([advice, fix].filter { !$0.isEmpty }.map { " " + $0 }.joined())")
    }

    private static func advice(_ error: SystemCallError) -> String {
        switch error.meaning {
        case .absent: "Check the spelling of the path."
        case .denied: "Check the permissions of the file and of its folder."
        case .full: room(error) + "Free some space, or choose another folder."
        default: ""
        }
    }

    /// What is needed and what there is, as far as it is known.
    private static func room(_ error: SystemCallError) -> String {
        let needed = error.needed.map { "\($0) bytes are needed. " } ?? ""
        if error.code == EFBIG { return needed + "A file may have \(FileSystem.greatestFile) bytes here (ulimit -f). " }
        guard let free = FileSystem.freeBytes(at: FileSystem.folder(of: error.path)) else { return needed }
        return needed + "\(free) bytes are free there\(error.code == EDQUOT ? ", beside the quota" : ""). "
    }

    /// Something else than a regular file stands where one is expected.
    ///
    /// - Parameter kind: `.data` where the file is input.
    public static func notAFile(_ path: String, _ found: FileKind, kind: Failure.Kind) -> Failure {
        Failure(kind, "\(path): expected a regular file, found \(found.rawValue). Give the path of a file, or take it away.")
    }
}
