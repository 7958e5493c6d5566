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

    /// Collective. The same bits on any number of ranks.
    /// - Parameters:
    ///   - count: rows, or all where there are fewer.
    ///   - condition: of the rows; nil for networks without.
    init(
        _ reconstructor: Reconstructor, of held: EvaluationRows, count wanted: Int, condition: Condition?, seed: UInt64,
        training: EvaluationRows, _ communicator: any Communicator
    ) throws(Failure) {
        let (count, size) = (min(wanted, held.available), reconstructor.rowsPerTile)
        let mean = try training.mean(communicator)
        let linear =
            reconstructor.latents < held.dimension ? try training.principalComponents(communicator, most: reconstructor.latents) : nil
        let sums = try DealtTiles.gather(tiles: (count + size - 1) / size, perTile: 3, communicator) { tile in
            let part = tile * size..<min(count, (tile + 1) * size)
            let x = held.read(part)
            let given = condition.map { held.condition($0, of: x, part, seed: seed, tile: tile).values }
            let residual = Matrix(rows: x.rows, columns: x.columns)
            residual.combine(x, reconstructor(x, condition: given, tile: tile)) { $0 - $1 }
            return [residual.squaredNorm, Self.squaredDistance(x, mean), linear.map { Self.squaredRest(x, $0) } ?? 0]
        }
        func perValue(_ part: Int) -> Double {
            stride(from: part, to: sums.count, by: 3).reduce(0.0) { $0 + sums[$1] } / (Double(count) * Double(held.dimension))
        }
        (data, rows, areTrainingRows) = (held.name, count, held.digest == training.digest)
        latentValues = reconstructor.latents
        (error, meanImage, components) = (perValue(0), perValue(1), linear.map { _ in perValue(2) })
    }

    private static func squaredDistance(_ x: Matrix, _ centre: [Double]) -> Double {
        let values = x.values
        return values.indices.reduce(0.0) { sum, index in
            let difference = Double(values[index]) - centre[index % x.columns]
            return sum + difference * difference
        }
    }

    /// What the projections leave: |x - mean|² - |f(x)|².
    private static func squaredRest(_ x: Matrix, _ components: PrincipalComponents) -> Double {
        squaredDistance(x, components.mean) - components.features(of: x).reduce(0.0) { $0 + $1 * $1 }
    }

    /// Lines for the person at the terminal.
    public var text: String {
        func number(_ value: Double?) -> String { value.map { String(format: "%.5f", $0) } ?? "-" }
        return """
            reconstruction of \(rows) \(areTrainingRows ? "training " : "")rows of \(data), mean squared error of a value:
            generator \(number(error)); \(latentValues) principal components \(number(components)), mean row \(number(meanImage))
            """
    }
}
