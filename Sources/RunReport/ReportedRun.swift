import Configuration
import Failures
import Formats
import Sampling
import Training

/// All that a report shows of a run.
package struct ReportedRun {
    let folder: RunFolder
    let configuration: RunConfiguration
    /// The program and the machine of the newest start, as the head of config.json5 has them.
    let origin: [String]
    private(set) var history: RunHistory
    private(set) var pictures: RunPictures
    /// Of the newest checkpoint; nil where there is none, or nothing of it can be shown.
    package var snapshot: ModelSnapshot?
    /// What `diagnose` says of the newest checkpoint; nil where it was not asked.
    package var diagnosis: Diagnosis?
    /// What is missing, and why, in sentences.
    package var notes: [String] = []

    /// - Throws: `.missingInput` for a folder without a run, `.configuration` for one whose configuration cannot be read.
    package init(_ folder: RunFolder) throws(Failure) {
        self.folder = folder
        guard try folder.exists else {
            throw Failure(.missingInput, "\(folder.path): expected a run folder with config.json5, found none")
        }
        let bytes = try FileBytes.read(folder.configuration, limit: 1 << 20)
        configuration = try RunConfiguration.resolve(stored: bytes, name: folder.configuration)
        origin = String(decoding: bytes, as: UTF8.self).split(separator: "\n").prefix { $0.hasPrefix("// ") }.map {
            String($0.dropFirst(3))
        }
        (history, pictures) = (RunHistory(folder), RunPictures(folder))
    }

    /// Reads what was written since the last time.
    package mutating func update() throws(Failure) {
        try history.update()
        try pictures.update(shape: snapshot?.shape)
    }

    /// Steps made, as far as the logs and the newest picture know.
    var step: Int { max(history.step, snapshot?.step ?? 0, pictures.steps.last ?? 0) }

    var isFinished: Bool {
        let newest = (try? folder.steps().first) ?? 0
        return configuration.isFinished(step: step, best: folder.best(at: newest))
    }
}
