import Distributed

/// Who asks a run to save and stop: a signal, the time limit, or a file named STOP.
final class StopRequests {
    private var file: StopFile
    private let started: ContinuousClock.Instant
    private let maxHours: Double?
    private let isSignalled: @Sendable () -> Bool
    private var fileWatch: StopFileWatch?

    /// - Parameter started: when the time limit, and the time of the run, began.
    init(_ folder: RunFolder, maxHours: Double?, started: ContinuousClock.Instant, isSignalled: @escaping @Sendable () -> Bool) {
        file = StopFile(folder)
        (self.maxHours, self.started, self.isSignalled) = (maxHours, started, isSignalled)
    }

    /// Seconds since the run began.
    var seconds: Double { (ContinuousClock.now - started) / .seconds(1) }

    /// Rank 0 alone. Takes away a request from before the start, and looks for those that come.
    func watch(_ terminal: Terminal) {
        if let remark = file.clear() { terminal.line(remark) }
        let watch = StopFileWatch(file)
        watch.start()
        fileWatch = watch
    }

    func endWatch() { fileWatch?.stop() }

    /// Whether this rank asks all to save and stop. A signal may reach one rank alone, so the answer rides on the next gradient sum and all ranks see
    /// it together.
    func isStopWanted(_ communicator: any Communicator) -> Bool {
        if isSignalled() { return true }
        guard communicator.rank == 0 else { return false }
        if let maxHours, seconds > 3600 * maxHours { return true }
        return fileWatch?.isSeen ?? false
    }

    /// Rank 0 alone. The request has been met. - Returns: what is to be said of the file.
    func settle() -> String? { file.settle() }
}
