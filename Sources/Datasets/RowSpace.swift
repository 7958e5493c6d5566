import Numerics

/// What the coordinates of a row are, on the model's scale, where they are not all real numbers: of a table with words, orders, angles or gaps.
///
/// A number or an angle that is not there in some rows has a coordinate that says so, a bit; where it is not there, a filler stands in its place. For whoever
/// moves rows it is free there, with a density of its own: a number q(v) = N(filler, 1), an angle a uniform one. Then rows with and without it are states
/// of one space, and what `settle` gives, -log q, makes a density of these states of one of rows.
public struct RowSpace: Hashable, Sendable {
    public enum Part: Hashable, Sendable {
        case number(Int)
        /// Cosine and sine, the first of the two coordinates.
        case angle(Int)
        case site(Site)
        /// What never varies.
        case constant(Range<Int>, [Float])
    }

    /// A part that is one of finitely many values.
    public struct Site: Hashable, Sendable {
        public let site: DiscreteSite
        public let order: SiteOrder
        /// Whether the last value is that nothing is there.
        private let hasGap: Bool
        private let isOneHot: Bool

        init(_ site: DiscreteSite, _ order: SiteOrder, hasGap: Bool) {
            (self.site, self.order, self.hasGap) = (site, order, hasGap)
            isOneHot = site == .oneHot(at: site.coordinates.lowerBound, of: site.values.count)
        }

        /// Without that value.
        fileprivate var withoutGap: Part {
            guard hasGap else { return .site(self) }
            let values = Array(site.values.dropLast())
            guard values.count > 1 else { return .constant(site.coordinates, values[0]) }
            return .site(Site(DiscreteSite(coordinates: site.coordinates, values: values), order, hasGap: false))
        }

        /// The nearest value to a row's coordinates, the first of equal ones.
        public func index(in rows: Matrix, row: Int) -> Int {
            guard isOneHot else { return site.index(in: rows.rows(row..<row + 1).values) }
            let first = site.coordinates.lowerBound
            var best = first
            for coordinate in site.coordinates where rows[row, coordinate] > rows[row, best] { best = coordinate }
            return best - first
        }

        public func set(_ value: Int, in rows: Matrix, row: Int) {
            for (number, coordinate) in zip(site.values[value], site.coordinates) { rows[row, coordinate] = number }
        }
    }

    /// A number or an angle that is not there in some rows.
    public struct Gap: Hashable, Sendable {
        public let coordinates: Range<Int>
        let filler: [Float]
        /// The coordinate that is 1 where nothing is there.
        public let indicator: Int

        public func isOpen(in rows: Matrix, row: Int) -> Bool { rows[row, indicator] > 0.5 }
    }

    public let parts: [Part]
    public let gaps: [Gap]

    init(_ parts: [Part], gaps: [Gap]) { (self.parts, self.gaps) = (parts, gaps) }

    public var sites: [Site] { parts.compactMap { if case .site(let site) = $0 { site } else { nil } } }

    /// The same for rows in which something is in every column.
    public var withoutGaps: RowSpace {
        RowSpace(parts.map { if case .site(let site) = $0 { site.withoutGap } else { $0 } }, gaps: [])
    }

    // MARK: rows and states

    /// Draws what gaps leave free.
    public func open(_ rows: Matrix, _ stream: RandomStream) {
        for (number, gap) in gaps.enumerated() {
            for row in 0..<rows.rows where gap.isOpen(in: rows, row: row) {
                let normal = stream.normal(at: 2 * (number * rows.rows + row))
                let other = stream.normal(at: 2 * (number * rows.rows + row) + 1)
                let values = gap.coordinates.count == 1 ? [gap.filler[0] + normal] : Self.onCircle(normal, other)
                for (value, coordinate) in zip(values, gap.coordinates) { rows[row, coordinate] = value }
            }
        }
    }

    /// Makes rows of states: sites take their nearest value, angles lie on the circle, and fillers stand in gaps.
    /// - Parameter energies: rows x 1, -log q of what gaps had left free, overwritten; nil where nobody asks.
    public func settle(_ rows: Matrix, energies: Matrix? = nil) {
        energies?.fill(0)
        for part in parts {
            for row in 0..<rows.rows {
                switch part {
                case .number: break
                case .angle(let first):
                    let point = Self.onCircle(rows[row, first], rows[row, first + 1])
                    (rows[row, first], rows[row, first + 1]) = (point[0], point[1])
                case .site(let site): site.set(site.index(in: rows, row: row), in: rows, row: row)
                case .constant(let coordinates, let values):
                    for (value, coordinate) in zip(values, coordinates) { rows[row, coordinate] = value }
                }
            }
        }
        for gap in gaps {
            for row in 0..<rows.rows where gap.isOpen(in: rows, row: row) {
                energies?[row, 0] += gap.energy(of: rows, row: row)
                for (value, coordinate) in zip(gap.filler, gap.coordinates) { rows[row, coordinate] = value }
            }
        }
    }

    /// The point of the circle in this direction; that of the angle 0 for the origin.
    static func onCircle(_ x: Float, _ y: Float) -> [Float] {
        let length = (x * x + y * y).squareRoot()
        return length > 0 && length.isFinite ? [x / length, y / length] : [1, 0]
    }

    /// Adds noise to the numbers that are there.
    func add(_ noise: Matrix, times deviation: Float, to rows: Matrix) {
        let gapOfNumber = Dictionary(uniqueKeysWithValues: gaps.map { ($0.coordinates.lowerBound, $0) })
        for case .number(let coordinate) in parts {
            for row in 0..<rows.rows where gapOfNumber[coordinate]?.isOpen(in: rows, row: row) != true {
                rows[row, coordinate] += deviation * noise[row, coordinate]
            }
        }
    }
}

extension RowSpace.Gap {
    /// -log q of what stands there.
    func energy(of rows: Matrix, row: Int) -> Float {
        guard coordinates.count == 1 else { return Self.logTurn }
        let distance = rows[row, coordinates.lowerBound] - filler[0]
        return distance * distance / 2 + Self.logTurn / 2
    }

    /// The derivative of that by each coordinate.
    public func slope(of rows: Matrix, row: Int) -> Float {
        coordinates.count == 1 ? rows[row, coordinates.lowerBound] - filler[0] : 0
    }

    /// log 2π
    private static let logTurn: Float = 1.837_877_1
}
