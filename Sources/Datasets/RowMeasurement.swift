import Failures
import Formats
import Numerics

/// One pass over the rows of a file, or two where moments are asked for: what `Dataset` finds of rows in memory, with the same bits, for all rows and for the
/// parts that some are held out of.
struct RowMeasurement {
    let name: String
    let shape: ImageShape
    let columns: [String]?
    let levels: Int?
    /// Rows that are held out, by their places; nil: none.
    let heldOut: [UInt32]?
    /// Whether the file's own numbers are kept where floats do not hold them.
    let keepsPrecision: Bool

    /// Reads blocks of rows in order, with the numbers in double precision where the file has such.
    typealias Pass = ((RowBlock, Range<Int>) throws(Failure) -> Void) throws(Failure) -> Void

    /// - Throws: `.data` for a value that is not finite, and what reading throws.
    func measured(withMoments: Bool, _ pass: Pass) throws(Failure) -> MeasuredRows {
        let parts = (0..<(heldOut == nil ? 1 : 3)).map { _ in
            PartMeasurement(shape, levels: levels, keepsPrecision: keepsPrecision, withMoments: withMoments)
        }
        var narrowing = Narrowing(width: shape.count)
        try pass { (block, rows) throws(Failure) in
            if case .floats(let floats, let precise) = block {
                try Dataset.check(floats, firstRow: rows.lowerBound, shape.count, name, columns)
                if let precise { narrowing.add(floats, precise) }
            }
            forEachRun(of: rows, parts) { $0.add(block, $1) }
        }
        if withMoments {
            for part in parts { part.takeMeans() }
            try pass { (block, rows) throws(Failure) in forEachRun(of: rows, parts) { $0.addSquares(block, $1) } }
        }
        let found = parts.map(\.measures)
        return MeasuredRows(
            whole: found[0], rest: found.count > 1 ? found[1] : nil, heldOut: found.count > 1 ? found[2] : nil, narrows: narrowing.isFound,
            losses: narrowing.isFound && !keepsPrecision
                ? PrecisionLoss.find(in: narrowing.first, width: shape.count, names: columns) : [])
    }

    /// Calls `body` for neighbouring rows of a block, by their values in it: of all rows, and of the part that they are in.
    private func forEachRun(of rows: Range<Int>, _ parts: [PartMeasurement], _ body: (PartMeasurement, Range<Int>) -> Void) {
        let width = shape.count
        body(parts[0], 0..<rows.count * width)
        guard let heldOut else { return }
        var (next, first) = (heldOut.firstPlace(atLeast: rows.lowerBound), rows.lowerBound)
        while first < rows.upperBound {
            let isHeldOut = next < heldOut.count && Int(heldOut[next]) == first
            let end: Int
            if isHeldOut {
                next += 1
                end = first + 1
            } else {
                end = min(rows.upperBound, next < heldOut.count ? Int(heldOut[next]) : .max)
            }
            body(parts[isHeldOut ? 2 : 1], (first - rows.lowerBound) * width..<(end - rows.lowerBound) * width)
            first = end
        }
    }
}

extension [UInt32] {
    /// The index of the first of rising places that is at least so much.
    fileprivate func firstPlace(atLeast place: Int) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if Int(self[middle]) < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Whether floats hold the numbers of a file, and the first of these.
private struct Narrowing {
    private(set) var isFound = false
    private(set) var first: [Double] = []
    private let most: Int

    init(width: Int) { most = max(width, PrecisionLoss.limit) }

    mutating func add(_ floats: [Float], _ precise: [Double]) {
        isFound = isFound || zip(floats, precise).contains { Double($0) != $1 }
        if first.count < most { first += precise.prefix(most - first.count) }
    }
}

/// What is found of some of the rows.
private final class PartMeasurement {
    private let keepsPrecision: Bool
    private let withMoments: Bool
    private let width: Int
    private let sum: Checksum
    private let preciseSum = Checksum()
    private var hasPrecise = false
    private var count = 0
    private var low = Float.infinity
    private var high = -Float.infinity
    /// The numbers of the first row, and which columns have others.
    private var first: [Double] = []
    private var varies: [Bool]
    private var sums: [Double]
    private var means: [Double] = []

