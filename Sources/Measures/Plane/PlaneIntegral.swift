import Distributed
import Failures
import Formats
import Glibc
import Numerics

/// log Z = log ∫∫ exp(-E(x, y)) dx dy of an energy over the plane, by the rectangle rule on a square of points, with what tells whether to
/// believe it.
///
/// For a smooth density that has fallen to nothing at the rim the rule converges faster than any power of the spacing. The sum over every
/// second point in both directions is the same rule at twice the spacing: the difference shows whether the spacing is small enough. The mass
/// near the rim shows whether the square is large enough. Both are mended as far as the limits below go; what remains is a warning.
public struct PlaneIntegral: Codable, Hashable, Sendable {
    public struct Options: Hashable, Sendable {
        /// Points along a side, even; half of them make the coarse grid.
        public var points = 800
        /// The spacing is halved until log Z changes by less than this from twice the spacing.
        public var tolerance = 1e-3
        /// Points along a side at most.
        public var maximumPoints = 1600
        /// The square grows until the mass within `rimShare` of its side from the rim is below this.
        public var rimTolerance = 1e-4
        public var rimShare = 0.025
        /// The factor of one growth of the square, and the number of growths at most.
        public var growth = 1.5
        public var maximumGrowths = 4

        public init() {}
    }

    public let logZ: Double
    /// |log Z - log Z at twice the spacing|
    public let change: Double
    /// The share of the mass within `rimShare` of the side from the rim of the square.
    public let edgeMass: Double
    public let square: PointPlot.Square
    /// Points along a side of the square.
    public let points: Int
    public let warnings: [String]

    /// Collective. Rows of points are dealt to the ranks; the same bits on any number of ranks.
    /// - Parameter square: where the mass is expected.
    /// - Throws: `.numerical` where the energy is no number.
    public init(
        of energy: some PlaneEnergy, over square: PointPlot.Square, options: Options = Options(), _ communicator: any Communicator
    ) throws(Failure) {
        precondition(options.points > 1 && options.points % 2 == 0, "a grid with a coarse half has an even number of points")
        var (square, points) = (square, options.points)
        var sums = try Self.sums(energy, square, points, options, communicator)
        for _ in 0..<options.maximumGrowths where sums.edgeMass > options.rimTolerance {
            square = square.scaled(by: options.growth)
            sums = try Self.sums(energy, square, points, options, communicator)
        }
        // A change that is NaN is no small one.
        while !(sums.change < options.tolerance), 2 * points <= options.maximumPoints {
            points *= 2
            sums = try Self.sums(energy, square, points, options, communicator)
        }
        (logZ, change, edgeMass) = (sums.logZ, sums.change, sums.edgeMass)
        (self.square, self.points) = (square, points)
        warnings = Self.warnings(sums, options)
    }

    private typealias Sums = (logZ: Double, change: Double, edgeMass: Double)

    private static func sums(
        _ energy: some PlaneEnergy, _ square: PointPlot.Square, _ points: Int, _ options: Options, _ communicator: any Communicator
    ) throws(Failure) -> Sums {
        let grid = PlaneGrid(square, points: points)
        let rim = max(1, Int(options.rimShare * Double(points)))
        let inner = rim..<points - rim
        let rows = try DealtTiles.gather(tiles: points, perTile: 3, communicator) { row in
            let terms = try energy.negatives(of: grid.row(row))
            let coarse = row % 2 == 0 ? LogSum(stride(from: 0, to: points, by: 2).lazy.map { terms[$0] }) : LogSum()
            let edge = inner.contains(row) ? LogSum(Array(terms[..<rim] + terms[(points - rim)...])) : LogSum(terms)
            return [LogSum(terms).value, coarse.value, edge.value]
        }
        let totals = (0..<3).map { part in LogSum(stride(from: part, to: rows.count, by: 3).lazy.map { rows[$0] }).value }
        try communicator.agree {
            guard totals[0] > -.infinity else {
                throw Failure(.numerical, "the energy is infinite everywhere on the grid: the model has no density there")
            }
        }
        // The coarse cells are four times as large.
        return (totals[0] + log(grid.cellArea), abs(totals[0] - totals[1] - log(4)), exp(totals[2] - totals[0]))
    }

    private static func warnings(_ sums: Sums, _ options: Options) -> [String] {
        var warnings: [String] = []
        if !(sums.change < options.tolerance) {
            warnings.append(
                "log Z changed by \(sums.change) when the spacing was halved: the energy is too sharp for the grid, no measure here is reliable"
            )
        }
        if sums.edgeMass > options.rimTolerance {
            warnings.append(
                "a share \(sums.edgeMass) of the mass is near the rim of the largest square: the energy may have no density, log Z is too small"
            )
        }
        return warnings
    }
}

/// Points in the middles of the equal cells of a square.
struct PlaneGrid {
    let square: PointPlot.Square
    /// Along a side.
    let points: Int

    init(_ square: PointPlot.Square, points: Int) {
        self.square = square
        self.points = points
    }

    var cellArea: Double { square.x.length * square.y.length / Double(points * points) }

    /// The points of one row, from the lowest x: points x 2. Rows go up with y.
    func row(_ row: Int) -> Matrix {
        let y = Self.middle(row, of: points, square.y)
        return Matrix(rows: points, columns: 2, (0..<points).flatMap { [Self.middle($0, of: points, square.x), y] })
    }

    private static func middle(_ index: Int, of count: Int, _ range: ClosedRange<Float>) -> Float {
        Float(Double(range.lowerBound) + (Double(index) + 0.5) / Double(count) * range.length)
    }
}

extension ClosedRange<Float> {
    fileprivate var length: Double { Double(upperBound) - Double(lowerBound) }

    /// The range about the same middle, `factor` times as long.
    fileprivate func scaled(by factor: Double) -> ClosedRange<Float> {
        let middle = (Double(lowerBound) + Double(upperBound)) / 2
        return Float(middle - factor * length / 2)...Float(middle + factor * length / 2)
    }
}

extension PointPlot.Square {
    /// The square about the same middle, `factor` times as wide.
    func scaled(by factor: Double) -> PointPlot.Square { PointPlot.Square(x: x.scaled(by: factor), y: y.scaled(by: factor)) }
}
