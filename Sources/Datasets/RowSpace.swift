import Numerics

/// What the coordinates of a row are, on the model's scale, where they are not all real numbers: of a table with words, orders, angles or gaps, or of states
/// with sites.
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
        public let hasGap: Bool

        public init(_ site: DiscreteSite, _ order: SiteOrder = .none, hasGap: Bool = false) {
            (self.site, self.order, self.hasGap) = (site, order, hasGap)
        }

        /// Without that value.
        fileprivate var withoutGap: Part {
            guard hasGap else { return .site(self) }
            guard gap > 1 else { return .constant(site.coordinates, site.value(0)) }
            return .site(Site(DiscreteSite(coordinates: site.coordinates, count: gap, value: site.value), order))
        }

        /// The nearest value to a row's coordinates, the first of equal ones.
        public func index(in rows: Matrix, row: Int) -> Int {
            let first = site.coordinates.lowerBound
            return site.index { rows[row, first + $0] }
        }

        /// That nothing is there, of sites that have it.
        public var gap: Int { site.count - 1 }

        /// The word, other than that nothing is there, that a uniform number falls on.
        public func word(at uniform: Float) -> Int { min(Int(uniform * Float(gap)), gap - 1) }

        public func set(_ value: Int, in rows: Matrix, row: Int) {
            for (place, coordinate) in site.coordinates.enumerated() { rows[row, coordinate] = site.number(value, at: place) }
        }

        /// Whether a row has exactly one of the values.
        public func isThere(in rows: Matrix, row: Int) -> Bool {
            let value = index(in: rows, row: row)
            return site.coordinates.enumerated().allSatisfy { rows[row, $1] == site.number(value, at: $0) }
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

    /// Gaps that rows have together.
    public struct Pattern: Hashable, Sendable {
        /// Of each of `sitesWithGaps`, whether nothing is there.
        public let areOpen: [Bool]
        /// The part of the learned rows that have it.
        public let share: Double
    }

    public let parts: [Part]
    public let gaps: [Gap]
    /// The most frequent ones; empty where there are no gaps or nothing is known of them.
    public let patterns: [Pattern]

    init(_ parts: [Part], gaps: [Gap], patterns: [Pattern] = []) { (self.parts, self.gaps, self.patterns) = (parts, gaps, patterns) }

    /// Numbers, but for some sites.
    public init(_ sites: [Site], dimension: Int) {
        var (parts, end): ([Part], Int) = ([], 0)
        for site in sites.sorted(by: { $0.site.coordinates.lowerBound < $1.site.coordinates.lowerBound }) {
            parts += (end..<site.site.coordinates.lowerBound).map { Part.number($0) } + [.site(site)]
            end = site.site.coordinates.upperBound
        }
        self.init(parts + (end..<dimension).map { Part.number($0) }, gaps: [])
    }

    /// Whether rows and states are the same: sites and numbers that are always there, and nothing else.
    public var isOfSitesAndNumbers: Bool {
        gaps.isEmpty
            && parts.allSatisfy {
                switch $0 {
                case .site, .number: true
                case .angle, .constant: false
                }
            }
    }

    /// Coordinates of a row.
    public var dimension: Int {
        parts.reduce(0) { sum, part in
            switch part {
            case .number: sum + 1
            case .angle: sum + 2
            case .site(let site): sum + site.site.coordinates.count
            case .constant(let coordinates, _): sum + coordinates.count
            }
        }
    }

    /// The coordinates of numbers and angles.
    public var columnsOfNumbers: [Int] {
        parts.flatMap { part -> [Int] in
            switch part {
            case .number(let column): [column]
            case .angle(let first): [first, first + 1]
            case .site, .constant: []
            }
        }
    }

    public var sites: [Site] { parts.compactMap { if case .site(let site) = $0 { site } else { nil } } }
    /// The coordinates of all sites.
    public var siteCoordinates: [Int] { sites.flatMap { Array($0.site.coordinates) } }
    public var sitesWithGaps: [Site] { sites.filter(\.hasGap) }

    /// The same for rows in which something is in every column.
    public var withoutGaps: RowSpace {
        RowSpace(parts.map { if case .site(let site) = $0 { site.withoutGap } else { $0 } }, gaps: [])
    }

    // MARK: rows and states

    /// Draws what gaps leave free.
    public func open(_ rows: Matrix, _ stream: RandomStream) {
        for (number, gap) in gaps.enumerated() {
            for row in 0..<rows.rows where gap.isOpen(in: rows, row: row) {
                let draw = 2 * (number * rows.rows + row)
                gap.fill(rows, row: row, stream.normal(at: draw), stream.normal(at: draw + 1))
            }
        }
    }

    /// Draws what gaps leave free anew, at a temperature.
    /// - Parameters:
    ///   - normals: rows x coordinates.
    ///   - held: 1 where a value stays as it is; nil: nowhere.
    public func refill(_ rows: Matrix, normals: Matrix, temperature: Float, held: Matrix?) {
        for gap in gaps {
            let (first, last) = (gap.coordinates.lowerBound, gap.coordinates.upperBound - 1)
            for row in 0..<rows.rows where gap.isOpen(in: rows, row: row) && held.map({ $0[row, first] == 0 }) ?? true {
                let (x, y) = (rows[row, first], rows[row, last])
                let distance = gap.coordinates.count == 1 ? 1 : (x * x + y * y).squareRoot()
                gap.fill(rows, row: row, normals[row, first], normals[row, last], deviation: temperature.squareRoot(), distance: distance)
            }
        }
    }

    /// Gives states the gaps of a pattern each, with its share, and any word where one takes a gap's place.
    public func drawPatterns(_ rows: Matrix, _ stream: RandomStream) {
        guard !patterns.isEmpty else { return }
        let sites = sitesWithGaps
        for row in 0..<rows.rows {
            let first = row * (sites.count + 1)
            let pattern = patterns[pattern(at: stream.uniform(at: first))]
            for (place, site) in sites.enumerated() {
                let isOpen = site.index(in: rows, row: row) == site.gap
                guard isOpen != pattern.areOpen[place] else { continue }
                site.set(isOpen ? site.word(at: stream.uniform(at: first + 1 + place)) : site.gap, in: rows, row: row)
            }
        }
    }

    /// The pattern that a uniform number falls on.
    public func pattern(at uniform: Float) -> Int {
        var rest = Double(uniform) * patterns.reduce(0) { $0 + $1.share }
        for (place, pattern) in patterns.enumerated() {
            rest -= pattern.share
            if rest < 0 { return place }
        }
        return patterns.count - 1
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
                    (rows[row, first], rows[row, first + 1]) = Self.onCircle(rows[row, first], rows[row, first + 1])
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
    static func onCircle(_ x: Float, _ y: Float) -> (Float, Float) {
        let length = (x * x + y * y).squareRoot()
        return length > 0 && length.isFinite ? (x / length, y / length) : (1, 0)
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
    /// A number N(filler, deviation²), or a point at this distance from the origin in a uniform direction.
    fileprivate func fill(_ rows: Matrix, row: Int, _ normal: Float, _ other: Float, deviation: Float = 1, distance: Float = 1) {
        let first = coordinates.lowerBound
        if coordinates.count == 1 { return rows[row, first] = filler[0] + deviation * normal }
        let (x, y) = RowSpace.onCircle(normal, other)
        (rows[row, first], rows[row, first + 1]) = (distance * x, distance * y)
    }

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
