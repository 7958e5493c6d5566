import Failures

/// How long a job may stand still: a minute, and longer where an `Expectation` says why.
package struct WatchdogLimit: Hashable {
    /// Another number of seconds for the minute: fewer for tests, more for machines on which a minute is nothing.
    package static let variable = "EBM_DIST_WATCHDOG_SECONDS"
    private static let accepted = 1.0...1e6

    /// Seconds for the minute.
    package let seconds: Double

    /// - Throws: `.usage` when the variable holds something else than seconds.
    package init(environment: [String: String]) throws(Failure) {
        guard let text = environment[Self.variable] else {
            seconds = Expectation.minute
            return
        }
        guard let seconds = Double(text), Self.accepted.contains(seconds) else {
            throw Failure(
                .usage, "\(Self.variable): expected 1 to 1000000 seconds in which a job may stand still, found \"\(text)\". Without it: 60."
            )
        }
        self.seconds = seconds
    }

    /// Seconds for a time that is meant for a minute's limit.
    package func scaled(_ time: Double) -> Double { time * seconds / Expectation.minute }

    /// Seconds between two looks.
    var interval: Double { min(1, seconds / 30) }
}
