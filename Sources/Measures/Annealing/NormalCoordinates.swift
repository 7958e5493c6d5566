import Distributed
import Failures
import Formats
import Foundation
import Numerics
import Sampling

/// Coordinates z of rows x in which a simple density that is fitted to data is the standard normal one: where paths to a model's density begin.
///
/// A Gaussian: x = m + A z with A Aᵀ the covariance. The uniform density in a box: x = low + (high - low) Φ(z), Φ the normal distribution function.
package struct NormalCoordinates: Sendable {
    private enum Form: @unchecked Sendable {
        /// Aᵀ, A and A⁻ᵀ, by which rows of coordinates, of gradients and of positions are multiplied: dimension x dimension.
        case full(place: Matrix, pullBack: Matrix, inverse: Matrix)
        /// A is diagonal.
        case diagonal([Float])
        case box(ClosedRange<Float>)
    }

    package let dimension: Int
    /// In words.
    package let name: String
    private let form: Form
    /// m; empty for a box.
    private let mean: [Float]
    /// log |dx/dz| at z = 0 for a Gaussian; log of the box's volume over that of the normal density for a box: what log Z in x has more than log E exp(-F).
    package let logVolume: Double

    /// Rows of more values have a diagonal covariance.
    static let mostCorrelated = 1024
    /// Rows that moments are taken of, at most.
    private static let rowLimit = 10_000
    /// Variances below this share of the mean one are raised to it.
    private static let leastShare = 1e-4

    /// The uniform density in a box.
    package init(box: ClosedRange<Float>, dimension: Int) {
        (self.dimension, form, mean) = (dimension, .box(box), [])
        name = "the uniform density in the box [\(box.lowerBound), \(box.upperBound)]"
        logVolume = Double(dimension) * log(Double(box.upperBound) - Double(box.lowerBound))
    }

    /// A Gaussian of given moments.
    /// - Parameters:
    ///   - directions: order x order, a unit vector a row; nil: those of the values.
    ///   - origin: whose moments they are, in words.
    package init(mean: [Double], variances: [Double], directions: [Double]? = nil, of origin: String = "the training rows") {
        let order = mean.count
        dimension = order
        self.mean = mean.map { Float($0) }
        logVolume = variances.reduce(0.0) { $0 + log($1) } / 2 + Double(order) * 0.918_938_533_204_672_74
        guard let directions else {
            form = .diagonal(variances.map { Float($0.squareRoot()) })
            name = "a Gaussian of independent values fitted to \(origin)"
            return
        }
        // Column i of A is √λ_i times direction i.
        func matrix(_ value: (_ row: Int, _ column: Int) -> Double) -> Matrix {
            Matrix(rows: order, columns: order, (0..<order * order).map { Float(value($0 / order, $0 % order)) })
        }
        let roots = variances.map { $0.squareRoot() }
        form = .full(
            place: matrix { roots[$0] * directions[$0 * order + $1] }, pullBack: matrix { roots[$1] * directions[$1 * order + $0] },
            inverse: matrix { directions[$1 * order + $0] / roots[$1] })
        name = "a Gaussian fitted to \(origin)"
    }

    /// Collective. A Gaussian with the moments of the first rows, found by rank 0.
    /// - Parameter noise: a variance that the rows had in training beside their own.
    package init(fittedTo rows: EvaluationRows, noise: Double, _ communicator: any Communicator) throws(Failure) {
        let count = min(Self.rowLimit, rows.available)
        try self.init(fittedTo: rows.read(0..<count), called: rows.name, noise: noise, of: "the training rows", communicator)
    }

    /// Collective. A Gaussian with the moments of rows, found by rank 0.
    /// - Parameters:
    ///   - name: of the rows, for messages.
    ///   - origin: what they are, in words.
    package init(
        fittedTo rows: Matrix, called name: String, noise: Double, of origin: String, _ communicator: any Communicator
    ) throws(Failure) {
        let order = rows.columns
        let bytes = try communicator.bytesFromRoot {
            try LittleEndian.bytes(of: Self.fitted(rows, called: name, noise: noise))
        }
        let numbers: [Double] = LittleEndian.values(of: bytes)
        self.init(
            mean: Array(numbers[..<order]), variances: Array(numbers[order..<2 * order]),
            directions: numbers.count > 2 * order ? Array(numbers[(2 * order)...]) : nil, of: origin)
    }

    /// Mean, variances and, of few values, directions.
    private static func fitted(_ rows: Matrix, called name: String, noise: Double) throws(Failure) -> [Double] {
        let (order, count) = (rows.columns, rows.rows)
        guard count >= 2 else { throw Failure(.data, "\(name): a Gaussian is fitted to at least two rows, found \(count)") }
        let values = rows.values.map { Double($0) }
        var (mean, squares) = ([Double](repeating: 0, count: order), [Double](repeating: 0, count: order))
        for index in values.indices { mean[index % order] += values[index] / Double(count) }
        for index in values.indices {
            squares[index % order] += (values[index] - mean[index % order]) * (values[index] - mean[index % order])
        }
        let variances = squares.map { $0 / Double(count - 1) + noise }
        let floor = leastShare * variances.reduce(0, +) / Double(order)
        guard floor > 0 else { throw Failure(.data, "\(name): expected rows that differ: no Gaussian can be fitted to equal ones") }
        guard order <= mostCorrelated else { return mean + variances.map { max($0, floor) } }
        guard let (found, directions) = GaussianMoments(of: values, order: order).covariance.greatestEigenpairs(order) else {
            throw Failure(.data, "\(name): the covariance of the rows has no principal axes")
        }
        return mean + found.map { max($0 + noise, floor) } + directions
    }

    /// Whether the density is bounded by walls, so that an energy in it has a normalising constant whatever it is outside.
    package var isBounded: Bool { if case .box = form { true } else { false } }

    // MARK: coordinates

    /// Positions of coordinates, rows x dimension both.
    package func place(_ z: Matrix, into x: Matrix) {
        switch form {
        case .full(let factor, _, _):
            Products.multiply(z, factor, into: x)
            addMean(x, sign: 1)
        case .diagonal(let deviations):
            scale(z, by: deviations, into: x)
            addMean(x, sign: 1)
        case .box(let box):
            let (low, width) = (Double(box.lowerBound), Double(box.upperBound) - Double(box.lowerBound))
            map(z, into: x) { value, _ in
                // Rounding must not leave the box.
                min(max(Float(low + width * Self.probability(Double(value))), box.lowerBound), box.upperBound)
            }
        }
    }

    /// A gradient with respect to positions as one with respect to coordinates: rows x dimension all.
    package func pullBack(_ gradient: Matrix, at z: Matrix, into result: Matrix) {
        switch form {
        case .full(_, let factor, _): Products.multiply(gradient, factor, into: result)
        case .diagonal(let deviations): scale(gradient, by: deviations, into: result)
        case .box(let box):
            let width = Double(box.upperBound) - Double(box.lowerBound)
            map(gradient, into: result) { value, place in
                Float(Double(value) * width * Self.density(Double(z[place / z.columns, place % z.columns])))
            }
        }
    }

    /// Coordinates of positions; those of places at or beyond a wall lie a little inside.
    package func coordinates(of x: Matrix) -> Matrix {
        let (z, centred) = (Matrix(rows: x.rows, columns: x.columns), Matrix(rows: x.rows, columns: x.columns))
        centred.copy(from: x)
        switch form {
        case .full(_, _, let inverse):
            addMean(centred, sign: -1)
            Products.multiply(centred, inverse, into: z)
        case .diagonal(let deviations):
            addMean(centred, sign: -1)
            scale(centred, by: deviations.map { 1 / $0 }, into: z)
        case .box(let box):
            let (low, width) = (Double(box.lowerBound), Double(box.upperBound) - Double(box.lowerBound))
            map(x, into: z) { value, _ in
                Float(NormalQuantile.of(min(max((Double(value) - low) / width, Self.leastTail), 1 - Self.leastTail)))
            }
        }
        return z
    }

    private static let leastTail = 1e-6

    private func addMean(_ x: Matrix, sign: Float) {
        for row in 0..<x.rows { for column in 0..<x.columns { x[row, column] += sign * mean[column] } }
    }

    private func scale(_ x: Matrix, by factors: [Float], into y: Matrix) {
        map(x, into: y) { value, place in value * factors[place % factors.count] }
    }

    private func map(_ x: Matrix, into y: Matrix, _ f: (Float, Int) -> Float) {
        for row in 0..<x.rows { for column in 0..<x.columns { y[row, column] = f(x[row, column], row * x.columns + column) } }
    }

    /// Φ
    private static func probability(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

    private static func density(_ z: Double) -> Double { exp(-z * z / 2) * 0.398_942_280_401_432_7 }
}
