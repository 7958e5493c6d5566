import Numerics

/// A diagonal metric from the variances of chains in warm-up: of all chains of a window's steps together, windows of which each forgets the one before.
///
/// After a window of n states s² is n/(n + 5) times the variance plus 5/(n + 5) times .001, as in Stan, and then divided by the geometric mean over the values:
/// a step size keeps its unit, that of the values. Means and variances are pooled by the formula of Chan et al., Technical Report STAN-CS-79-773.
///
/// Source: B. Carpenter et al., doi:10.18637/jss.v076.i01.
public struct MetricAdaptation: Codable, Hashable, Sendable {
    /// s of each value, as the newest window has left them; 1 before the first.
    public private(set) var scales: [Float]
    /// States of this window, their mean, and the sum of their squared distances from it, for each value.
    public private(set) var count = 0.0
    public private(set) var mean: [Double]
    public private(set) var squares: [Double]

    private static let (priorCount, priorVariance) = (5.0, 1e-3)

    public init(dimension: Int) {
        scales = Array(repeating: 1, count: dimension)
        (mean, squares) = (Array(repeating: 0, count: dimension), Array(repeating: 0, count: dimension))
    }

    public var dimension: Int { scales.count }

    public var metric: DiagonalMetric { DiagonalMetric(scales: scales) }

    /// Where the sums of states are taken about.
    private var centre: [Float] { mean.map { Float($0) } }

    /// What a tile of chains adds: the number of its states, Σ (x - c) and Σ (x - c)² of each value about the mean so far. Sums of tiles, in any order, are what
    /// `add` takes.
    /// - Parameter counts: which of the rows; those that are not finite are left out besides.
    public func sums(of states: Matrix, where counts: (Int) -> Bool = { _ in true }) -> [Float] {
        var sums = [Double](repeating: 0, count: 1 + 2 * dimension)
        let centre = centre
        for row in 0..<states.rows where counts(row) && states.rows(row..<row + 1).isFinite {
            sums[0] += 1
            for column in 0..<dimension {
                let distance = Double(states[row, column]) - Double(centre[column])
                sums[1 + column] += distance
                sums[1 + dimension + column] += distance * distance
            }
        }
        return sums.map { Float($0) }
    }

    /// Pools a step's states with those of the window.
    /// - Parameter sums: those of all tiles together.
    public mutating func add(_ sums: [Float]) {
        precondition(sums.count == 1 + 2 * dimension, "a count, and two sums of each value")
        let added = Double(sums[0])
        guard added > 0 else { return }
        let (centre, total) = (centre, count + added)
        for index in 0..<dimension {
            let shift = Double(sums[1 + index]) / added
            let spread = max(0, Double(sums[1 + dimension + index]) - added * shift * shift)
            let distance = Double(centre[index]) + shift - mean[index]
            mean[index] += distance * added / total
            squares[index] += spread + distance * distance * count * added / total
        }
        count = total
    }

    /// Takes the variances of the window for the metric, and begins another one, about the same mean.
    public mutating func endWindow() {
        guard count > 1 else { return }
        let share = count / (count + Self.priorCount)
        let variances = squares.map { share * $0 / (count - 1) + (1 - share) * Self.priorVariance }
        // Our own logarithm and exponential: what they give reaches the model.
        let logarithms = variances.map { Double(VectorMath.log(Float($0.squareRoot()))) }
        let middle = logarithms.reduce(0, +) / Double(dimension)
        scales = logarithms.map { VectorMath.exp(Float($0 - middle)) }
        (count, squares) = (0, Array(repeating: 0, count: dimension))
    }

    /// Whether the values are such as an adaptation leaves behind for states of so many values.
    public func isPlausible(dimension: Int) -> Bool {
        [scales.count, mean.count, squares.count].allSatisfy { $0 == dimension } && count >= 0 && count.isFinite
            && scales.allSatisfy { $0 > 0 && $0.isFinite } && mean.allSatisfy(\.isFinite) && squares.allSatisfy { $0 >= 0 && $0.isFinite }
    }
}

/// Which steps of a warm-up belong to windows of the metric: none at its beginning, where chains come from where they started, and at its end, where the step size
/// settles; windows in between, each twice as long as the one before, the last one to the end.
///
/// 75, 25 and 50 steps for beginning, first window and end, as in Stan; 15, 75 and 10 % of a warm-up that is shorter than these.
public struct WarmUpWindows: Sendable, Hashable {
    /// The steps of all windows, and behind the last one of each.
    public let steps: Range<Int>
    public let ends: [Int]

    /// A warm-up that is shorter has no windows worth the name.
    public static let fewestSteps = 20

    public init(warmUp: Int) {
        precondition(warmUp >= Self.fewestSteps, "a warm-up of at least \(Self.fewestSteps) steps")
        let isShort = warmUp < 75 + 25 + 50
        let (first, last) = (isShort ? warmUp * 15 / 100 : 75, warmUp - (isShort ? warmUp / 10 : 50))
        var (ends, length) = ([Int](), isShort ? last - first : 25)
        while ends.last ?? first < last {
            let end = (ends.last ?? first) + length
            ends.append(end + 2 * length > last ? last : end)
            length *= 2
        }
        (steps, self.ends) = (first..<last, ends)
    }
}
