/// The numbers of a file as floats, and what the narrowing loses.
struct NarrowedNumbers {
    var floats: [Float]
    /// The numbers themselves, where they are kept and floats do not hold all of them.
    private(set) var precise: [Double]?
    private(set) var losses: [PrecisionLoss] = []

    /// - Parameters:
    ///   - doubles: the numbers; nil where the file holds floats or less.
    ///   - width: numbers of a row.
    ///   - keeps: whether the numbers are kept.
    init(_ floats: [Float], _ doubles: [Double]?, width: Int, names: [String]? = nil, keeps: Bool) {
        self.floats = floats
        guard let doubles, zip(floats, doubles).contains(where: { Double($0) != $1 }) else { return }
        if keeps { precise = doubles } else { losses = PrecisionLoss.find(in: doubles, width: width, names: names) }
    }
}

/// A column that has lost most of its different values as floats.
public struct PrecisionLoss: Hashable, Codable, Sendable {
    /// The column's number, from 0.
    public let column: Int
    public let name: String?
    /// Different values in the file, and as floats.
    public let before: Int
    public let after: Int

    /// Values that are looked at: the first rows say enough, and images have as many columns as pixels.
    static let limit = 1 << 20

    static func find(in numbers: [Double], width: Int, names: [String]?) -> [PrecisionLoss] {
        guard width > 0, width <= limit else { return [] }
        let rows = min(numbers.count / width, limit / width)
        return (0..<width).compactMap { column in
            let values = Set((0..<rows).map { numbers[$0 * width + column] })
            let narrowed = Set(values.map { Float($0) })
            guard 2 * narrowed.count < values.count else { return nil }
            return PrecisionLoss(column: column, name: names?[column], before: values.count, after: narrowed.count)
        }
    }
}
