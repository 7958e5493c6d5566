import Synchronization

/// What is to be said of how the files that a command was given were read, gathered where they are read: whoever reads forgets nothing.
final class ReadingNotes: Sendable {
    private let notes = Mutex<[String]>([])

    /// Adds sentences; one that is there already is not said twice.
    func add(_ sentences: [String]) {
        notes.withLock { notes in for sentence in sentences where !notes.contains(sentence) { notes.append(sentence) } }
    }

    /// Lines for the person at the terminal.
    var lines: [String] { notes.withLock { $0.map { "note: \($0)" } } }
}
