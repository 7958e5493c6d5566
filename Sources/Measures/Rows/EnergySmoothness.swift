import Distributed
import Failures
import Model
import Numerics

/// How smooth an energy is: the length of its gradient and the largest eigenvalue of its Hessian at data rows, between them, and at samples.
///
/// Points between are x + t (x' - x), x' the row after x in the order of evaluation (the first one after the last), t uniform in [0, 1]. Eigenvalues
/// are found from exact products with the Hessian (`EnergyModel.hessianProduct`) by `Lanczos`: lower bounds, exact where a row has no more values than
/// there are steps.
public struct EnergySmoothness: Codable, Hashable, Sendable {
    /// The energy at the points of a place; NaN where it is no number at one of them.
    public struct Place: Codable, Hashable, Sendable {
        public let points: Int
        /// mean |∇E|
        public let gradient: Double
        /// The largest eigenvalue of ∇²E: its mean over the points, and the greatest one.
        public let curvature: Double
        public let greatestCurvature: Double
        /// Where the values lie by chance in the choice of points; absent from lines that version 0.3 wrote.
        public let intervals: Intervals?

        /// Of the values of the same names. That of the greatest curvature ends at the value: no resample holds a greater one.
        public struct Intervals: Codable, Hashable, Sendable {
            public let gradient: Interval
            public let curvature: Interval
            public let greatestCurvature: Interval
        }

        /// - Parameters: |∇E| and the largest eigenvalue of ∇²E at each point.
        init(gradients: [Double], curvatures: [Double]) {
            let count = gradients.count
            let found = Bootstrap().estimates(rows: count) { counts in
                var (gradient, curvature, greatest) = (0.0, 0.0, -Double.infinity)
                for point in 0..<count where counts[point] > 0 {
                    gradient += Double(counts[point]) * gradients[point]
                    curvature += Double(counts[point]) * curvatures[point]
                    greatest = greatest.isNaN || curvatures[point].isNaN ? .nan : max(greatest, curvatures[point])
                }
                return [gradient / Double(count), curvature / Double(count), greatest]
            }
            points = count
            (gradient, curvature, greatestCurvature) = (found[0].value, found[1].value, found[2].value)
            intervals = Intervals(gradient: found[0].interval, curvature: found[1].interval, greatestCurvature: found[2].interval)
        }
    }

    public let data: Place
    public let between: Place
    /// Absent where there are none.
    public let samples: Place?

    /// Points of a place, at most.
    static let points = 128
    static let lanczosSteps = 16
    /// Points computed together.
    private static let pointsPerTile = 16

    /// Numbers of `RandomPurpose.evaluation`: places between rows, and the vectors from which eigenvalues are sought.
    private static let (placeStep, vectorStep) = (8, 9)

    /// Collective. The same bits on any number of ranks.
    /// - Parameters:
    ///   - model: an energy of rows alone.
    ///   - level: its condition, for an energy on noise levels.
    ///   - samples: rows x dimension, the same on all ranks; as many as points are evenly chosen of them.
    package init(
        of model: EnergyModel, _ weights: PreparedWeights, level: Float?, rows: EvaluationRows, samples: Matrix?,
        _ communicator: any Communicator
    ) throws(Failure) {
        let curvatures = Curvatures(model, weights, level: level)
        let own = rows.read(0..<min(Self.points, rows.available))
        data = try curvatures.place(own, communicator)
        between = try curvatures.place(Self.between(own), communicator)
        self.samples = try samples.flatMap { (samples) throws(Failure) in
            samples.rows > 0 ? try curvatures.place(Self.chosen(samples), communicator) : nil
        }
    }