    init(_ shape: ImageShape, levels: Int?, keepsPrecision: Bool, withMoments: Bool) {
        (width, self.keepsPrecision, self.withMoments) = (shape.count, keepsPrecision, withMoments)
        sum = Dataset.digest(of: shape, levels: levels)
        (sums, varies) = (Array(repeating: 0, count: width), Array(repeating: false, count: width))
    }

    /// - Parameter values: whole rows.
    func add(_ block: RowBlock, _ values: Range<Int>) {
        count += values.count / width
        switch block {
        case .levels(let bytes):
            sum.add(bytes, values)
            let (least, most) = Self.bounds(bytes[values])
            (low, high) = (min(low, Float(least)), max(high, Float(most)))
        case .floats(let floats, let precise):
            sum.add(floats, values)
            let (least, most) = Self.bounds(floats[values])
            (low, high) = (min(low, least), max(high, most))
            if let precise {
                hasPrecise = true
                preciseSum.add(precise, values)
                compare(precise, values)
            }
        }
        if withMoments { addToSums(block, values) { number, _ in number } }
    }

    private static func bounds<T: Comparable>(_ values: ArraySlice<T>) -> (T, T) {
        values.reduce((values[values.startIndex], values[values.startIndex])) { ($1 < $0.0 ? $1 : $0.0, $1 > $0.1 ? $1 : $0.1) }
    }

    private func compare(_ precise: [Double], _ values: Range<Int>) {
        if first.isEmpty { first = Array(precise[values.prefix(width)]) }
        var varies = varies
        for start in stride(from: values.lowerBound, to: values.upperBound, by: width) {
            for column in 0..<width where precise[start + column] != first[column] { varies[column] = true }
        }
        self.varies = varies
    }

    func takeMeans() {
        means = sums.map { $0 / Double(count) }
        sums = Array(repeating: 0, count: width)
    }

    func addSquares(_ block: RowBlock, _ values: Range<Int>) {
        let means = means
        addToSums(block, values) { number, column in (number - means[column]) * (number - means[column]) }
    }

    /// Of the numbers of the file where they are kept.
    private func addToSums(_ block: RowBlock, _ values: Range<Int>, _ term: (Double, Int) -> Double) {
        switch block {
        case .floats(_, let precise?) where keepsPrecision: add(precise, values) { term($0, $1) }
        case .floats(let floats, _): add(floats, values) { term(Double($0), $1) }
        case .levels(let bytes): add(bytes, values) { term(Double($0), $1) }
        }
    }

    private func add<T>(_ numbers: [T], _ values: Range<Int>, _ term: (T, Int) -> Double) {
        // A property of an object is looked after at every access.
        var sums = sums
        for start in stride(from: values.lowerBound, to: values.upperBound, by: width) {
            for column in 0..<width { sums[column] += term(numbers[start + column], column) }
        }
        self.sums = sums
    }

    var measures: RowMeasures {
        let moments = ColumnMoments(means: means, deviations: means.isEmpty ? [] : sums.map { ($0 / Double(count)).squareRoot() })
        return RowMeasures(
            digest: sum.text, preciseDigest: hasPrecise ? preciseSum.text : nil, low: Double(low), high: Double(high),
            constant: hasPrecise ? varies.indices.filter { !varies[$0] } : [], moments: withMoments ? moments : nil)
    }
}

extension Checksum {
    /// Adds the bytes of some of the numbers.
    fileprivate func add<T: BitwiseCopyable>(_ values: [T], _ range: Range<Int>) {
        unsafe values[range].withUnsafeBytes { unsafe add($0) }
    }
}
