import Configuration
import Distributed
import Failures
import Foundation
import Learning
import Numerics
import Testing
import Training

/// Chains of an energy that is given.
struct EnergySamplingTests {
    private let scratch = ScratchFolder()

    private func configuration(_ arguments: [String]) throws -> RunConfiguration {
        _ = OneThreadPerProduct.once
        let common = [
            "run.shards=8", "run.chainsPerShard=6", "run.threads=1", "report.every=2", "checkpoint.every=4", "report.tensorboard=false",
        ]
        let given = Set(arguments.map { $0.prefix { $0 != "=" } })
        return try ChosenConfiguration.resolve(arguments: common.filter { !given.contains($0.prefix { $0 != "=" }) } + arguments)
            .configuration
    }

    @discardableResult private func run(
        _ arguments: [String], in folder: RunFolder, on communicator: any Communicator = SoloCommunicator()
    ) throws -> [String] {
        let lines = ScratchRun.Lines()
        var run = TrainingRun(configuration: try configuration(arguments), folder: folder, isQuiet: true)
        run.listener = { lines.append($0) }
        try run.run(communicator)
        return lines.all
    }

    /// The values of the chains of a checkpoint at the temperature of the sampler, row by row.
    private func chains(_ folder: RunFolder, _ step: Int) throws -> [Float] {
        let stored = try StoredChains(TrainedModel(folder, step: .step(step)))
        return try stored.samples(0..<stored.wanted)
    }

    private static let well = "energy.formula=4*(x0^2 - 1)^2 + x1^2/2 + exp(-x1)"

    @Test(arguments: [
        ["sampler.adaptSteps=4"], ["sampler.kind=langevin", "sampler.stepSize=0.01"], ["sampler.kind=mala", "exchange.policy=ring"],
        ["sampler.kind=stanley", "sampler.adjusted=true", "sampler.stepSize=0.01"], ["sampler.kind=mala", "exchange.temperatures=[1, 2]"],
    ]) func `a run has one result on any number of ranks and through stops`(arguments: [String]) throws {
        let (arguments, shorter) = ([Self.well, "run.steps=8"] + arguments, [Self.well, "run.steps=4"] + arguments)
        let whole = scratch.run("whole")
        try run(arguments, in: whole)
        let expected = try whole.contents(ofStep: 8)
        for ranks in [2, 3, 8] {
            let folder = scratch.run("on \(ranks)")
            _ = try ThreadRanks.run(ranks) { try run(arguments, in: folder, on: $0) }
            let found = try folder.contents(ofStep: 8)
            #expect(
                found["chains.safetensors"] == expected["chains.safetensors"]
                    && found["model.safetensors"] == expected["model.safetensors"], "\(ranks)")
            #expect(try folder.timelessLines() == whole.timelessLines(), "\(ranks) ranks")
        }
        let parts = scratch.run("parts")
        _ = try ThreadRanks.run(3) { try run(shorter, in: parts, on: $0) }
        try run(arguments, in: parts)
        #expect(try parts.contents(ofStep: 8)["chains.safetensors"] == expected["chains.safetensors"])
    }

    @Test func `chains have the moments of the density, at the step size that the warm-up finds`() throws {
        let folder = scratch.run()
        try run(
            [
                "energy.formula=(a - 3)^2/2 + (b - a)^2 * 2", "energy.coordinates=[a, b]", "run.steps=150", "run.chainsPerShard=64",
                "sampler.stepSize=0.02", "sampler.adaptSteps=100", "checkpoint.every=0",
            ], in: folder)
        let values = try chains(folder, 150)
        let (a, b) = (
            stride(from: 0, to: values.count, by: 2).map { values[$0] }, stride(from: 1, to: values.count, by: 2).map { values[$0] }
        )
        func mean(_ values: [Float]) -> Float { values.reduce(0, +) / Float(values.count) }
        func variance(_ values: [Float]) -> Float { mean(values.map { ($0 - mean(values)) * ($0 - mean(values)) }) }
        // 512 chains: four standard errors.
        #expect(abs(mean(a) - 3) < 0.18 && abs(mean(b) - 3) < 0.2, "\(mean(a)) \(mean(b))")
        #expect(abs(variance(a) - 1) < 0.25 && abs(variance(b) - 1.25) < 0.32, "\(variance(a)) \(variance(b))")
        let acceptance = try #require(try folder.reports().last?.acceptance)
        #expect(acceptance > 0.5 && acceptance < 0.95, "\(acceptance)")
    }

    @Test func `replica exchange crosses a double well that chains of one temperature do not`() throws {
        let common = [
            // Chains begin at 0, in the left one of the wells about 0 and 2.
            "energy.formula=3 * sum(i, 0, 9, ((x[i] - 1)^2 - 1)^2) + 3 * sum(i, 0, 8, (x[i] - x[i + 1])^2)", "chains.noiseDeviation=0.01",
            "run.steps=600", "sampler.kind=mala", "sampler.adaptSteps=0", "sampler.stepSize=0.02", "checkpoint.every=0",
        ]
        func share(_ arguments: [String], _ name: String) throws -> Double {
            let folder = scratch.run(name)
            _ = try ThreadRanks.run(2) { try run(common + arguments, in: folder, on: $0) }
            let values = try chains(folder, 600)
            let means = stride(from: 0, to: values.count, by: 10).map { values[$0..<$0 + 10].reduce(0, +) / 10 }
            return Double(means.count { $0 > 1 }) / Double(means.count)
        }
        let single = try share([], "single")
        let exchanged = try share(["exchange.temperatures=[1, 1.5, 2.2, 3.3, 5, 7.5, 11, 16]", "run.chainsPerShard=12"], "ladder")
        #expect(single == 0 && exchanged > 0.1, "\(single) and \(exchanged) of the chains are in the other well")
    }

    @Test func `another energy is refused, and the same one goes on`() throws {
        let folder = scratch.run()
        try run(["energy.formula=k*x0^2", "energy.parameters=k=1", "run.steps=4"], in: folder)
        let refused = failure(of: { try run(["energy.formula=k*x0^2", "energy.parameters=k=2", "run.steps=8"], in: folder) })
        #expect(refused?.kind == .runFolder && refused?.message.contains("energy.parameters") == true, "\(refused?.message ?? "")")
        try run(["energy.formula=k*x0^2", "energy.parameters=k=1", "run.steps=8"], in: folder)
    }

    @Test func `what is said is of an energy and of chains, and keys of data and of learning are refused`() throws {
        let lines = try run([Self.well, "run.steps=4"], in: scratch.run()).joined(separator: "\n")
        #expect(
            lines.contains("samples 4*(x0^2 - 1)^2") && lines.contains("energy   4*(x0^2") && lines.contains("chains   sampling"),
            "\(lines)")
        #expect(!lines.contains("learning"), "\(lines)")
        for key in ["data.noise=0.1", "model.widths=[3]", "optimizer.learningRate=0.1", "evaluate.every=2"] {
            let refused = failure(of: { _ = try configuration([Self.well, key]) })
            #expect(refused?.message.contains("objective.kind") == true, "\(key): \(refused?.message ?? "accepted")")
        }
        let both = failure(of: { _ = try configuration([Self.well, "energy.library=a.so"]) })
        #expect(both?.message.contains("found both") == true)
    }
}
