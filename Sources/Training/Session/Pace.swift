import Distributed
import Failures

/// How long steps and the pauses between them have taken, and with it how long ranks may wait for each other.
struct Pace {
    /// Nobody knows how long the first step takes: ten minutes. Pauses may take as long.
    private static let unknown = 600.0
    private static let patience = 10.0

    /// Seconds.
    private var typicalStep = 0.0
    private var longestPause = 0.0

    /// Collective. A step, while ranks wait for ten of them.
    mutating func step<T>(_ communicator: any Communicator, _ body: () throws(Failure) -> T) throws(Failure) -> T {
        let begin = ContinuousClock.now
        let expected = typicalStep == 0 ? Self.unknown : Self.patience * typicalStep
        let result = try communicator.expecting(.computing("a training step", seconds: expected), body)
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        // The first step warms caches and finds the scales of the sum.
        typicalStep = typicalStep == 0 ? seconds : max(0.9 * typicalStep, min(seconds, 2 * typicalStep))
        return result
    }

    /// Collective. What follows a step, while ranks may wait for one of them for longer than for a step: ten minutes, or ten times the longest pause so far.
    /// - Parameter steps: as many as what is due takes: ranks with fewer shards wait for the others.
    mutating func pause(steps: Double, _ communicator: any Communicator, _ body: () throws(Failure) -> Void) throws(Failure) {
        let begin = ContinuousClock.now
        let expected = max(Self.unknown, Self.patience * max(longestPause, typicalStep * steps))
        try communicator.expecting(.computing("between two steps", seconds: expected), body)
        longestPause = max(longestPause, (ContinuousClock.now - begin) / .seconds(1))
    }
}
