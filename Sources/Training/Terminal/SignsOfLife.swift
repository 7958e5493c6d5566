import Distributed

/// Does work of which nothing is said before its end, and says on stderr that it goes on: the first time within five seconds, then every twelve. stdout,
/// which may be a file, is left to the result.
/// - Parameter activity: what is done, for the lines: `evaluate`.
public func withSignsOfLife<T, E: Error>(
    _ activity: String, _ communicator: any Communicator, _ body: () throws(E) -> T
) throws(E) -> T {
    let terminal = Terminal(isSilent: communicator.rank != 0, on: .errors)
    let heartbeat = Heartbeat(terminal, communicator.progress, activity)
    heartbeat.start()
    defer {
        heartbeat.stop()
        terminal.clearProgress()
    }
    return try body()
}
