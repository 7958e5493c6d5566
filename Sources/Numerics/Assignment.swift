/// Which row goes with which column at the least sum of costs.
public enum Assignment {
    /// The column of each row: the permutation p with the least Σ_i costs[i, p_i].
    ///
    /// Rows are added one by one, each along a shortest path of reduced costs c_ij - u_i - v_j ≥ 0; O(n³). Of permutations of one sum the same is found
    /// again for the same costs. A cost that is not finite counts as larger than all that are.
    ///
    /// Source: R. Jonker, A. Volgenant, doi:10.1007/BF02278710.
    /// - Parameter costs: n x n.
    public static func optimal(_ costs: Matrix) -> [Int] {
        precondition(costs.rows == costs.columns, "as many columns as rows, not \(costs.rows) and \(costs.columns)")
        var search = Search(costs)
        for row in 0..<costs.rows { search.add(row) }
        return search.columns
    }

    /// The assignment of the rows so far, with the potentials that show that it is the best.
    private struct Search {
        private let costs: [Double]
        private let count: Int
        /// u, v
        private var rowPotentials: [Double]
        private var columnPotentials: [Double]
        /// The row of each column; nil where it is free.
        private var rows: [Int?]

        init(_ matrix: Matrix) {
            count = matrix.rows
            costs = matrix.values.map { Double($0.isFinite ? $0 : .greatestFiniteMagnitude) }
            rowPotentials = Array(repeating: 0, count: count)
            columnPotentials = rowPotentials
            rows = Array(repeating: nil, count: count)
        }

        var columns: [Int] {
            var columns = [Int](repeating: 0, count: count)
            for (column, row) in rows.enumerated() { if let row { columns[row] = column } }
            return columns
        }

        /// Gives a row a column, others perhaps a new one.
        mutating func add(_ first: Int) {
            // Of each column: the length of the shortest path to it, and the column before it on the path.
            var distances = [Double](repeating: .infinity, count: count)
            var previous = [Int?](repeating: nil, count: count)
            var isReached = [Bool](repeating: false, count: count)
            var reached: [Int] = []
            var (row, last): (Int, Int?) = (first, nil)
            var length = 0.0
            while true {
                var next = -1
                for column in 0..<count where !isReached[column] {
                    let distance = length + costs[row * count + column] - rowPotentials[row] - columnPotentials[column]
                    if distance < distances[column] { (distances[column], previous[column]) = (distance, last) }
                    if next < 0 || distances[column] < distances[next] { next = column }
                }
                length = distances[next]
                guard let taken = rows[next] else {
                    raise(first, reached, distances, to: length)
                    return shift(first, from: next, previous)
                }
                isReached[next] = true
                reached.append(next)
                (row, last) = (taken, next)
            }
        }

        /// Keeps reduced costs at 0 along the path and above elsewhere.
        private mutating func raise(_ first: Int, _ reached: [Int], _ distances: [Double], to length: Double) {
            rowPotentials[first] += length
            for column in reached {
                let left = length - distances[column]
                if let row = rows[column] { rowPotentials[row] += left }
                columnPotentials[column] -= left
            }
        }

        /// Every row on the path moves on by one column.
        private mutating func shift(_ first: Int, from free: Int, _ previous: [Int?]) {
            var column = free
            while let before = previous[column] {
                rows[column] = rows[before]
                column = before
            }
            rows[column] = first
        }
    }
}
