import Datasets
import Numerics

/// What data are, as far as a training is chosen by it: their kind, how many there are, and how their values are spread.
package struct DataFacts: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// Samples of a built-in density of the plane.
        case density
        /// Rows of one or two numbers.
        case points
        /// Rows of more numbers.
        case table
        case gray
        case colour
    }

    package let shape: ImageShape
    /// Nil where there are always fresh ones.
    package var rows: Int?
    /// The number of levels of whole numbers; nil for floats.
    package var levels: Int?
    /// The least and the greatest value; of levels the lowest and the highest that there can be.
    package var range: ClosedRange<Double>
    /// The root of the mean variance of a row's values, in the units of `range`.
    package var deviation: Double

    package init(shape: ImageShape, rows: Int? = nil, levels: Int? = nil, range: ClosedRange<Double>, deviation: Double) {
        self.shape = shape
        self.rows = rows
        self.levels = levels
        self.range = range
        self.deviation = deviation
    }

    package var kind: Kind {
        if shape.isVector { return rows == nil ? .density : shape.count <= 2 ? .points : .table }
        return shape.channels == 1 ? .gray : .colour
    }
}

extension DataFacts {
    package init(_ source: DataSource) {
        switch source {
        case .density(let density): self.init(density)
        case .dataset(let dataset): self.init(dataset)
        case .space(let space): preconditionFailure("nothing is chosen by the data of \(space.name), which has none")
        }
    }

    /// The coordinates of all densities but the moons have a deviation near 2 and lie within 4 of the origin.
    private init(_ density: PlaneDensity) { self.init(shape: ImageShape(vector: 2), range: -4...4, deviation: 2) }

    private init(_ dataset: Dataset) {
        let range = dataset.levels.map { 0...Double(max(1, $0 - 1)) } ?? dataset.range
        self.init(
            shape: dataset.shape, rows: dataset.count, levels: dataset.levels, range: range,
            // Only vectors are chosen for by it, and images are many values.
            deviation: dataset.shape.isVector ? Self.deviation(dataset.moments().deviations) : 0)
    }

    private static func deviation(_ columns: [Double]) -> Double {
        let squares = columns.map { $0 * $0 }
        return (squares.reduce(0, +) / Double(columns.count)).squareRoot()
    }
}
