import Datasets
import Measures
import Sampling

/// What a diagnostic window says of a run's chains.
public struct ChainDiagnostics: Codable, Sendable {
    public struct Named: Codable, Sendable {
        public let name: String
        public let summary: SeriesSummary
    }

    public let shards: Int
    public let chainsPerShard: Int
    public let draws: Int
    /// Sampler steps between two draws.
    public let thin: Int
    /// The energy and the other functionals of the state.
    public let functionals: [Named]
    /// Accepted moves divided by steps; nil where the sampler always moves.
    public let acceptance: Double?
    /// Trajectories that diverged, of all chains, draws and steps between these; nil where the sampler follows none.
    public let divergences: Int?
    /// Mean distance from draw to draw.
    public let displacement: Double
    /// Chains that stand at one place for the whole window.
    public let stillChains: Int
    /// Draws whose energy is not finite.
    public let brokenDraws: Int
    /// (mean energy of the second half - of the first half) / standard deviation of the energy: 0 where chains are stationary.
    @OrNull public private(set) var energyDrift: Double
    /// The standard error of `energyDrift`, from its spread over chains.
    @OrNull public private(set) var energyDriftError: Double
    /// The modes of a density that has separate ones, over all chains and draws.
    public let modes: ModeCoverage?

    package init(_ window: WindowValues, density: PlaneDensity?) {
        (shards, chainsPerShard, draws, thin) = (window.shards, window.chainsPerShard, window.draws, window.thin)
        functionals = window.functionals.names.enumerated().map { number, name in
            Named(name: name, summary: SeriesSummary(window.series(number), shards: window.shards))
        }
        acceptance = window.acceptance.map { $0.values.reduce(0, +) / Double($0.values.count) }
        divergences = window.divergences.map { Int($0.values.reduce(0, +)) }
        let moved = window.displacement
        displacement = moved.values.reduce(0, +) / Double(moved.values.count)
        stillChains = (0..<moved.chains).count { moved.chain($0).allSatisfy { $0 == 0 } }
        brokenDraws = window.energy.values.count { !$0.isFinite }
        (energyDrift, energyDriftError) = Self.drift(window.energy)
        modes = density.flatMap { ModeCoverage(of: Self.points(window), in: $0) }
    }

    /// The functional whose value is largest (R-hat) or smallest (effective sample size); NaN counts as neither.
    public func worst(_ value: KeyPath<SeriesSummary, Double>, largest: Bool) -> (name: String, value: Double)? {
        let known = functionals.map { (name: $0.name, value: $0.summary[keyPath: value]) }.filter { !$0.value.isNaN }
        return largest ? known.max { $0.value < $1.value } : known.min { $0.value < $1.value }
    }

    /// The mean over chains of the difference between their halves, and its standard error, in standard deviations of the energy.
    private static func drift(_ energy: ChainSeries) -> (Double, Double) {
        let half = energy.draws / 2
        guard half >= 1, energy.isFinite else { return (.nan, .nan) }
        let differences = (0..<energy.chains).map { index -> Double in
            let chain = energy.chain(index)
            return (chain.suffix(half).reduce(0, +) - chain.prefix(half).reduce(0, +)) / Double(half)
        }
        let deviation = spread(energy.values)
        let count = Double(differences.count)
        return (differences.reduce(0, +) / count / deviation, spread(differences) / count.squareRoot() / deviation)
    }

    private static func spread(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }

    /// x, y, x, y, ... of all draws, behind the energy.
    private static func points(_ window: WindowValues) -> [Float] {
        guard window.functionals.dimension == 2 else { return [] }
        return stride(from: 0, to: window.values.count, by: window.width).flatMap {
            [Float(window.values[$0 + 1]), Float(window.values[$0 + 2])]
        }
    }
}

extension ChainDiagnostics {
    /// What a line of metrics.jsonl holds of a window: of every statistic the worst over the functionals.
    public struct Digest: Codable, Sendable {
        /// All chains of the window.
        public var chains: Int
        public var draws: Int
        public var thin: Int
        public var rHat: Double?
        /// nil for a single shard.
        public var rHatBetweenShards: Double?
        public var bulkESS: Double?
        public var tailESS: Double?
        /// In draws.
        public var autocorrelationTime: Double?
        public var acceptance: Double?
        public var divergences: Int?
        public var displacement: Double
        public var energyDrift: Double
        /// Modes covered by all chains and draws, for densities that have separate ones.
        public var modesCovered: Int?
        /// Draws within 3 sd of each mode.
        public var modeCounts: [Int]?
    }

    public var digest: Digest {
        Digest(
            chains: shards * chainsPerShard, draws: draws, thin: thin, rHat: worst(\.rHat, largest: true)?.value,
            rHatBetweenShards: worst(\.rHatBetweenShards, largest: true)?.value, bulkESS: worst(\.bulkESS, largest: false)?.value,
            tailESS: worst(\.tailESS, largest: false)?.value, autocorrelationTime: worst(\.autocorrelationTime, largest: true)?.value,
            acceptance: acceptance, divergences: divergences, displacement: displacement, energyDrift: energyDrift,
            modesCovered: modes?.covered,
            modeCounts: modes?.counts)
    }
}
