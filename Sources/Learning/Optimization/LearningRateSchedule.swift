import Numerics

/// The learning rate as a function of the step alone.
public struct LearningRateSchedule: Sendable, Hashable {
    public enum Shape: Sendable, Hashable {
        case constant
        /// Multiplied by `factor` after every `every` steps.
        case step(every: Int, factor: Float)
        /// From the base rate after the warm-up to `final` from step `steps` on, along half a cosine (I. Loshchilov, F. Hutter, arXiv:1608.03983).
        case cosine(final: Float, steps: Int)
    }

    public var base: Float
    public var shape: Shape
    /// The rate rises linearly from base / warmup to base over the first `warmup` steps.
    public var warmup: Int
    /// A constant rate from a step on; nil: the shape goes on.
    public var later: Later?

    public struct Later: Sendable, Hashable {
        public var step: Int
        public var rate: Float

        public init(step: Int, rate: Float) { (self.step, self.rate) = (step, rate) }
    }

    public init(base: Float, shape: Shape = .constant, warmup: Int = 0, later: Later? = nil) {
        self.base = base
        self.shape = shape
        self.warmup = warmup
        self.later = later
    }

    /// The rate of a step; the first step is 0.
    public func rate(at step: Int) -> Float {
        if let later, step >= later.step { return later.rate }
        if step < warmup { return base * Float(step + 1) / Float(warmup) }
        switch shape {
        case .constant: return base
        case .step(let every, let factor): return base * Float(integerPower(Double(factor), step / every))
        case .cosine(let final, let steps):
            guard step < steps else { return final }
            let progress = Float(step - warmup) / Float(max(1, steps - warmup))
            return final + (base - final) * 0.5 * (1 + VectorMath.cos(.pi * progress))
        }
    }
}
