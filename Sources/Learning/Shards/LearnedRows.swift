import Datasets
import Model
import Numerics

/// The data rows that steps learn from, and what the networks know beside each of them.
package struct LearnedRows: Sendable {
    package let data: DataStream
    package let condition: Condition?
    /// The probability that a row's class is left out; of conditions that may lack.
    let dropout: Float
    private let seed: UInt64

    /// - Parameter seed: of hidden places, and of classes that are left out.
    package init(_ data: DataStream, condition: Condition? = nil, dropout: Float = 0, seed: UInt64) {
        (self.data, self.condition, self.dropout, self.seed) = (data, condition, dropout, seed)
    }

    /// The same rows with more noise (`DataStream.adding`).
    package func adding(noise: Float) -> LearnedRows {
        LearnedRows(data.adding(noise: noise), condition: condition, dropout: dropout, seed: seed)
    }

    /// Fills the worker's rows with those of a shard at a step, and gives all networks their condition, where they have one. Another shard may have used the
    /// worker since.
    package func fill(_ worker: ShardWorker, step: Int, shard: Int) { fill(worker.data, worker, step: step, shard: shard) }

    /// As above, into other rows.
    package func fill(_ rows: Matrix, _ worker: ShardWorker, step: Int, shard: Int) {
        data.fill(rows, step: step, shard: shard)
        guard condition != nil else { return }
        fillConditions(worker.condition, of: rows, step: step, shard: shard)
        worker.engine.setCondition(worker.condition)
    }

    /// Fills the conditions of a tile: rows x `Condition.count`.
    /// - Parameter rows: of the shard at the step; nil where their values do not matter to the condition.
    package func fillConditions(_ values: Matrix, of rows: Matrix? = nil, step: Int, shard: Int) {
        guard let condition else { return }
        condition.fill(values, of: StreamRows(rows, of: data, seed: seed, step: step, shard: shard))
        guard dropout > 0, let none = condition.none else { return }
        let chance = RandomStream(seed: seed, purpose: .conditionDropout, step: step, index: shard)
        for row in 0..<values.rows where chance.uniform(at: row) < dropout { values[row, 0] = none }
    }
}
