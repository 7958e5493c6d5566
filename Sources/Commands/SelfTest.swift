import Configuration
import Distributed
import Failures
import Foundation
import Glibc
import Model
import Numerics
import Training

/// `check`: the program tests itself on this machine, with as many ranks as it was started with.
public enum SelfTest {
    private typealias Test = (name: String, run: (any Communicator) throws -> Void)

    /// Collective. Runs all tests; `say` gets a line for each.
    /// - Throws: `.software` on all ranks when a test failed, after all have run.
    public static func run(_ communicator: any Communicator, say: (String) -> Void) throws(Failure) {
        say("\(BuildInformation.version), \(communicator.size) rank\(communicator.size == 1 ? "" : "s"), \(Products.library)")
        if let advice = communicator.node.advice(threads: 1, yielding: MPILibrary.yieldAdvice) { say("note: \(advice)") }
        let tests: [Test] = [
            ("random numbers", { try $0.agree { try randomNumbers() } }),
            ("gradients", { try $0.agree { try gradients() } }),
            ("bits of networks", { try $0.agree { try bits() } }),
            ("collectives", collectives),
            ("exact sum", exactSum),
            ("checkpoint and continuation", continuation),
            ("training with a known answer", knownAnswer),
        ]
        var failed: [String] = []
        for test in tests {
            do {
                try test.run(communicator)
                say("ok      \(test.name)")
            } catch let failure as Failure {
                failed.append(test.name)
                say("FAILED  \(test.name): \(failure.message)")
            } catch {
                throw Failure(.software, "\(test.name): \(error)")
            }
        }
        guard failed.isEmpty else {
            try communicator.onRoot { throw Failure(.software, "check failed: \(failed.joined(separator: ", "))") }
            return
        }
        say("everything works")
    }

    private static func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws(Failure) {
        if !condition { throw Failure(.software, message()) }
    }

    /// Random123's known answer for philox4x32-10, and the moments of normals.
    private static func randomNumbers() throws(Failure) {
        let block = Philox4x32.block(
            counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
        try expect(block == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1), "Philox gives \(block)")
        let normals = Matrix(rows: 1, columns: 1 << 16)
        RandomStream(seed: 1, purpose: .test, step: 0, index: 0).fillNormals(normals)
        let mean = normals.values.reduce(0) { $0 + Double($1) } / Double(normals.count)
        let variance = normals.values.reduce(0) { $0 + Double($1) * Double($1) } / Double(normals.count)
        // Six standard errors of the mean and of the variance.
        try expect(abs(mean) < 6 / 256 && abs(variance - 1) < 6 * 2.0.squareRoot() / 256, "normals have mean \(mean), variance \(variance)")
    }

    /// The input gradient of a convolutional energy against central differences.
    private static func gradients() throws(Failure) {
        let layers: [LayerDescription] = [
            .convolution(channels: 8, kernel: 3, stride: 2, padding: 1), .activation(.silu), .flatten, .dense(outputs: 16),
            .activation(.softplus),
            .dense(outputs: 1),
        ]
        let shape = ImageShape(height: 6, width: 6, channels: 2)
        let model = try EnergyModel(Network(NetworkDescription(input: shape, layers: layers)), referenceDeviation: 2)
        let weights = PreparedWeights(model.network)
        var state = model.initialState(seed: 3)
        model.prepare(weights, parameters: model.network.initialParameters(seed: 3), state: &state, iterating: false)
        let workspace = Workspace(model.network, rows: 4)
        let (x, gradient, energies) = (
            Matrix(rows: 4, columns: shape.count), Matrix(rows: 4, columns: shape.count), Matrix(rows: 4, columns: 1)
        )
        RandomStream(seed: 3, purpose: .test, step: 1, index: 0).fillNormals(x)
        model.energiesAndGradient(of: x, weights, workspace, energies: energies, gradient: gradient)
        for column in stride(from: 0, to: shape.count, by: 7) {
            let (at, step) = (x[1, column], Float(0.01))
            x[1, column] = at + step
            model.energies(of: x, weights, workspace, into: energies)
            let above = energies[1, 0]
            x[1, column] = at - step
            model.energies(of: x, weights, workspace, into: energies)
            x[1, column] = at
            let slope = (above - energies[1, 0]) / (2 * step)
            // Rounding of E (about 10 here) at 1e-6 over a step of 0.02, and the third derivative at 1e-4.
            try expect(abs(slope - gradient[1, column]) < 2e-3, "∂E/∂x is \(gradient[1, column]), differences give \(slope)")
        }
    }

