import Configuration
import Datasets
import Distributed
import Foundation
import Measures
import Model
import Numerics
import Testing
import Training

/// Gradients and Hessians of energies whose derivatives are known.
@Suite struct EnergySmoothnessTests {
    /// E(x) = factor · softplus(w·x) + |x|²/(2 s²): ∇E = factor f w + x/s², ∇²E = factor f (1 - f) w wᵀ + 1/s², f the logistic function of w·x.
    private struct Ridge: Sendable {
        var factor = 0.0
        var w: [Double] = [1.5, -0.5, 0.25]
        let s = 0.8

        var model: (EnergyModel, PreparedWeights) {
            get throws {
                let network = try Network(
                    NetworkDescription(
                        input: ImageShape(vector: w.count),
                        layers: [.dense(outputs: 1), .activation(.softplus), .dense(outputs: 1)]))
                let weights = PreparedWeights(network)
                weights.refresh(from: w.map { Float($0) } + [0, Float(factor), 0])
                return (try EnergyModel(network, referenceDeviation: Float(s)), weights)
            }
        }

        private func logistic(_ x: [Double]) -> Double {
            var product = 0.0
            for (weight, value) in zip(w, x) { product += weight * value }
            return 1 / (1 + exp(-product))
        }

        func gradient(_ x: [Double]) -> Double {
            let f = logistic(x)
            var square = 0.0
            for (weight, value) in zip(w, x) {
                let slope = factor * f * weight + value / (s * s)
                square += slope * slope
            }
            return square.squareRoot()
        }

        func curvature(_ x: [Double]) -> Double {
            let f = logistic(x)
            let norm: Double = w.reduce(0.0) { $0 + $1 * $1 }
            return 1 / (s * s) + max(0, factor * f * (1 - f) * norm)
        }
    }

    private static func rows(_ count: Int, _ dimension: Int, of value: (Int, Int) -> Float) throws -> EvaluationRows {
        let values = (0..<count).flatMap { row in (0..<dimension).map { value(row, $0) } }
        let data = try Dataset(name: "rows", shape: ImageShape(vector: dimension), values: .floats(values))
        return try EvaluationRows(.dataset(data), RunConfiguration.resolve(arguments: []))
    }

    private static func smoothness(
        _ ridge: Ridge, _ rows: EvaluationRows, samples: Matrix? = nil, _ communicator: any Communicator = SoloCommunicator()
    ) throws -> EnergySmoothness {
        let (model, weights) = try ridge.model
        return try EnergySmoothness(of: model, weights, level: nil, rows: rows, samples: samples, communicator)
    }

    private static let normals: Matrix = {
        let matrix = Matrix(rows: 300, columns: 3)
        RandomStream(seed: 6, purpose: .test, step: 0, index: 0).fillNormals(matrix)
        return matrix
    }()

    @Test(arguments: [0.0, 4, -4])
    func `gradients and largest eigenvalues are those of the closed form`(factor: Double) throws {
        let ridge = Ridge(factor: factor)
        let rows = try Self.rows(300, 3) { Self.normals[$0, $1] }
        let samples = Matrix(rows: 2, columns: 3, [0.5, 1, -1, -0.3, 0.2, 2])
        let found = try Self.smoothness(ridge, rows, samples: samples)
        let data = rows.read(0..<128)
        func vectors(_ matrix: Matrix) -> [[Double]] { (0..<matrix.rows).map { matrix.rows($0..<$0 + 1).values.map { Double($0) } } }
        for (place, points) in [(found.data, vectors(data)), (try #require(found.samples), vectors(samples))] {
            let (count, curvatures) = (Double(points.count), points.map(ridge.curvature))
            #expect(place.points == points.count)
            // Floats of units and three steps.
            #expect(abs(place.gradient - points.map(ridge.gradient).reduce(0, +) / count) < 1e-4)
            #expect(abs(place.curvature - curvatures.reduce(0, +) / count) < 1e-4, "\(place.curvature)")
            #expect(abs(place.greatestCurvature - (curvatures.max() ?? 0)) < 1e-4)
        }
        #expect(found.between.points == 128 && found.between != found.data)
        // Each over the same resamples of the points as its closed form.
        let intervals = try #require(found.data.intervals)
        let points = vectors(data)
        let (gradients, curvatures) = (points.map(ridge.gradient), points.map(ridge.curvature))
        func expected(_ value: ([Double]) -> Double, _ numbers: [Double]) -> Interval {
            let bootstrap = Bootstrap()
            return bootstrap.interval(
                of: value(numbers),
                resampled: (0..<200).map { resample in
                    value(zip(numbers, bootstrap.counts(rows: 128, resample: resample)).flatMap { repeatElement($0, count: $1) })
                })
        }
        func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }
        for (interval, own) in [
            (intervals.gradient, expected(mean, gradients)), (intervals.curvature, expected(mean, curvatures)),
            (intervals.greatestCurvature, expected({ $0.max() ?? 0 }, curvatures)),
        ] {
            #expect(abs(interval.low - own.low) < 1e-4 && abs(interval.high - own.high) < 1e-4, "\(interval), expected \(own)")
        }
    }

