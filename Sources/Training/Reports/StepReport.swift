import Foundation

/// One line of metrics.jsonl: the measures of one step, and the time since the last line.
///
/// Measures are what the objective declares, under their names; beside them stands what every run has (`Loop`). Both are read as properties:
/// `report.energyGap`, `report.gradientNorm`.
@dynamicMemberLookup
public struct StepReport: Codable, Sendable {
    /// By name: `Measure`.
    public var measures: [String: Double]
    public var loop: Loop

    init(measures: [String: Double], loop: Loop) { (self.measures, self.loop) = (measures, loop) }

    /// What every run has, whatever its objective.
    public struct Loop: Codable, Sendable {
        /// Updates made.
        public var step: Int
        /// |parameter gradient| before clipping.
        public var gradientNorm: Double
        /// The sampler's step size in this step; absent where it is not adapted.
        public var samplerStepSize: Double?
        /// The largest scale of the sampler's metric over the smallest; absent where it is not adapted.
        public var metricSpread: Double?
        /// Bytes that shards told other shards in the newest exchange: samples that changed shards, or energies and temperatures; absent without exchange.
        public var exchangedBytes: Int?
        /// The mean probability with which neighbours on the ladder of temperatures swap, pair by pair; absent without a ladder.
        public var swapRates: [Double]?
        /// Modes of the density that all chains together cover; absent for data without known modes.
        public var modesCovered: Int?
        /// Modes that the chains of a shard cover by themselves, averaged over shards.
        public var modesPerShard: Double?
        /// Changes of sign of the energy gap since the last multiple of `report.every`: in healthy training there are some.
        public var gapSignChanges: Int? = nil
        /// Mean energy gap of the same steps.
        public var meanEnergyGap: Double? = nil
        /// a|∇E| / (σ √d): the drift of a sampler step over its noise; absent where the sampler has no such noise.
        public var driftToNoise: Double? = nil
        /// The share of the replay buffer that chains have been run from; absent where chains do not persist.
        public var bufferCoverage: Double? = nil
        /// A window of diagnostics at this step; absent at most steps.
        public var diagnostics: ChainDiagnostics.Digest? = nil
        /// Energies of rows that were held out, beside those of rows that were not; absent where none are.
        public var validation: HeldOutEnergies? = nil
        /// Sentences about what leaves the known good range, and what each is about (`HealthWarning.Kind`).
        public var warnings: [String]? = nil
        public var warningKinds: [String]? = nil
        public var learningRate: Double
        /// Updates left out by the guard since the run began.
        public var skipped: Int
        /// Seconds in each phase since the last line, averaged over ranks and threads.
        public var seconds: [String: Double]
        /// Seconds since the last line, or since the first step began: phases, and what lies between them.
        public var wallSeconds: Double?
        /// Seconds since the last line that each rank was at work on shards of its own, not counting the sum and other waiting; of more than 64 ranks
        /// the most of as many groups of neighbours. Absent on one rank.
        public var rankSeconds: [Double]? = nil
        /// How many ranks there are, where `rankSeconds` has groups of them.
        public var ranks: Int? = nil
        /// Sampler steps of single chains in a second, all ranks together; absent without chains.
        public var chainStepsPerSecond: Double?
        /// Passes through the energy and back in a second, those of a row counted one by one, all ranks together.
        public var evaluationsPerSecond: Double

        fileprivate static func has(_ name: String) -> Bool { CodingKeys(stringValue: name) != nil }
    }

    /// What every run has.
    public subscript<Value>(dynamicMember path: WritableKeyPath<Loop, Value>) -> Value {
        get { loop[keyPath: path] }
        set { loop[keyPath: path] = newValue }
    }

    /// A measure; nil where the objective has none of this name.
    public subscript(dynamicMember name: String) -> Double? {
        get { measures[name] }
        set { measures[name] = newValue }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public init(from decoder: any Decoder) throws {
        loop = try Loop(from: decoder)
        let container = try decoder.container(keyedBy: Name.self)
        measures = [:]
        // A line of another version may hold what is no number.
        for name in container.allKeys where !Loop.has(name.stringValue) {
            measures[name.stringValue] = try? container.decode(Double.self, forKey: name)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        try loop.encode(to: encoder)
        var container = encoder.container(keyedBy: Name.self)
        for (name, value) in measures { try container.encode(value, forKey: Name(stringValue: name)) }
    }

    /// The line, without the newline; values that are not finite are written as text.
    package func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
