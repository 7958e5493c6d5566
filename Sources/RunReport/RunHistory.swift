import Failures
import Formats
import Training

/// What the logs of a run say of its course, read as they grow.
struct RunHistory {
    private let folder: RunFolder
    private(set) var metrics = LogCurves()
    private(set) var evaluation = LogCurves()
    private var (metricsLog, evaluationLog): (LogReader, LogReader)

    init(_ folder: RunFolder) {
        self.folder = folder
        metricsLog = LogReader(folder.metrics)
        evaluationLog = LogReader(folder.evaluation)
    }

    mutating func update() throws(Failure) {
        for line in try metricsLog.new() { metrics.add(line) }
        for line in try evaluationLog.new() { evaluation.add(line) }
    }

    /// The newest step that a line is of.
    var step: Int { Int(max(metrics.last["step"]?.number ?? 0, evaluation.last["step"]?.number ?? 0)) }
}