    /// Digests of energies and gradients in both precisions, as every CPU has them.
    private static let digests: [Precision: UInt64] = [.float: 2_161_613_105_271_545_470, .bfloat16: 12_583_457_196_838_492_866]

    private static func bits() throws(Failure) {
        // Every way of a product: by columns, phases, blocks of rows, transposed.
        let layers: [LayerDescription] = [
            .convolution(channels: 12, kernel: 3, stride: 1, padding: 1), .activation(.silu),
            .convolution(channels: 20, kernel: 4, stride: 2, padding: 1), .activation(.leakyReLU(slope: 0.1)),
            .residual(layers: [.convolution(channels: 20, kernel: 1, stride: 1, padding: 0)], shortcut: nil),
            .transposedConvolution(channels: 9, kernel: 4, stride: 2, padding: 1, outputPadding: 0), .activation(.softplus), .flatten,
            .dense(outputs: 48), .activation(.tanh), .dense(outputs: 16), .activation(.elu(alpha: 0.5)), .dense(outputs: 1),
        ]
        let shape = ImageShape(height: 8, width: 6, channels: 3)
        let model = try EnergyModel(Network(NetworkDescription(input: shape, layers: layers)))
        let (x, gradient, energies) = (
            Matrix(rows: 9, columns: shape.count), Matrix(rows: 9, columns: shape.count), Matrix(rows: 9, columns: 1)
        )
        RandomStream(seed: 4, purpose: .test, step: 1, index: 0).fillNormals(x)
        for precision in Precision.allCases {
            let weights = PreparedWeights(model.network, precision: PassPrecision(precision))
            weights.refresh(from: model.network.initialParameters(seed: 4, .uniform(scale: 2)))
            model.energiesAndGradient(of: x, weights, Workspace(model.network, rows: 9), energies: energies, gradient: gradient)
            let digest = (energies.values + gradient.values).reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1.bitPattern) }
            try expect(
                digest == digests[precision],
                "\(precision.rawValue): energies and gradients have the digest \(digest), expected \(digests[precision] ?? 0): this CPU rounds in another way"
            )
        }
    }

    private static func collectives(_ communicator: any Communicator) throws(Failure) {
        let (rank, size) = (communicator.rank, communicator.size)
        var words = [Int64(rank), 1, Int64.max / Int64(size) / 2]
        try communicator.sum(&words)
        let sum = words
        var bytes: [UInt8] = rank == 0 ? [1, 2, 3] : []
        try communicator.broadcast(&bytes, from: 0)
        let layout = try ShardLayout(shards: 3 * size, ranks: size)
        let all = try communicator.gather(layout.range(of: rank).map { Double($0) }, perShard: 1, layout: layout)
        try communicator.agree { () throws -> Void in
            let wanted = [Int64(size * (size - 1) / 2), Int64(size), Int64.max / Int64(size) / 2 * Int64(size)]
            try expect(sum == wanted, "the sum over ranks is \(sum), expected \(wanted)")
            try expect(bytes == [1, 2, 3], "the broadcast gave \(bytes)")
            try expect(all == (0..<3 * size).map { Double($0) }, "gather by shard gave \(all)")
        }
    }

    /// The same shards summed over ranks and in reverse order in one process.
    private static func exactSum(_ communicator: any Communicator) throws(Failure) {
        let (count, shards) = (1000, 4 * communicator.size)
        func gradient(_ shard: Int) -> [Float] {
            let values = Matrix(rows: 1, columns: count)
            RandomStream(seed: 5, purpose: .test, step: 2, index: shard).fillNormals(values)
            return values.values
        }
        func total(
            _ own: some Sequence<Int>, slices: SliceLayout? = nil, _ communicator: any Communicator
        ) throws(Failure) -> [Float] {
            var sum = ExactSum(tensors: [0..<10, 10..<count], shards: shards, slices: slices)
            var outcome = ExactSum.Outcome.rescaled
            while outcome == .rescaled {
                sum.begin()
                for shard in own { sum.part.add(gradient(shard)) }
                outcome = try sum.reduce(over: communicator)
            }
            var values = [Float](repeating: 0, count: count)
            guard let slices else {
                sum.total(into: &values)
                return values
            }
            let range = slices.range(of: communicator.rank)
            var slice = [Float](repeating: 0, count: range.count)
            sum.total(into: &slice)
            values.replaceSubrange(range, with: slice)
            try communicator.gather(&values, slices: slices)
            return values
        }
        let layout = try ShardLayout(shards: shards, ranks: communicator.size)
        let together = try total(layout.range(of: communicator.rank), communicator)
        let slices = SliceLayout(count: count, nodes: communicator.nodes)
        let inSlices = try total(layout.range(of: communicator.rank), slices: slices, communicator)
        let alone = try total((0..<shards).reversed(), SoloCommunicator())
        try communicator.agree {
            try expect(together == alone, "the sum depends on the order or the number of ranks")
            try expect(inSlices == alone, "the sum in slices is another one")
        }
    }

    // MARK: training

    /// E(x) = w·x + |x|²/2: the model is N(-w, I), and maximum likelihood puts its mean at the data's, (1/2, 1/4) for the two moons.
    private static func knownAnswer(_ communicator: any Communicator) throws(Failure) {
        let trained = try inScratchFolder(communicator) { (folder) throws(Failure) in
            try train(folder, steps: 400, communicator)
            return try communicator.agree { try TrainedModel(folder) }
        }
        let mean = trained.parameters.prefix(2).map { -$0 }
        // 400 averaged steps of 2 x 64 chains that forget in about 10 steps: a standard error of about 0.03.
        try communicator.agree {
            try expect(
                abs(mean[0] - 0.5) < 0.2 && abs(mean[1] - 0.25) < 0.2, "the model's mean is \(Array(mean)), the data's is [0.5, 0.25]")
        }
    }

    /// Stopped at half and continued is the same as not stopped.
    private static func continuation(_ communicator: any Communicator) throws(Failure) {
        func digest(splitting: Bool) throws(Failure) -> UInt64 {
            try inScratchFolder(communicator) { (folder) throws(Failure) in
                if splitting { try train(folder, steps: 10, communicator) }
                try train(folder, steps: 20, communicator)
                let trained = try communicator.agree { try TrainedModel(folder, weights: .current) }
                return trained.parameters.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1.bitPattern) }
            }
        }
        let (split, whole) = (try digest(splitting: true), try digest(splitting: false))
        try communicator.agree { try expect(split == whole, "a continued run has other parameters than one that was not stopped") }
    }

    private static func train(_ folder: RunFolder, steps: Int, _ communicator: any Communicator) throws(Failure) {
        let shards = max(4, communicator.size)
        let configuration = try RunConfiguration.resolve(arguments: [
            "run.steps=\(steps)", "run.shards=\(shards)", "run.chainsPerShard=\(max(8, 128 / shards))", "data.source=moons", "data.noise=0",
            "model.kind=layers", #"model.layers=[{kind: "dense", outputs: 1}]"#, "model.referenceDeviation=1", "objective.kind=pcd",
            "sampler.stepSize=0.1", "sampler.noise=null", "sampler.steps=5", "optimizer.kind=sgd", "optimizer.learningRate=0.05",
            "optimizer.average=0.99", "samples.every=0", "report.every=1000",
        ])
        try TrainingRun(configuration: configuration, folder: folder, isQuiet: true).run(communicator)
    }

    /// A folder beside the user's files, which all nodes see, for the time of a test.
    private static func inScratchFolder<T>(_ communicator: any Communicator, _ body: (RunFolder) throws(Failure) -> T) throws(Failure) -> T
    {
        let folder = RunFolder(try communicator.fromRoot { ".ebm-dist-check-\(getpid())" })
        let result: T
        do {
            result = try body(folder)
        } catch {
            if communicator.rank == 0 { try? RunFolder.remove(folder.path) }
            throw error
        }
        try communicator.onRoot { try RunFolder.remove(folder.path) }
        return result
    }
}
