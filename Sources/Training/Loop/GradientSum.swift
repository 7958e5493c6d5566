import Distributed
import Failures
import Learning
import Numerics

/// The sum of the shards' gradients over threads and ranks, and what rides with it: the shards' reports and requests to stop.
package struct GradientSum {
    /// Set by a rank that was asked to stop.
    static let stopFlag = 0

    private var sum: ExactSum
    private let isExact: Bool
    private let tensors: [Range<Int>]
    private let shards: Int
    private let parts: [Part]
    /// What the shards count for reports.
    private let tallies: [Tally]

    /// What the shards of one thread add up to; used by that thread alone.
    fileprivate final class Part: @unchecked Sendable {
        /// As the exact sum takes it, with the shards' reports.
        var exact: ExactSum.Part
        /// As a plain sum takes it; empty with the exact sum.
        var plain: [Float] = []

        init(_ exact: ExactSum.Part) { self.exact = exact }
    }

    /// - Parameter threads: those that add shards.
    /// - Parameter tallies: what the shards count for reports.
    /// - Parameter isExact: false for the plain float sum, whose bits depend on ranks and threads; for comparison.
    /// - Parameter slices: where each rank wants its slice of the exact sum; nil for all of it.
    package init(tensors: [Range<Int>], shards: Int, threads: Int, tallies: [Tally], isExact: Bool, slices: SliceLayout? = nil) {
        self.isExact = isExact
        self.tallies = tallies
        self.shards = shards
        self.tensors = tensors
        // Without tensors the exact sum still carries reports and flags.
        let sum = ExactSum(tensors: isExact ? tensors : [], shards: shards, recordLength: tallies.count, flags: 1, slices: slices)
        self.sum = sum
        // The first thread uses the sum's own, so that T threads cost T of them.
        parts = (0..<threads).map { Part($0 == 0 ? ExactSum(tensors: [], shards: 1).makePart() : sum.makePart()) }
    }

    /// The scales of the next sum, which belong in a checkpoint; nil for the float sum, which has none.
    package var exponents: [Int32]? { isExact ? sum.exponents : nil }

    package mutating func restore(exponents: [Int32]) throws(Failure) {
        if isExact { try sum.restore(exponents: exponents) }
    }

    /// Before the shards are added; again when the scales had to change.
    package mutating func begin() {
        sum.begin()
        swap(&sum.part, &parts[0].exact)
        for part in parts.dropFirst() { sum.begin(&part.exact) }
        guard !isExact else { return }
        for part in parts { part.plain = Array(repeating: 0, count: parameters) }
    }

    /// What adds shards, on any thread.
    package var adder: Adder { Adder(isExact: isExact, parameters: parameters, parts: parts) }

    /// Collective. When all local shards have been added: the sum over threads and ranks.
    ///
    /// - Parameters:
    ///   - total: the reduced gradient, or the rank's slice of it, written when the outcome is `.exact`.
    ///   - stop: whether this rank asks all to stop.
    /// - Returns: the outcome; after `.rescaled` all has to be added again.
    package mutating func reduce(
        into total: inout [Float], stop: Bool, _ communicator: any Communicator
    ) throws(Failure) -> ExactSum.Outcome {
        swap(&sum.part, &parts[0].exact)
        for part in parts.dropFirst() { sum.merge(part.exact) }
        if stop { sum.part.raise(flag: Self.stopFlag) }
        let outcome = try sum.reduce(over: communicator)
        guard outcome != .rescaled else { return outcome }
        guard isExact else { return try sumFloats(into: &total, communicator) }
        if outcome == .exact { sum.total(into: &total) }
        return outcome
    }

    /// Collective. The sum whose bits depend on threads and ranks.
    private func sumFloats(
        into total: inout [Float], _ communicator: any Communicator
    ) throws(Failure) -> ExactSum.Outcome {
        for index in total.indices { total[index] = parts.reduce(0) { $0 + $1.plain[index] } }
        try communicator.sum(&total)
        let broken = tensors.firstIndex { !Array(total[$0]).isFinite }
        return broken.map { .notFinite(tensor: $0) } ?? .exact
    }

    /// Whether any rank asked to stop.
    package var stopRequested: Bool { sum.flag(Self.stopFlag) }

    /// The sum of all shards' reports, in shard order.
    package var report: ShardReport { ShardReport.total(tallies, (0..<shards).map { sum.record(of: $0) }) }

    private var parameters: Int { tensors.last?.upperBound ?? 0 }
}

extension GradientSum {
    /// Adds shards to what a thread has collected.
    package struct Adder: Sendable {
        fileprivate let isExact: Bool
        fileprivate let parameters: Int
        fileprivate let parts: [Part]

        /// - Parameters:
        ///   - whole: the shard's gradient, 1 x parameters.
        ///   - thread: the one that calls.
        package func add(_ whole: Matrix, _ report: ShardReport, ofShard index: Int, thread: Int) {
            let gradient = unsafe UnsafeBufferPointer(start: UnsafePointer(whole.base), count: parameters)
            let part = parts[thread]
            if isExact {
                unsafe part.exact.add(gradient)
            } else {
                for index in 0..<parameters { unsafe part.plain[index] += gradient[index] }
                part.exact.add([])
            }
            part.exact.setRecord(report.values, of: index)
        }
    }
}
