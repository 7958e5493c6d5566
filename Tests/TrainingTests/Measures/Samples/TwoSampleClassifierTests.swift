import Distributed
import Measures
import Numerics
import Testing

@Suite struct TwoSampleClassifierTests {
    private static func normals(_ rows: Int, index: Int, shift: Float = 0, factor: Float = 1) -> Matrix {
        let values = Matrix(rows: rows, columns: 2)
        RandomStream(seed: 8, purpose: .test, step: 0, index: index).fillNormals(values)
        return Matrix(rows: rows, columns: 2, values.values.map { factor * $0 + shift })
    }

    private static func accuracy(_ first: Matrix, _ second: Matrix, _ communicator: any Communicator = SoloCommunicator()) throws -> Double
    {
        _ = OneThreadPerProduct.once
        let judged = try TwoSampleClassifier(dimension: 2).judgements(first, second, communicator)
        #expect(judged.count == 2 * first.rows)
        return judged.reduce(0, +) / Double(judged.count)
    }

    /// 600 judgements by chance have a deviation of 0.02.
    @Test func `two sets of one distribution are told apart by chance`() throws {
        let found = try Self.accuracy(Self.normals(300, index: 0), Self.normals(300, index: 1))
        #expect(abs(found - 0.5) < 0.08, "\(found)")
    }

    /// The best that can be done: Φ(√2) = 0.921 for a shift of 2 in both values; for deviations of 1 and 2 (1 - e^(-r²/2) + e^(-r²/8))/2 at r² = (8/3) log 4: 0.736.
    @Test func `two distributions are told apart as well as they can be`() throws {
        let shifted = try Self.accuracy(Self.normals(301, index: 0), Self.normals(301, index: 1, shift: 2))
        #expect((0.88...0.96).contains(shifted), "\(shifted)")
        let wider = try Self.accuracy(Self.normals(400, index: 0), Self.normals(400, index: 1, factor: 2))
        #expect((0.67...0.79).contains(wider), "\(wider)")
    }

    @Test(arguments: [2, 3]) func `the judgements are the same on any number of ranks`(ranks: Int) throws {
        let measure = { @Sendable (communicator: any Communicator) throws -> [Double] in
            _ = OneThreadPerProduct.once
            return try TwoSampleClassifier(dimension: 2).judgements(
                Self.normals(45, index: 0), Self.normals(45, index: 1, shift: 1), communicator)
        }
        let alone = try measure(SoloCommunicator())
        #expect(try ThreadRanks.run(ranks, measure) == Array(repeating: alone, count: ranks))
    }
}
