/// A part of a state that takes one of finitely many values: a bit, a spin, the one-hot coordinates of a category, a place on a path or a circle.
///
/// Nothing of the size K² is stored of the K values of a category.
public struct DiscreteSite: Hashable, Sendable {
    /// Where it stands among the coordinates of a state.
    public let coordinates: Range<Int>
    /// How many values it has.
    public let count: Int
    /// Each value with a number for each coordinate; nil: value n is 1 at coordinate n and 0 at the others.
    private let listed: [[Float]]?

    public init(coordinates: Range<Int>, values: [[Float]]) { self.init(coordinates: coordinates, count: values.count) { values[$0] } }

    /// - Parameter value: a number for each coordinate, of each of the `count` values; may be asked twice.
    public init(coordinates: Range<Int>, count: Int, value: (Int) -> [Float]) {
        precondition(count >= 2, "a site has a choice")
        (self.coordinates, self.count) = (coordinates, count)
        let isOneHot = count == coordinates.count && (0..<count).allSatisfy { Self.isUnit(value($0), at: $0) }
        listed = isOneHot ? nil : (0..<count).map(value)
        precondition(listed?.allSatisfy { $0.count == coordinates.count } ?? true, "a number for each coordinate")
    }

    private init(oneHotAt coordinates: Range<Int>) {
        precondition(coordinates.count >= 2, "a site has a choice")
        (self.coordinates, count, listed) = (coordinates, coordinates.count, nil)
    }

    private static func isUnit(_ value: [Float], at place: Int) -> Bool {
        value.indices.allSatisfy { value[$0] == ($0 == place ? 1 : 0) }
    }

    /// `count` values without an order, each a coordinate of 1 among zeros.
    public static func oneHot(at first: Int, of count: Int) -> DiscreteSite { DiscreteSite(oneHotAt: first..<first + count) }

    /// One coordinate that is one of two numbers: 0 and 1, or the spins -1 and 1.
    public static func bit(at coordinate: Int, _ low: Float = 0, _ high: Float = 1) -> DiscreteSite {
        DiscreteSite(coordinates: coordinate..<(coordinate + 1), values: [[low], [high]])
    }

    /// The same values somewhere else in a state.
    public func moved(to first: Int) -> DiscreteSite {
        let coordinates = first..<first + coordinates.count
        guard let listed else { return DiscreteSite(oneHotAt: coordinates) }
        return DiscreteSite(coordinates: coordinates, values: listed)
    }

    /// Whether each value is a coordinate of 1 among zeros.
    public var isOneHot: Bool { listed == nil }

    /// What a value has at a coordinate, counted from the site's first one.
    public func number(_ value: Int, at place: Int) -> Float { listed.map { $0[value][place] } ?? (value == place ? 1 : 0) }

    /// What a value has at each coordinate.
    public func value(_ index: Int) -> [Float] { coordinates.indices.map { number(index, at: $0 - coordinates.lowerBound) } }

    /// The largest |v - w|² of two values.
    public var largestSquaredDistance: Float {
        guard let listed else { return 2 }
        if coordinates.count == 1 {
            let numbers = listed.map { $0[0] }
            let width = (numbers.max() ?? 0) - (numbers.min() ?? 0)
            return width * width
        }
        return listed.reduce(0) { largest, value in
            listed.reduce(largest) { max($0, zip(value, $1).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }) }
        }
    }

    /// The value that is nearest to the site's coordinates in `state`; the first of equal ones.
    public func index(in state: some RandomAccessCollection<Float>) -> Int {
        index { state[state.index(state.startIndex, offsetBy: coordinates.lowerBound + $0)] }
    }

    /// The same of what stands at the site's coordinates, counted from its first one.
    public func index(_ given: (_ place: Int) -> Float) -> Int {
        // The distance is least where the number at the value's own coordinate is greatest.
        guard let listed else {
            return (1..<count).reduce(0) { given($1) > given($0) ? $1 : $0 }
        }
        var nearest = (0, Float.infinity)
        for (index, value) in listed.enumerated() {
            let distance = value.indices.reduce(Float(0)) { sum, place in
                let difference = value[place] - given(place)
                return sum + difference * difference
            }
            if distance < nearest.1 { nearest = (index, distance) }
        }
        return nearest.0
    }
}
