/// How often values lie in equal parts of the range between the least and the greatest of them.
package struct ValueHistogram: Hashable, Sendable {
    private static let bins = 50

    package let range: ClosedRange<Double>
    /// One part alone where all values are the same.
    package private(set) var counts: [Int]
    private var (sum, sumOfSquares) = (0.0, 0.0)

    /// - Returns: nil where no value is finite; others are left out.
    package init?(of values: ArraySlice<Float>) {
        var (least, most) = (Float.infinity, -Float.infinity)
        for value in values where value.isFinite { (least, most) = (min(least, value), max(most, value)) }
        guard least <= most else { return nil }
        range = Double(least)...Double(most)
        counts = Array(repeating: 0, count: least == most ? 1 : Self.bins)
        let (start, scale) = (range.lowerBound, Double(counts.count) / max(range.upperBound - range.lowerBound, .leastNormalMagnitude))
        for value in values where value.isFinite {
            let value = Double(value)
            counts[min(counts.count - 1, Int((value - start) * scale))] += 1
            sum += value
            sumOfSquares += value * value
        }
    }

    /// The upper ends of the parts.
    package var ends: [Double] {
        let width = (range.upperBound - range.lowerBound) / Double(counts.count)
        return counts.indices.dropLast().map { range.lowerBound + Double($0 + 1) * width } + [range.upperBound]
    }

    /// As a `HistogramProto` of TensorBoard.
    func fill(_ message: inout WireMessage) {
        message.add(1, range.lowerBound)
        message.add(2, range.upperBound)
        message.add(3, Double(counts.reduce(0, +)))
        message.add(4, sum)
        message.add(5, sumOfSquares)
        message.add(6, ends)
        message.add(7, counts.map { Double($0) })
    }
}
