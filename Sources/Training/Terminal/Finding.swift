import Failures

/// A sentence about a run, and how good is what it says.
package struct Finding: Hashable, Sendable {
    package enum Level: String, CaseIterable, Comparable, Sendable {
        case good, look, bad

        package static func < (first: Level, second: Level) -> Bool {
            let order = [Level.good, .look, .bad]
            return (order.firstIndex(of: first) ?? 0) < (order.firstIndex(of: second) ?? 0)
        }
    }

    /// Of what was looked at.
    package let level: Level
    /// Of the run, for what was looked at: chains that mix badly ask for a look at a run that goes well.
    package let levelOfRun: Level
    /// What was found, and what to try where it is not good.
    package let text: String

    /// - Parameter levelOfRun: nil: the same.
    package init(_ level: Level, ofRun levelOfRun: Level? = nil, _ text: String) {
        (self.level, self.levelOfRun, self.text) = (level, levelOfRun ?? level, text)
    }

    /// With the level in front, in a column of one width.
    package var sentence: String { sentence(width: .max) }

    /// - Parameter width: columns of a line.
    package func sentence(width: Int) -> String { TextLayout.paragraph("\(level.rawValue):", text, indent: 6, width: width) }
}
