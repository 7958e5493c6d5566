import Configuration
import Failures
import Foundation

/// What a run folder says of its run: may be read again and again, while the run goes on, and is never touched.
package struct RunRecord {
    package let folder: RunFolder
    package private(set) var configuration: RunConfiguration
    package private(set) var reports: [StepReport] = []
    private(set) var evaluations: [EvaluationLine] = []
    private var metricsLines: LineFollower
    private var evaluationLines: LineFollower
    private let decoder = JSONDecoder()

    /// - Throws: `.missingInput` where there is no run.
    package init(_ folder: RunFolder) throws(Failure) {
        self.folder = folder
        configuration = try TrainedModel.configuration(of: folder)
        (metricsLines, evaluationLines) = (LineFollower(folder.metrics), LineFollower(folder.evaluation))
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    }

    /// Looks at the files again.
    package mutating func read() throws(Failure) {
        // The number of steps may have grown.
        configuration = try TrainedModel.configuration(of: folder)
        try Self.follow(&metricsLines, decoder, into: &reports)
        try Self.follow(&evaluationLines, decoder, into: &evaluations)
    }

    /// A line that another version wrote says nothing here.
    private static func follow<Line: Decodable>(
        _ follower: inout LineFollower, _ decoder: JSONDecoder, into lines: inout [Line]
    ) throws(Failure) {
        let (new, startsAnew) = try follower.lines()
        if startsAnew { lines = [] }
        lines += new.compactMap { try? decoder.decode(Line.self, from: Foundation.Data($0.utf8)) }
    }

    package var step: Int { reports.last?.step ?? 0 }
    var steps: Int { configuration.run.steps }
}
