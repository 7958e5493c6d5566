import Configuration
import Datasets
import Distributed
import Failures
import Foundation
import Learning
import Model
import Numerics
import Testing
import Training

/// A step depends on configuration and step number alone.
struct TrainerTests {
    /// Everything that a run leaves behind, as it stands after some steps.
    struct Bits: Hashable, Sendable {
        var state: UInt64
        var shards: [Int: [UInt8]]
        var reports: [ShardReport]
    }

    static func bits(_ arguments: [String], threads: Int, steps: Int, on communicator: any Communicator) throws -> Bits {
        let trainer = try ScratchRun.trainer(arguments, threads: threads, on: communicator)
        let reports = try (0..<steps).map { _ in try trainer.step(stop: false).report }
        var shards: [Int: [UInt8]] = [:]
        for shard in trainer.shards {
            shards[shard.index] = trainer.plan.chainsFile.part(shard).tensors.flatMap { $0 }
        }
        return Bits(state: trainer.state.replicaDigest, shards: shards, reports: reports)
    }

    static let variants: [[String]] = [
        [],
        ["objective.kind=cd", "optimizer.kind=sgd", "optimizer.momentum=0.5", "model.spectralNormalization=true"],
        ["objective.kind=shortRun", "optimizer.clipSigma=3", "optimizer.clipNorm=0.5", "objective.energyRegularization=0.1"],
        [
            "chains.storage=byte", "sampler.low=-2", "sampler.high=2", "chains.replacement=reservoir", "chains.restartFrom=data",
            "chains.restartProbability=0.3", "chains.buffer=52", "sampler.noiseFirst=true",
        ],
        [
            "data.source=digits", "data.flip=true", "model.kind=convolution", "model.channels=[3, 5]", "model.dense=[7]",
            "chains.buffer=null",
        ],
    ]

    static let shared = [
        "objective.kind=diffusionCD", "objective.estimator=recovery", "objective.noise=0.3", "objective.levels=3", "objective.lowNoise=0.1",
        "objective.sharedNoise=true", "run.shards=8",
    ]

    /// Energies with conditions, of chains that keep theirs, of noise levels, and in both phases of a flow.
    static let conditional: [[String]] = [
        ["objective.kind=pcd", "condition.dropout=0.3", "chains.restartProbability=0.2"], ["objective.kind=energyDiscrepancy"],
        ["objective.kind=denoisingScore", "objective.levels=3"],
        [
            "objective.kind=energyMatching", "objective.pairing=random", "objective.sharpenAfter=2", "objective.sharpenSteps=3",
            "objective.keepChains=true",
        ],
    ].map { $0 + ["data.source=digits", "condition.kind=label", "run.shards=8"] }

