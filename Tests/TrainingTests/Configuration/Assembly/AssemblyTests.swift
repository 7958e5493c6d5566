import Configuration
import Datasets
import Distributed
import Failures
import Foundation
import Learning
import Model
import Numerics
import Sampling
import Testing
import Training

/// Every group of a configuration becomes the thing it describes.
struct AssemblyTests {
    static let image = ImageShape(height: 8, width: 8, channels: 1)

    @Test func `an mlp has its widths and one output, and flattens images`() throws {
        let model = try ScratchRun.configuration(["model.widths=[5, 4]"]).energyModel(for: ImageShape(vector: 3))
        #expect(model.layout.tensors.map(\.torchShape) == [[5, 3], [5], [4, 5], [4], [1, 4], [1]])
        #expect(model.layout.tensors.map(\.name).first == "layers.0.weight" && model.referenceDeviation == 2)
        let flat = try ScratchRun.configuration(["model.widths=[5]"]).energyModel(for: Self.image)
        #expect(flat.layout.tensors.map(\.torchShape) == [[5, 64], [5], [1, 5], [1]])
    }

    @Test func `a convolution has its channels, kernels and dense layers`() throws {
        let model = try ScratchRun.configuration([
            "model.kind=convolution", "model.channels=[2, 3]", "model.kernels=[3, 4]", "model.strides=[1, 2]", "model.paddings=[1, 1]",
            "model.dense=[6]",
            "model.spectralNormalization=true",
        ]).energyModel(for: Self.image)
        #expect(model.layout.tensors.map(\.torchShape) == [[2, 1, 3, 3], [2], [3, 2, 4, 4], [3], [6, 48], [6], [1, 6], [1]])
        #expect(model.normalizedWeights == .all && model.stateLayout.count > 0)
        let hidden = try ScratchRun.configuration(["model.spectralNormalization=true", "model.normalizeLast=false"])
        #expect(try hidden.energyModel(for: Self.image).normalizedWeights == .hidden)
        #expect(try ScratchRun.configuration([]).energyModel(for: Self.image).normalizedWeights == .none)
    }

    private static let unet = [
        "model.kind=unet", "model.channels=[2, 3]", "model.kernels=[3, 4]", "model.strides=[1, 2]", "model.paddings=[1, 1]",
    ]

    @Test func `a U-Net goes down and back up to the pixels of x, with a sum at each resolution, blocks and a bound`() throws {
        func layers(_ more: [String] = [], _ shape: ImageShape = Self.image) throws -> [LayerDescription] {
            try ScratchRun.configuration(Self.unet + more).energyModel(for: shape).network.description.layers
        }
        func level(_ last: LayerDescription...) -> [LayerDescription] {
            let inner: [LayerDescription] = [
                .convolution(channels: 3, kernel: 4, stride: 2, padding: 1), .activation(.silu),
                .transposedConvolution(channels: 2, kernel: 4, stride: 2, padding: 1, outputPadding: 0),
            ]
            let outer: [LayerDescription] = [
                .convolution(channels: 2, kernel: 3, stride: 1, padding: 1), .activation(.silu), .residual(layers: inner),
                .activation(.silu),
                .transposedConvolution(channels: 1, kernel: 3, stride: 1, padding: 1),
            ]
            return [.innerProduct(layers: outer + last)]
        }
        #expect(try layers() == level(.activation(.tanh)))
        #expect(try layers(["model.output=none"]) == level())
        // 9 and 5 pixels lose one in strides of two, and get it back.
        let shape = ImageShape(height: 9, width: 5, channels: 2)
        guard case .innerProduct(let odd)? = try layers(["model.strides=[2, 2]", "model.kernels=[4, 3]"], shape).first else {
            Issue.record("no inner product")
            return
        }
        #expect(odd[4] == .transposedConvolution(channels: 2, kernel: 4, stride: 2, padding: 1, outputPadding: 1))
        #expect("\(try layers(["model.blocks=2"]))".components(separatedBy: "residual(").count == 1 + 1 + 3 * 2)
    }

    @Test func `model.groups normalises what all convolutions but the first one give, in front of their activations`() throws {
        let keys = ["model.kind=convolution", "model.channels=[4, 6, 8]", "model.kernels=[3, 3, 3]", "model.strides=[1, 2, 2]"]
        func layers(_ more: [String]) throws -> [LayerDescription] {
            let all = keys + ["model.paddings=[1, 1, 1]", "model.dense=[5]"] + more
            return try ScratchRun.configuration(all).energyModel(for: Self.image).network.description.layers
        }
        let (plain, normalised) = (try layers([]), try layers(["model.groups=2"]))
        let places = normalised.indices.filter { normalised[$0] == .groupNormalization(groups: 2) }
        #expect(places == [3, 6])
        #expect(normalised.enumerated().filter { !places.contains($0.offset) }.map(\.element) == plain)
        let message = failure { _ = try layers(["model.groups=4"]) }?.message ?? "nothing"
        #expect(message.contains("6") && message.contains("4"), "\(message)")
    }

