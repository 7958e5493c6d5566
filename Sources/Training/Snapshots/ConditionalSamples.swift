import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Numerics

/// Samples of a generator that knows a condition, with the conditions: of rows of data where it belongs to them, else of all classes in turns.
struct ConditionalSamples {
    let rows: Matrix
    let conditions: SampleConditions
    let rowsPerTile: Int

    /// Collective. nil for a model without a condition, without a generator, or whose data are not here.
    init?(_ model: SnapshotModel, count wanted: Int, _ communicator: any Communicator) throws(Failure) {
        guard let condition = model.condition, let generator = model.networks.generator, let weights = model.weights.learning[.generator],
            let held = model.heldOut ?? model.rows
        else { return nil }
        let count = min(wanted, held.available)
        let rows = condition.belongsToRows ? SampleConditions.Rows(truth: held.read(0..<count), images: held.partners(0..<count)) : nil
        rowsPerTile = model.configuration.run.chainsPerShard
        conditions = SampleConditions(
            condition: condition, label: nil, classes: condition.classes(known: model.preparation?.classes), columns: 1, rows: rows,
            seed: ModelSnapshot.seed)
        let samples = GeneratorSamples(generator: generator, weights: weights, seed: ModelSnapshot.seed)
        self.rows = try samples.gather(count: count, rowsPerTile: rowsPerTile, step: 0, conditions: conditions, communicator)
    }
}
