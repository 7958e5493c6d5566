import Configuration
import Failures
import Training

/// All that a report shows of a run.
package struct ReportedRun {
    private var record: RunRecord<LogCurves, LogCurves>
    private(set) var pictures: RunPictures
    /// Of the newest checkpoint; nil where there is none, or nothing of it can be shown.
    package var snapshot: ModelSnapshot?
    /// What `diagnose` says of the newest checkpoint; nil where it was not asked.
    package var diagnosis: Diagnosis?
    /// What is missing, and why, in sentences.
    package var notes: [String] = []

    /// - Throws: `.missingInput` for a folder without a run, `.configuration` for one whose configuration cannot be read.
    package init(_ folder: RunFolder) throws(Failure) {
        record = try RunRecord(folder)
        pictures = RunPictures(folder)
    }

    /// Reads what was written since the last time.
    package mutating func update() throws(Failure) {
        try record.read()
        try pictures.update(shape: snapshot?.shape)
    }

    var folder: RunFolder { record.folder }
    var configuration: RunConfiguration { record.configuration }
    var origin: [String] { record.origin }
    /// What metrics.jsonl and evaluation.jsonl say of the course of the run.
    var metrics: LogCurves { record.metrics }
    var evaluation: LogCurves { record.evaluation }

    /// Steps made, as far as the logs and the newest picture know.
    var step: Int { max(metrics.step, evaluation.step, snapshot?.step ?? 0, pictures.steps.last ?? 0) }

    var isFinished: Bool { (try? record.isFinished(step: step)) ?? false }
}
