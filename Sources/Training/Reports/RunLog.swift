import Failures
import Foundation

/// What is made of the lines of a log: all of them, or no more than somebody needs.
package protocol LogContent: Sendable {
    /// Of no lines.
    init()

    /// Takes the next line; one that another version wrote, or that a crash cut short, says nothing.
    mutating func add(_ line: String)
}

/// A log of a run that is read as it grows.
package struct RunLog<Content: LogContent> {
    package private(set) var content = Content()
    private var follower: LineFollower

    package init(_ path: String) { follower = LineFollower(path) }

    /// Reads what is new; all of it anew where lines were taken back.
    package mutating func read() throws(Failure) {
        let (new, startsAnew) = try follower.lines()
        if startsAnew { content = Content() }
        for line in new { content.add(line) }
    }
}

/// All lines of a log, as values.
package struct DecodedLines<Line: Decodable & Sendable>: LogContent {
    package private(set) var lines: [Line] = []

    package init() {}

    package mutating func add(_ line: String) {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        if let line = try? decoder.decode(Line.self, from: Foundation.Data(line.utf8)) { lines.append(line) }
    }
}
