import Datasets
import Distributed
import Foundation
import Measures
import Numerics
import TestSupport
import Testing

/// Measures of two sets of rows beside those of scipy, scikit-learn and torchmetrics: `Tests/Interop/golden_samples.py` writes Tests/Fixtures/samples.json.
@Suite struct GoldenSamplesTests {
    private struct Golden: Decodable {
        struct Nearest: Decodable {
            let distances: [[Double]]
            let places: [[Int]]
        }
        let columns: Int
        let samples: [Double]
        let data: [Double]
        let frechetDistance: Double
        let kernelDistance: Double
        let precision: Double
        let recall: Double
        let trainingRows: Int
        let nearestToSamples: Nearest
        let closerThanHeldOut: Double

        var sampleRows: KernelRows { KernelRows(samples, dimension: columns) }
        var dataRows: KernelRows { KernelRows(data, dimension: columns) }
    }

    private let golden: Golden

    init() throws {
        _ = OneThreadPerProduct.once
        golden = try Fixture.decoded(Golden.self, from: "samples.json")
    }

    private static let few = Bootstrap(resamples: 5)

    @Test func `the Fréchet distance is that of scipy's square root and of torchmetrics`() throws {
        let found = try FrechetDistance.estimate(
            of: golden.samples, from: golden.data, order: golden.columns, Self.few, communicator: SoloCommunicator())
        #expect(abs(found.value - golden.frechetDistance) < 1e-5)
    }

    @Test func `the kernel distance is that of scikit-learn's polynomial kernel and of torchmetrics`() throws {
        let found = try MeanDiscrepancy.estimate(
            golden.sampleRows, golden.dataRows, .cubic, Self.few, communicator: SoloCommunicator())
        #expect(abs(found.value - golden.kernelDistance) < 1e-5)
    }

    @Test func `precision and recall are those of scikit-learn's neighbours`() throws {
        let samples = golden.sampleRows
        let found = try SampleManifolds(samples: samples, data: golden.dataRows.prefix(samples.rows), SoloCommunicator())
        func share(_ holds: [Bool]) -> Double { Double(holds.count { $0 }) / Double(holds.count) }
        #expect(abs(share(found.isPrecise) - golden.precision) < 1e-12 && abs(share(found.isRecalled) - golden.recall) < 1e-12)
    }

    @Test func `the nearest training rows and the share of closer samples are those of scikit-learn`() throws {
        let width = golden.columns
        let all = golden.data.map { Float($0) }
        let training = try Dataset.floats(Array(all.prefix(golden.trainingRows * width)), width: width)
        let rows = try EvaluationRows(.dataset(training), DataPreparation())
        // The order of evaluations is another one than that of the data.
        let order = (0..<rows.available).map { place in
            let values = rows.read(place..<place + 1).values
            return (0..<rows.available).first { Array(all[$0 * width..<($0 + 1) * width]) == values } ?? -1
        }
        let samples = Matrix(rows: golden.samples.count / width, columns: width, golden.samples.map { Float($0) })
        let near = try TrainingNeighbors(of: samples, in: rows, count: 2, SoloCommunicator())
        #expect(near.places.map { $0.map { order[$0] } } == golden.nearestToSamples.places)
        for (found, expected) in zip(near.distances, golden.nearestToSamples.distances) {
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        }
        let heldOut = Array(all.dropFirst(golden.trainingRows * width))
        let others = try TrainingNeighbors(
            of: Matrix(rows: heldOut.count / width, columns: width, heldOut), in: rows, count: 1, SoloCommunicator())
        let memorization = Memorization(samples: near.distances.map { $0[0] }, heldOut: others.distances.map { $0[0] }, Self.few)
        #expect(abs(memorization.closer.value - golden.closerThanHeldOut) < 1e-12)
    }
}

extension Dataset {
    fileprivate static func floats(_ values: [Float], width: Int) throws -> Dataset {
        try Dataset(name: "rows", shape: ImageShape(vector: width), values: .floats(values))
    }
}
