import Distributed
import Failures
import Measures
import Training

/// log Z of an energy whose noise levels are tied, and how likely its density finds rows.
public struct DensityEvaluation: Codable, Hashable, Sendable {
    public let logZ: Estimate
    /// Rows that were not trained on; absent where there are none.
    public let heldOut: RowLikelihood?
    public let training: RowLikelihood

    /// Lines for the person at the terminal.
    public var text: String {
        """
        density of the data with the lowest noise, from levels that are tied
        log Z              \(logZ.text(3))
        \([heldOut, training].compactMap { $0?.text }.joined(separator: "\n"))
        """
    }
}

extension DensityEvaluation: MeasureFinding {}

extension MeasureKind {
    static let density = MeasureKind(
        "density", "of tied noise levels: log Z from the highest level; with it log-likelihood and bits a dimension of rows",
        needs: [.knownConstant], measuresRows: true, isStandard: { _ in true }
    ) { (model) throws(Failure) in
        let (trained, communicator) = (model.trained, model.communicator)
        let density = try LogDensity(trained, training: model.training, for: "evaluate", communicator)
        let learned = try trained.preparation(communicator)
        let scores = try communicator.agree { try trained.scores(seed: model.seed, for: "evaluate") }
        func likelihood(_ rows: EvaluationRows) throws(Failure) -> RowLikelihood {
            let energies = try scores.scores(of: rows, count: min(try model.rowCount(), rows.available), communicator)[0]
            return RowLikelihood(
                energies: energies, logZ: (density.logZ.value, density.logZ, density.logZ), of: rows.name,
                areTrainingRows: model.areTrainingRows(rows), learned: learned)
        }
        return DensityEvaluation(
            logZ: density.logZ, heldOut: try model.heldOutRows().map(likelihood), training: try likelihood(model.training))
    }
}

extension MeasureKind.Need {
    /// An energy that is minus a log density but for a constant that is known.
    fileprivate static let knownConstant = MeasureKind.Need(missing: { LogDensity.missing($0.trained) })
}
