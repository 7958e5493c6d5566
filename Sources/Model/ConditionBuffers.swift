import Numerics

/// The condition of the rows of a tile, and the inputs and gradients of a network with it. Without a condition there is nothing in it, and x is the input.
struct ConditionBuffers: Sendable {
    private let condition: ConditionJoin?
    /// Of each row, zero until it is set: rows x conditionCount.
    let values: Matrix
    /// The direction in it that passes along lines take, zero until it is set: rows x conditionCount; without rows where there is none.
    let valueDirections: Matrix
    private let inputs: Matrix
    private let directions: Matrix
    private let gradients: Matrix

    /// - Parameter alongLines: whether there are directions.
    init(_ condition: ConditionJoin?, rows: Int, alongLines: Bool) {
        self.condition = condition
        let rows = condition == nil ? 0 : rows
        let joined = condition?.joined.count ?? 0
        values = Matrix(rows: rows, columns: condition?.count ?? 0)
        valueDirections = Matrix(rows: alongLines && condition?.hasDirections == true ? rows : 0, columns: condition?.count ?? 0)
        inputs = Matrix(rows: rows, columns: joined)
        directions = Matrix(rows: alongLines ? rows : 0, columns: joined)
        gradients = Matrix(rows: rows, columns: joined)
    }

    static func count(_ condition: ConditionJoin?, rows: Int, alongLines: Bool) -> Int {
        condition.map { rows * ((alongLines && $0.hasDirections ? 2 : 1) * $0.count + (alongLines ? 3 : 2) * $0.joined.count) } ?? 0
    }

    /// Gives the rows what is known of them beside the noise: as many as there are, or of the first ones, which the others repeat.
    func set(_ rows: Matrix) {
        guard let columns = condition?.rows else { return }
        precondition(rows.columns == columns.count && rows.rows > 0, "conditions of \(rows.columns) values, expected \(columns.count)")
        for row in 0..<values.rows {
            for column in columns { values[row, column] = rows[row % rows.rows, column - columns.lowerBound] }
        }
    }

    /// Gives the rows a noise level each, the same in every place; as many as there are, or of the first ones, which the others repeat.
    func setLevels(_ levels: [Float], in target: Matrix) {
        guard let columns = condition?.levels else { return }
        for row in 0..<target.rows {
            for column in columns { target[row, column] = levels[row % levels.count] }
        }
    }

    func isFor(_ network: Network) -> Bool { network.condition?.description == condition?.description }

    /// The network's input for an x.
    func joined(_ x: Matrix) -> Matrix { condition == nil ? x : inputs.rows(0..<x.rows) }

    func joinedDirection(_ direction: Matrix) -> Matrix { condition == nil ? direction : directions.rows(0..<direction.rows) }

    /// Where the gradient with respect to the input goes: nil where neither that of x is wanted nor a table of classes has one.
    func gradient(for gradient: Matrix?, rows: Int, tableIsWanted: Bool) -> Matrix? {
        guard let condition else { return gradient }
        return gradient != nil || (tableIsWanted && condition.hasParameters) ? gradients.rows(0..<rows) : nil
    }
}
