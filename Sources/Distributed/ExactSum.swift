import Failures

/// The sum over all shards of a vector of floats, in integers: the same bits for every order, number of ranks and number of threads.
///
/// The vector consists of tensors, each with a power-of-two scale 2^e. Every shard's value v becomes the integer nearest to v·2^e (ties to
/// even), the integers are added over all ranks, and the result is Float(Σ·2^-e), for all of the vector or for the rank's slice alone. With it
/// travels what the ranks must know together: per-shard records, flags, and whether a value was too large for its scale or not finite.
///
/// A step:
/// ```swift
/// repeat {
///     sum.begin()
///     for shard in own { /* compute */ sum.part.add(gradient); sum.part.setRecord([energy], of: shard) }
///     outcome = try sum.reduce(over: communicator)
/// } while outcome == .rescaled
/// ```
/// Threads fill parts of their own (`makePart`, `begin(&part)`) and `merge` them, one after another; T threads need T parts, as the first
/// may use `sum.part` itself (swap it into the worker and back). See Documentation/ExactSums.md.
public struct ExactSum: Sendable {
    /// How a reduction ended, the same on every rank.
    public enum Outcome: Hashable, Sendable {
        /// The total can be read.
        case exact
        /// The scales of the last step do not fit this one; they do now: compute and reduce again. Never twice for the same gradients.
        case rescaled
        /// A shard's value was NaN or infinite, or the total may exceed the largest float; `tensor` is the first such tensor.
        case notFinite(tensor: Int)
    }

    /// The scale of a tensor of which nothing is known: values between 2^-18 and 2^11 pass at the first attempt (2^10 from 4,096 shards on, 2^9 with 8,192).
    public static let initialExponent: Int32 = 40
    /// Exponents that a float, subnormal or as large as there is, can lead to.
    public static let exponentRange: ClosedRange<Int32> = -92...185

    /// The mean over shards of the largest value of a tensor becomes about 2^36 steps: 2^15 below the limit of a value (2^14 from 4,096 shards on, 2^13 with 8,192), and a rounding error of
    /// n shards of at most n/2 steps.
    static let targetBits: Int32 = 36
    /// A mean below 2^22 steps is too coarse: the step is repeated with other scales.
    static let coarseBits = 22

    public let tensors: [Range<Int>]
    public let shards: Int
    /// How the total is dealt to ranks; nil: every rank gets all of it.
    private let slices: SliceLayout?
    /// The exponents of the next sum: after `reduce` chosen from the gradients just seen. They belong in a checkpoint.
    public private(set) var exponents: [Int32]
    /// What this rank adds; after `reduce` what all ranks added.
    public var part: Part

    private var outcome: Outcome?
    /// What of the total this rank has after `reduce`.
    private var own = 0..<0

    /// `tensors`: consecutive ranges from 0 that cover the vector. `shards`: how many gradients are added, on all ranks together.
    /// `recordLength`: doubles that every shard hands to all ranks. `flags`: yes-or-no questions that any rank may raise. `slices`: of the
    /// vector, where each rank wants its own of the total; nil: all of it, on every rank.
    public init(tensors: [Range<Int>], shards: Int, recordLength: Int = 0, flags: Int = 0, slices: SliceLayout? = nil) {
        precondition((1...ShardLayout.maximumShards).contains(shards), "scales fit 1 to \(ShardLayout.maximumShards) shards, not \(shards)")
        precondition(slices.map { $0.count == tensors.last?.upperBound ?? 0 } ?? true, "slices of another vector than the tensors make up")
        precondition(recordLength >= 0 && flags >= 0, "counts of records and flags are at least 0")
        precondition(
            zip([0] + tensors.map(\.upperBound), tensors.map(\.lowerBound)).allSatisfy(==),
            "tensors follow one another without a gap from 0")
        self.tensors = tensors
        self.shards = shards
        self.slices = slices
        exponents = [Int32](repeating: Self.initialExponent, count: tensors.count)
        part = Part(Layout(tensors: tensors, shards: shards, recordLength: recordLength, flags: flags), exponents: exponents)
    }

    /// Continues with the exponents of a checkpoint. Throws `.checkpoint` if they cannot belong to this sum.
    public mutating func restore(exponents: [Int32]) throws(Failure) {
        guard exponents.count == tensors.count else {
            throw Failure(
                .checkpoint, "the checkpoint has \(exponents.count) gradient scales, but the network has \(tensors.count) tensors")
        }
        if let wrong = exponents.firstIndex(where: { !Self.exponentRange.contains($0) }) {
            throw Failure(
                .checkpoint,
                "gradient scale \(wrong) of the checkpoint is \(exponents[wrong]), outside \(Self.exponentRange.lowerBound)"
                    + "...\(Self.exponentRange.upperBound)")
        }
        self.exponents = exponents
    }

    /// Clears the sum and takes the new scales. Every attempt at a step begins so.
    public mutating func begin() {
        outcome = nil
        part.clear(exponents: exponents)
    }

    /// A part for another thread; `begin` it at every attempt.
    public func makePart() -> Part {
        Part(part.layout, exponents: exponents)
    }

