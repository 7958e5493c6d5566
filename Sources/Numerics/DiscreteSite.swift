/// A part of a state that takes one of finitely many values: a bit, a spin, the one-hot coordinates of a category, a place on a path or a circle.
public struct DiscreteSite: Hashable, Codable, Sendable {
    /// Where it stands among the coordinates of a state.
    public let coordinates: Range<Int>
    /// What it can be: each value with a number for each of its coordinates.
    public let values: [[Float]]

    public init(coordinates: Range<Int>, values: [[Float]]) {
        precondition(values.count >= 2 && values.allSatisfy { $0.count == coordinates.count })
        self.coordinates = coordinates
        self.values = values
    }

    /// `count` values without an order, each a coordinate of 1 among zeros.
    public static func oneHot(at first: Int, of count: Int) -> DiscreteSite {
        DiscreteSite(
            coordinates: first..<(first + count),
            values: (0..<count).map { value in (0..<count).map { $0 == value ? 1 : 0 } })
    }

    /// One coordinate that is one of two numbers: 0 and 1, or the spins -1 and 1.
    public static func bit(at coordinate: Int, _ low: Float = 0, _ high: Float = 1) -> DiscreteSite {
        DiscreteSite(coordinates: coordinate..<(coordinate + 1), values: [[low], [high]])
    }

    /// The value that is nearest to the site's coordinates in `state`; the first of equal ones.
    public func index(in state: some RandomAccessCollection<Float>) -> Int {
        var nearest = (0, Float.infinity)
        for (index, value) in values.enumerated() {
            let distance = zip(value, coordinates).reduce(Float(0)) { sum, part in
                let difference = part.0 - state[state.index(state.startIndex, offsetBy: part.1)]
                return sum + difference * difference
            }
            if distance < nearest.1 { nearest = (index, distance) }
        }
        return nearest.0
    }
}
