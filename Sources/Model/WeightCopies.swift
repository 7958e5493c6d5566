import Numerics

/// The copies of a map's weights that its products read: packed in the precisions of the ways forward and back, or as rows where inner products of
/// rows are made.
struct WeightCopies: Sendable {
    /// 1 x the map's own count.
    let storage: Matrix
    let precision: PassPrecision

    /// As the map's transpose sees them.
    var transposed: WeightCopies { WeightCopies(storage: storage, precision: precision.transposed) }

    /// The packed weights whose words begin at `start`.
    func packed(_ shape: PackedWeights.Shape, _ precision: Precision, from start: Int = 0) -> PackedWeights {
        PackedWeights(shape, precision, in: storage.view(from: start, rows: 1, columns: shape.count(precision)))
    }

    /// Rows of floats that begin at `start`.
    func rows(_ rows: Int, columns: Int, from start: Int) -> Matrix { storage.view(from: start, rows: rows, columns: columns) }
}
