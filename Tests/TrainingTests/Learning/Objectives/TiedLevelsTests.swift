import Configuration
import Datasets
import Distributed
import Failures
import Foundation
import Learning
import Measures
import Model
import Numerics
import Testing
import Training

/// Noise levels that are tied into densities, on a mixture whose weights scores do not see.
@Suite("Tied noise levels")
struct TiedLevelsTests {
    private static func plan(_ values: [Float], _ arguments: [String]) throws -> RunPlan {
        let data = try Dataset(name: "numbers", shape: ImageShape(vector: 1), values: .floats(values))
        let configuration = try RunConfiguration.resolve(
            arguments: [
                "run.shards=1", "data.source=moons", "data.noise=0", "objective.kind=denoisingScore", "model.activation=silu",
                "samples.every=0",
            ] + arguments)
        return try RunPlan(configuration, source: .dataset(data), SoloCommunicator())
    }

    private static func normals(_ count: Int, _ index: Int = 0) -> [Float] {
        let values = Matrix(rows: count, columns: 1)
        RandomStream(seed: 3, purpose: .test, step: 0, index: index).fillNormals(values)
        return values.values
    }

    /// .2 N(-5, 1) + .8 N(5, 1).
    private static let mixture = zip(normals(20_000, 1), 0...).map { $0 + ($1 % 5 == 0 ? -5 : 5) }

    /// exp(-U(y, 0)) of a trained model of the mixture on a grid over 16 deviations of either mode, and the constant where levels are tied.
    private static func trained(_ tie: String) throws -> (leftShare: Double, logZ: Double, constant: Double?) {
        let plan = try plan(
            mixture,
            [
                "run.chainsPerShard=128", "run.steps=1500", "model.widths=[32,32]", "objective.levels=8", "objective.lowNoise=0.3",
                "objective.noise=30", "objective.dataDeviation=4", "objective.tie=\(tie)", "optimizer.learningRate=0.005",
                "optimizer.schedule=cosine", "optimizer.finalLearningRate=0.00001",
            ])
        let trainer = Trainer(plan, threads: 1, SoloCommunicator())
        for _ in 0..<1500 { _ = try trainer.step(stop: false) }
        let weights = LearnerBench(trainer).weights(try trainer.bestParameters()).learning.energy
        let constant =
            tie == "none"
            ? nil
            : try LevelConstant(
                of: plan.model, weights, rows: EvaluationRows(plan.source, plan.configuration), noise: 0, SoloCommunicator()
            ).logZ.value
        let (count, step) = (2048, 0.02)
        let grid = Matrix(rows: count, columns: 1, (0..<count).map { Float(step * (Double($0) - 1023.5)) })
        let energies = Matrix(rows: count, columns: 1)
        plan.model.energies(of: grid, weights, Workspace(plan.model, rows: count), into: energies)
        let masses = energies.values.map { exp(-Double($0)) * step }
        let whole = masses.reduce(0, +)
        return (masses.prefix(count / 2).reduce(0, +) / whole, log(whole), constant)
    }

    @Test func `the weights of modes are learned by telling levels apart, and the constant is log Z`() throws {
        let found = try Self.trained("classification")
        #expect(abs(found.logZ - (try #require(found.constant))) < 0.05, "\(found)")
        #expect(abs(found.leftShare - 0.2) < 0.03, "\(found)")
    }

    @Test func `scores alone do not see the weights of modes`() throws {
        let found = try Self.trained("none")
        #expect(abs(found.leftShare - 0.2) > 0.1, "\(found)")
    }

    @Test(arguments: [
        (["objective.tieLevels=4"], "at most the 3 levels"), (["objective.tie=none", "objective.tieWeight=2"], "it needs"),
        (["objective.tie=dual", "objective.tieLevels=2"], "it needs"),
    ])
    func `what does not go together is refused in words`(arguments: [String], part: String) {
        let found = failure {
            _ = try RunConfiguration.resolve(
                arguments: ["data.source=moons", "objective.kind=denoisingScore", "objective.levels=3", "objective.tie=classification"]
                    + arguments)
        }
        #expect(found?.message.contains(part) == true, "\(found?.message ?? "no failure")")
    }
}