    @Test(arguments: variants + conditional + [shared])
    func `ranks and threads leave no trace in parameters, chains and reports`(arguments: [String]) throws {
        let alone = try Self.bits(arguments, threads: 1, steps: 4, on: SoloCommunicator())
        for (ranks, threads) in [(1, 3), (2, 1), (3, 1), (4, 1), (2, 2)] + (arguments.contains("run.shards=8") ? [(8, 1)] : []) {
            let parts = try ThreadRanks.run(ranks) { try Self.bits(arguments, threads: threads, steps: 4, on: $0) }
            #expect(parts.allSatisfy { $0.state == alone.state && $0.reports == alone.reports }, "\(ranks) ranks, \(threads) threads")
            #expect(parts.flatMap(\.shards).count == alone.shards.count)
            for part in parts {
                for (shard, bytes) in part.shards { #expect(bytes == alone.shards[shard], "shard \(shard) on \(ranks) ranks") }
            }
        }
        let other = try Self.bits(arguments + ["run.seed=2"], threads: 1, steps: 4, on: SoloCommunicator())
        #expect(other.state != alone.state)
    }

    /// Three blocks of parameters and more, so that several ranks have slices; the last variant has three networks with rates of their own.
    static let sliced: [[String]] = [
        ["optimizer.clipNorm=0.05", "optimizer.average=0.9"],
        ["optimizer.kind=sgd", "optimizer.momentum=0.5", "optimizer.weightDecay=0.01", "optimizer.average=null"],
        ["optimizer.kind=adamw", "optimizer.weightDecay=0.1", "optimizer.clipSigma=2", "optimizer.clipNorm=0.1"],
        ["objective.kind=wassersteinFlow", "objective.innerSteps=3"],
        VariationalTeachingTests.teaching + ["generator.learningRate=0.01", "optimizer.clipNorm=0.1", "encoder.widths=[200]"],
    ]

    /// The state of rank 0 with moments and average of all.
    static func wholeState(_ arguments: [String], steps: Int, on communicator: any Communicator) throws -> TrainingState? {
        let trainer = try ScratchRun.trainer(arguments, on: communicator)
        for _ in 0..<steps { _ = try trainer.step(stop: false) }
        #expect(try trainer.communicator.isSame(trainer.plan.slices.digest(trainer.state)))
        return try trainer.plan.slices.whole(trainer.state, communicator)
    }

    @Test(arguments: sliced)
    func `slices of parameters that ranks update leave no trace in parameters, moments, averages and scales`(arguments: [String]) throws {
        let arguments = arguments + ["model.widths=[48, 48]", "run.shards=8"]
        let alone = try #require(try Self.wholeState(arguments + ["run.sum=whole"], steps: 4, on: SoloCommunicator()))
        #expect(alone.isWhole)
        for (ranks, perNode) in [(1, 1), (2, 2), (3, 2), (4, 2), (8, 8)] {
            let state = try ThreadRanks.run(ranks, perNode: perNode) {
                try Self.wholeState(arguments + ["run.sum=sliced"], steps: 4, on: $0)
            }[0]
            #expect(state?.isWhole == true && state?.replicaDigest == alone.replicaDigest, "\(ranks) ranks, \(perNode) on a node")
        }
    }

    @Test func `a rank with a slice keeps no more than that of gradient, moments and average`() throws {
        let kept = try ThreadRanks.run(3) { communicator in
            let trainer = try ScratchRun.trainer(["model.widths=[48, 48]", "run.sum=sliced"], on: communicator)
            _ = try trainer.step(stop: false)
            let (own, state) = (trainer.plan.slices.own(communicator.rank), trainer.state)
            #expect(state.optimizer.first.count == own.count && state.optimizer.second.count == own.count)
            #expect(state.average?.values.count == own.count && !state.isWhole)
            return own
        }
        #expect(kept.map(\.count).reduce(0, +) == kept.map(\.upperBound).max() && kept.allSatisfy { !$0.isEmpty })
    }

    @Test func `a request to stop on one rank is seen by all ranks in the same step`() throws {
        let seen = try ThreadRanks.run(3) { communicator in
            let trainer = try ScratchRun.trainer(on: communicator)
            return try (0..<3).map { step in try trainer.step(stop: step == 1 && communicator.rank == 2).stopRequested }
        }
        #expect(seen == Array(repeating: [false, true, false], count: 3))
    }

    @Test func `more ranks than shards, and ranks with different configurations, do not start`() throws {
        let tooMany = failure { _ = try ThreadRanks.run(5) { _ = try ScratchRun.trainer(on: $0) } }
        #expect(tooMany?.kind == .launch && tooMany?.message.contains("5 ranks") == true && tooMany?.message.contains("4 shards") == true)
        let different = failure {
            _ = try ThreadRanks.run(2) { _ = try ScratchRun.trainer(["run.seed=\($0.rank + 1)"], on: $0) }
        }
        #expect(different?.kind == .launch)
    }

    @Test func `two shards of one rank and one shard each of two ranks are the whole batch: the gradient is the mean over both`() throws {
        // SGD from the same parameters: the update of two shards is the mean of the updates that each shard makes with its own half of the rows.
        let arguments = [
            "run.shards=2", "optimizer.kind=sgd", "optimizer.learningRate=1", "optimizer.warmupSteps=0", "optimizer.average=null",
        ]
        let whole = try ScratchRun.trainer(arguments)
        let start = whole.state.parameters
        _ = try whole.step(stop: false)
        let update = zip(start, whole.state.parameters).map { Double($0) - Double($1) }
        // Each shard's own gradient, from the objective itself.
        var mean = [Double](repeating: 0, count: start.count)
        let bench = LearnerBench(try ScratchRun.trainer(arguments))
        for shard in bench.shards.indices {
            bench.sampleNegatives(shard)
            let gradient = bench.gradient(shard)
            for index in mean.indices { mean[index] += Double(gradient[index]) }
        }
        // θ - (θ - g) rounds to 2^-24 of |θ| < 1.
        for (a, b) in zip(update, mean) { #expect(abs(a - b) < 0x1p-22 * max(1, abs(b))) }
    }

    @Test func `a step after the first ones keeps no memory, whatever the objective`() async {
        // A process of its own: other tests take memory meanwhile.
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            let latent = ["generator.latent=3", "generator.widths=[9]", "model.referenceDeviation=null"]
            let needed: [ObjectiveKind: [String]] = [
                .diffusionCD: ["objective.estimator=recovery", "objective.noise=0.5"], .denoisingScore: ["objective.noise=0.5"],
                .variationalTeaching: ["generator.latent=3", "generator.widths=[9]", "encoder.widths=[8]"],
                .autoencoder: ["generator.latent=3", "generator.widths=[9]", "encoder.widths=[8]", "sampler.steps=0"],
                .sampling: ["energy.formula=x0^2 + exp(x1) - x1"], .latentPrior: latent + ["objective.noise=0.5", "posterior.steps=4"],
            ]
            let kinds = ObjectiveKind.allCases.map { kind in
                ["objective.kind=\(kind.rawValue)"] + (kind.learns ? ["model.activation=softplus"] : []) + (needed[kind] ?? [])
            }
            let variants = [
                ["chains.restartProbability=0.5"], ["objective.kind=cd", "run.reduction=float"],
                ["chains.storage=byte", "sampler.low=-2", "sampler.high=2", "chains.replacement=reservoir"],
                ["exchange.policy=ring"], ["exchange.temperatures=[1, 2]"],
            ]
            for arguments in kinds + variants {
                let trainer = try ScratchRun.trainer(arguments)
                // What the allocator keeps at hand counts as taken: the least of several steps.
                func taken(_ steps: Int) throws -> Int {
                    try (0..<steps).map { _ in
                        _ = try trainer.step(stop: false)
                        return LiveMemory.bytes
                    }.min() ?? 0
                }
                // The first windows let the process settle; what a step keeps is kept in every window.
                let windows = try (0..<6).map { _ in try taken(100) }
                let growth = zip(windows, windows.dropFirst()).map { $1 - $0 }
                print("\(arguments): \(growth)")
                if (growth.min() ?? 0) >= 1600 { exit(1) }
            }
        }
        if let result, result.exitStatus != .exitCode(EXIT_SUCCESS) {
            Issue.record("bytes kept, by windows of 100 steps: \(String(decoding: result.standardOutputContent, as: UTF8.self))")
        }
    }
}
