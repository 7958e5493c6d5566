extension Network {
    /// Floating-point operations of the products for one sample; a multiplication and an addition count as two.
    public struct Work: Hashable, Sendable {
        public let forward: Int
        /// The gradient with respect to the sample.
        public let inputGradient: Int
        /// The gradient with respect to the parameters, for which the first layer needs no input gradient.
        public let parameterGradient: Int
    }

    /// The part of the multiplications of a pass forward and back to the sample that go by pairs; layers of few values compute with floats.
    public func pairedShare(_ precision: PassPrecision) -> Double {
        let all = nodes.reduce(0) { $0 + 2 * $1.stage.multiplications }
        let paired = nodes.reduce(0) { sum, node in
            let stage = node.stage.pairedMultiplications
            return sum + (precision.forward == .bfloat16 ? stage.forward : 0) + (precision.backward == .bfloat16 ? stage.backward : 0)
        }
        return all == 0 ? 0 : Double(paired) / Double(all)
    }

    public var work: Work {
        let products = nodes.map { 2 * $0.stage.multiplications }
        let forward = products.reduce(0, +)
        return Work(forward: forward, inputGradient: forward, parameterGradient: 2 * forward - (products.first { $0 > 0 } ?? 0))
    }
}
