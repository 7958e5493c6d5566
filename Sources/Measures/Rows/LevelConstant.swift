import Distributed
import Failures
import Foundation
import Model
import Numerics

/// What makes the energies of tied noise levels densities: ∫exp(-U(y, k)) dy = exp(c), the same c at every level, known at the highest one.
///
/// There the noised data are nearly N(m, C + σ²I), m and C the moments of the rows: c = mean(-log N(y; m, C + σ²I) - U(y)) over noised rows y. What the data
/// differ from that Gaussian makes c too large by the divergence of the two; its first term is a square of third cumulants, and falls with the sixth power of
/// the data's deviation over σ.
package struct LevelConstant: Codable, Hashable, Sendable {
    /// c, and its interval by the rows and their noise.
    package let logZ: Estimate

    /// Rows that it is found from: those of the data once, or again with other noise where they are fewer.
    private static let (tiles, rowsPerTile) = (64, 64)
    /// A number of `RandomPurpose.evaluation`.
    private static let noiseStep = 10

    /// Collective. The same bits on any number of ranks.
    /// - Parameters:
    ///   - model: with a normalized preconditioning.
    ///   - rows: of the training data.
    ///   - noise: a deviation that the rows had in training beside that of a level.
    /// - Throws: `.numerical` where the energy, or the moments of the rows, are no numbers.
    package init(
        of model: EnergyModel, _ weights: PreparedWeights, rows: EvaluationRows, noise: Float, _ communicator: any Communicator
    ) throws(Failure) {
        guard let levels = model.preconditioning, levels.isNormalized else {
            preconditionFailure("levels that are not tied have no constant")
        }
        let deviation = (levels.high * levels.high + noise * noise).squareRoot()
        let source = rows.read(0..<min(Self.tiles * Self.rowsPerTile, rows.available))
        let workspace = Workspace(model, rows: Self.rowsPerTile)
        workspace.setLevels([1])
        let energies = try DealtTiles.gather(tiles: Self.tiles, perTile: Self.rowsPerTile, communicator) { tile in
            let own = Matrix(rows: Self.rowsPerTile, columns: 1)
            model.energies(of: Self.noised(source, deviation, tile), weights, workspace, into: own)
            return own.values.map { Double($0) }
        }
        self = try communicator.fromRoot {
            let gaussian = try Self.gaussianEnergies(source, deviation, rows.name)
            let logZ = Estimate(meanOf: zip(gaussian, energies).map { $0 - $1 })
            guard logZ.value.isFinite else {
                throw Failure(
                    .numerical,
                    "the energy at the highest noise is not finite: this model has no density. Evaluate an earlier checkpoint with --step.")
            }
            return Self(logZ: logZ)
        }
    }

    private init(logZ: Estimate) { self.logZ = logZ }

    /// A tile of noised rows.
    private static func noised(_ source: Matrix, _ deviation: Float, _ tile: Int) -> Matrix {
        let y = Matrix(rows: rowsPerTile, columns: source.columns)
        RandomStream(seed: 1, purpose: .evaluation, step: noiseStep, index: tile).fillNormals(y)
        for row in 0..<rowsPerTile {
            let (own, origin) = (y.rows(row..<row + 1), (tile * rowsPerTile + row) % source.rows)
            own.combine(source.rows(origin..<origin + 1), own) { $0 + deviation * $1 }
        }
        return y
    }

    /// -log N(y; m, C + σ²I) of all noised rows.
    private static func gaussianEnergies(_ source: Matrix, _ deviation: Float, _ name: String) throws(Failure) -> [Double] {
        guard source.rows >= 2 else {
            throw Failure(.data, "\(name): expected at least two rows, whose moments the constant of the density needs, found one")
        }
        let moments = GaussianMoments(of: source.values.map { Double($0) }, order: source.columns)
        var covariance = moments.covariance
        for index in 0..<source.columns { covariance[index, index] += Double(deviation) * Double(deviation) }
        let values = (0..<tiles).flatMap { noised(source, deviation, $0).values }
        let deviations = values.indices.map { Double(values[$0]) - moments.mean[$0 % source.columns] }
        guard let energies = covariance.normalEnergies(rows: deviations) else {
            throw Failure(.numerical, "\(name): the rows have no covariance of finite numbers, which the constant of the density needs")
        }
        return energies
    }
}
