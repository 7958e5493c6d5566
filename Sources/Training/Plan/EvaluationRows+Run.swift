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
        var preparation = try configuration.preparation(of: source)
        if learned != nil {
            (preparation.standardize, preparation.scale) = (false, ColumnChoices())
            // Levels that were given as real numbers lie on the model's scale already.
            if source.dataset?.levels == nil, source.dataset?.table.isSpread != true { preparation.dequantize = false }
        }
        try self.init(source, preparation, scales: learned?.scales)
    }
}
