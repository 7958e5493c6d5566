import Configuration
import Datasets
import Distributed
import Failures
import Measures
import Model

/// The log density of rows under a model whose noise levels are tied: -U(x) - log Z, that of data with the lowest noise, at the rows as they are.
package struct LogDensity {
    /// log Z of the energy U.
    package let logZ: Estimate
    /// log |dy/dv| of a row v in the units of the data, y on the model's scale; 0 where no volume belongs to a unit, and densities are those of coordinates.
    private let logVolume: Double

    /// Collective.
    /// - Parameters:
    ///   - rows: of the training data.
    ///   - place: what needs it.
    /// - Throws: `.usage` for a model without.
    package init(_ trained: TrainedModel, training rows: EvaluationRows, for place: String, _ communicator: any Communicator)
        throws(Failure)
    {
        try communicator.agree { try Self.check(trained, place) }
        logZ = try LevelConstant(
            of: trained.model, trained.prepared(), rows: rows, noise: Float(trained.configuration.data.noise), communicator
        ).logZ
        logVolume = try trained.preparation(communicator).logVolume ?? 0
    }

    /// What a model without densities lacks, and what it has; nil for one with densities.
    package static func missing(_ trained: TrainedModel) -> String? {
        guard trained.model.preconditioning?.isNormalized != true else { return nil }
        let objective = trained.configuration.objective
        return "an energy with a known constant, of a run with objective.tie = \"classification\" or \"dual\", found objective.kind = "
            + "\"\(objective.kind.rawValue)\" with objective.tie = \"\(objective.tie.rawValue)\""
    }

    private static func check(_ trained: TrainedModel, _ place: String) throws(Failure) {
        if let missing = missing(trained) { throw Failure(.usage, "\(place): expected \(missing)") }
    }

    /// Of a row with an energy, in the units of the data (`RowPreparation.logVolume`).
    package func ofRow(energy: Double) -> Double { logVolume - energy - logZ.value }
}
