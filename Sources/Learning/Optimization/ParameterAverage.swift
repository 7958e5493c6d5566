/// The exponential moving average of the parameters, or of a slice of them: θ̄ <- d θ̄ + (1 - d) θ, from the initial parameters on.
public struct ParameterAverage: Sendable {
    public let decay: Float
    /// The parameters that are averaged.
    public let own: Range<Int>
    /// Their averages.
    public package(set) var values: [Float]

    /// Goes on from averages.
    /// - Parameter own: the parameters that they are of.
    public init(decay: Float, own: Range<Int>, values: [Float]) {
        precondition(values.count == own.count, "an average for each parameter")
        (self.decay, self.own, self.values) = (decay, own, values)
    }

    /// Begins.
    /// - Parameters:
    ///   - parameters: all of them.
    ///   - own: those that are averaged; nil for all.
    public init(decay: Float, of parameters: [Float], own: Range<Int>? = nil) {
        let own = own ?? parameters.indices
        self.init(decay: decay, own: own, values: own == parameters.indices ? parameters : Array(parameters[own]))
    }

    /// - Parameters:
    ///   - parameters: all of them.
    ///   - step: the number of updates made; the first ones use the smaller decay (1 + step) / (10 + step), so that the average forgets the initial
    ///     parameters.
    public mutating func add(_ parameters: [Float], step: Int) {
        let d = min(decay, Float(1 + step) / Float(10 + step))
        for index in own {
            let place = index - own.lowerBound
            values[place] = d * values[place] + (1 - d) * parameters[index]
        }
    }
}
