import Configuration
import Distributed
import Failures
import Foundation
import Learning
import Measures
import Numerics
import Training

/// How near samples of models whose condition is visible values, or an image, come to the truth, beside what the mean of the data and the nearest row can do.
public struct CompletionEvaluation: Codable, Hashable, Sendable {
    public let data: String
    public let rows: Int
    /// Whether these were trained on.
    public let areTrainingRows: Bool
    /// Mean of (x - x^)² over the values that were not given, of what the generator makes.
    public let generator: Double
    /// The same after the sampler's steps.
    public let refined: Double
    /// The same of the training data's mean.
    public let meanImage: Double
    /// The same of the training row that is nearest by the condition, the row itself left out.
    public let nearest: Double
    /// Where they lie by chance in the choice of rows.
    public let intervals: Intervals
    /// Training rows among which it was sought.
    public let neighbours: Int

    /// Of the values of the same names.
    public struct Intervals: Codable, Hashable, Sendable {
        public let generator: Interval
        public let refined: Interval
        public let meanImage: Interval
        public let nearest: Interval
    }

    /// Rows of a completion: what was drawn and what was to be found.
    package struct Completions {
        /// Before and after the sampler's steps.
        package let generated: Matrix
        package let refined: Matrix
        package let truth: Matrix
        /// Of each row.
        package let condition: TileCondition

        package init(generated: Matrix, refined: Matrix, truth: Matrix, condition: TileCondition) {
            (self.generated, self.refined, self.truth, self.condition) = (generated, refined, truth, condition)
        }

        /// 1 for values of some rows that were given, 0 for others: rows x values.
        fileprivate func visible(_ part: Range<Int>) -> Matrix {
            let visible = Matrix(rows: part.count, columns: truth.columns)
            guard case .visible(let mask) = condition.kind else { return visible }
            let (given, channels) = (condition.values.rows(part), mask.shape.channels)
            for row in 0..<visible.rows {
                for column in 0..<visible.columns { visible[row, column] = given[row, column / channels * (channels + 1) + channels] }
            }
            return visible
        }
    }

    private static let rowsPerTile = 64
    /// Training rows that are looked through, at most.
    static let mostNeighbours = 5000

    /// Collective. The same bits on any number of ranks.
    /// - Parameters:
    ///   - held: where the first rows are the truth.
    package init(
        _ completions: Completions, of held: EvaluationRows, training: EvaluationRows, _ communicator: any Communicator
    ) throws(Failure) {
        let mean = try training.mean(communicator).map { Float($0) }
        let among = 0..<min(Self.mostNeighbours, training.available)
        let candidates = training.read(among)
        // Rows whose images are given are sought by their images.
        let images: NearestRows? =
            if case .image = completions.condition.kind { training.partners(among).map { NearestRows($0) } } else { nil }
        let search = images ?? NearestRows(candidates)
        let isTraining = held.digest == training.digest
        let count = completions.truth.rows
        let terms = try DealtTiles.rows(count, perTile: Self.rowsPerTile, columns: 5, communicator) { part in
            let (truth, visible) = (completions.truth.rows(part), completions.visible(part))
            let (seen, counting) = images == nil ? (truth, visible) : (completions.condition.values.rows(part), nil)
            let neighbours = search.nearest(1, to: seen, where: counting) { isTraining ? part.lowerBound + $0 : nil }
            let others: [(Int, Int) -> Float] = [
                { completions.generated[part.lowerBound + $0, $1] }, { completions.refined[part.lowerBound + $0, $1] },
                { mean[$1] }, { row, column in neighbours[row].first.map { candidates[$0, column] } ?? .nan },
            ]
            return (0..<part.count).map { row in
                let hidden = (0..<truth.columns).filter { visible[row, $0] == 0 }
                return [Double(hidden.count)]
                    + others.map { other in
                        hidden.reduce(0.0) { sum, column in
                            let difference = Double(other(row, column)) - Double(truth[row, column])
                            return sum + difference * difference
                        }
                    }
            }
        }
        (data, rows, areTrainingRows, neighbours) = (held.name, count, isTraining, search.rows.rows)
        let found = Bootstrap().estimates(ofSums: terms) { sums in sums.dropFirst().map { $0 / sums[0] } }
        (generator, refined, meanImage, nearest) = (found[0].value, found[1].value, found[2].value, found[3].value)
        intervals = Intervals(
            generator: found[0].interval, refined: found[1].interval, meanImage: found[2].interval, nearest: found[3].interval)
    }

    /// Lines for the person at the terminal.
    public var text: String {
        func number(_ value: Double, _ interval: Interval) -> String { Estimate(value, interval).text(5) }
        return """
            completion of \(rows) \(areTrainingRows ? "training " : "")rows of \(data), mean squared error of a value that was not told:
            generator \(number(generator, intervals.generator)), after the sampler's steps \(number(refined, intervals.refined));
            mean row \(number(meanImage, intervals.meanImage)), nearest of \(neighbours) training rows \(number(nearest, intervals.nearest))
            """
    }
}

extension CompletionEvaluation: MeasureFinding {}

extension MeasureKind {
    static let completion = MeasureKind(
        "completion", "how near samples whose condition is visible values, or an image, come to the truth",
        needs: [.samples, .completions],
        isStandard: \.measuresSamples
    ) { (model) throws(Failure) in
        let (drawn, communicator) = (try model.drawn(), model.communicator)
        guard let (sampler, conditions) = drawn.conditioned, let truth = conditions.rows?.truth else {
            throw Failure(.usage, "evaluate: --measures completion: expected --data, the rows that are completed")
        }
        let count = drawn.rows.rows
        let generator = try communicator.agree {
            try ModelSampler(
                model.trained, count: count, orAtMost: count, steps: 0, start: .generator, seed: model.seed, conditions: conditions)
        }
        return try CompletionEvaluation(
            CompletionEvaluation.Completions(
                generated: try generator.drawAll(communicator), refined: drawn.rows, truth: truth,
                condition: TileCondition(conditions.condition, conditions.values(count: count, rowsPerTile: sampler.rowsPerTile))),
            of: model.held, training: model.training, communicator)
    }
}

extension MeasureKind.Need {
    /// Samples that the model draws, whose condition belongs to a row of data.
    fileprivate static let completions = MeasureKind.Need(missing: { model in
        guard model.command.samples == nil else { return "samples that the model draws, found those of a file" }
        guard let condition = model.trained.rowCondition, condition.belongsToRows else {
            return "condition.kind = \"mask\" or \"image\", found \"\(model.trained.configuration.condition.kind.rawValue)\""
        }
        return nil
    })
}
