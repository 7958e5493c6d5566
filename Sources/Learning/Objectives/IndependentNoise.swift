import Datasets
import Numerics

/// A density with independent parts: numbers with a normal one, angles with the uniform one, sites with a probability for each of their values.
///
/// A number or an angle that is not there has no density but the probability that it is not.
package struct IndependentNoise: Sendable {
    /// Of the coordinates; those of parts that are no numbers are not used.
    package let means: [Float]
    package let deviations: [Float]
    private let space: RowSpace?
    /// Of each site of the space.
    private let shares: [[Float]]
    /// log of the normalising factor of each coordinate's normal density, and of all together.
    private let constants: [Double]
    private let constant: Float

    private static let logRootTurn = 0.918_938_533_204_672_7

    /// - Parameter shares: the probabilities of the values of each site of `space`, above 0, with the sum 1.
    package init(means: [Float], deviations: [Float], space: RowSpace? = nil, shares: [[Float]] = []) {
        precondition(means.count == deviations.count && deviations.allSatisfy { $0 > 0 }, "a mean and a positive deviation for each value")
        precondition(shares.map(\.count) == space?.sites.map(\.site.count) ?? [], "a probability for each value of each site")
        (self.means, self.deviations, self.space, self.shares) = (means, deviations, space, shares)
        constants = deviations.map { -Double(VectorMath.log($0)) - Self.logRootTurn }
        constant = Float(constants.reduce(0, +))
    }

    /// As the rows of a stream's first tiles are: means and deviations of what is there, a value that does not vary getting `floor`; and shares of values as if
    /// each had been seen once more.
    package init(of stream: DataStream, rows wanted: Int, floor: Float) {
        let (dimension, space) = (stream.shape.count, stream.space)
        let tile = Matrix(rows: stream.rowsPerShard, columns: dimension)
        var moments = [Moments](repeating: Moments(), count: dimension)
        var seen = space?.sites.map { [Double](repeating: 1, count: $0.site.count) } ?? []
        let gapOfCoordinate = Dictionary(
            uniqueKeysWithValues: space?.gaps.flatMap { gap in gap.coordinates.map { ($0, gap) } } ?? [])
        for step in 0..<(wanted + tile.rows - 1) / tile.rows {
            stream.fill(tile, step: step, shard: 0)
            for row in 0..<tile.rows {
                for column in 0..<dimension where gapOfCoordinate[column]?.isOpen(in: tile, row: row) != true {
                    moments[column].add(Double(tile[row, column]))
                }
                for (place, site) in (space?.sites ?? []).enumerated() { seen[place][site.index(in: tile, row: row)] += 1 }
            }
        }
        self.init(
            means: moments.map { Float($0.mean) }, deviations: moments.map { max(Float($0.deviation), floor) }, space: space,
            shares: seen.map { counts in counts.map { Float($0 / counts.reduce(0, +)) } })
    }

    private struct Moments {
        private var (sum, squares, count) = (0.0, 0.0, 0.0)

        mutating func add(_ value: Double) { (sum, squares, count) = (sum + value, squares + value * value, count + 1) }

        var mean: Double { sum / max(count, 1) }
        var deviation: Double { max(squares / max(count, 1) - mean * mean, 0).squareRoot() }
    }

    /// Independent draws, each tile those of its (seed, step, index).
    package func fill(_ tile: Matrix, seed: UInt64, step: Int, index: Int) {
        RandomStream(seed: seed, purpose: .noiseContrast, step: step, index: index).fillNormals(tile)
        let uniforms = RandomStream(seed: seed, purpose: .siteNoise, step: step, index: index)
        let parts = space?.parts ?? (0..<tile.columns).map { .number($0) }
        var site = 0
        for (place, part) in parts.enumerated() {
            for row in 0..<tile.rows {
                switch part {
                case .number(let column): tile[row, column] = means[column] + deviations[column] * tile[row, column]
                case .site(let own):
                    own.set(value(of: shares[site], uniforms.uniform(at: place * tile.rows + row)), in: tile, row: row)
                // The direction of two independent normal numbers is uniform: `settle` puts it on the circle.
                case .angle, .constant: break
                }
            }
            if case .site = part { site += 1 }
        }
        space?.settle(tile)
    }

    private func value(of shares: [Float], _ uniform: Float) -> Int {
        var sum: Float = 0
        for (value, share) in shares.enumerated() {
            sum += share
            if uniform < sum { return value }
        }
        return shares.count - 1
    }

    package func logDensity(of row: Matrix) -> Float {
        guard let space else { return constant - (0..<row.columns).reduce(0) { $0 + square(row, $1) } / 2 }
        let open = space.gaps.filter { $0.isOpen(in: row, row: 0) }
        func isThere(_ column: Int) -> Bool { !open.contains { $0.coordinates.contains(column) } }
        var (sum, site) = (0.0, 0)
        for part in space.parts {
            switch part {
            case .number(let column) where isThere(column): sum += constants[column] - Double(square(row, column)) / 2
            case .angle(let first) where isThere(first): sum -= 2 * Self.logRootTurn
            case .number, .angle, .constant: break
            case .site(let own):
                sum += Double(VectorMath.log(shares[site][own.index(in: row, row: 0)]))
                site += 1
            }
        }
        return Float(sum)
    }

    private func square(_ row: Matrix, _ column: Int) -> Float {
        let distance = (row[0, column] - means[column]) / deviations[column]
        return distance * distance
    }
}
