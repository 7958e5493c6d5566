/// What reports of health remember between steps: part of a checkpoint, so that a continued run writes the same lines.
public struct HealthState: Codable, Hashable, Sendable {
    /// Steps since the last report at a multiple of `report.every`: the interval of what follows.
    public private(set) var steps = 0
    /// Changes of sign of the energy gap in the interval.
    public private(set) var signChanges = 0
    /// The sign of the last gap that was not 0: -1, 1, or 0 before the first.
    public private(set) var lastSign = 0
    /// The sum of the gaps in the interval.
    public private(set) var gapSum = 0.0
    /// R-hat of the last window of diagnostics; nil before the first and where it cannot be told.
    public private(set) var rHat: Double?

    /// What the last evaluation at a multiple of `evaluate.every` found; nil before the first.
    public private(set) var comparison: NoiseComparison?

    /// R-hat of chains that stand still at different places is infinite; files of JSON hold no infinity.
    static let largestRHat = 1e9

    public init() {}

    /// mean E(x+) - mean E(x-) of a step.
    package mutating func note(gap: Double) {
        steps += 1
        gapSum += gap
        let sign = gap > 0 ? 1 : (gap < 0 ? -1 : 0)
        if sign * lastSign < 0 { signChanges += 1 }
        if sign != 0 { lastSign = sign }
    }

    package mutating func note(rHat: Double?) { self.rHat = rHat.map { min($0, Self.largestRHat) } }

    package mutating func note(_ comparison: NoiseComparison?) { self.comparison = comparison }

    /// A report ends the interval.
    package mutating func startInterval() { (steps, signChanges, gapSum) = (0, 0, 0) }

    package var meanGap: Double { gapSum / Double(max(1, steps)) }

    /// Whether the values are such as a run leaves behind.
    package var isPlausible: Bool {
        (0...1 << 40).contains(steps) && (0...max(0, steps)).contains(signChanges) && (-1...1).contains(lastSign) && gapSum.isFinite
            && (rHat.map { (0...Self.largestRHat).contains($0) } ?? true) && comparison?.isPlausible ?? true
    }
}
