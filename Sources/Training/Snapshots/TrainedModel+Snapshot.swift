import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Numerics

extension TrainedModel {
    /// Collective. A snapshot of this checkpoint.
    /// - Parameter heldOut: a name or path of rows that were not trained on.
    /// - Returns: with it, why something is missing, in sentences.
    package func snapshot(heldOut: String?, _ communicator: any Communicator) throws(Failure) -> (ModelSnapshot, notes: [String]) {
        var (rows, notes): (EvaluationRows?, [String]) = (nil, [])
        do throws(Failure) {
            rows = try evaluationRows(nil, communicator).training
        } catch {
            notes.append("The training data are not here, so that nothing is compared with them: \(error.message)")
        }
        let others = try heldOut.map { (path) throws(Failure) in try evaluationRows(of: path, option: "--data", communicator) }
        if let condition = rowCondition { try communicator.agree { try others?.check(condition) } }
        let samples = rowCondition == nil ? try shownSamples(communicator) : nil
        let model = SnapshotModel(
            configuration: configuration, networks: networks, weights: preparedNetworks(), step: step,
            preparation: rowMetadata?.rows, rows: rows, heldOut: others, condition: rowCondition, samples: samples)
        return (try ModelSnapshot(model, measuring: true, communicator), notes)
    }

    /// Collective. The chains of the checkpoint where they persist, else samples as `sample` draws them.
    private func shownSamples(_ communicator: any Communicator) throws(Failure) -> Matrix {
        if standardStart == .chains {
            return try communicator.agree {
                let chains = try StoredChains(self, orAtMost: ModelSnapshot.count)
                return Matrix(rows: chains.wanted, columns: shape.count, try chains.samples(0..<chains.wanted))
            }
        }
        let sampler = try communicator.agree {
            try ModelSampler(self, count: nil, orAtMost: ModelSnapshot.count, steps: nil, start: nil, seed: ModelSnapshot.seed)
        }
        return try sampler.drawAll(communicator)
    }
}
