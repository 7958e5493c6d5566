import Numerics

/// A condition with its values for the rows of a tile.
package struct TileCondition {
    package let kind: Condition
    /// rows x `Condition.count`
    package let values: Matrix

    package init(_ kind: Condition, _ values: Matrix) { (self.kind, self.values) = (kind, values) }

    /// Of some rows.
    package init(_ kind: Condition, of rows: some ConditionSource, count: Int) {
        self.init(kind, Matrix(rows: count, columns: kind.count))
        kind.fill(values, of: rows)
    }

    /// Zeros in a gradient where samples are given: the visible pixels of an image.
    func hold(_ gradient: Matrix) { if case .visible(let mask) = kind { mask.hold(values, gradient) } }

    /// Puts what is given into samples: the visible pixels of an image.
    package func paste(into samples: Matrix) { if case .visible(let mask) = kind { mask.paste(values, into: samples) } }
}
