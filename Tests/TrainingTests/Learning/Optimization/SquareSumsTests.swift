import Learning
import Numerics
import Testing
import Training

/// Norms do not depend on where the parts of a vector lie.
struct SquareSumsTests {
    static let count = 5000
    /// Boundaries in the middle of blocks, and one group that is shorter than a block.
    static let groups = [0..<1500, 1500..<1600, 1600..<5000]

    static let values: [Float] = {
        let out = Matrix(rows: 1, columns: count)
        RandomStream(seed: 3, purpose: .test, step: 0, index: 0).fillNormals(out)
        return out.values
    }()

    /// Slices that begin at blocks.
    static let splits: [[Int]] = [[], [1024], [2048, 3072], [1024, 1024, 2048, 3072, 4096], [4096]]

    @Test func `norms of the vector and of its groups are those in Double`() {
        var sums = SquareSums(Self.groups)
        sums.add(Self.values, at: 0..<Self.count)
        func reference(_ range: Range<Int>) -> Double { Self.values[range].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
        // 5,000 additions of positive terms, each rounded to 2^-53.
        #expect(abs(sums.norm / reference(0..<Self.count) - 1) < 5000 * 0x1p-53)
        for (number, group) in Self.groups.enumerated() {
            #expect(abs(sums.norm(ofGroup: number) / reference(group) - 1) < 5000 * 0x1p-53)
        }
    }

    @Test(arguments: splits) func `parts that are added apart, and then together, give the same bits`(bounds: [Int]) {
        var whole = SquareSums(Self.groups)
        whole.add(Self.values, at: 0..<Self.count)
        var shared = [Double](repeating: 0, count: whole.values.count)
        for (start, end) in zip([0] + bounds, bounds + [Self.count]) {
            var own = SquareSums(Self.groups)
            own.add(Array(Self.values[start..<end]), at: start..<end)
            for index in shared.indices { shared[index] += own.values[index] }
        }
        var sums = SquareSums(Self.groups)
        sums.values = shared
        #expect(sums.norm == whole.norm && Self.groups.indices.allSatisfy { sums.norm(ofGroup: $0) == whole.norm(ofGroup: $0) })
    }

    @Test func `the norm of floats near their limit does not overflow, and counts every element`() {
        func norm(_ values: [Float]) -> Double {
            var sums = SquareSums([0..<values.count])
            sums.add(values, at: 0..<values.count)
            return sums.norm
        }
        #expect(norm([Float](repeating: 2e38, count: 100)) == Double(Float(2e38)) * 10)
        for count in Array(0...20) + [1023, 1024, 1025, 1031, 2048] {
            #expect(norm([Float](repeating: 1, count: count)) == Double(count).squareRoot())
        }
        #expect(norm([1, .nan]).isNaN)
    }
}