    @Test func `points between rows lie on the segments from row to row`() throws {
        // Rows on a circle and E = |x|²/2s²: |∇E| is 1/s² on it, and for chords by the angle φ, at t, √(1 - 2t(1 - t)(1 - cos φ))/s².
        let ridge = Ridge(factor: 0, w: [1, 1])
        let circle = try Self.rows(400, 2) { row, column in
            let angle = 0.7 * Double(row)
            return Float(column == 0 ? cos(angle) : sin(angle))
        }
        let found = try Self.smoothness(ridge, circle)
        let scale = 1 / (ridge.s * ridge.s)
        #expect(abs(found.data.gradient - scale) < 1e-5)
        var lengths: [Double] = []
        for place in 0..<200 {
            let t = (Double(place) + 0.5) / 200
            for angle in 0..<200 {
                let cosine = cos(Double.pi * (Double(angle) + 0.5) / 200)
                lengths.append((1 - 2 * t * (1 - t) * (1 - cosine)).squareRoot())
            }
        }
        let expected = Spread(of: lengths)
        // Five standard errors, half of the pairs sharing a row.
        let error = 5 * expected.deviation * (2.0 / 128).squareRoot()
        let ratio = found.between.gradient / scale
        #expect(abs(ratio - expected.mean) < error, "\(ratio)")
        #expect(found.samples == nil)
    }

    @Test func `one row, and more values than steps, are measured as well`() throws {
        let wide = Ridge(factor: 0, w: Array(repeating: 0.1, count: 60))
        let found = try Self.smoothness(wide, Self.rows(1, 60) { _, column in column == 0 ? 0.8 : 0 })
        #expect(found.data == found.between && found.data.points == 1)
        #expect(abs(found.data.gradient - 1 / 0.8) < 1e-5 && abs(found.data.curvature - 1 / 0.64) < 1e-4)
    }

    @Test(arguments: [2, 3, 7]) func `every number of ranks gives the same bits`(ranks: Int) throws {
        _ = OneThreadPerProduct.once
        let measure: @Sendable (any Communicator) throws -> EnergySmoothness = {
            try Self.smoothness(
                Ridge(factor: 3), Self.rows(300, 3) { Self.normals[$0, $1] }, samples: Self.normals, $0)
        }
        let alone = try measure(SoloCommunicator())
        #expect(alone.samples?.points == 128)
        for found in try ThreadRanks.run(ranks, measure) { #expect(found == alone) }
    }

    @Test func `an energy that is no number is measured as none`() throws {
        let found = try Self.smoothness(Ridge(factor: .nan), Self.rows(5, 3) { Self.normals[$0, $1] })
        #expect(found.data.gradient.isNaN && found.data.curvature.isNaN && found.data.greatestCurvature.isNaN)
        #expect(found.text.contains("nan"))
    }
}
