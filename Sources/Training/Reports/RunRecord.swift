import Configuration
import Failures

/// What a run folder says of its run: may be read again and again, while the run goes on, and is never touched.
package struct RunRecord<Metrics: LogContent, Evaluation: LogContent> {
    package let folder: RunFolder
    private var stored: StoredConfiguration
    private var metricsLog: RunLog<Metrics>
    private var evaluationLog: RunLog<Evaluation>

    /// Before anything of the logs is read.
    /// - Throws: `.missingInput` where there is no run, `.configuration` where its configuration cannot be read.
    package init(_ folder: RunFolder) throws(Failure) {
        self.folder = folder
        stored = try StoredConfiguration(folder)
        (metricsLog, evaluationLog) = (RunLog(folder.metrics), RunLog(folder.evaluation))
    }

    /// Looks at the files again.
    package mutating func read() throws(Failure) {
        // The number of steps may have grown.
        stored = try StoredConfiguration(folder)
        try metricsLog.read()
        try evaluationLog.read()
    }

    package var configuration: RunConfiguration { stored.configuration }
    /// The program and the machine of the newest start.
    package var origin: [String] { stored.origin }
    /// Of metrics.jsonl.
    package var metrics: Metrics { metricsLog.content }
    /// Of evaluation.jsonl.
    package var evaluation: Evaluation { evaluationLog.content }

    /// Whether so many steps are all that the run makes: the last ones, or those after which it became no better.
    package func isFinished(step: Int) throws(Failure) -> Bool {
        let newest = try folder.steps().first ?? 0
        return configuration.isFinished(step: step, best: folder.best(at: newest))
    }
}

/// A run whose reports and evaluations are looked at one by one.
package typealias RunLines = RunRecord<DecodedLines<StepReport>, DecodedLines<EvaluationLine>>

extension RunLines {
    package var reports: [StepReport] { metrics.lines }
    var evaluations: [EvaluationLine] { evaluation.lines }

    package var step: Int { reports.last?.step ?? 0 }
    var steps: Int { configuration.run.steps }
}
