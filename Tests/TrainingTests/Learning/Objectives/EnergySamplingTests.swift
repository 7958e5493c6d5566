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

    /// Two spins, a category of three values and a number.
    private static let sites = [
        "energy.formula=-0.7*x0*x1 - 0.4*x0*x2 + 0.5*x1*x3 + (x5 - x4 - x0)^2/2", "sampler.sites=[spin*2, potts:3, number]",
    ]

    @Test(arguments: [
        [well, "sampler.adaptSteps=4"], [well, "sampler.kind=langevin", "sampler.stepSize=0.01"],
        [well, "sampler.kind=mala", "exchange.policy=ring"],
        [well, "sampler.kind=stanley", "sampler.adjusted=true", "sampler.stepSize=0.01"],
        [well, "sampler.kind=mala", "exchange.temperatures=[1, 2]"],
        sites + ["sampler.steps=2"], sites + ["sampler.kind=gibbsWithGradients", "exchange.policy=ring"],
        sites + ["sampler.kind=discreteLangevin", "sampler.siteStepSize=0.5", "exchange.temperatures=[1, 2]"],
    ]) func `a run has one result on any number of ranks and through stops`(arguments: [String]) throws {
        let (arguments, shorter) = (["run.steps=8"] + arguments, ["run.steps=4"] + arguments)
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

    @Test func `chains have the moments of the density, and the acceptance of the step size that the warm-up finds`() throws {
        let folder = scratch.run()
        let (start, warmUp) = (0.02, 100)
        try run(
            [
                "energy.formula=(a - 3)^2/2 + (b - a)^2 * 2", "energy.coordinates=[a, b]", "run.steps=150", "run.chainsPerShard=64",
                "sampler.stepSize=\(start)", "sampler.adaptSteps=\(warmUp)", "checkpoint.every=0", "report.every=1",
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

        let reports = try folder.reports()
        let acceptance = try reports.map { try #require($0.acceptance) }
        // Dual averaging leaves errors of n steps whose sum is -γ (n + 10)/√n times the log of the last factor, which is at most 4.6 in size: .026 in the mean.
        #expect(abs(acceptance[..<warmUp].reduce(0, +) / Double(warmUp) - 0.651) < 0.026, "\(acceptance)")
        // Afterwards: 2,000 lengths of trajectories, over which the acceptance varies by less than .25, so that four standard errors are .022.
        let settled = Array(acceptance[warmUp...])
        let stepSize = try #require(reports.last?.samplerStepSize)
        let expected = Self.acceptance(stepSize: stepSize)
        #expect(stepSize > 10 * start, "\(stepSize)")
        #expect(abs(settled.reduce(0, +) / Double(settled.count) - expected) < 0.022, "\(stepSize): \(settled), \(expected)")
    }

    /// The mean probability of acceptance of trajectories of 1 to 10 leapfrog steps in that density, from 40,000 draws of it: to within .002.
    private static func acceptance(stepSize: Double) -> Double {
        let (count, lengths) = (40_000, 10)
        let numbers = Matrix(rows: count, columns: 4)
        RandomStream(seed: 1, purpose: .test, step: 0, index: 0).fillNormals(numbers)
        func force(_ a: Double, _ b: Double) -> (Double, Double) { (4 * (b - a) - a, -4 * (b - a)) }
        func energy(_ a: Double, _ b: Double, _ p: Double, _ q: Double) -> Double {
            a * a / 2 + 2 * (b - a) * (b - a) + p * p / 2 + q * q / 2
        }
        let sum = (0..<count).reduce(0.0) { sum, row in
            var (a, p, q) = (Double(numbers[row, 0]), Double(numbers[row, 2]), Double(numbers[row, 3]))
            var b = a + Double(numbers[row, 1]) / 2
            let before = energy(a, b, p, q)
            for _ in 0...row % lengths {
                let first = force(a, b)
                (p, q) = (p + stepSize / 2 * first.0, q + stepSize / 2 * first.1)
                (a, b) = (a + stepSize * p, b + stepSize * q)
                let last = force(a, b)
                (p, q) = (p + stepSize / 2 * last.0, q + stepSize / 2 * last.1)
            }
            return sum + min(1, exp(before - energy(a, b, p, q)))
        }
        return sum / Double(count)
    }

    @Test func `replica exchange crosses a double well that chains of one temperature do not, and its chains have the exact law`() throws {
        let common = [
            // Chains begin at 0, in the left one of the wells about 0 and 2.
            "energy.formula=3 * sum(i, 0, 9, ((x[i] - 1)^2 - 1)^2) + 3 * sum(i, 0, 8, (x[i] - x[i + 1])^2)", "chains.noiseDeviation=0.01",
            "run.steps=1000", "sampler.kind=mala", "sampler.adaptSteps=0", "sampler.stepSize=0.02", "checkpoint.every=0",
        ]
        /// The coldest chains, each of its ten values.
        func states(_ arguments: [String], _ name: String) throws -> [[Double]] {
            let folder = scratch.run(name)
            _ = try ThreadRanks.run(2) { try run(common + arguments, in: folder, on: $0) }
            let values = try chains(folder, 1000).map { Double($0) }
            return stride(from: 0, to: values.count, by: 10).map { Array(values[$0..<$0 + 10]) }
        }
        func share(_ states: [[Double]]) -> Double { Double(states.count { $0.reduce(0, +) > 10 }) / Double(states.count) }
        let single = try share(states([], "single"))
        let exchanged = try states(["exchange.temperatures=[1, 1.5, 2.2, 3.3, 5, 7.5, 11, 16]", "run.chainsPerShard=64"], "ladder")
        let count = Double(exchanged.count)
        #expect(single == 0 && count == 64)
        // The energy is the same for x and 2 - x, and each of the chains is of a ladder of its own: half of them, within four standard errors.
        #expect(abs(share(exchanged) - 0.5) < 4 * (0.25 / count).squareRoot(), "\(share(exchanged)) of the chains are in the other well")
        // Energies of chains that took places of hotter ones too often are too high.
        let energies = exchanged.map(Self.energyOfWells)
        let law = Self.lawOfWells()
        let found = energies.reduce(0, +) / count
        #expect(abs(found - law.mean) < 4 * (law.variance / count).squareRoot(), "\(found), \(law)")
    }

    private static func energyOfWells(_ x: [Double]) -> Double {
        let wells = x.map { ($0 - 1) * ($0 - 1) - 1 }.reduce(0) { $0 + $1 * $1 }
        return 3 * wells + 3 * zip(x, x.dropFirst()).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }

    /// Mean and variance of the energy, by derivatives of log Z with respect to 1/T: a product of nine matrices over a grid of 141 places.
    private static func lawOfWells() -> (mean: Double, variance: Double) {
        let (step, change) = (0.04, 0.01)
        let grid = (-70...70).map { Double($0) * step }
        func logZ(_ beta: Double) -> Double {
            let site = grid.map { exp(-beta * 3 * ($0 * $0 - 1) * ($0 * $0 - 1)) * step }
            let bond = grid.map { x in grid.map { exp(-beta * 3 * (x - $0) * (x - $0)) } }
            let sums = (0..<9).reduce(site) { sums, _ in
                zip(site, bond).map { site, row in site * zip(row, sums).reduce(0) { $0 + $1.0 * $1.1 } }
            }
            return log(sums.reduce(0, +))
        }
        let (low, middle, high) = (logZ(1 - change), logZ(1), logZ(1 + change))
        return ((low - high) / (2 * change), (low - 2 * middle + high) / (change * change))
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
