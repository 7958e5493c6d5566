import Foundation

/// log Z between bounds from below and from above.
public struct PartitionBracket: Codable, Hashable, Sendable {
    /// Between the bounds, with an interval about both, wherever they lie.
    public let logZ: Estimate
    /// The mean over estimates of log mean weight, from the simple density: too low in the mean, the less so the longer the path.
    public let lower: Estimate
    /// The same backwards: too high in the mean, where its chains start as draws of the model.
    public let upper: Estimate
    /// Share of accepted moves.
    public let acceptance: Double
    /// The density that paths begin at.
    public let base: String
    public let settings: AnnealedImportance.Settings

    /// - Parameters: log weights of the chains of each estimate.
    init(
        forwards: [[Double]], backwards: [[Double]], logVolume: Double, acceptance: Double, _ settings: AnnealedImportance.Settings,
        base: String
    ) {
        func logMean(_ values: [Double]) -> Double { LogSum(values).value - log(Double(values.count)) }
        lower = Estimate(ofIndependent: forwards.map(logMean)).scaled(by: 1, plus: logVolume)
        upper = Estimate(ofIndependent: backwards.map(logMean)).scaled(by: -1, plus: logVolume)
        // All weights of a direction together are nearer to log Z than the mean of the estimates.
        let (below, above) = (logVolume + logMean(forwards.flatMap { $0 }), logVolume - logMean(backwards.flatMap { $0 }))
        logZ = Estimate(
            (below + above) / 2,
            Interval(
                low: min(lower.interval.low, upper.interval.low), high: max(lower.interval.high, upper.interval.high), method: .bounds,
                count: settings.estimates))
        (self.acceptance, self.base, self.settings) = (acceptance, base, settings)
    }

    /// Whether the bounds contradict each other: then chains that go backwards did not start as draws of the model.
    public var isCrossed: Bool { lower.interval.low > upper.interval.high }
}
