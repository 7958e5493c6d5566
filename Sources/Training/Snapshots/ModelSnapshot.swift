import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Numerics

/// What a report shows of a model at one step, besides what the run folder holds: a function of the model and the data, the same on any number of ranks.
/// Taking it changes nothing of a training.
package struct ModelSnapshot: Sendable {
    package let step: Int
    /// The shape of a row.
    package let shape: ImageShape
    /// How rows of data became what the networks see, and what their values are called; nil where that is not known.
    package let preparation: RowPreparation?
    /// The values of images that are black and white.
    package let range: ClosedRange<Float>
    /// Energies of rows of each kind; empty where there is no energy.
    package let energies: [RowEnergies]
    /// Rows of the model and of the data, as the networks see them; nil where there are none.
    package let samples: Matrix?
    package let data: Matrix?
    /// Of a plane model with a known density.
    package let field: PlaneField?
    /// What the model makes of rows.
    package let restored: [RestoredRows]
    /// How far samples are from the data; nil where that was not measured.
    package let quality: SampleQuality?

    /// What is wrong with the model by its energies and samples.
    package var findings: [Finding] { SnapshotFindings(energies: energies, samples: samples, data: data).findings }

    /// Rows of each kind.
    package static let count = 512
    static let seed: UInt64 = 1

    /// Collective.
    /// - Parameters:
    ///   - quality: of the samples, where it is known; measured otherwise, where `measuring`.
    /// - Throws: where ranks can no longer work together; what is no number is left out.
    package init(
        _ model: SnapshotModel, quality known: SampleQuality? = nil, measuring: Bool, _ communicator: any Communicator
    ) throws(Failure) {
        (step, shape, preparation) = (model.step, model.networks.sampleShape, model.preparation)
        let (low, high) = (Float(model.configuration.data.low), Float(model.configuration.data.high))
        range = low < high ? low...high : 0...1
        let conditional = try ConditionalSamples(model, count: Self.count, communicator)
        let samples = conditional?.rows ?? model.samples
        self.samples = samples
        data = model.rows.map { $0.read(0..<min(Self.count, $0.available)) }
        energies = try RowEnergies.all(of: model, samples: samples, conditions: conditional?.conditions, communicator)
        field = try Self.field(of: model, communicator)
        restored = try RestoredRows.all(of: model, conditional, communicator)
        if known == nil, measuring, model.condition == nil, let samples, let rows = model.rows {
            quality = try SampleQuality.measure(
                samples, against: rows, noise: model.networks.isLatent ? nil : model.configuration.startNoise(in: model.space),
                communicator)
        } else {
            quality = known
        }
    }

    /// Collective. nil where there is no known density, or the energy is no number.
    private static func field(of model: SnapshotModel, _ communicator: any Communicator) throws(Failure) -> PlaneField? {
        guard let density = model.density, model.configuration.objective.kind.model.energy != .none, model.condition == nil else {
            return nil
        }
        return try communicator.unlessNumerical { () throws(Failure) in
            try PlaneField(
                of: ModelPlaneEnergy(model.networks.energy, model.weights.learning.energy), against: density, cells: 96, communicator)
        }
    }
}
