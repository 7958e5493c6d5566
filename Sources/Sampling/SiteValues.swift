import Numerics

/// The values of sites as kernels walk over them: of each value the numbers that are not 0, so that a category of K values costs K and not K².
///
/// A value has a number among those of all sites.
struct SiteValues: Sendable {
    /// The number of the first value of each site, and of the one behind the last.
    private let first: [Int]
    /// The coordinates of each site.
    private let coordinates: [Range<Int>]
    /// Of each value, and of the one behind the last: where its entries begin.
    private let firstEntry: [Int]
    /// Numbers other than 0 and where they stand.
    private let entries: [(coordinate: Int, number: Float)]
    /// |v|²
    private let squares: [Double]
    /// The site of each value.
    let siteOfValue: [Int]
    /// The largest |v - w|² of two values of a site.
    let largestSquaredDistance: Double

    init(_ sites: [DiscreteSite]) {
        var first = [0]
        var firstEntry = [0]
        var entries: [(coordinate: Int, number: Float)] = []
        var (squares, siteOfValue) = ([Double](), [Int]())
        var taken = Set<Int>()
        for (number, site) in sites.enumerated() {
            precondition(taken.isDisjoint(with: site.coordinates), "no coordinate belongs to two sites")
            taken.formUnion(site.coordinates)
            for value in 0..<site.count {
                let own = Self.entries(of: value, site)
                entries += own
                firstEntry.append(entries.count)
                squares.append(own.reduce(0) { $0 + Double($1.number) * Double($1.number) })
                siteOfValue.append(number)
            }
            first.append(squares.count)
        }
        largestSquaredDistance = Double(sites.map(\.largestSquaredDistance).max() ?? 0)
        (self.first, coordinates, self.firstEntry) = (first, sites.map(\.coordinates), firstEntry)
        (self.entries, self.squares, self.siteOfValue) = (entries, squares, siteOfValue)
    }

    private static func entries(of value: Int, _ site: DiscreteSite) -> [(coordinate: Int, number: Float)] {
        guard !site.isOneHot else { return [(site.coordinates.lowerBound + value, 1)] }
        return zip(site.coordinates, site.value(value)).filter { $0.1 != 0 }.map { ($0.0, $0.1) }
    }

    /// How many sites there are.
    var sites: Int { coordinates.count }

    /// Values of all sites.
    var count: Int { squares.count }

    /// The most values of a site.
    var most: Int { (0..<sites).map { values(of: $0).count }.max() ?? 0 }

    /// Coordinates of all sites.
    var dimension: Int { coordinates.reduce(0) { $0 + $1.count } }

    func values(of site: Int) -> Range<Int> { first[site]..<first[site + 1] }

    /// Whether a chain keeps a site as it is.
    func isHeld(_ site: Int, _ held: Matrix?, row: Int) -> Bool { held.map { $0[row, coordinates[site].lowerBound] != 0 } ?? false }

    /// v·y, y what a row of a tile has at the site.
    func product(_ value: Int, _ tile: Matrix, row: Int) -> Double {
        var sum = 0.0
        for place in firstEntry[value]..<firstEntry[value + 1] {
            let entry = entries[place]
            sum += Double(entry.number) * Double(tile[row, entry.coordinate])
        }
        return sum
    }

    /// The value that is nearest to a row: the one with the least |v|² - 2 v·x, the first of equal ones.
    func value(of site: Int, in x: Matrix, row: Int) -> Int {
        var (nearest, least) = (first[site], Double.infinity)
        for value in values(of: site) {
            let distance = squares[value] - 2 * product(value, x, row: row)
            if distance < least { (nearest, least) = (value, distance) }
        }
        return nearest
    }

    /// |v - w|² of two values of a site, x the row that stands at w.
    func squaredDistance(_ value: Int, _ here: Int, _ x: Matrix, row: Int) -> Double {
        squares[value] + squares[here] - 2 * product(value, x, row: row)
    }

    /// Gives a row a value of a site.
    func write(_ value: Int, to x: Matrix, row: Int) {
        for coordinate in coordinates[siteOfValue[value]] { x[row, coordinate] = 0 }
        for place in firstEntry[value]..<firstEntry[value + 1] { x[row, entries[place].coordinate] = entries[place].number }
    }

    /// The steps that the draws of one stream suffice for.
    /// - Parameters:
    ///   - chainValues: those of all chains together.
    ///   - draws: of a chain in a step.
    func stepLimit(chainValues: Int, draws: Int) -> Int {
        let chains = chainValues / max(1, dimension) + 1
        return (ChainNoise.firstOfBlocks - ChainNoise.firstOfSites) / (chains * max(1, draws))
    }
}
