import Configuration
import Failures
import Formats
import Training

/// The configuration that a command line asks for: `[CONFIG] [key=value ...]`.
struct ConfigurationSource {
    let file: String?
    let assignments: [String]

    init(_ arguments: Arguments) throws(Failure) {
        let files = arguments.positional.filter { !Self.isAssignment($0) }
        if let wrong = files.lazy.compactMap({ WrongWord.configuration($0, arguments.command) }).first { throw wrong }
        guard files.count <= 1 else {
            throw Failure(.usage, "\(arguments.command): expected one configuration file, found \(files.joined(separator: ", "))")
        }
        file = files.first
        assignments = arguments.positional.filter(Self.isAssignment)
    }

    /// A path may hold "=" too: keys hold no "/".
    private static func isAssignment(_ argument: String) -> Bool {
        argument.firstIndex(of: "=").map { !argument[..<$0].contains("/") } ?? false
    }

    /// The same with further assignments.
    func adding(_ more: [String]) -> ConfigurationSource { ConfigurationSource(file: file, assignments: assignments + more) }

    private init(file: String?, assignments: [String]) { (self.file, self.assignments) = (file, assignments) }

    /// Reads the file and puts defaults, what the data choose, file and assignments together.
    /// - Parameter folder: of the run that is asked for; nil: that of its name.
    func resolved(for folder: String? = nil) throws(Failure) -> ChosenConfiguration {
        let bytes = try file.map { (path) throws(Failure) in try FileBytes.read(path, limit: 1 << 20) }
        return try ChosenConfiguration.resolve(file: bytes, name: file ?? "configuration", arguments: assignments) {
            RunFolder(folder ?? RunFolder.standard($0)).earlierStarts
        }
    }
}
