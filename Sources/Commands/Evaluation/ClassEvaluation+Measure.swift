import Configuration
import Failures
import Learning
import Measures
import Numerics
import Training

extension ClassEvaluation: MeasureFinding {}

extension MeasureKind {
    static let classes = MeasureKind(
        "classes", "how often samples look like the class of their condition", needs: [.samples, .classesOfSamples],
        isStandard: \.measuresSamples
    ) { (model) throws(Failure) in
        let drawn = try model.drawn()
        guard let (sampler, conditions) = drawn.conditioned else { preconditionFailure("samples of a condition that was checked") }
        let wanted = conditions.values(count: drawn.rows.rows, rowsPerTile: sampler.rowsPerTile).values.map { Int($0) }
        return try ClassEvaluation(drawn.rows, wanted: wanted, training: model.training, other: model.other, model.communicator)
    }
}

extension MeasureKind.Need {
    /// Samples that the model draws, whose condition is a class.
    fileprivate static let classesOfSamples = MeasureKind.Need(missing: { model in
        guard model.command.samples == nil else { return "samples that the model draws, found those of a file" }
        guard case .label? = model.trained.rowCondition else {
            return "condition.kind = \"label\", found \"\(model.trained.configuration.condition.kind.rawValue)\""
        }
        return nil
    })
}
