import Distributed
import Learning
import Model
import Numerics
import Testing
import Training

/// Threads, ranks and scales cannot be seen in the sum.
struct GradientSumTests {
    static let shards = 7

    /// What the shards add, and how often they were asked.
    final class Gradients {
        let model: EnergyModel
        let scale: Float
        let broken: (shard: Int, index: Int)?
        var attempts = 0

        init(scale: Float, broken: (shard: Int, index: Int)? = nil) throws {
            model = try ScratchRun.trainer().plan.model
            self.scale = scale
            self.broken = broken
        }

        var count: Int { model.layout.count }
        static let tallies = [Tally("first"), Tally("largest", .max), Tally("third")]

        func values(_ shard: Int) -> [Float] {
            let out = Matrix(rows: 1, columns: count)
            RandomStream(seed: 2, purpose: .test, step: 0, index: shard).fillNormals(out)
            var values = out.values.map { $0 * scale }
            if let broken, broken.shard == shard { values[broken.index] = .nan }
            return values
        }

        func report(_ shard: Int) -> ShardReport {
            ShardReport(Self.tallies, values: Self.tallies.indices.map { 0.1 * Double(shard) + Double($0) })
        }

        /// Sums over threads that take the shards in turns, the last shard first.
        func reduce(
            threads: Int, isExact: Bool = true, stop: Bool = false, _ communicator: any Communicator = SoloCommunicator()
        ) throws -> (total: [Float], outcome: ExactSum.Outcome, sum: GradientSum) {
            var sum = GradientSum(
                tensors: model.layout.tensors.map(\.range), shards: shards, threads: threads, tallies: Self.tallies, isExact: isExact)
            var total = [Float](repeating: -1, count: count)
            attempts = 0
            var outcome = ExactSum.Outcome.rescaled
            while outcome == .rescaled {
                attempts += 1
                sum.begin()
                let adder = sum.adder
                for shard in (0..<shards).reversed() {
                    adder.add(Matrix(rows: 1, columns: count, values(shard)), report(shard), ofShard: shard, thread: shard % threads)
                }
                outcome = try sum.reduce(into: &total, stop: stop, communicator)
            }
            return (total, outcome, sum)
        }
    }

    /// The sum of all shards in Double.
    static func exact(_ gradients: Gradients) -> [Double] {
        (0..<shards).map { gradients.values($0).map(Double.init) }.reduce([Double](repeating: 0, count: gradients.count)) {
            zip($0, $1).map { $0 + $1 }
        }
    }

    @Test func `one, two and three threads give the same bits, which are the sum`() throws {
        let gradients = try Gradients(scale: 0.01)
        let results = try (1...3).map { try gradients.reduce(threads: $0) }
        #expect(results.allSatisfy { $0.outcome == .exact && $0.total == results[0].total })
        #expect(results.allSatisfy { $0.sum.exponents == results[0].sum.exponents })
        // Seven shards rounded to 2^-41 (the first scale is 2^40), and the total to 2^-24 of at most 0.3.
        for (value, expected) in zip(results[0].total, Self.exact(gradients)) {
            #expect(abs(Double(value) - expected) < 7 * 0x1p-41 + 0.3 * 0x1p-24)
        }
    }

    @Test func `reports come back in shard order, and a request to stop from any thread's rank is seen`() throws {
        let gradients = try Gradients(scale: 1)
        for threads in 1...3 {
            let (_, _, sum) = try gradients.reduce(threads: threads, stop: threads == 2)
            #expect(sum.report == ShardReport.total(Gradients.tallies, (0..<Self.shards).map { gradients.report($0).values }))
            #expect(sum.stopRequested == (threads == 2))
        }
    }

    @Test(arguments: [Float(1e9), 1e-9, 1e30])
    func `gradients beyond the scale, and far below it, are computed once more and summed exactly`(scale: Float) throws {
        let gradients = try Gradients(scale: scale)
        let results = try (1...3).map { try gradients.reduce(threads: $0) }
        #expect(gradients.attempts == 2)
        #expect(results.allSatisfy { $0.outcome == .exact && $0.total == results[0].total })
        let largest = Self.exact(gradients).map(abs).max() ?? 0
        for (value, expected) in zip(results[0].total, Self.exact(gradients)) {
            #expect(abs(Double(value) - expected) < largest * 0x1p-23)
        }
    }

    @Test(arguments: [true, false], 1...3)
    func `a NaN in one shard is found, in its tensor, by exact and by float sums`(isExact: Bool, threads: Int) throws {
        let layout = try Gradients(scale: 1).model.layout
        for (number, tensor) in layout.tensors.enumerated() {
            let gradients = try Gradients(scale: 1, broken: (shard: 4, index: tensor.range.upperBound - 1))
            let (_, outcome, sum) = try gradients.reduce(threads: threads, isExact: isExact)
            #expect(outcome == .notFinite(tensor: number))
            #expect(sum.report[Tally("first")] == (0..<Self.shards).reduce(0.0) { $0 + 0.1 * Double($1) })
        }
    }

    @Test func `the float sum is the sum up to rounding, and has no scales`() throws {
        let gradients = try Gradients(scale: 1)
        let (total, outcome, sum) = try gradients.reduce(threads: 2, isExact: false)
        #expect(outcome == .exact && sum.exponents == nil)
        // Six additions of values below 30, each rounded to 2^-24.
        for (value, expected) in zip(total, Self.exact(gradients)) { #expect(abs(Double(value) - expected) < 6 * 30 * 0x1p-24) }
    }
}
