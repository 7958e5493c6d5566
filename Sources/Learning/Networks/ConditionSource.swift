import Datasets
import Numerics

/// Rows as far as a condition is about them: those of a step of training, of an evaluation, or given ones.
package protocol ConditionSource {
    /// The class of each row; nil where they have none.
    var classes: [Int]? { get }

    /// The rows themselves, rows x values; nil where they are to be found.
    var values: Matrix? { get }

    /// Random numbers of the places that are hidden.
    var places: RandomStream { get }

    /// Fills what belongs to each row, rows x values of a partner.
    /// - Returns: whether there is such.
    func fillPartners(_ partners: Matrix) -> Bool
}

/// The data rows of a shard at a step.
package struct StreamRows: ConditionSource {
    private let data: DataStream
    private let rows: Matrix?
    private let (seed, step, shard): (UInt64, Int, Int)

    /// - Parameter rows: what the stream fills for this step and shard; nil where nobody asks for values.
    package init(_ rows: Matrix?, of data: DataStream, seed: UInt64, step: Int, shard: Int) {
        (self.rows, self.data) = (rows, data)
        (self.seed, self.step, self.shard) = (seed, step, shard)
    }

    package var classes: [Int]? {
        guard let labels = data.source.dataset?.labels else { return nil }
        return data.rows(step: step, shard: shard)?.map { Int(labels[$0]) }
    }

    package var values: Matrix? { rows }

    package var places: RandomStream { RandomStream(seed: seed, purpose: .mask, step: step, index: shard) }

    package func fillPartners(_ partners: Matrix) -> Bool {
        guard data.source.dataset?.partner != nil else { return false }
        data.fillPartners(partners, step: step, shard: shard)
        return true
    }
}
