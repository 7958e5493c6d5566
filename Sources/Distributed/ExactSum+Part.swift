extension ExactSum {
    /// The integers that one thread adds up: the fixed-point sums, and behind them what travels in the same reduction.
    public struct Part: Sendable {
        let layout: Layout
        var exponents: [Int32]
        var words: [Int64]
        /// The largest finite |value| per tensor, for the rare step whose scales did not fit.
        var largest: [Float]

        init(_ layout: Layout, exponents: [Int32]) {
            self.layout = layout
            self.exponents = exponents
            words = [Int64](repeating: 0, count: layout.count)
            largest = [Float](repeating: 0, count: exponents.count)
        }

        /// Adds the gradient of one shard, once per shard.
        public mutating func add(_ gradient: UnsafeBufferPointer<Float>) {
            precondition(gradient.count == layout.parameters, "a gradient has as many values as the tensors")
            for (tensor, range) in layout.tensors.enumerated() where !range.isEmpty {
                let scale = Double.powerOfTwo(exponents[tensor])
                let bits = unsafe words.withUnsafeMutableBufferPointer { words in
                    unsafe Self.accumulate(
                        gradient.baseAddress! + range.lowerBound, into: words.baseAddress! + range.lowerBound, count: range.count,
                        scale: scale)
                }
                note(largest: Float(bitPattern: bits), of: tensor, scale: scale)
            }
            words[layout.contributions] += 1
        }

        /// Adds the gradient of one shard, once per shard.
        public mutating func add(_ gradient: [Float]) {
            unsafe gradient.withUnsafeBufferPointer { unsafe add($0) }
        }

        /// What all ranks are to know of a shard: any doubles, their bits arrive unchanged. Once per shard and attempt, on one part only.
        public mutating func setRecord(_ values: [Double], of shard: Int) {
            let range = layout.record(of: shard)
            precondition(values.count == range.count, "a record has \(range.count) values")
            for (index, value) in zip(range, values) { words[index] = Int64(bitPattern: value.bitPattern) }
        }

        /// Answers a yes-or-no question with yes, for all ranks.
        public mutating func raise(flag: Int) {
            words[layout.flag(flag)] = 1
        }

        mutating func clear(exponents: [Int32]) {
            unsafe words.withUnsafeMutableBufferPointer { unsafe $0.update(repeating: 0) }
            for tensor in largest.indices { largest[tensor] = 0 }
            self.exponents = exponents
        }

        mutating func add(_ other: Part) {
            precondition(other.layout == layout && other.exponents == exponents, "parts of different sums or scales cannot be merged")
            unsafe words.withUnsafeMutableBufferPointer { words in
                unsafe other.words.withUnsafeBufferPointer { other in
                    for index in 0..<words.count { unsafe words[index] &+= other[index] }
                }
            }
            for tensor in largest.indices { largest[tensor] = max(largest[tensor], other.largest[tensor]) }
        }

        var contributions: Int64 { words[layout.contributions] }

        func hasOverflowed(_ tensor: Int) -> Bool { words[layout.overflows(tensor)] > 0 }

        /// NaN or infinity in a shard, or shards so large that their sum may exceed the largest float.
        func isNotFinite(_ tensor: Int) -> Bool {
            let bound = Double(words[layout.magnitude(tensor)]) * Double.powerOfTwo(-exponents[tensor])
            return words[layout.notFinite(tensor)] > 0 || bound > Double(Float.greatestFiniteMagnitude)
        }

        /// Counts a shard's tensor as fitting (with its size in steps, rounded up), as too large for the scale, or as not finite.
        private mutating func note(largest value: Float, of tensor: Int, scale: Double) {
            guard value.isFinite else {
                words[layout.notFinite(tensor)] += 1
                return
            }
            largest[tensor] = max(largest[tensor], value)
            let steps = Double(value) * scale
            if steps <= layout.largestSteps {
                words[layout.magnitude(tensor)] += Int64(steps.rounded(.up))
            } else {
                words[layout.overflows(tensor)] += 1
            }
        }

        /// sums[i] += round(values[i] · scale), ties to even; returns the bits of the largest |value|, where NaN counts as largest.
        ///
        /// Adding 1.5·2^52 leaves the rounded integer in the low bits of the double, for |value · scale| ≤ 2^51. Beyond, and for NaN, what is
        /// added is meaningless; between `largestSteps` and that the sum may wrap. The caller sees both by the largest value, and the whole sum is not
        /// used.
        private static func accumulate(
            _ values: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Int64>, count: Int, scale: Double
        ) -> UInt32 {
            let magic = 0x1.8p52
            let magicBits = Int64(bitPattern: magic.bitPattern)
            var largest: UInt32 = 0
            for index in 0..<count {
                let value = unsafe values[index]
                let magnitude = value.bitPattern & 0x7fff_ffff
                largest = max(largest, magnitude)
                let rounded = Double(value) * scale + magic
                unsafe sums[index] &+= Int64(bitPattern: rounded.bitPattern) &- magicBits
            }
            return largest
        }
    }

    /// Where everything lies in the buffer: sums, then three counts per tensor, the number of shards added, flags, records.
    struct Layout: Hashable, Sendable {
        let tensors: [Range<Int>]
        let shards: Int
        let recordLength: Int
        let flags: Int

        var parameters: Int { tensors.last?.upperBound ?? 0 }
        /// The largest |value| in steps, a power of two: so many of all shards add up to less than 2^63, and one is at most 2^51.
        var largestSteps: Double { Double(Int64(1) << min(51, 63 - (.max / Int64(shards)).leadingZeroBitCount)) }
        /// Σ over shards of the largest |value| in steps.
        func magnitude(_ tensor: Int) -> Int { parameters + tensor }
        /// Shards whose largest |value| exceeds `largestSteps`.
        func overflows(_ tensor: Int) -> Int { parameters + tensors.count + tensor }
        /// Shards with NaN or infinity.
        func notFinite(_ tensor: Int) -> Int { parameters + 2 * tensors.count + tensor }
        var contributions: Int { parameters + 3 * tensors.count }

        func flag(_ flag: Int) -> Int {
            precondition((0..<flags).contains(flag), "flag \(flag) is not one of \(flags)")
            return contributions + 1 + flag
        }

        func record(of shard: Int) -> Range<Int> {
            precondition((0..<shards).contains(shard), "shard \(shard) is not one of \(shards)")
            let start = contributions + 1 + flags + shard * recordLength
            return start..<start + recordLength
        }

        var count: Int { contributions + 1 + flags + shards * recordLength }
    }
}
