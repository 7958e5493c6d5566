import Configuration
import Distributed
import Failures
import Foundation
import Learning
import Measures
import Numerics
import Training

/// How well a run's generator gives rows of data back, beside what a linear code of as many values and the mean of the data can do.
public struct ReconstructionEvaluation: Codable, Hashable, Sendable {
    public let data: String
    public let rows: Int
    /// Whether these were trained on.
    public let areTrainingRows: Bool
    public let latentValues: Int
    /// Mean of (x - x^)² over rows and values.
    public let error: Double
    /// The same of the training data's mean.
    public let meanImage: Double
    /// The same of the projection on as many principal components of the training data as there are latent values; absent where a row has no more.
    public let components: Double?
    /// Where they lie by chance in the choice of rows.
    public let intervals: Intervals

    /// Of the values of the same names.
    public struct Intervals: Codable, Hashable, Sendable {
        public let error: Interval
        public let meanImage: Interval
        public let components: Interval?
    }

    /// Collective. The same bits on any number of ranks.
    /// - Parameters:
    ///   - count: rows, or all where there are fewer.
    ///   - condition: of the rows; nil for networks without.
    init(
        _ reconstructor: Reconstructor, of held: EvaluationRows, count wanted: Int, condition: Condition?, seed: UInt64,
        training: EvaluationRows, _ communicator: any Communicator
    ) throws(Failure) {
        let (count, size) = (min(wanted, held.available), reconstructor.rowsPerTile)
        let values = Double(held.dimension)
        let mean = try training.mean(communicator)
        let linear =
            reconstructor.latents < held.dimension ? try training.principalComponents(communicator, most: reconstructor.latents) : nil
        let errors = try DealtTiles.rows(count, perTile: size, columns: 3, communicator) { part in
            let (x, tile) = (held.read(part), part.lowerBound / size)
            let given = condition.map { held.condition($0, of: x, part, seed: seed, tile: tile).values }
            let residual = Matrix(rows: x.rows, columns: x.columns)
            residual.combine(x, reconstructor(x, condition: given, tile: tile)) { $0 - $1 }
            let (distances, rests) = (Self.squaredDistances(x, mean), linear.map { Self.squaredRests(x, $0) })
            return (0..<x.rows).map { row in
                [residual.rows(row..<row + 1).squaredNorm, distances[row], rests?[row] ?? 0].map { $0 / values }
            }
        }
        let found = Bootstrap().estimates(ofSums: errors) { sums in sums.map { $0 / Double(count) } }
        (data, rows, areTrainingRows) = (held.name, count, held.digest == training.digest)
        latentValues = reconstructor.latents
        (error, meanImage, components) = (found[0].value, found[1].value, linear.map { _ in found[2].value })
        intervals = Intervals(
            error: found[0].interval, meanImage: found[1].interval, components: linear.map { _ in found[2].interval })
    }

    /// Of each row.
    private static func squaredDistances(_ x: Matrix, _ centre: [Double]) -> [Double] {
        (0..<x.rows).map { row in
            centre.indices.reduce(0.0) { sum, column in
                let difference = Double(x[row, column]) - centre[column]
                return sum + difference * difference
            }
        }
    }

    /// What the projections leave of each row: |x - mean|² - |f(x)|².
    private static func squaredRests(_ x: Matrix, _ components: PrincipalComponents) -> [Double] {
        let (features, count) = (components.features(of: x), components.count)
        return squaredDistances(x, components.mean).enumerated().map { row, distance in
            features[row * count..<(row + 1) * count].reduce(distance) { $0 - $1 * $1 }
        }
    }

    /// Lines for the person at the terminal.
    public var text: String {
        func number(_ value: Double?, _ interval: Interval?) -> String {
            value.flatMap { value in interval.map { Estimate(value, $0).text(5) } } ?? "-"
        }
        return """
            reconstruction of \(rows) \(areTrainingRows ? "training " : "")rows of \(data), mean squared error of a value:
            generator \(number(error, intervals.error)); \(latentValues) principal components \(number(components, intervals.components)), \
            mean row \(number(meanImage, intervals.meanImage))
            """
    }
}

extension ReconstructionEvaluation: MeasureFinding {}

extension MeasureKind {
    static let reconstruction = MeasureKind(
        "reconstruction", "how well a run's generator gives rows back: mean squared error",
        needs: [.generator, .drawableImages, .conditionOfRows],
        option: Option(name: "--reconstructions", role: .request) { $0.reconstructions != nil }, measuresRows: true,
        isStandard: { $0.samples == nil && $0.outliers == nil && $0.denoising == nil }
    ) { (model) throws(Failure) in
        let (trained, held, condition, communicator) = (model.trained, model.held, model.trained.rowCondition, model.communicator)
        let (reconstructor, count) = try communicator.agree {
            try condition.map { (condition) throws(Failure) in try held.check(condition) }
            guard let reconstructor = Reconstructor(trained, seed: model.seed) else { preconditionFailure("a generator that was checked") }
            return (reconstructor, try model.rowCount())
        }
        let evaluation = try ReconstructionEvaluation(
            reconstructor, of: held, count: count, condition: condition, seed: model.seed, training: model.training, communicator)
        try communicator.onRoot {
            guard let path = model.command.reconstructions else { return }
            let size = min(reconstructor.rowsPerTile, count, held.available)
            let x = held.read(0..<size)
            let given = condition.map { held.condition($0, of: x, 0..<size, seed: model.seed, tile: 0).values }
            try draw(x, reconstructor(x, condition: given, tile: 0), trained, to: path)
        }
        return evaluation
    }

    /// Rows and what was made of them, side by side.
    private static func draw(_ x: Matrix, _ made: Matrix, _ trained: TrainedModel, to path: String) throws {
        var configuration = trained.configuration
        configuration.samples.columns = max(2, configuration.samples.columns / 2 * 2)
        let panels = (0..<x.rows).flatMap { x.rows($0..<$0 + 1).values + made.rows($0..<$0 + 1).values }
        try SamplePicture(configuration: configuration, shape: trained.shape).write(panels, count: 2 * x.rows, to: path)
    }
}

extension MeasureKind.Need {
    /// A generator, and what finds latent vectors of rows.
    fileprivate static let generator = MeasureKind.Need(missing: { model in
        guard Reconstructor(model.trained, seed: model.seed) == nil else { return nil }
        let found = model.trained.configuration.objective.kind.rawValue
        return "a run with a generator (\(RunConfiguration.Generator.needs.words)), found \"\(found)\""
    })

    /// Where reconstructions are drawn, images.
    fileprivate static let drawableImages = MeasureKind.Need(missing: { model in
        let shape = model.trained.shape
        let isImage = !shape.isVector && [1, 3].contains(shape.channels)
        return model.command.reconstructions == nil || isImage
            ? nil : "a model of images of 1 or 3 channels, found rows of \(shape)"
    })

    /// What the generator is told of rows.
    fileprivate static let conditionOfRows = MeasureKind.Need(
        missing: { model in
            switch model.trained.rowCondition {
            case .label where model.held.classRange == nil: "rows with classes, found none in \(model.held.name)"
            case .image where model.held.partnerShape == nil: "rows with images, found none with \(model.held.name)"
            default: nil
            }
        }, fault: .data)
}
