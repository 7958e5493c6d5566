import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Foundation
import Measures
import Model
import Numerics
import Testing
import Training

@Suite struct PlaneEvaluationTests {
    /// A small network with random weights in a Gaussian.
    private static func energy() throws -> ModelPlaneEnergy {
        let layers: [LayerDescription] = [
            .dense(outputs: 24), .activation(.silu), .dense(outputs: 24), .activation(.silu), .dense(outputs: 1),
        ]
        let network = try Network(NetworkDescription(input: ImageShape(height: 1, width: 1, channels: 2), layers: layers))
        let model = try EnergyModel(network, referenceDeviation: 1)
        let weights = PreparedWeights(network)
        var state = model.initialState(seed: 1)
        model.prepare(weights, parameters: network.initialParameters(seed: 1), state: &state, iterating: false)
        return ModelPlaneEnergy(model, weights)
    }

    /// 23 ranks are more than there are tiles of samples.
    @Test(arguments: [2, 3, 23])
    func `every number of ranks gives the same bits`(ranks: Int) throws {
        var options = PlaneIntegral.Options()
        options.points = 120
        let fixed = options
        let evaluate: @Sendable (any Communicator) throws -> PlaneEvaluation = {
            try PlaneEvaluation(of: try Self.energy(), against: PlaneDensity(.gaussians8), chains: [1, 1], options: fixed, $0)
        }
        let alone = try evaluate(SoloCommunicator())
        for found in try ThreadRanks.run(ranks, evaluate) { #expect(found == alone) }
    }

    @Test func `a failure of one rank is a failure of all`() throws {
        // Only the upper part of the grid, which the last rank computes, has no energy.
        let broken = FunctionEnergy { _, y in y > 4.3 ? .nan : 0 }
        let kinds = try ThreadRanks.run(3) { communicator -> Failure.Kind? in
            do {
                _ = try PlaneEvaluation(of: broken, against: PlaneDensity(.gaussians25), chains: [], communicator)
                return nil
            } catch let failure as Failure {
                return failure.kind
            }
        }
        #expect(kinds == [.numerical, .numerical, .numerical])
    }

    @Test func `the energy of a model does not depend on the rows beside a point`() throws {
        let energy = try Self.energy()
        let points = Matrix(rows: 700, columns: 2)
        RandomStream(seed: 2, purpose: .test, step: 0, index: 0).fillNormals(points)
        let (all, one) = (Matrix(rows: 700, columns: 1), Matrix(rows: 1, columns: 1))
        energy.evaluate(points, into: all)
        for row in [0, 255, 256, 699] {
            energy.evaluate(points.rows(row..<row + 1), into: one)
            // Products of other shapes round differently.
            #expect(abs(all[row, 0] - one[0, 0]) < 1e-5)
        }
    }
}
