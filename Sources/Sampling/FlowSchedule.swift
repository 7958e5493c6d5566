/// How the temperature of chains rises that an energy's gradient first carries from noise to data.
///
/// T(t)/T = 0 for t < τ*, (t - τ*)/(1 - τ*) up to t = 1, and 1 from there on, at the time t = kΔ after k steps: the noise arrives at t = 1, and from then
/// on chains sample exp(-E/T).
///
/// Source: M. Balcerak et al., arXiv:2504.10612.
public struct FlowSchedule: Sendable, Hashable {
    /// τ*
    public let onset: Double
    /// Δ
    public let timeStep: Double

    public init(onset: Double, timeStep: Double) {
        precondition(timeStep > 0, "a step takes time")
        (self.onset, self.timeStep) = (onset, timeStep)
    }

    /// Times are compared up to this: 100 steps of .01 are 1.
    private static let rounding = 1e-9

    /// T(t)/T after so many steps.
    public func share(afterSteps steps: Int) -> Float {
        let time = Double(steps) * timeStep + Self.rounding
        if time >= 1 { return 1 }
        return time < onset ? 0 : Float((time - onset) / (1 - onset))
    }

    /// The first step at whose beginning chains have the whole temperature.
    public var length: Int { Int(min(1e9, ((1 - Self.rounding) / timeStep).rounded(.up))) }
}