    /// Clears a thread's part and gives it the scales of this attempt.
    public func begin(_ part: inout Part) {
        part.clear(exponents: exponents)
    }

    /// Adds a thread's part; the order of merging does not matter.
    public mutating func merge(_ other: Part) {
        part.add(other)
    }

    /// Collective. Sums over all ranks and decides, equally on all of them, what comes next. Chooses the scales of the next sum.
    ///
    /// Records and flags can be read after any outcome, the total only after `.exact`. Throws `.software` if some shard was added twice or
    /// not at all.
    public mutating func reduce(over communicator: any Communicator) throws(Failure) -> Outcome {
        try sumWords(over: communicator)
        guard part.contributions == shards else {
            throw Failure(.software, "\(part.contributions) gradients were added for \(shards) shards")
        }
        let result: Outcome
        if let tensor = tensors.indices.first(where: { part.isNotFinite($0) }) {
            result = .notFinite(tensor: tensor)
        } else if tensors.indices.contains(where: { part.hasOverflowed($0) || isCoarse($0) }) {
            try chooseExponentsFromLargest(over: communicator)
            result = .rescaled
        } else {
            for tensor in tensors.indices { exponents[tensor] = nextExponent(tensor) }
            if let slices { try communicator.sum(&part.words, slices: slices) }
            own = slices?.range(of: communicator.rank) ?? 0..<part.layout.parameters
            result = .exact
        }
        outcome = result
        return result
    }

    /// Collective. Everything in one message, or what stands behind the sums, which says whether the slices are worth one.
    private mutating func sumWords(over communicator: any Communicator) throws(Failure) {
        guard slices != nil else { return try communicator.sum(&part.words) }
        var counts = Array(part.words[part.layout.parameters...])
        try communicator.sum(&counts)
        part.words.replaceSubrange(part.layout.parameters..., with: counts)
    }

    /// Whether any rank raised the flag before the reduction.
    public func flag(_ flag: Int) -> Bool {
        precondition(outcome != nil, "flags are known after the reduction")
        return part.words[part.layout.flag(flag)] > 0
    }

    /// The record of a shard, from whatever rank it was set on; zeros if it was not.
    public func record(of shard: Int) -> [Double] {
        precondition(outcome != nil, "records are known after the reduction")
        return part.words[part.layout.record(of: shard)].map { Double(bitPattern: UInt64(bitPattern: $0)) }
    }

    /// Writes the total, rounded to Float: as many values as the tensors have, or as this rank's slice.
    public func total(into values: UnsafeMutableBufferPointer<Float>) {
        precondition(outcome == .exact, "the total of a sum that is not exact cannot be read")
        precondition(values.count == own.count, "the total has \(own.count) values here, not \(values.count)")
        let start = own.lowerBound
        unsafe part.words.withUnsafeBufferPointer { words in
            for (tensor, range) in tensors.enumerated() {
                let step = Double.powerOfTwo(-part.exponents[tensor])
                for index in range.clamped(to: own) { unsafe values[index - start] = Float(Double(words[index]) * step) }
            }
        }
    }

    /// Writes the total, rounded to Float.
    public func total(into values: inout [Float]) {
        unsafe values.withUnsafeMutableBufferPointer { unsafe total(into: $0) }
    }

    /// Whether the tensor is not zero, yet so small that rounding to whole steps would show.
    private func isCoarse(_ tensor: Int) -> Bool {
        let magnitude = part.words[part.layout.magnitude(tensor)]
        return magnitude > 0 && magnitude < Int64(shards) << Int64(Self.coarseBits)
    }

    /// Moves the mean over shards of the largest value to the target; keeps the scale of a tensor that is zero everywhere.
    private func nextExponent(_ tensor: Int) -> Int32 {
        let magnitude = part.words[part.layout.magnitude(tensor)]
        guard magnitude > 0 else { return part.exponents[tensor] }
        let mean = (magnitude - 1) / Int64(shards) + 1
        // ⌈log₂ mean⌉
        let bits = Int32(Int64.bitWidth - (mean - 1).leadingZeroBitCount)
        return (part.exponents[tensor] + Self.targetBits - bits).clamped(to: Self.exponentRange)
    }

    /// Collective. The largest value of any shard becomes 2^35 to 2^36 steps, so that neither overflow nor coarseness can follow.
    private mutating func chooseExponentsFromLargest(over communicator: any Communicator) throws(Failure) {
        var largest = part.largest.map(Double.init)
        try communicator.maximum(&largest)
        for (tensor, value) in largest.enumerated() where value > 0 {
            let bits = Int32(value.exponent) + (value.significand > 1 ? 1 : 0)
            exponents[tensor] = Self.targetBits - bits
        }
    }
}

extension Double {
    /// 2^exponent, for the exponents of `ExactSum.exponentRange` and their negatives.
    static func powerOfTwo(_ exponent: Int32) -> Double {
        Double(sign: .plus, exponent: Int(exponent), significand: 1)
    }
}

extension Int32 {
    fileprivate func clamped(to range: ClosedRange<Int32>) -> Int32 {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
