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

    func forward(_ value: Double, _ place: Int) -> Double {
        ((curves.isEmpty ? value : curves[place].forward(value)) - moments.means[place]) / moments.deviations[place]
    }

    func backward(_ value: Double, _ place: Int) -> Double {
        let straight = value * moments.deviations[place] + moments.means[place]
        return curves.isEmpty ? straight : curves[place].backward(straight)
    }

    /// The first value of a data set that a curve does not allow, by its number among all.
    func refused(_ dataset: Dataset) -> Int? {
        let places = curves.indices.filter { !curves[$0].allows(-1) }
        guard !places.isEmpty else { return nil }
        for row in 0..<dataset.count {
            for place in places {
                let index = row * curves.count + place
                if !curves[place].allows(dataset.number(index)) { return index }
            }
        }
        return nil
    }
}
