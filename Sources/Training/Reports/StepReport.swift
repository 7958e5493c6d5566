import Foundation

/// One line of metrics.jsonl: the measures of one step, and the time since the last line.
public struct StepReport: Codable, Sendable {
    /// Updates made.
    public var step: Int
    /// mean E(x+)
    public var dataEnergy: Double
    /// mean E(x-); absent where an objective has no negatives.
    public var sampleEnergy: Double?
    /// mean E(x+) - mean E(x-); with chains, healthy training oscillates about 0.
    public var energyGap: Double?
    /// Mean loss of a data row; absent where there is only a gradient, as with chains.
    public var loss: Double?
    /// Mean |g(z) - x~|² and mean KL(q(z|x~) ‖ N(0, I)) of the generator and the encoder; absent without them.
    public var reconstruction: Double?
    public var latentDivergence: Double?
    /// √ mean |∇E(x-)|² at the last step of the chains; absent without chains.
    public var chainGradientNorm: Double?
    /// |parameter gradient| before clipping.
    public var gradientNorm: Double
    /// Accepted moves divided by proposed ones; absent for samplers without an accept step.
    public var acceptance: Double?
    /// The sampler's step size in this step; absent where it is not adapted.
    public var samplerStepSize: Double?
    /// mean |x_K - x_0| of the chains; absent without them.
    public var displacement: Double?
    /// (1/2s) mean |x_K - x_0|² over chains that ran for the time s = K a: bounds the Wasserstein step; wassersteinFlow alone.
    public var wassersteinStep: Double?
    /// Mean age in sampler steps of the chains that took part; absent where chains do not persist.
    public var bufferAge: Double?
    /// The share of values on the wall of the sampler's box; absent without a box.
    public var saturation: Double?
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
    /// Standard deviation of E(x-); absent without chains.
    public var energySpread: Double? = nil
    /// a|∇E| / (σ √d): the drift of a sampler step over its noise; absent where the sampler has no such noise.
    public var driftToNoise: Double? = nil
    /// Mean and standard deviation of all values of the chains; absent without chains.
    public var chainMean: Double? = nil
    public var chainDeviation: Double? = nil
    /// The share of the replay buffer that chains have been run from; absent where chains do not persist.
    public var bufferCoverage: Double? = nil
    /// A window of diagnostics at this step; absent at most steps.
    public var diagnostics: ChainDiagnostics.Digest? = nil
    /// Sentences about what leaves the known good range.
    public var warnings: [String]? = nil
    public var learningRate: Double
    /// Updates left out by the guard since the run began.
    public var skipped: Int
    /// Seconds in each phase since the last line, averaged over ranks and threads.
    public var seconds: [String: Double]
    /// Sampler steps of single chains in a second, all ranks together; absent without chains.
    public var chainStepsPerSecond: Double?
    /// Passes through the energy and back in a second, those of a row counted one by one, all ranks together.
    public var evaluationsPerSecond: Double

    /// The line, without the newline; values that are not finite are written as text.
    package func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
