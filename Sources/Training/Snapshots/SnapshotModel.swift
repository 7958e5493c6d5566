import Configuration
import Datasets
import Learning
import Measures
import Model
import Numerics

/// A model with the rows that a snapshot is taken of: one that trains, or one that a checkpoint holds.
package struct SnapshotModel {
    package let configuration: RunConfiguration
    package let networks: RunNetworks
    /// Of the averaged parameters where there are such.
    package let weights: RunWeights
    package let step: Int
    /// How rows of data became what the networks see; nil where a checkpoint of an earlier version does not say.
    package let preparation: RowPreparation?
    /// Rows of the training data; nil where they are not here.
    package let rows: EvaluationRows?
    /// Rows that were not trained on.
    package let heldOut: EvaluationRows?
    /// What the networks know beside rows.
    package let condition: Condition?
    /// Samples of the model, rows x values, the same on all ranks; nil for a generator with a condition, whose samples a snapshot draws itself.
    package let samples: Matrix?

    package init(
        configuration: RunConfiguration, networks: RunNetworks, weights: RunWeights, step: Int, preparation: RowPreparation?,
        rows: EvaluationRows?, heldOut: EvaluationRows?, condition: Condition?, samples: Matrix?
    ) {
        (self.configuration, self.networks, self.weights, self.step) = (configuration, networks, weights, step)
        (self.preparation, self.rows, self.heldOut) = (preparation, rows, heldOut)
        (self.condition, self.samples) = (condition, samples)
    }

    /// What the coordinates of rows are; nil: real numbers.
    var space: RowSpace? { preparation.flatMap { configuration.space(of: $0) } }

    /// The known density of the plane that energies can be compared with.
    var density: PlaneDensity? { networks.isLatent ? nil : PlaneDensity(named: configuration.data.source) }
}
