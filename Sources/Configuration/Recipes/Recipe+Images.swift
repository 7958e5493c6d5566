import Formats
import Numerics

/// Gray and colour images.
extension Recipe {
    /// The values that the energy sees.
    private var range: ClosedRange<Double> { facts.levels == nil ? facts.range : asked.data.low...asked.data.high }

    /// Half the range: settings were measured on images from -1 to 1.
    private var unit: Double { max(range.upperBound - range.lowerBound, 1e-6) / 2 }

    private var side: Int { max(facts.shape.height, facts.shape.width) }

    /// The digits' training up to 16 x 16, above it that of Fashion-MNIST.
    mutating func addGrayImages() {
        setScale()
        if facts.shape.count > 256 { addLargeGrayImages() }
        switch objective {
        case _ where objective.ownStart != nil:
            set("data.noise", 0.03 * unit)
            set("sampler.stepSize", unit * unit)
            set("sampler.noise", 0.005 * unit)
            set("chains.noiseLow", range.lowerBound)
            set("chains.noiseHigh", range.upperBound)
        case .denoisingScore:
            set("data.noise", 0)
            set("objective.noise", 0.2 * unit)
        default: break
        }
    }

    private mutating func addLargeGrayImages() {
        setNetwork(convolutions([16, 32, 64, 64], first: (kernel: 5, padding: 4), dense: 64, downTo: 3))
        set("run.chainsPerShard", .integer(8))
        setDescent(steps: 2000, rate: 5e-4, finalRate: 1e-5, clipNorm: 1)
        guard objective.ownStart != nil else { return }
        set("sampler.steps", .integer(40))
        set("objective.energyRegularization", 0.01)
    }

    mutating func addColourImages() {
        setScale()
        if objective == .energyMatching { return addFlow() }
        setNetwork(convolutions([64, 128, 192], first: (kernel: 5, padding: 2), dense: 128, downTo: 4))
        if objective == .diffusionCD, !given.contains("objective.estimator") || asked.objective.estimator == .recovery { addRecovery() }
    }

    /// Samples of CIFAR-10 from one potential: the flow of energy matching alone.
    private mutating func addFlow() {
        setNetwork(
            convolutions([48, 96, 128], first: (kernel: 5, padding: 2), dense: 128, downTo: 2)
                .merging(["model.readouts": .boolean(true), "model.groups": .integer(8)]) { own, _ in own })
        // |∇V| is of the order of the root of how many values a row has.
        if !given.contains("model.initial") { set("model.initialScale", 2.45) }
        set("data.noise", 0)
        set("model.outputFactor", 20 * (Double(facts.shape.count) / 3072).squareRoot())
        set("objective.temperature", 0.02)
        set("objective.pairing", .string("random"))
        set("sampler.kind", .string("heun"))
        set("sampler.steps", .integer(20))
        set("sampler.stepSize", 0.05)
        set("sampler.low", range.lowerBound)
        set("sampler.high", max(range.upperBound, range.lowerBound + unit))
        set("run.shards", .integer(4))
        setDescent(steps: 20_000, rate: 6e-3, finalRate: 1e-4, clipNorm: 1)
        set("optimizer.beta2", 0.99)
        set("optimizer.average", 0.999)
        set("samples.every", .integer(2000))
    }

    /// The training of CIFAR-10 on a ladder of noise levels.
    private mutating func addRecovery() {
        set("data.noise", 0)
        set("objective.estimator", .string("recovery"))
        set("objective.levels", .integer(8))
        set("objective.lowNoise", 0.06 * unit)
        set("objective.noise", 4 * unit)
        set("objective.dataDeviation", 0.5 * unit)
        merge(Self.langevin(stepSize: 8e-4 * unit * unit, steps: 12))
        set("chains.noise", .string("gaussian"))
        set("chains.noiseDeviation", 4 * unit)
        set("run.shards", .integer(4))
        setDescent(steps: 10_000, rate: 1e-3, finalRate: 1e-5, clipNorm: 10)
        set("optimizer.average", 0.9995)
        set("samples.every", .integer(1000))
    }

    /// Up in 200 steps to `rate`, and down to `finalRate` by a cosine.
    private mutating func setDescent(steps: Int, rate: Double, finalRate: Double, clipNorm: Double) {
        set("run.steps", .integer(steps))
        set("optimizer.learningRate", rate)
        set("optimizer.warmupSteps", .integer(200))
        set("optimizer.schedule", .string("cosine"))
        set("optimizer.finalLearningRate", finalRate)
        set("optimizer.clipNorm", clipNorm)
    }

    /// Pictures of floats show their range, as those of levels do.
    private mutating func setScale() {
        set("samples.scale", .integer(side <= 16 ? 4 : side <= 64 ? 2 : 1))
        guard facts.levels == nil else { return }
        set("data.low", range.lowerBound)
        set("data.high", max(range.upperBound, range.lowerBound + unit))
    }

    /// Convolutions that halve the image until its longer side is at most `least`; the last entry of `channels` stands for all further ones.
    private func convolutions(
        _ channels: [Int], first: (kernel: Int, padding: Int), dense: Int, downTo least: Int
    ) -> [String: JSONValue] {
        var (side, layers): (Int, [(channels: Int, kernel: Int, padding: Int)]) = (side, [])
        repeat {
            let (kernel, padding) = layers.isEmpty ? first : (3, 1)
            layers.append((channels[min(layers.count, channels.count - 1)], kernel, padding))
            side = (side + 2 * padding - kernel) / 2 + 1
        } while side > least
        return [
            "model.kind": .string("convolution"), "model.channels": list(layers.map(\.channels)),
            "model.kernels": list(layers.map(\.kernel)),
            "model.strides": list(layers.map { _ in 2 }), "model.paddings": list(layers.map(\.padding)), "model.dense": list([dense]),
        ]
    }

    private func list(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .integer($0) }) }
}
