extension Network {
    /// Floating-point operations of the products for one sample; a multiplication and an addition count as two.
    public struct Work: Hashable, Sendable {
        public let forward: Int
        /// The gradient with respect to the sample.
        public let inputGradient: Int
        /// The gradient with respect to the parameters, for which the first layer needs no input gradient.
        public let parameterGradient: Int
    }

    public var work: Work {
        let products = nodes.map { 2 * $0.stage.multiplications }
        let forward = products.reduce(0, +)
        return Work(forward: forward, inputGradient: forward, parameterGradient: 2 * forward - (products.first { $0 > 0 } ?? 0))
    }
}
