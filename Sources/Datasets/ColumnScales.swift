/// How each value of a row is scaled: (f(v) - mean) / deviation, f being a curve.
public struct ColumnScales: Hashable, Sendable {
    public let moments: ColumnMoments
    /// By value; empty where all are straight.
    public let curves: [ScaleCurve]

    public init(_ moments: ColumnMoments, curves: [ScaleCurve] = []) {
        precondition(curves.isEmpty || curves.count == moments.means.count, "\(curves.count) curves for \(moments.means.count) values")
        self.moments = moments
        self.curves = curves.allSatisfy { $0 == .straight } ? [] : curves
    }

    /// The places of values that were constant, which keep their unit.
    public var constant: [Int] {
        moments.means.indices.filter {
            moments.deviations[$0] == 1 && moments.means[$0] != 0 && (curves.isEmpty || curves[$0] == .straight)
        }
    }

    func forward(_ value: Double, _ place: Int) -> Double {
        ((curves.isEmpty ? value : curves[place].forward(value)) - moments.means[place]) / moments.deviations[place]
    }

    func isStraight(_ place: Int) -> Bool { curves.isEmpty || curves[place] == .straight }

    /// Whether there is a value for a number.
    func allows(_ value: Double, _ place: Int) -> Bool { curves.isEmpty || curves[place].allows(value) }

    func backward(_ value: Double, _ place: Int) -> Double {
        let straight = value * moments.deviations[place] + moments.means[place]
        return curves.isEmpty ? straight : curves[place].backward(straight)
    }

    /// The first value of a data set that a curve does not allow, by its number among all.
    func refused(_ dataset: Dataset) -> Int? {
        let places = curves.indices.filter { !curves[$0].allows(-1) }
        guard !places.isEmpty else { return nil }
        var (row, bad): (Int, Int?) = (0, nil)
        dataset.forEachRow { block, start in
            if bad == nil, let place = places.first(where: { !curves[$0].allows(block.number(start + $0)) }) {
                bad = row * curves.count + place
            }
            row += 1
        }
        return bad
    }
}
