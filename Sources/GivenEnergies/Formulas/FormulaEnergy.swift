import Failures
import Formats
import Numerics

/// An energy by a formula of x, which the program differentiates: sixteen rows at a time, in 32-bit floats, the gradient by going back through the operations.
///
/// Where a formula is no number, as the logarithm of a negative one, the energy is +infinity: the density is 0 there.
public struct FormulaEnergy: GivenEnergy {
    public let coordinates: [String]
    public let digest: String
    private let nodes: [FormulaGraph.Node]
    /// Of the energy.
    private let result: Int

    private typealias Vector = VectorMath.Vector
    private static let lanes = Vector.scalarCount

    /// - Parameters:
    ///   - parameters: constants of the formula.
    ///   - coordinates: the names of x's values; empty: x0, x1, ... up to the greatest that stands in the formula.
    /// - Throws: `.configuration` with the place in the formula.
    public init(_ formula: String, parameters: [(name: String, value: String)] = [], coordinates: [String] = []) throws(Failure) {
        var constants: [String: Double] = [:]
        for (name, value) in parameters {
            guard let number = Double(value), number.isFinite else {
                throw Failure(.configuration, "energy.parameters: expected a number for \(name) of the formula, found \"\(value)\"")
            }
            constants[name] = number
        }
        try Self.check(coordinates)
        var parser = try FormulaParser(formula, parameters: constants, coordinates: coordinates)
        result = try parser.parse()
        if let idle = parameters.first(where: { !parser.usedParameters.contains($0.name) }) {
            throw Failure(.configuration, "energy.parameters: the formula has no parameter \(idle.name): \(formula)")
        }
        guard parser.dimension > 0 else {
            throw Failure(.configuration, "energy.formula: expected a formula of x0, x1, ..., found one without coordinates: \(formula)")
        }
        nodes = parser.graph.nodes
        self.coordinates = coordinates.isEmpty ? (0..<parser.dimension).map { "x\($0)" } : coordinates
        let text = [formula] + parameters.map { "\($0.name)=\($0.value)" } + [""] + coordinates
        digest = Checksum.of(Array(text.joined(separator: "\n").utf8))
    }

    private static func check(_ coordinates: [String]) throws(Failure) {
        guard Set(coordinates).count == coordinates.count else {
            throw Failure(.configuration, "energy.coordinates: expected different names, found \(coordinates.joined(separator: ", "))")
        }
        let taken = Set(FormulaFunction.allCases.map(\.rawValue) + ["pow", "sum", "pi"])
        if let name = coordinates.first(where: { name in
            taken.contains(name) || name.first.map { !$0.isLetter && $0 != "_" } ?? true
                || !name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
        }) {
            throw Failure(
                .configuration, "energy.coordinates: expected names of letters, digits and _ that are no function, found \"\(name)\"")
        }
    }

    public func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        precondition(x.columns == dimension && gradient.columns == dimension, "rows of \(x.columns) values for a formula of \(dimension)")
        unsafe withUnsafeTemporaryAllocation(of: Vector.self, capacity: 2 * nodes.count) { scratch in
            let values = unsafe UnsafeMutableBufferPointer(rebasing: scratch[..<nodes.count])
            let slopes = unsafe UnsafeMutableBufferPointer(rebasing: scratch[nodes.count...])
            for first in stride(from: 0, to: x.rows, by: Self.lanes) {
                let rows = first..<min(x.rows, first + Self.lanes)
                unsafe forward(x, rows, values)
                unsafe backward(values, slopes, gradient, rows)
                for row in rows {
                    let energy = unsafe values[result][row - first]
                    energies[row, 0] = energy.isNaN ? .infinity : energy
                }
            }
        }
    }

    /// The values of all nodes at some rows.
    private func forward(_ x: Matrix, _ rows: Range<Int>, _ values: UnsafeMutableBufferPointer<Vector>) {
        for (place, node) in nodes.enumerated() {
            unsafe values[place] =
                switch node {
                case .constant(let value): Vector(repeating: Float(value))
                case .coordinate(let column): Self.column(column, x, rows)
                case .add(let a, let b): unsafe values[a] + values[b]
                case .subtract(let a, let b): unsafe values[a] - values[b]
                case .multiply(let a, let b): unsafe values[a] * values[b]
                case .divide(let a, let b): unsafe values[a] / values[b]
                case .apply(let function, let a): unsafe function.value(values[a])
                }
        }
    }

    private static func column(_ column: Int, _ x: Matrix, _ rows: Range<Int>) -> Vector {
        var values = Vector(repeating: 0)
        for row in rows { values[row - rows.lowerBound] = x[row, column] }
        return values
    }

    /// The derivatives of the result with respect to all nodes, from the last to the first.
    private func backward(
        _ values: UnsafeMutableBufferPointer<Vector>, _ slopes: UnsafeMutableBufferPointer<Vector>, _ gradient: Matrix, _ rows: Range<Int>
    ) {
        unsafe slopes.initialize(repeating: Vector(repeating: 0))
        unsafe slopes[result] = Vector(repeating: 1)
        gradient.rows(rows).fill(0)
        for place in (0...result).reversed() {
            let slope = unsafe slopes[place]
            switch nodes[place] {
            case .constant: break
            case .coordinate(let column): for row in rows { gradient[row, column] = slope[row - rows.lowerBound] }
            case .add(let a, let b):
                unsafe slopes[a] += slope
                unsafe slopes[b] += slope
            case .subtract(let a, let b):
                unsafe slopes[a] += slope
                unsafe slopes[b] -= slope
            case .multiply(let a, let b):
                unsafe slopes[a] += slope * values[b]
                unsafe slopes[b] += slope * values[a]
            case .divide(let a, let b):
                let share = unsafe slope / values[b]
                unsafe slopes[a] += share
                unsafe slopes[b] -= share * values[place]
            case .apply(let function, let a): unsafe slopes[a] += slope * function.slope(values[a], value: values[place])
            }
        }
    }
}
