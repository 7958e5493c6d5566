import Configuration
import Datasets
import Failures
import Measures

extension EvaluationRows {
    /// Rows whose energies are computed together; fixed, so that the bits do not depend on the number of ranks.
    static let rowsPerTile = 64

    /// Rows as a run's networks see them.
    /// - Parameter learned: where `source` is not what the run was trained on, but conforms to it: how that was prepared.
    /// - Throws: `.configuration` when the data cannot be prepared as the configuration asks.
    package init(_ source: DataSource, _ configuration: RunConfiguration, as learned: RowPreparation? = nil) throws(Failure) {
        try self.init(source, try configuration.preparation(of: source, as: learned), scales: learned?.scales)
    }
}

extension RunConfiguration {
    /// What the `data` group says of the rows of a source.
    /// - Parameter learned: where it is not what the run was trained on, but conforms to it: how that was prepared, whose scales are taken.
    func preparation(of source: DataSource, as learned: RowPreparation?) throws(Failure) -> DataPreparation {
        var preparation = try preparation(of: source)
        guard learned != nil else { return preparation }
        (preparation.standardize, preparation.scale) = (false, ColumnChoices())
        // Levels that were given as real numbers lie on the model's scale already.
        if source.dataset?.levels == nil, source.dataset?.table.isSpread != true { preparation.dequantize = false }
        return preparation
    }
}
