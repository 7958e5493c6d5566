/// An error for the person at the terminal: what went wrong, where, what was expected and found, and the exit code it ends with.
public struct Failure: Error, Hashable, Codable, Sendable, CustomStringConvertible {
    /// The kind of a failure; its raw value is the exit code of the program.
    public enum Kind: Int32, Codable, Sendable, CaseIterable {
        /// The command line: unknown command, option or a missing argument.
        case usage = 64
        /// Data that cannot be used: damaged, foreign or truncated files, NaN.
        case data = 65
        /// A file that does not exist or cannot be opened for reading.
        case missingInput = 66
        /// A launch that went wrong: singletons, more ranks than shards, ranks that disagree.
        case launch = 69
        /// A defect of the program.
        case software = 70
        /// Training diverged or produced a value that is not finite.
        case numerical = 71
        /// The run folder belongs to another configuration, or another job uses it.
        case runFolder = 73
        /// Writing or reading failed: disk full, permission, hardware.
        case inputOutput = 74
        /// Stopped on request after a checkpoint; start the same command again to continue.
        case requeue = 75
        /// No progress within the allowed time.
        case watchdog = 76
        /// A checkpoint that is damaged.
        case checkpoint = 77
        /// A configuration key or value that cannot be used.
        case configuration = 78

        /// For the manual.
        public var meaning: String {
            switch self {
            case .usage: "the command line: unknown command or option, missing argument"
            case .data: "data that cannot be used: damaged, foreign or truncated file, NaN"
            case .missingInput: "a file that does not exist or cannot be opened"
            case .launch: "the launch: ranks that do not belong together, more ranks than shards"
            case .software: "a defect of the program"
            case .numerical: "training diverged, or a value was not finite"
            case .runFolder: "the run folder belongs to another configuration, or another job uses it"
            case .inputOutput: "writing or reading failed: disk full, permission, hardware"
            case .requeue: "stopped on request after a checkpoint; the same command continues"
            case .watchdog: "a rank stopped or stood still for a minute"
            case .checkpoint: "a damaged checkpoint"
            case .configuration: "a configuration key or value that cannot be used"
            }
        }
    }

    public let kind: Kind
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var exitCode: Int32 { kind.rawValue }
    public var description: String { message }
}
