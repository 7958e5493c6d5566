import Numerics

/// The scratch of trajectories that double: tiles of rows x dimension, each chain in its own row.
///
/// A branch of 2^k points is known by its ends and the sum of its momenta, and halves of branches that are not whole yet wait one a level: 3 tiles a level, where
/// the points themselves would be 2^k.
struct TreeTiles {
    /// A point of phase space with its gradient.
    struct Point {
        let x: Matrix
        let momenta: Matrix
        let gradient: Matrix

        func copy(_ range: Range<Int>, from other: Point) {
            x.rows(range).copy(from: other.x.rows(range))
            momenta.rows(range).copy(from: other.momenta.rows(range))
            gradient.rows(range).copy(from: other.gradient.rows(range))
        }
    }

    /// Neighbouring points in the order in which they were made.
    struct Span {
        /// Momenta at the first point and at the last one.
        let first: Matrix
        let last: Matrix
        /// Σ of the momenta.
        let sum: Matrix

        func copy(_ range: Range<Int>, from other: Span) {
            first.rows(range).copy(from: other.first.rows(range))
            last.rows(range).copy(from: other.last.rows(range))
            sum.rows(range).copy(from: other.sum.rows(range))
        }
    }

    /// The point that is made now.
    let leaf: Point
    /// The ends of the tree: backward in time, forward.
    let ends: [Point]
    /// rows x 1, of the points that are made now.
    let energies: Matrix
    /// Σ of the momenta of the tree.
    let sum: Matrix
    /// The point that is drawn of the branch that grows, with its gradient.
    let drawn: Matrix
    let drawnGradient: Matrix
    /// The newest part of the branch that grows.
    let part: Span
    /// First halves that wait for their second ones, by level.
    let waiting: [Span]

    static func count(depth: Int) -> Int { 3 + 6 + 1 + 1 + 2 + 3 + 3 * (depth - 1) }

    init(_ tiles: [Matrix], depth: Int) {
        var rest = tiles[...]
        func next() -> Matrix { rest.removeFirst() }
        func point() -> Point { Point(x: next(), momenta: next(), gradient: next()) }
        func span() -> Span { Span(first: next(), last: next(), sum: next()) }
        leaf = point()
        ends = [point(), point()]
        energies = next().view(from: 0, rows: leaf.x.rows, columns: 1)
        (sum, drawn, drawnGradient) = (next(), next(), next())
        part = span()
        waiting = (1..<depth).map { _ in span() }
    }

    /// Whether two neighbouring spans, one after the other, go on in one direction: all of them together, and each with the first point of the other one.
    ///
    /// ρ·q > 0 at both ends, ρ the sum of the momenta q in the metric's units: the ends still move apart. The two further pairs find trajectories that turn
    /// back between the spans, which the ends alone would not show.
    ///
    /// Source: M. Betancourt, arXiv:1701.02434, appendix A.4.2; the further pairs are those of Stan (since 2.21).
    static func goesOn(_ a: Span, _ b: Span, row: Int) -> Bool {
        func dot(_ x: Matrix, _ y: Matrix) -> Double { RowSums.product(x, y, row: row) }
        return dot(a.sum, a.first) + dot(b.sum, a.first) > 0 && dot(a.sum, b.last) + dot(b.sum, b.last) > 0
            && dot(a.sum, a.first) + dot(b.first, a.first) > 0 && dot(a.sum, b.first) + dot(b.first, b.first) > 0
            && dot(b.sum, a.last) + dot(a.last, a.last) > 0 && dot(b.sum, b.last) + dot(a.last, b.last) > 0
    }
}
