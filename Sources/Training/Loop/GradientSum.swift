import Distributed
import Failures
import Numerics

/// The sum of the shards' gradients over threads and ranks, and what rides with it: the shards' reports and requests to stop.
package struct GradientSum {
    /// Set by a rank that was asked to stop.
    static let stopFlag = 0

    private var sum: ExactSum
    private let isExact: Bool
    private let tensors: [Range<Int>]
    private let shards: Int

    /// - Parameter isExact: false for the plain float sum, whose bits depend on ranks and threads; for comparison.
    package init(tensors: [Range<Int>], shards: Int, isExact: Bool) {
        self.isExact = isExact
        self.shards = shards
        self.tensors = tensors
        // Without tensors the exact sum still carries reports and flags.
        sum = ExactSum(tensors: isExact ? tensors : [], shards: shards, recordLength: ShardReport.fieldCount, flags: 1)
    }

    /// The scales of the next sum, which belong in a checkpoint; nil for the float sum, which has none.
    package var exponents: [Int32]? { isExact ? sum.exponents : nil }

    package mutating func restore(exponents: [Int32]) throws(Failure) {
        if isExact { try sum.restore(exponents: exponents) }
    }

    /// The accumulator of a thread: the first one uses the sum's own, so that T threads cost T of them.
    package func makePart(thread: Int) -> ExactSum.Part {
        thread == 0 ? ExactSum(tensors: [], shards: 1).makePart() : sum.makePart()
    }

    /// Collective. Lets every thread add its shards, and sums over all ranks.
    ///
    /// - Parameters:
    ///   - total: the reduced gradient, written when the outcome is `.exact`.
    ///   - stop: whether this rank asks all to stop.
    ///   - meet: what ranks do together just before their sum.
    ///   - add: runs all local shards on the workers; called again when the scales had to change.
    /// - Returns: the outcome, which is never `.rescaled`.
    package mutating func reduce(
        into total: inout [Float], workers: [ShardWorker], stop: Bool, _ communicator: any Communicator,
        meet: () throws(Failure) -> Void = {}, add: () -> Void
    ) throws(Failure) -> ExactSum.Outcome {
        var outcome = ExactSum.Outcome.rescaled
        while outcome == .rescaled {
            begin(workers)
            add()
            collect(workers)
            if stop { sum.part.raise(flag: Self.stopFlag) }
            try meet()
            outcome = try sum.reduce(over: communicator)
        }
        guard isExact else { return try sumFloats(into: &total, workers, communicator) }
        if outcome == .exact { sum.total(into: &total) }
        return outcome
    }

    /// Collective. The sum whose bits depend on threads and ranks.
    private func sumFloats(
        into total: inout [Float], _ workers: [ShardWorker], _ communicator: any Communicator
    ) throws(Failure) -> ExactSum.Outcome {
        for index in total.indices { total[index] = workers.reduce(0) { $0 + $1.plain[index] } }
        try communicator.sum(&total)
        let broken = tensors.firstIndex { !Array(total[$0]).isFinite }
        return broken.map { .notFinite(tensor: $0) } ?? .exact
    }

    /// Whether any rank asked to stop.
    package var stopRequested: Bool { sum.flag(Self.stopFlag) }

    /// The sum of all shards' reports, in shard order.
    package var report: ShardReport { ShardReport.sum((0..<shards).flatMap { sum.record(of: $0) }) }

    /// What puts shards into the sum, on any thread.
    package var adder: Adder { Adder(isExact: isExact, parameters: parameters) }

    private var parameters: Int { tensors.last?.upperBound ?? 0 }

    private mutating func begin(_ workers: [ShardWorker]) {
        sum.begin()
        swap(&sum.part, &workers[0].part)
        for worker in workers.dropFirst() { sum.begin(&worker.part) }
        guard !isExact else { return }
        for worker in workers { worker.plain = Array(repeating: 0, count: parameters) }
    }

    private mutating func collect(_ workers: [ShardWorker]) {
        swap(&sum.part, &workers[0].part)
        for worker in workers.dropFirst() { sum.merge(worker.part) }
    }
}

extension GradientSum {
    /// Adds the shards of a thread to what that thread's worker has collected.
    package struct Adder: Sendable {
        let isExact: Bool
        let parameters: Int

        package func add(_ shard: ShardState, on worker: ShardWorker) {
            let gradient = unsafe UnsafeBufferPointer(start: UnsafePointer(worker.wholeGradient.base), count: parameters)
            if isExact {
                unsafe worker.part.add(gradient)
            } else {
                for index in 0..<parameters { unsafe worker.plain[index] += gradient[index] }
                worker.part.add([])
            }
            worker.part.setRecord(shard.report.values, of: shard.index)
        }
    }
}
