/// When a line about progress is due: by time, not by steps.
package struct ProgressSchedule: Sendable {
    /// Seconds from the start to the first line, and from a line to the next at most.
    let (first, longest): (Double, Double)
    private var last: Double?

    /// Lines that stay: the first after two seconds, then twice as late, then every ten seconds.
    package static let lines = ProgressSchedule(first: 2, longest: 10)
    /// A line that is drawn again in its place.
    package static let redrawn = ProgressSchedule(first: 0.25, longest: 0.25)

    private init(first: Double, longest: Double) { (self.first, self.longest) = (first, longest) }

    /// Whether a line is due so many seconds after the start; one that is counts as said.
    package mutating func isDue(at seconds: Double) -> Bool {
        let interval = max(first, min(longest, last ?? first))
        guard seconds - (last ?? 0) >= interval else { return false }
        last = seconds
        return true
    }
}
