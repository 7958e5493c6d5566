/// The exponential moving average of the parameters: θ̄ <- d θ̄ + (1 - d) θ, from the initial parameters on.
public struct ParameterAverage: Sendable {
    public let decay: Float
    public package(set) var values: [Float]

    public init(decay: Float, of parameters: [Float]) {
        self.decay = decay
        values = parameters
    }

    /// - Parameter step: the number of updates made; the first ones use the smaller decay (1 + step) / (10 + step), so that the
    ///   average forgets the initial parameters.
    public mutating func add(_ parameters: [Float], step: Int) {
        let d = min(decay, Float(1 + step) / Float(10 + step))
        for index in values.indices { values[index] = d * values[index] + (1 - d) * parameters[index] }
    }
}
