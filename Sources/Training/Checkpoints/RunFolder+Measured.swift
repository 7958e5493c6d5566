import Configuration
import Datasets
import Failures
import Formats
import Foundation

// What was found of the files of a run's data, so that they need not be read whole at every start.
extension RunFolder {
    /// The folder of a run for which none is named.
    package static func standard(_ configuration: RunConfiguration) -> String { "runs/\(configuration.run.name)" }

    package var measured: String { "\(path)/data.json" }

    private static let most = 64 << 20

    /// What earlier starts have found; none where nothing stands there that can be read: the files are then read again.
    package var measuredFiles: [MeasuredFile] {
        guard let bytes = try? FileBytes.read(measured, limit: Self.most) else { return [] }
        return (try? JSONDecoder().decode([MeasuredFile].self, from: Data(bytes))) ?? []
    }

    /// What is known of the run before its data are read. A folder that cannot be seen is refused when it is opened.
    package var earlierStarts: EarlierStarts { EarlierStarts(isBegun: (try? exists) ?? true, measured: measuredFiles) }

    /// Keeps what this start has found.
    func keep(_ files: [MeasuredFile]) throws(Failure) {
        guard !files.isEmpty, files != measuredFiles else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(files) else { preconditionFailure("what was found of files has no JSON") }
        try AtomicFile.write(Array(json), to: measured)
    }
}
