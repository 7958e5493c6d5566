/// The squares of a vector, summed in pieces that do not depend on who sums them, so that its norm has the same bits wherever its parts lie.
///
/// Pieces end at multiples of 1,024 values and where a group of parameters ends. The squares of a piece are summed in Double in index order, eight side by
/// side, and then the pieces in index order.
public struct SquareSums: Sendable {
    /// Slices of a vector that begin at multiples of it hold whole pieces.
    public static let block = 1024

    private let pieces: [Range<Int>]
    /// The pieces of each group.
    private let groups: [Range<Int>]
    /// The sum of each piece; 0 for those of parts that were not added.
    public var values: [Double]

    /// - Parameter groups: of the parameters, in order and without gaps.
    public init(_ groups: [Range<Int>]) {
        var (pieces, ends): ([Range<Int>], [Range<Int>]) = ([], [])
        for group in groups {
            let before = pieces.count
            var start = group.lowerBound
            while start < group.upperBound {
                let end = min((start / Self.block + 1) * Self.block, group.upperBound)
                pieces.append(start..<end)
                start = end
            }
            ends.append(before..<pieces.count)
        }
        (self.pieces, self.groups) = (pieces, ends)
        values = Array(repeating: 0, count: pieces.count)
    }

    /// Sums a part of the vector.
    /// - Parameter place: of the part, from a multiple of the block to another or to the end.
    public mutating func add(_ part: [Float], at place: Range<Int>) {
        precondition(part.count == place.count, "\(part.count) values for \(place.count) places")
        for (number, piece) in pieces.enumerated() where piece.overlaps(place) {
            precondition(piece.clamped(to: place) == piece, "a part that cuts a piece of a sum")
            values[number] = Self.sum(part, piece.lowerBound - place.lowerBound, piece.count)
        }
    }

    /// The Euclidean norm of the vector.
    public var norm: Double { norm(values.indices) }

    /// The Euclidean norm of a group.
    public func norm(ofGroup group: Int) -> Double { norm(groups[group]) }

    private func norm(_ pieces: Range<Int>) -> Double { values[pieces].reduce(0, +).squareRoot() }

    private static func sum(_ values: [Float], _ start: Int, _ count: Int) -> Double {
        var sums = SIMD8<Double>.zero
        let whole = start + count / 8 * 8
        for index in stride(from: start, to: whole, by: 8) {
            for lane in 0..<8 {
                let value = Double(values[index + lane])
                sums[lane] += value * value
            }
        }
        for index in whole..<start + count { sums[0] += Double(values[index]) * Double(values[index]) }
        return sums.sum()
    }
}
