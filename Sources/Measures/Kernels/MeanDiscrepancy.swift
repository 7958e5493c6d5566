import Distributed
import Failures

/// The squared maximum mean discrepancy between the distributions of two sets of rows: 0 where they are one.
///
/// MMD² = mean k(x, x') + mean k(y, y') - 2 mean k(x, y) over pairs of different rows, the unbiased U-statistic, which chance makes negative as often as
/// positive where the distributions are one. A. Gretton et al., JMLR 13 (2012), 723.
package enum MeanDiscrepancy {
    /// Collective. With an interval by the bootstrap over the rows of both sets; the same bits on any number of ranks.
    package static func estimate(
        _ x: KernelRows, _ y: KernelRows, _ kernel: RowKernel, _ bootstrap: Bootstrap = Bootstrap(), communicator: any Communicator
    ) throws(Failure) -> Estimate {
        precondition(x.rows >= 2 && y.rows >= 2 && x.dimension == y.dimension, "sets of two rows or more, of one dimension")
        let (first, second) = (
            KernelMeans.Counts(rows: x.rows, bootstrap, set: 0), KernelMeans.Counts(rows: y.rows, bootstrap, set: 1)
        )
        let withinFirst = try KernelMeans.within(first, communicator) { kernel.values($0, of: x, with: x) }
        let withinSecond = try KernelMeans.within(second, communicator) { kernel.values($0, of: y, with: y) }
        let between = try KernelMeans.between(first, second, communicator) { kernel.values($0, of: x, with: y) }
        let values = between.indices.map { withinFirst[$0] + withinSecond[$0] - 2 * between[$0] }
        return Estimate(values[0], bootstrap.interval(of: values[0], resampled: Array(values[1...])))
    }
}
