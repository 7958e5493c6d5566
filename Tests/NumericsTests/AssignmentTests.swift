import Numerics
import Testing

struct AssignmentTests {
    private static func costs(_ count: Int, _ label: Int) -> Matrix {
        let costs = Matrix(rows: count, columns: count)
        RandomStream(seed: 4, purpose: .test, step: label, index: count).fillNormals(costs)
        return costs
    }

    private static func total(_ costs: Matrix, _ columns: [Int]) -> Double {
        columns.enumerated().reduce(0) { $0 + Double(costs[$1.offset, $1.element]) }
    }

    /// All orders of 0..<count.
    private static func permutations(_ count: Int) -> [[Int]] {
        guard count > 1 else { return [Array(0..<count)] }
        return permutations(count - 1).flatMap { shorter in
            (0..<count).map { place in
                var longer = shorter
                longer.insert(count - 1, at: place)
                return longer
            }
        }
    }

    @Test(arguments: 1...7) func `no permutation has a smaller sum`(count: Int) {
        let all = Self.permutations(count)
        for label in 0..<40 {
            let costs = Self.costs(count, label)
            // Every other one of few whole numbers, so that many permutations have one sum.
            if label % 2 == 1 { costs.combine(costs, costs) { value, _ in (2 * value).rounded(.down) } }
            let columns = Assignment.optimal(costs)
            #expect(columns.sorted() == Array(0..<count))
            let best = all.map { Self.total(costs, $0) }.min() ?? 0
            // Sums of seven terms in Double.
            #expect(abs(Self.total(costs, columns) - best) < 1e-12)
        }
    }

    @Test(arguments: [2, 33, 256]) func `points of a line are paired in their order`(count: Int) {
        let points = Matrix(rows: 2, columns: count)
        RandomStream(seed: 5, purpose: .test, step: 0, index: count).fillNormals(points)
        let costs = Matrix(rows: count, columns: count)
        for row in 0..<count { for column in 0..<count { costs[row, column] = -points[0, row] * points[1, column] } }
        let columns = Assignment.optimal(costs)
        let (first, second) = (points.rows(0..<1).values, points.rows(1..<2).values)
        let inOrder = zip(first.sorted(), second.sorted()).reduce(0.0) { $0 - Double($1.0 * $1.1) }
        #expect(columns.sorted() == Array(0..<count))
        #expect(abs(Self.total(costs, columns) - inOrder) < 1e-9 * Double(count))
    }

    @Test func `costs that are no numbers are taken last`() {
        let costs = Matrix(rows: 3, columns: 3, [.nan, 1, 9, 2, .infinity, 9, .nan, .infinity, 9])
        #expect(Assignment.optimal(costs) == [1, 0, 2])
        costs.fill(.nan)
        #expect(Assignment.optimal(costs).sorted() == [0, 1, 2])
        #expect(Assignment.optimal(Matrix(rows: 0, columns: 0)).isEmpty)
    }
}
