import Failures

/// What the ranks do for a while, and for how long one of them may give no sign of life meanwhile before the watchdog ends the job.
///
/// A sign is a place entered, left or noted on the `ProgressBoard`. Of ranks on the same host a watchdog sees more (`StandstillJudge`), so `computing`
/// makes nobody wait for a rank that has stopped there. All times are meant for the standard limit of a minute and grow and shrink with it
/// (`WatchdogLimit`).
public struct Expectation: Hashable, Sendable {
    /// For the alarm, for example "loading the checkpoint"; empty for none.
    public let activity: String
    /// Seconds that a rank may compute without another sign. Ranks on other hosts, which cannot be seen, are waited for so long.
    public let computing: Double
    /// Seconds that a rank may stand still without computing, in its storage.
    public let standing: Double

    /// How long a rank may give no sign where nobody says why it should take longer.
    static let minute = 60.0
    /// Where nobody says anything.
    static let usual = Expectation(activity: "", computing: minute, standing: minute)

    private init(activity: String, computing: Double, standing: Double) {
        precondition(computing >= Self.minute && standing >= Self.minute, "nobody has less than a minute")
        (self.activity, self.computing, self.standing) = (activity, computing, standing)
    }

    /// Work in which a rank may compute for long before it meets the others.
    /// - Parameter seconds: an hour where nobody can know; at least a minute.
    public static func computing(_ activity: String, seconds: Double = 3600) -> Expectation {
        Expectation(activity: activity, computing: max(minute, seconds), standing: minute)
    }

    /// Work with files, for which a full or busy storage may need long.
    ///
    /// Ten minutes, which a network file system takes to come back, and what `bytes` take at 10 MB/s.
    public static func storing(_ activity: String, bytes: Int = 0) -> Expectation {
        let seconds = 600 + Double(bytes) / 10e6
        return Expectation(activity: activity, computing: max(3600, seconds), standing: seconds)
    }

    /// The same work, in which one rank may use its storage while the others wait.
    var withStorage: Expectation {
        Expectation(activity: activity, computing: computing, standing: max(standing, Self.storing("").standing))
    }

    /// `MPI_Init`: a launcher starts processes one after the other, and each may come from a slow file system.
    static func starting(processes: Int) -> Expectation {
        let seconds = 2 * minute + Double(processes)
        return Expectation(activity: "the start", computing: seconds, standing: seconds)
    }
}

extension Communicator {
    /// Runs `work`, in which ranks may give no sign of life for longer than a minute, and says why. Collective where `work` is.
    ///
    /// The innermost expectation holds; what stood still inside is no reason for an alarm under the one that holds afterwards.
    public func expecting<T>(_ expectation: Expectation, _ work: () throws(Failure) -> T) throws(Failure) -> T {
        progress.begin(expectation)
        defer { progress.end() }
        return try work()
    }
}