    private static func between(_ rows: Matrix) -> Matrix {
        let (points, places) = (Matrix(rows: rows.rows, columns: rows.columns), Matrix(rows: rows.rows, columns: 1))
        RandomStream(seed: 1, purpose: .evaluation, step: placeStep, index: 0).fillUniforms(places)
        for row in 0..<rows.rows {
            let (next, t) = ((row + 1) % rows.rows, places[row, 0])
            points.rows(row..<row + 1).combine(rows.rows(row..<row + 1), rows.rows(next..<next + 1)) { $0 + t * ($1 - $0) }
        }
        return points
    }

    private static func chosen(_ samples: Matrix) -> Matrix {
        let points = Matrix(rows: min(Self.points, samples.rows), columns: samples.columns)
        for row in 0..<points.rows {
            let sample = row * samples.rows / points.rows
            points.rows(row..<row + 1).copy(from: samples.rows(sample..<sample + 1))
        }
        return points
    }

    /// What computes the measures of points on a rank.
    private struct Curvatures {
        private let model: EnergyModel
        private let weights: PreparedWeights
        private let workspace: Workspace
        private let line: LineWorkspace

        init(_ model: EnergyModel, _ weights: PreparedWeights, level: Float?) {
            (self.model, self.weights) = (model, weights)
            workspace = Workspace(model, rows: pointsPerTile)
            line = LineWorkspace(model, rows: pointsPerTile, order: 1)
            guard let level else { return }
            workspace.setLevels([level])
            line.setLevels([level])
        }

        /// Collective. Tiles of points are dealt to the ranks.
        func place(_ points: Matrix, _ communicator: any Communicator) throws(Failure) -> Place {
            let found = try DealtTiles.rows(points.rows, perTile: pointsPerTile, columns: 2, communicator) { part in
                let x = points.rows(part)
                return zip(gradientLengths(x), largestEigenvalues(x, part.lowerBound / pointsPerTile)).map { [$0, $1] }
            }
            return Place(gradients: found.map { $0[0] }, curvatures: found.map { $0[1] })
        }

        /// |∇E| of each row.
        private func gradientLengths(_ x: Matrix) -> [Double] {
            let (energies, gradient) = (Matrix(rows: x.rows, columns: 1), Matrix(rows: x.rows, columns: x.columns))
            model.energiesAndGradient(of: x, weights, workspace, energies: energies, gradient: gradient)
            return (0..<x.rows).map { gradient.rows($0..<$0 + 1).squaredNorm.squareRoot() }
        }

        /// The largest eigenvalue of ∇²E at each row.
        private func largestEigenvalues(_ x: Matrix, _ tile: Int) -> [Double] {
            let start = Matrix(rows: x.rows, columns: x.columns)
            RandomStream(seed: 1, purpose: .evaluation, step: vectorStep, index: tile).fillNormals(start)
            return Lanczos.largestEigenvalues(from: start, steps: lanczosSteps) { vectors, product in
                model.hessianProduct(at: x, with: vectors, weights, line, into: product)
            }
        }
    }

    /// Rows of more values make it too dear for every evaluation during training.
    package static let mostValuesInTraining = 64

    /// Lines for the person at the terminal.
    public var text: String {
        func row(_ title: String, _ value: (Place) -> String) -> (name: String, cells: [String]) {
            (title, [data, between, samples].map { $0.map(value) ?? "-" })
        }
        func row(
            _ title: String, _ value: KeyPath<Place, Double>, _ interval: KeyPath<Place.Intervals, Interval>
        ) -> (name: String, cells: [String]) {
            row(title) { place in
                place.intervals.map { Estimate(place[keyPath: value], $0[keyPath: interval]).short } ?? Spread.short(place[keyPath: value])
            }
        }
        let table = MeasureTable.text(
            ["data", "between", "samples"],
            [
                row("points") { "\($0.points)" }, row("mean |∇E|", \.gradient, \.gradient),
                row("curvature, mean", \.curvature, \.curvature),
                row("and greatest", \.greatestCurvature, \.greatestCurvature),
            ], corner: "smoothness of E")
        return "\(table)\ncurvature: the largest eigenvalue of ∇²E; in brackets 95 % by the choice of points"
    }
}
