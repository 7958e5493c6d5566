import Failures

/// Slices of a vector on their way to and from rank 0, and numbers that each one rank knows.
extension Communicator {
    /// Collective. The slices of all ranks as one vector on rank 0; nothing on the others.
    public func collect(_ slice: [Float], _ slices: SliceLayout) throws(Failure) -> [Float] {
        let ranges = (0..<size).map(slices.range)
        precondition(slice.count == ranges[rank].count, "a slice of \(slice.count) values for \(ranges[rank].count)")
        let sending = (0..<size).map { $0 == 0 ? 4 * slice.count : 0 }
        let receiving = ranges.map { rank == 0 ? 4 * $0.count : 0 }
        let bytes = try beginExchange(Self.bytes(slice[...]), sending: sending, receiving: receiving).finish()
        guard rank == 0 else { return [] }
        var whole = [Float](repeating: 0, count: slices.count)
        var start = 0
        for range in ranges {
            let end = start + 4 * range.count
            whole.replaceSubrange(range, with: Self.floats(bytes[start..<end]))
            start = end
        }
        return whole
    }

    /// Collective. This rank's slice of the vector that rank 0 has.
    public func deal(_ whole: [Float], _ slices: SliceLayout) throws(Failure) -> [Float] {
        let ranges = (0..<size).map(slices.range)
        precondition(rank != 0 || whole.count == slices.count, "a vector of \(whole.count) values for \(slices.count)")
        let sending = ranges.map { rank == 0 ? 4 * $0.count : 0 }
        let receiving = (0..<size).map { $0 == 0 ? 4 * ranges[rank].count : 0 }
        let bytes = rank == 0 ? ranges.flatMap { Self.bytes(whole[$0]) } : []
        return Self.floats(try beginExchange(bytes, sending: sending, receiving: receiving).finish()[...])
    }

    /// Collective. Numbers of which each is known to one rank, and 0 elsewhere, on all ranks, with all their bits.
    public func share(_ values: inout [Double]) throws(Failure) {
        var words = values.map { Int64(bitPattern: $0.bitPattern) }
        try sum(&words)
        values = words.map { Double(bitPattern: UInt64(bitPattern: $0)) }
    }

    private static func bytes(_ values: ArraySlice<Float>) -> [UInt8] { unsafe values.withUnsafeBytes { unsafe Array($0) } }

    private static func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
        unsafe [Float](unsafeUninitializedCapacity: bytes.count / 4) { values, count in
            count = bytes.count / 4
            unsafe UnsafeMutableRawBufferPointer(values).copyBytes(from: bytes)
        }
    }
}
