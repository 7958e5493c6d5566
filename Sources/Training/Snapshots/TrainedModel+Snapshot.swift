import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Numerics

extension TrainedModel {
    /// Collective. A snapshot of this checkpoint.
    /// - Parameter given: a name or path of rows that were not trained on; nil: those that the run held out, if any.
    /// - Returns: with it, why something is missing, in sentences.
    package func snapshot(heldOut given: String?, _ communicator: any Communicator) throws(Failure) -> (ModelSnapshot, notes: [String]) {
        let others = try given.map { (path) throws(Failure) in try evaluationRows(of: path, option: "--data", communicator) }
        if let rowCondition { try communicator.agree { try others?.check(rowCondition) } }
        var notes: [String] = []
        let own = try communicator.attempt { () throws(Failure) in
            configuration.objective.kind.learns ? try ownRows(communicator) : nil
        }
        if let failure = own.failure {
            notes.append("The training data are not here, so that nothing is compared with them: \(failure.message)")
        }
        let named = try communicator.attempt { () throws(Failure) in try others == nil ? heldOutFile(communicator) : nil }
        if let failure = named.failure { notes.append("The held-out rows of the run are not here: \(failure.message)") }
        let rows = (try? own.get()) ?? nil
        let drawsItself = rowCondition.map { $0.belongsToRows || networks.generator != nil } ?? false
        let samples = drawsItself ? nil : try shownSamples(communicator)
        let model = SnapshotModel(
            configuration: configuration, networks: networks, weights: preparedNetworks(), step: step,
            preparation: rowMetadata?.rows, rows: rows?.training, heldOut: others ?? rows?.heldOut ?? (try? named.get()),
            condition: rowCondition, samples: samples)
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
        let conditions = try conditions(
            count: ModelSnapshot.count, label: nil, data: nil, images: nil, seed: ModelSnapshot.seed, communicator)
        let sampler = try communicator.agree {
            try ModelSampler(
                self, count: nil, orAtMost: ModelSnapshot.count, steps: nil, start: nil, seed: ModelSnapshot.seed, conditions: conditions)
        }
        return try sampler.drawAll(communicator)
    }
}
