import Numerics
import Sampling

extension ShardWorker {
    /// The chains that cannot go on: those whose position is not finite, and, of a sampler with an accept step, those that stand where the energy or its
    /// gradient is not finite, from where every proposal is rejected.
    ///
    /// - Parameter ends: where the chains of `chains` ended.
    func brokenChains(_ ends: Matrix, hasAcceptStep: Bool) -> [Int] {
        (0..<ends.rows).filter { row in
            let range = row..<row + 1
            guard ends.rows(range).values.isFinite else { return true }
            return hasAcceptStep && !(chains.energies[row, 0].isFinite && chains.gradient.rows(range).values.isFinite)
        }
    }
}