    @Test func `a U-Net that cannot come back to the pixels of x, and one of vectors, are refused with their keys`() throws {
        func message(_ shape: ImageShape, _ more: [String] = []) -> String {
            failure { _ = try ScratchRun.configuration(Self.unet + more).energyModel(for: shape) }?.message ?? "nothing"
        }
        #expect(message(ImageShape(height: 8, width: 7, channels: 1)).contains("model.strides[1]"))
        #expect(message(ImageShape(vector: 4)).contains("it needs an image"))
        #expect(message(Self.image, ["model.kernels=[30, 4]"]).contains("larger than its input"))
    }

    @Test func `model.initialScale multiplies the energy's first parameters and no other network's`() throws {
        let teaching = ["objective.kind=variationalTeaching", "generator.latent=3"]
        let plain = try ScratchRun.trainer(teaching)
        let scaled = try ScratchRun.trainer(teaching + ["model.initialScale=2"])
        let (energy, all) = (plain.plan.networks.energyRange, plain.state.parameters)
        #expect(scaled.state.parameters[energy].elementsEqual(all[energy].map { 2 * $0 }))
        #expect(scaled.state.parameters[energy.upperBound...] == all[energy.upperBound...] && energy.upperBound < all.count)
    }

    @Test func `with model.initialDeviation all networks begin with normal weights`() throws {
        let trainer = try ScratchRun.trainer(["objective.kind=variationalTeaching", "generator.latent=3", "model.initialDeviation=1e-3"])
        let (networks, parameters) = (trainer.plan.networks, trainer.state.parameters)
        for range in [networks.energyRange, networks.range(of: .generator), networks.range(of: .encoder)] {
            let largest = parameters[range].map(abs).max()!
            #expect(largest > 1e-3 && largest < 1e-2 && parameters[range].contains(0), "\(range)")
        }
    }

    @Test func `spectral normalisation begins with singular values, not with random vectors`() throws {
        let plan = try ScratchRun.trainer(["model.spectralNormalization=true", "model.widths=[32, 32, 32]"]).plan
        let (state, weights) = (plan.initialState(ofRank: 0), PreparedWeights(plan.model.network))
        var vectors = state.modelState
        // An energy whose weights are all divided by their largest singular value changes by no more than the input, at slopes of at most 1.1 for SiLU.
        plan.model.prepare(weights, parameters: state.parameters, state: &vectors, iterating: false)
        let workspace = Workspace(plan.model, rows: 2)
        let (x, energies) = (Matrix(rows: 2, columns: 2, [0, 0, 1, 0]), Matrix(rows: 2, columns: 1))
        plan.model.energies(of: x, weights, workspace, into: energies)
        // The reference term of deviation 2 adds 1/8. Fifteen iterations miss the largest singular value by some percent at most.
        #expect(abs(energies[1, 0] - energies[0, 0] - 0.125) < 1.5, "\(energies.values)")
        #expect(vectors == state.modelState)
    }

    @Test func `listed layers are taken as they are; one that cannot be is refused with its key`() throws {
        let model = try ScratchRun.configuration([
            "model.kind=layers",
            #"model.layers=[{kind: "flatten"}, {kind: "dense", outputs: 3}, {kind: "leakyReLU", slope: 0.1}, {kind: "dense", outputs: 1}]"#,
        ]).energyModel(for: Self.image)
        #expect(model.layout.count == 64 * 3 + 3 + 3 + 1)
        for layers in [#"[{kind: "dense", outputs: 0}]"#, #"[{kind: "nothing"}]"#, #"[{kind: "dense", outputs: 2}]"#] {
            let refused = failure {
                _ = try ScratchRun.configuration(["model.kind=layers", "model.layers=\(layers)"]).energyModel(for: ImageShape(vector: 2))
            }
            #expect(refused?.kind == .configuration, "\(refused?.message ?? "")")
        }
        let tooLarge = failure {
            _ = try ScratchRun.configuration(["model.kind=convolution", "model.kernels=[30, 4]"]).energyModel(for: Self.image)
        }
        #expect(tooLarge?.kind == .configuration && tooLarge?.message.hasPrefix("model") == true, "\(tooLarge?.message ?? "")")
    }

    private func langevin(_ arguments: [String]) throws -> Langevin {
        try #require(try ScratchRun.configuration(arguments).kernel(for: Self.image, in: nil) as? Langevin)
    }

