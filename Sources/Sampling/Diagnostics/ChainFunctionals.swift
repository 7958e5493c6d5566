import Numerics

/// The numbers of a chain's state that diagnostics follow over time.
///
/// The energy always; every value of a state that has at most eight, or up to 64 with names; for larger states their mean and eight projections x·u_k on fixed random
/// directions of length 1, which see what moves anywhere in the state.
public struct ChainFunctionals: Sendable {
    public static let mostValues = 8
    /// Where values have names.
    public static let mostNamedValues = 64
    public static let projections = 8

    public let dimension: Int
    /// `energy`, then the names of the state's values (`x1`, `x2`, ... where they have none), or `mean`, `projection0`, ...
    public let names: [String]
    /// projections x dimension; no rows where the values are taken as they are.
    private let directions: Matrix

    /// - Parameters:
    ///   - columns: the names of a state's values; nil where they have none.
    ///   - seed: decides the directions.
    public init(dimension: Int, columns: [String]? = nil, seed: UInt64) {
        precondition(columns == nil || columns!.count == dimension, "a name for each of \(dimension) values")
        self.dimension = dimension
        let isSmall = dimension <= (columns == nil ? Self.mostValues : Self.mostNamedValues)
        directions = Matrix(rows: isSmall ? 0 : Self.projections, columns: dimension)
        names =
            ["energy"]
            + (isSmall ? columns ?? (1...max(1, dimension)).map { "x\($0)" } : ["mean"] + (0..<Self.projections).map { "projection\($0)" })
        for row in 0..<directions.rows {
            let direction = directions.rows(row..<row + 1)
            RandomStream(seed: seed, purpose: .diagnosticDirection, step: 0, index: row).fillNormals(direction)
            let scale = 1 / Float(direction.squaredNorm.squareRoot())
            direction.combine(direction, direction) { value, _ in scale * value }
        }
    }

    public var count: Int { names.count }

    /// Whether the values of a state are among the numbers.
    public var holdsStates: Bool { directions.rows == 0 }

    /// The numbers of one state, in the order of `names`.
    public func values(of state: Matrix, energy: Float) -> [Double] {
        precondition(state.count == dimension, "a state of \(dimension) values")
        guard !holdsStates else { return [Double(energy)] + state.values.map { Double($0) } }
        let projections = (0..<directions.rows).map { state.dot(directions.rows($0..<$0 + 1)) }
        return [Double(energy), state.sum / Double(dimension)] + projections
    }
}
