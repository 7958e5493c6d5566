/// The exponential moving average of the parameters, or of a slice of them: θ̄ <- d θ̄ + (1 - d) θ, from the initial parameters on.
public struct ParameterAverage: Sendable {
    /// How much of the average an update leaves.
    public struct Decay: Sendable {
        public let limit: Float
        /// Whether the first updates leave less, so that the average forgets the initial parameters.
        public let warmup: Bool

        public init(_ limit: Float, warmup: Bool = true) { (self.limit, self.warmup) = (limit, warmup) }

        /// d = min(limit, (1 + n) / (10 + n)) with a warm-up, else the limit.
        /// - Parameter updates: n, those made.
        func after(_ updates: Int) -> Float { warmup ? min(limit, Float(1 + updates) / Float(10 + updates)) : limit }
    }

    /// The parameters that are averaged.
    public let own: Range<Int>
    /// Their averages.
    public package(set) var values: [Float]

    /// Goes on from averages.
    /// - Parameter own: the parameters that they are of.
    public init(own: Range<Int>, values: [Float]) {
        precondition(values.count == own.count, "an average for each parameter")
        (self.own, self.values) = (own, values)
    }

    /// Begins.
    /// - Parameters:
    ///   - parameters: all of them.
    ///   - own: those that are averaged; nil for all.
    public init(of parameters: [Float], own: Range<Int>? = nil) {
        let own = own ?? parameters.indices
        self.init(own: own, values: own == parameters.indices ? parameters : Array(parameters[own]))
    }

    /// - Parameters:
    ///   - parameters: all of them.
    ///   - step: the number of updates made.
    ///   - decay: of this update.
    public mutating func add(_ parameters: [Float], step: Int, decay: Decay) {
        let d = decay.after(step)
        for index in own {
            let place = index - own.lowerBound
            values[place] = d * values[place] + (1 - d) * parameters[index]
        }
    }
}
