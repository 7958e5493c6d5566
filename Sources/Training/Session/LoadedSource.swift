import Datasets
import Synchronization

/// Data that were read before a run began, until somebody takes them: whoever does decides where they stay.
final class LoadedSource: Sendable {
    /// What was found of their files.
    let measured: [MeasuredFile]
    private let source: Mutex<DataSource?>

    init(_ source: DataSource?, _ measured: [MeasuredFile]) {
        self.source = Mutex(source)
        self.measured = measured
    }

    /// The data, once.
    func take() -> DataSource? {
        source.withLock { source in
            defer { source = nil }
            return source
        }
    }
}
