import Failures
import Learning
import Numerics
import Testing
import Training

/// Updates agree with the published rules, written out in Double.
struct OptimizerTests {
    static let count = 50
    static let steps = 200

    static func normals(_ step: Int) -> [Float] {
        let values = Matrix(rows: 1, columns: count)
        RandomStream(seed: 1, purpose: .test, step: step, index: 0).fillNormals(values)
        return values.values
    }

    /// The largest difference between the optimiser and a rule in Double after `steps` steps, in units of the step size.
    static func difference(_ rule: Optimizer.Rule, learningRate: Float, _ reference: (inout Reference, [Double]) -> Void) -> Double {
        var optimizer = Optimizer(rule, groups: [.init(0..<count)])
        var parameters = normals(1_000)
        var exact = Reference(parameters.map(Double.init))
        for step in 1...steps {
            let gradient = normals(step)
            optimizer.update(&parameters, gradient: gradient, learningRate: learningRate)
            exact.step = step
            reference(&exact, gradient.map(Double.init))
        }
        return zip(parameters, exact.parameters).map { abs(Double($0) - $1) }.max() ?? .nan
    }

    struct Reference {
        var parameters: [Double]
        var first: [Double]
        var second: [Double]
        var step = 0

        init(_ parameters: [Double]) {
            self.parameters = parameters
            first = Array(repeating: 0, count: parameters.count)
            second = first
        }
    }

    /// Each of the 200 steps rounds parameters of size about 5 to 2^-24, and moments to 2^-24 of a step of at most 0.05.
    static let tolerance = 200.0 * 6 * 0x1p-24

    @Test(arguments: [Float(0), 0.9], [Float(0), 0.1])
    func `SGD is θ - η m with m = μ m + g + λ θ`(momentum: Float, decay: Float) {
        let rate: Float = 0.01
        let difference = Self.difference(.sgd(momentum: momentum, weightDecay: decay), learningRate: rate) { state, gradient in
            for i in gradient.indices {
                state.first[i] = Double(momentum) * state.first[i] + gradient[i] + Double(decay) * state.parameters[i]
                state.parameters[i] -= Double(rate) * state.first[i]
            }
        }
        #expect(difference < Self.tolerance)
    }

    @Test(arguments: [Float(0), 0.1])
    func `Adam corrects the bias of both moments; its decay is part of the gradient`(decay: Float) {
        let (rate, beta1, beta2, epsilon): (Float, Float, Float, Float) = (0.02, 0.8, 0.99, 1e-3)
        let rule = Optimizer.Rule.adam(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: decay)
        let difference = Self.difference(rule, learningRate: rate) { state, gradient in
            for i in gradient.indices {
                let g = gradient[i] + Double(decay) * state.parameters[i]
                Self.adam(&state, i, g, (rate, beta1, beta2, epsilon))
            }
        }
        #expect(difference < Self.tolerance)
    }

    @Test func `AdamW shrinks parameters apart from the gradient: θ - η λ θ`() {
        let (rate, beta1, beta2, epsilon): (Float, Float, Float, Float) = (0.02, 0.8, 0.99, 1e-3)
        let rule = Optimizer.Rule.adamW(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: 0.3)
        let difference = Self.difference(rule, learningRate: rate) { state, gradient in
            for i in gradient.indices {
                state.parameters[i] -= Double(rate) * Double(Float(0.3)) * state.parameters[i]
                Self.adam(&state, i, gradient[i], (rate, beta1, beta2, epsilon))
            }
        }
        #expect(difference < Self.tolerance)
    }

    private static func adam(_ state: inout Reference, _ i: Int, _ g: Double, _ constants: (Float, Float, Float, Float)) {
        let (rate, beta1, beta2, epsilon) = (Double(constants.0), Double(constants.1), Double(constants.2), Double(constants.3))
        state.first[i] = beta1 * state.first[i] + (1 - beta1) * g
        state.second[i] = beta2 * state.second[i] + (1 - beta2) * g * g
        let (m, v) = (state.first[i] / (1 - power(beta1, state.step)), state.second[i] / (1 - power(beta2, state.step)))
        state.parameters[i] -= rate * m / (v.squareRoot() + epsilon)
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double { (0..<exponent).reduce(1) { product, _ in product * base } }

    @Test func `the first step of Adam has the length of the learning rate in every direction, whatever the gradient's size`() {
        var optimizer = Optimizer(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-12), groups: [.init(0..<3)])
        var parameters: [Float] = [0, 0, 0]
        optimizer.update(&parameters, gradient: [1e-4, -3, 200], learningRate: 0.5)
        for (value, expected) in zip(parameters, [Float(-0.5), 0.5, -0.5]) { #expect(abs(value - expected) < 1e-6) }
        #expect(optimizer.updates == 1)
    }
}

/// Parameters are updated one by one: slices that are updated apart have the bits of all together.
struct OptimizerSliceTests {
    static let count = 3000
    static let groups = [Optimizer.Group(0..<1100), .init(1100..<1107, rate: 3), .init(1107..<3000, rate: 0.5)]
    /// The last one is empty.
    static let slices = [0..<1024, 1024..<2048, 2048..<3000, 3000..<3000]
    static let rules: [Optimizer.Rule] = [
        .sgd(momentum: 0.8, weightDecay: 0.1), .adam(beta1: 0.8, beta2: 0.9, epsilon: 1e-6, weightDecay: 0.1),
        .adamW(beta1: 0.8, beta2: 0.9, epsilon: 1e-6, weightDecay: 0.1),
    ]

