import Foundation
import Glibc

/// How wide lines may be where they are read.
public struct TextWidth: Hashable, Sendable {
    /// Columns of the terminal; nil where nobody says that there is one: for a file, a pipe, and for ranks, to which mpirun gives a terminal without a size.
    public let columns: Int?

    /// Sentences of longer lines are hard to read, however wide the terminal.
    private static let widestProse = 118
    /// Columns of which something can still be made.
    private static let least = 24

    public init(columns: Int?) { self.columns = columns.map { max(Self.least, $0) } }

    /// Of paragraphs.
    public var prose: Int { min(columns ?? .max, Self.widestProse) }
    /// Of tables and sentences that programs may read too: they stay whole where there is no terminal.
    public var lines: Int { columns ?? .max }

    /// Of what is written to a descriptor: the variable `COLUMNS` if it is a number, as POSIX has it, else what the terminal says.
    public static func of(_ descriptor: Int32) -> TextWidth {
        let wanted = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 0
        if wanted > 0 { return TextWidth(columns: wanted) }
        let columns = columns(ofTerminal: descriptor)
        return TextWidth(columns: columns > 0 ? columns : nil)
    }

    /// Of the standard output, now: a window may be drawn larger and smaller.
    public static var output: TextWidth { of(STDOUT_FILENO) }

    /// The columns that the terminal behind a descriptor says that it has; 0 where there is none, or none that somebody looks at: mpirun gives each rank one
    /// without a size, whatever its own output is.
    package static func columns(ofTerminal descriptor: Int32) -> Int {
        var size = winsize()
        return unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
    }
}
