import Numerics

/// Dual averaging of the step size towards a wanted acceptance: used in warm-up only, since a chain that tunes itself has no exact law.
///
/// With H_t the mean of (target - acceptance) so far, log of the factor is -(√t/γ) H_t from where it began, and what stays after the warm-up is its average with
/// weights t^(-κ); γ = .05, t₀ = 10, κ = .75. The factor is shrunk towards 1, the step size of the configuration, and stays within a hundred
/// times it: an energy that has not taken form yet accepts everything, and what it says must be forgotten soon.
///
/// Source: Y. Nesterov, doi:10.1007/s10107-007-0149-x; M. Hoffman, A. Gelman, arXiv:1111.4246, section 3.2.
public struct StepSizeAdaptation: Codable, Hashable, Sendable {
    /// Updates made.
    public private(set) var count = 0
    public private(set) var meanError = 0.0
    public private(set) var logFactor = 0.0
    public private(set) var averageLogFactor = 0.0
    /// Log of the factor that a restart began with; nil before any: 0.
    public private(set) var origin: Double?

    private static let (shrinkage, delay, power) = (0.05, 10.0, 0.75)
    /// log 100
    public static let largestLogFactor = 4.6

    public init() {}

    /// - Parameters:
    ///   - acceptance: accepted moves divided by proposed ones since the last update.
    ///   - target: the acceptance that is wanted.
    public mutating func update(acceptance: Double, target: Double) {
        count += 1
        let t = Double(count)
        let weight = 1 / (t + Self.delay)
        meanError = (1 - weight) * meanError + weight * (target - acceptance)
        // Beyond the limit errors do not add up, or the way back would be long.
        let start = origin ?? 0
        func error(ofLogFactor limit: Double) -> Double { (start - limit) * Self.shrinkage / t.squareRoot() }
        meanError = min(max(meanError, error(ofLogFactor: Self.largestLogFactor)), error(ofLogFactor: -Self.largestLogFactor))
        logFactor = start - t.squareRoot() / Self.shrinkage * meanError
        // Our own logarithm and exponential: what they give reaches the model.
        let share = Double(VectorMath.exp(-Float(Self.power) * VectorMath.log(Float(t))))
        averageLogFactor = share * logFactor + (1 - share) * averageLogFactor
    }

    /// Begins anew from the factor that it has come to: what the errors of another metric said is forgotten.
    public mutating func restart() {
        let reached = logFactor
        self = StepSizeAdaptation()
        (logFactor, averageLogFactor, origin) = (reached, reached, reached)
    }

    /// The factor of the configured step size.
    /// - Parameter isFinished: whether the warm-up is over.
    public func factor(isFinished: Bool) -> Float { VectorMath.exp(Float(isFinished ? averageLogFactor : logFactor)) }

    /// Whether the values are such as at most so many updates leave behind.
    public func isPlausible(after updates: Int) -> Bool {
        let logarithms = [logFactor, averageLogFactor, origin ?? 0]
        return count >= 0 && count <= updates && abs(meanError) <= 1
            && logarithms.allSatisfy { abs($0) <= Self.largestLogFactor + 1e-9 }
    }
}
