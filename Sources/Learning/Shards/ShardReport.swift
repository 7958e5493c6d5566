/// What one shard says of one step: sums over its rows, small enough to ride with the gradient sum.
public struct ShardReport: Sendable, Hashable {
    /// Σ E(x+) over the shard's data rows.
    public var dataEnergy = 0.0
    /// Σ E(x-) over the shard's negatives.
    public var sampleEnergy = 0.0
    /// Σ |∇E(x-)|² at the chains' last step.
    public var squaredGradient = 0.0
    /// Σ |x_K - x_0| over the chains.
    public var displacement = 0.0
    /// Σ of the chains' ages in steps, after sampling.
    public var age = 0.0
    /// Values that lie on the wall of the sampler's box.
    public var saturated = 0.0
    /// Σ x and Σ x² over the values of the negatives, where they are chains.
    public var sampleValues = 0.0
    public var squaredSampleValues = 0.0
    /// Accepted moves of all chains and sampler steps; 0 for samplers without an accept step.
    public var accepted = 0.0
    /// Proposals that were not finite.
    public var invalid = 0.0
    /// Chains started afresh.
    public var restarts = 0.0
    /// Σ |x_K - x_0|² over the chains.
    public var squaredDisplacement = 0.0
    /// Σ E(x-)² over the shard's negatives, where they are chains.
    public var squaredSampleEnergy = 0.0
    /// Σ of the loss over the shard's data rows, for objectives that have one.
    public var loss = 0.0
    /// Σ |g(z) - x~|² of a generator over the negatives it learns, z from the encoder.
    public var reconstruction = 0.0
    /// Σ KL(q(z|x~) ‖ N(0, I)) of an encoder over the same rows.
    public var latentDivergence = 0.0

    public init() {}

    /// The fields in a fixed order.
    public static var fields: [WritableKeyPath<ShardReport, Double>] {
        [
            \.dataEnergy, \.sampleEnergy, \.squaredGradient, \.displacement, \.age, \.saturated, \.accepted, \.invalid, \.restarts,
            \.squaredDisplacement, \.squaredSampleEnergy, \.sampleValues, \.squaredSampleValues, \.loss, \.reconstruction,
            \.latentDivergence,
        ]
    }

    public static let fieldCount = 16

    public var values: [Double] { Self.fields.map { self[keyPath: $0] } }

    public init(values: ArraySlice<Double>) {
        precondition(values.count == Self.fieldCount, "a report has \(Self.fieldCount) values")
        for (field, value) in zip(Self.fields, values) { self[keyPath: field] = value }
    }

    /// The sum over shards, in shard order.
    public static func sum(_ records: [Double]) -> ShardReport {
        var totals = [Double](repeating: 0, count: fieldCount)
        for (index, value) in records.enumerated() { totals[index % fieldCount] += value }
        return ShardReport(values: totals[...])
    }
}