    static func normals(_ step: Int) -> [Float] {
        let values = Matrix(rows: 1, columns: count)
        RandomStream(seed: 2, purpose: .test, step: step, index: 0).fillNormals(values)
        return values.values
    }

    /// Optimisers of some slices, over the same clipped gradients, with an average of the parameters.
    struct Run {
        var parameters = normals(100)
        var optimizers: [Optimizer]
        var averages: [ParameterAverage]

        init(_ rule: Optimizer.Rule, _ slices: [Range<Int>]) {
            let start = parameters
            optimizers = slices.map { Optimizer(rule, groups: groups, own: $0) }
            averages = slices.map { ParameterAverage(of: start, own: $0) }
        }

        /// In a first pass the slices find what they share, in the second they use it.
        mutating func step(_ number: Int, _ clip: GradientClip) throws {
            let gradient = normals(number)
            var rounds: [[Double]] = []
            for pass in 0...1 {
                var found: [[Double]] = []
                for slice in optimizers.indices {
                    var round = 0
                    var own = Array(gradient[optimizers[slice].own])
                    _ = try clip.apply(to: &own, optimizer: optimizers[slice]) { (sums) throws(Failure) in
                        if round == found.count { found.append([Double](repeating: 0, count: sums.count)) }
                        for index in sums.indices { found[round][index] += sums[index] }
                        if round < rounds.count { sums = rounds[round] }
                        round += 1
                    }
                    if pass == 1 {
                        optimizers[slice].update(&parameters, gradient: own, learningRate: 0.01)
                        averages[slice].add(parameters, step: number, decay: .init(0.9))
                    }
                }
                rounds = found
            }
        }
    }

    @Test(arguments: rules, [GradientClip(), GradientClip(norm: 5), GradientClip(norm: 5, sigma: 1.5)])
    func `parameters, moments and averages of slices are those of the whole`(rule: Optimizer.Rule, clip: GradientClip) throws {
        var (whole, sliced) = (Run(rule, [0..<Self.count]), Run(rule, Self.slices))
        for step in 1...4 {
            try whole.step(step, clip)
            try sliced.step(step, clip)
        }
        #expect(sliced.parameters == whole.parameters && whole.parameters != Self.normals(100))
        #expect(sliced.optimizers.flatMap(\.first) == whole.optimizers[0].first)
        #expect(sliced.optimizers.flatMap(\.second) == whole.optimizers[0].second)
        #expect(sliced.averages.flatMap(\.values) == whole.averages[0].values)
        #expect(sliced.optimizers.map { $0.first.count } == Self.slices.map(\.count))
    }
}

struct ParameterAverageTests {
    /// The average after each of some updates of one parameter, in Double, with the decays of a formula.
    static func average(from first: Double, _ values: [Double], decay: (Double) -> Double) -> [Double] {
        var (average, averages): (Double, [Double]) = (first, [])
        for (index, value) in values.enumerated() {
            let d = decay(Double(index + 1))
            average = d * average + (1 - d) * value
            averages.append(average)
        }
        return averages
    }

    @Test(arguments: [true, false])
    func `the average starts at the first parameters and follows its decay d, with a warm-up min(d, (1 + n)/(10 + n))`(warmup: Bool) {
        let values: [Double] = [1, -2, 3, 5, 5, 5, 5, 5, 5, 5, 0]
        var average = ParameterAverage(of: [4])
        #expect(average.values == [4])
        let expected = Self.average(from: 4, values) { n in warmup ? min(0.5, (1 + n) / (10 + n)) : 0.5 }
        for (index, (value, expected)) in zip(values, expected).enumerated() {
            average.add([Float(value)], step: index + 1, decay: .init(0.5, warmup: warmup))
            #expect(abs(Double(average.values[0]) - expected) < 1e-5)
        }
    }
}
