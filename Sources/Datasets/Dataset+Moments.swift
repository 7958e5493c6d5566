import Numerics
import Synchronization

extension Dataset {
    /// The moments of the file's numbers, summed in Double in row order; computed once for a data set and its copies.
    public func moments() -> ColumnMoments { cachedMoments.value { computedMoments() } }

    private func computedMoments() -> ColumnMoments {
        if case .stored(let rows) = values, let moments = rows.measures.moments { return moments }
        let sums = columnSums { value, _ in value }
        let means = sums.map { $0 / Double(count) }
        let squares = columnSums { value, column in (value - means[column]) * (value - means[column]) }
        return ColumnMoments(means: means, deviations: squares.map { ($0 / Double(count)).squareRoot() })
    }

    private func columnSums(_ term: (Double, Int) -> Double) -> [Double] {
        let width = shape.count
        var sums = [Double](repeating: 0, count: width)
        forEachRow { block, start in
            for column in 0..<width { sums[column] += term(block.number(start + column), column) }
        }
        return sums
    }
}

/// What follows from the rows of a data set and is computed when it is first asked for. Equal data sets are equal with and without it.
final class CachedMoments: Sendable, Hashable {
    private let stored = Mutex<ColumnMoments?>(nil)

    func value(_ compute: () -> ColumnMoments) -> ColumnMoments {
        stored.withLock { stored in
            let moments = stored ?? compute()
            stored = moments
            return moments
        }
    }

    static func == (_: CachedMoments, _: CachedMoments) -> Bool { true }

    func hash(into _: inout Hasher) {}
}
