/// Which rows of a file a data set has, in the order of the file.
enum RowPlaces: Hashable, Sendable {
    case all(Int)
    /// Those at rising places.
    case only([UInt32])
    /// All of so many but those at rising places.
    case without([UInt32], of: Int)

    /// Rows are numbered by 32 bits, which is also what a permutation of them can have.
    static let most = 1 << 32

    var count: Int {
        switch self {
        case .all(let count): count
        case .only(let places): places.count
        case .without(let places, let count): count - places.count
        }
    }

    /// The place of a row in the file.
    subscript(row: Int) -> Int {
        switch self {
        case .all: row
        case .only(let places): Int(places[row])
        case .without(let places, _): row + Self.passed(places, before: row)
        }
    }

    /// How many places stand in front of the row with a number among the others: the first k for which place k, without the k in front of it, lies behind.
    private static func passed(_ places: [UInt32], before row: Int) -> Int {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if Int(places[middle]) - middle <= row { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Some of the rows as runs of neighbours in the file.
    func runs(_ rows: Range<Int>) -> [Range<Int>] {
        if case .all = self { return [rows] }
        var runs: [Range<Int>] = []
        for row in rows {
            let place = self[row]
            if let last = runs.last, last.upperBound == place {
                runs[runs.count - 1] = last.lowerBound..<place + 1
            } else {
                runs.append(place..<place + 1)
            }
        }
        return runs
    }

    /// The bytes that it takes.
    var bytes: Int {
        switch self {
        case .all: 0
        case .only(let places), .without(let places, _): 4 * places.count
        }
    }
}
