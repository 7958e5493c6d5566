import Failures
import Numerics

/// What happens to a row between the data set and the model, in this order: flip, dequantisation, scaling, noise.
public struct DataPreparation: Hashable, Sendable {
    /// The values that the lowest and the highest level of whole-number data become.
    ///
    /// low + (high - low) v / (levels - 1), or with dequantisation low + (high - low) (v + u) / levels. Floats and plane densities are not
    /// scaled by it.
    public var low: Float = -1
    public var high: Float = 1
    /// Adds a uniform number in (0, 1) to whole-number values: the density of the result is that of the levels, spread over their cells. Of tables it
    /// spreads the coordinates of categories, bits, orders and angles (`TableColumns`).
    public var dequantize = false
    /// Whether the columns of a table that are no numbers stay what they are (`RowSpace`), for objectives that know such: noise is then added to the numbers alone
    /// that are there. Not together with `dequantize`.
    public var keepsSites = false
    /// What the coordinates of rows are that are no table with such columns, where `keepsSites`; nil: real numbers.
    public var space: RowSpace?
    /// Turns every value of float data into (v - mean) / sd, mean and sd of its column over the whole data set.
    public var standardize = false
    /// Other scales of some columns, or of all numbers: words of `ColumnScale`.
    public var scale = ColumnChoices()
    /// The standard deviation of Gaussian noise that is added at last.
    public var noise: Float = 0
    /// Mirrors every image left to right with probability 1/2.
    public var flip = false

    public init() {}

    /// Refuses what does not go together.
    ///
    /// - Throws: `.configuration`.
    func check(_ source: DataSource) throws(Failure) {
        guard low.isFinite, high.isFinite, low < high else {
            throw Failure(.configuration, "data: expected a range with low < high, found [\(low), \(high)].")
        }
        guard noise.isFinite, noise >= 0 else {
            throw Failure(.configuration, "data: expected a noise of 0 or more, found \(noise).")
        }
        let (levels, isImage) = (source.dataset?.levels, source.shape.width > 1)
        if dequantize && levels == nil && source.dataset?.table.isSpread != true {
            throw Failure(.configuration, "data: '\(source.name)' has no levels to dequantize: switch dequantisation off.")
        }
        if (standardize || !scale.isEmpty) && (source.dataset == nil || levels != nil) {
            throw Failure(.configuration, "data: '\(source.name)' is no table of floats: switch standardisation off.")
        }
        if flip && !isImage {
            throw Failure(
                .configuration, "data: '\(source.name)' has rows of shape \(source.shape), which cannot be mirrored: switch flips off.")
        }
    }
}
