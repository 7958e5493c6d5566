import Formats
import Learning
import Model
import Numerics
import Sampling

/// Everything that must survive a restart besides the shards: the same on every rank, but for moments and average where each rank has those of its
/// slice of the parameters.
public struct TrainingState: Sendable {
    /// Updates made: the number of the next step.
    public var step: Int
    public var parameters: [Float]
    /// The model's own state (power-iteration vectors); empty for most models.
    public var modelState: [Float]
    public var optimizer: Optimizer
    public var average: ParameterAverage?
    /// The fixed-point exponents of the exact sum, one for each tensor.
    public var exponents: [Int32]
    public var guardState: GuardState
    /// The adaptation of the sampler's step size; nil where it is not adapted.
    public var stepSize: StepSizeAdaptation?
    /// The adaptation of the sampler's metric; nil where it is not adapted.
    public var metric: MetricAdaptation?
    public var health = HealthState()

    /// The parameters to sample from and to evaluate: the average where there is one. Of a state that has all of it.
    public var bestParameters: [Float] {
        precondition(isWhole, "the average of a slice of the parameters is no model")
        return average?.values ?? parameters
    }

    /// Whether the moments and the average of all parameters are here.
    package var isWhole: Bool { optimizer.own == parameters.indices }

    /// One update of the own parameters and their average.
    /// - Parameter decay: of the average; nil where none is kept.
    package mutating func apply(_ gradient: [Float], learningRate: Float, decay: ParameterAverage.Decay?) {
        optimizer.update(&parameters, gradient: gradient, learningRate: learningRate)
        if let decay { average?.add(parameters, step: optimizer.updates, decay: decay) }
    }

    /// A hash of all of it: equal on all ranks where each has the moments and the average of all parameters.
    package var replicaDigest: UInt64 { digest(withMoments: true) }

    /// A hash of the parameters and of what belongs to them all, and of moments and average where these are to count.
    package func digest(withMoments: Bool) -> UInt64 {
        let sum = Checksum()
        sum.add(parameters)
        sum.add(modelState)
        if withMoments {
            sum.add(optimizer.first)
            sum.add(optimizer.second)
            if let average { sum.add(average.values) }
        }
        sum.add(exponents)
        sum.add([step, optimizer.updates, guardState.consecutiveSkips, guardState.skips, guardState.rollbacks])
        sum.add([guardState.returnedTo ?? -1, guardState.newestPoint ?? -1])
        sum.add([health.steps, health.signChanges, health.lastSign, Int(bitPattern: UInt(health.gapSum.bitPattern))])
        if let rHat = health.rHat { sum.add([Int(bitPattern: UInt(rHat.bitPattern))]) }
        if let comparison = health.comparison {
            sum.add([comparison.samples, comparison.noise].map { Int(bitPattern: UInt($0.bitPattern)) })
        }
        if let stepSize {
            let numbers = [stepSize.meanError, stepSize.logFactor, stepSize.averageLogFactor] + [stepSize.origin].compactMap { $0 }
            sum.add(numbers.map { Int(bitPattern: UInt($0.bitPattern)) })
        }
        if let metric {
            sum.add(metric.scales)
            sum.add(([metric.count] + metric.mean + metric.squares).map { Int(bitPattern: UInt($0.bitPattern)) })
        }
        return sum.value
    }

    /// Whether no parameter and no moment of the own ones is NaN or infinite: what must hold, on all ranks, before anything is saved.
    var isFinite: Bool { parameters.isFinite && optimizer.first.isFinite && optimizer.second.isFinite }
}