    @Test func `the sampler group becomes a kernel: proper noise where none is given, a box with one open side`() throws {
        let proper = try langevin(["sampler.stepSize=0.5", "sampler.noise=null", "sampler.temperature=4", "sampler.low=0"])
        #expect(
            proper.stepSize == 0.5 && proper.noise == 2 && proper.box == 0...Float.infinity && proper.gradientClip == nil
                && !proper.noiseFirst)
        let decoupled = try langevin([
            "sampler.stepSize=10", "sampler.noise=0.005", "sampler.gradientClip=0.01", "sampler.noiseFirst=true", "sampler.low=0",
            "sampler.high=1",
        ])
        #expect(
            decoupled.stepSize == 10 && decoupled.noise == 0.005 && decoupled.gradientClip == 0.01 && decoupled.noiseFirst
                && decoupled.box == 0...1)
    }

    @Test func `the chains group becomes a buffer for each shard; only persistent chains have one`() throws {
        let configuration = try ScratchRun.configuration([
            "chains.storage=byte", "sampler.low=-2", "sampler.high=3", "chains.replacement=reservoir", "chains.restartProbability=0.25",
        ])
        #expect(configuration.replayCapacity == 12 && configuration.rowsPerStep == 24)
        #expect(configuration.replayOptions == ReplayOptions(storage: .byte(-2...3), replacement: .reservoir, restartProbability: 0.25))
        #expect(try ScratchRun.configuration(["chains.buffer=null"]).replayCapacity == 16 * 6)
        for kind in ["cd", "shortRun"] { #expect(try ScratchRun.configuration(["objective.kind=\(kind)"]).replayCapacity == nil) }
        #expect(
            try ScratchRun.configuration(["chains.noise=gaussian", "chains.noiseDeviation=0.5"]).startNoise(in: nil)
                == .gaussian(deviation: 0.5))
        #expect(try ScratchRun.configuration(["chains.noiseLow=0"]).startNoise(in: nil) == .uniform(0...1))
    }

    @Test func `the optimiser group becomes rule, clip and schedule; weight decay reaches every rule`() throws {
        let decay = ["optimizer.weightDecay=0.5"]
        #expect(
            try ScratchRun.configuration(["optimizer.kind=sgd", "optimizer.momentum=0.75"] + decay).updateRule
                == .sgd(momentum: 0.75, weightDecay: 0.5))
        let betas = ["optimizer.beta1=0.5", "optimizer.beta2=0.25", "optimizer.epsilon=0.125"] + decay
        #expect(
            try ScratchRun.configuration(["optimizer.kind=adam"] + betas).updateRule
                == .adam(beta1: 0.5, beta2: 0.25, epsilon: 0.125, weightDecay: 0.5))
        #expect(
            try ScratchRun.configuration(["optimizer.kind=adamw"] + betas).updateRule
                == .adamW(beta1: 0.5, beta2: 0.25, epsilon: 0.125, weightDecay: 0.5))
        #expect(
            try ScratchRun.configuration(["optimizer.clipNorm=2", "optimizer.clipSigma=3"]).gradientClip == GradientClip(norm: 2, sigma: 3))
        let rate = "optimizer.learningRate=0.001"
        let cosine = try ScratchRun.configuration(["optimizer.schedule=cosine", "optimizer.finalLearningRate=0.0005", "run.steps=77", rate])
        #expect(cosine.learningRateSchedule == LearningRateSchedule(base: 1e-3, shape: .cosine(final: 5e-4, steps: 77), warmup: 3))
        let step = try ScratchRun.configuration(["optimizer.schedule=step", "optimizer.decayEvery=9", "optimizer.decayFactor=0.5", rate])
        #expect(step.learningRateSchedule == LearningRateSchedule(base: 1e-3, shape: .step(every: 9, factor: 0.5), warmup: 3))
    }

    @Test func `a decay that is 1 as a 32-bit float is refused: the bias correction would divide by zero`() {
        for key in ["beta1", "beta2"] {
            expectRefusal(["optimizer.\(key)", "below 1"]) { _ = try ScratchRun.configuration(["optimizer.\(key)=0.99999999999"]) }
        }
    }

    @Test func `more sampler steps than a stream has random numbers for are refused before the first step`() {
        expectRefusal(["sampler.steps", "1000000"]) {
            _ = try ScratchRun.trainer(["sampler.steps=1000000", "run.chainsPerShard=30000", "chains.buffer=null"])
        }
    }

    @Test func `a CSV file is read with the columns that the data group names`() throws {
        let scratch = ScratchFolder()
        let path = "\(scratch.path)/table.csv"
        try Data("a,b,c\n1,2,30\n4,5,60\n".utf8).write(to: URL(fileURLWithPath: path))
        let configuration = try ScratchRun.configuration(["data.source=\(path)", #"data.columns=["c", "a"]"#])
        let source = try configuration.sharedSource(SoloCommunicator())
        #expect(source.dataset?.values == .floats([30, 1, 60, 4]))
    }
}
