import Datasets
import Distributed
import Failures
import Glibc
import Numerics

/// How far a model's density q = exp(-E) / Z is from a known density p, at exact samples of p.
///
/// With d = log q - log p at n samples of p: KL(p ‖ q) = -mean d, and the mean squared error of the log density is mean d². T. Schröder et al.,
/// arXiv:2307.06431, compare objectives on 25 Gaussians by mean d² as well, with n = 5000, but with log Z estimated at the same samples in place of the
/// integral: log Z = -mean (E + log p), by which mean d is 0.
public struct DensityFit: Codable, Hashable, Sendable {
    /// Samples of p; the same points for every model of a density.
    public static let sampleCount = 5000

    /// KL(p ‖ q) in nats.
    public let divergence: Double
    /// The standard error of `divergence` over samples.
    public let divergenceError: Double
    /// mean (log q - log p)²
    public let squaredError: Double
    /// The same with log Z estimated at the samples: the variance of d. It does not see mass that the model has where p has none.
    public let squaredErrorUpToConstant: Double
    /// mean log q, and mean log p: the greatest value that the former can have, up to sampling.
    public let logLikelihood: Double
    public let bestLogLikelihood: Double
    /// mean (log q - log p) over the samples nearest to each mode, in the order of the density's modes: which modes the model has too much
    /// (positive) or too little of. Absent without modes.
    public let modeBias: [Double]?

    /// Where the means over samples lie by chance; absent from lines that version 0.3 wrote.
    public let intervals: Intervals?

    /// Of the values of the same names.
    public struct Intervals: Codable, Hashable, Sendable {
        public let divergence: Interval
        public let squaredError: Interval
        public let squaredErrorUpToConstant: Interval
        public let logLikelihood: Interval
        public let bestLogLikelihood: Interval
        /// Absent without modes.
        public let modeBias: [Interval]?

        /// - Parameters: d, log q and log p at the samples; d at the samples of each mode.
        init(differences: [Double], logLikelihoods: [Double], best: [Double], byMode: [[Double]]?) {
            func interval(_ values: [Double]) -> Interval { Estimate(meanOf: values).interval }
            let mean = differences.reduce(0, +) / Double(differences.count)
            divergence = interval(differences.map { -$0 })
            squaredError = interval(differences.map { $0 * $0 })
            squaredErrorUpToConstant = interval(differences.map { ($0 - mean) * ($0 - mean) })
            logLikelihood = interval(logLikelihoods)
            bestLogLikelihood = interval(best)
            modeBias = byMode?.map(interval)
        }
    }

    private static let samplesPerTile = 250

    /// Collective. Tiles of samples are dealt to the ranks; the same bits on any number of ranks.
    public init(
        of energy: some PlaneEnergy, logZ: Double, to density: PlaneDensity, _ communicator: any Communicator
    ) throws(Failure) {
        let size = Self.samplesPerTile
        let pairs = try DealtTiles.gather(tiles: Self.sampleCount / size, perTile: 2 * size, communicator) { tile in
            let points = Self.samples(of: density, tile: tile)
            return try energy.negatives(of: points).map { $0 - logZ } + density.logDensities(of: points)
        }
        let tiles = stride(from: 0, to: pairs.count, by: 2 * size)
        let model = tiles.flatMap { pairs[$0..<$0 + size] }
        let truth = tiles.flatMap { pairs[$0 + size..<$0 + 2 * size] }
        let differences = zip(model, truth).map { $0 - $1 }
        let count = Double(differences.count)
        let mean = differences.reduce(0, +) / count
        divergence = -mean
        squaredErrorUpToConstant = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        divergenceError = (squaredErrorUpToConstant / (count - 1)).squareRoot()
        squaredError = differences.reduce(0) { $0 + $1 * $1 } / count
        logLikelihood = model.reduce(0, +) / count
        bestLogLikelihood = truth.reduce(0, +) / count
        let byMode = density.modes.map { Self.parted(differences, of: density, centres: $0.centres) }
        modeBias = byMode?.map { $0.reduce(0, +) / Double(max($0.count, 1)) }
        intervals = Intervals(differences: differences, logLikelihoods: model, best: truth, byMode: byMode)
    }

    /// The samples of a tile: a function of the density and the tile alone.
    private static func samples(of density: PlaneDensity, tile: Int) -> Matrix {
        let points = Matrix(rows: samplesPerTile, columns: 2)
        density.fillSamples(points, from: RandomStream(seed: 1, purpose: .evaluation, step: 0, index: tile))
        return points
    }

    /// The values at the samples nearest to each centre.
    private static func parted(_ values: [Double], of density: PlaneDensity, centres: [SIMD2<Float>]) -> [[Double]] {
        var parts = [[Double]](repeating: [], count: centres.count)
        for tile in 0..<sampleCount / samplesPerTile {
            let points = samples(of: density, tile: tile)
            for row in 0..<points.rows {
                let mode = centres.nearest(to: SIMD2(points[row, 0], points[row, 1])).index
                parts[mode].append(values[tile * samplesPerTile + row])
            }
        }
        return parts
    }
}

extension [SIMD2<Float>] {
    /// The nearest of these points and the square of its distance.
    func nearest(to point: SIMD2<Float>) -> (index: Int, squaredDistance: Float) {
        var best = (index: 0, squaredDistance: Float.infinity)
        for (index, centre) in enumerated() {
            let distance = ((point - centre) * (point - centre)).sum()
            if distance < best.squaredDistance { best = (index, distance) }
        }
        return best
    }
}
