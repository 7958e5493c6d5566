import Datasets
import Distributed
import Failures
import Formats
import Foundation
import Learning
import Measures
import Model
import Numerics
import Testing

@Suite struct ClassifierTrainingTests {
    private static func digits() throws -> (rows: Dataset, heldOut: Dataset, classifier: Classifier) {
        _ = OneThreadPerProduct.once
        let parts = try Dataset.digits().holdingOut(0.2)
        return (parts.rest, parts.heldOut, try Classifier(for: parts.rest.shape, labels: Array(0..<10)))
    }

    @Test func `three hundred steps find the class of more than 95 in 100 digits that were not learned`() throws {
        let (rows, heldOut, classifier) = try Self.digits()
        let trained = try ClassifierTraining(steps: 300).train(classifier, on: .dataset(rows), DataPreparation(), SoloCommunicator())
        let preparation = RowPreparation(shape: rows.shape, levels: rows.levels)
        let read = try trained.read(preparation.rows(of: heldOut), SoloCommunicator())
        let accuracy = read.accuracy(try #require(classifier.classes(of: heldOut)))
        #expect(accuracy > 0.95, "\(accuracy)")
        #expect(read.features.count == heldOut.count * classifier.network.featureCount)
        #expect(read.probabilities.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
    }

    @Test func `the parameters and what is read are the same bits on 1, 2, 3 and 9 ranks`() throws {
        let (rows, heldOut, classifier) = try Self.digits()
        let held = RowPreparation(shape: rows.shape, levels: rows.levels).rows(of: heldOut)
        var results: [Int: [String]] = [:]
        for ranks in [1, 2, 3, 9] {
            results[ranks] = try ThreadRanks.run(ranks) { communicator in
                let trained = try ClassifierTraining(steps: 6).train(classifier, on: .dataset(rows), DataPreparation(), communicator)
                let read = try trained.read(held, communicator)
                return "\(Checksum.of(LittleEndian.bytes(of: trained.parameters))) \(Checksum.of(LittleEndian.bytes(of: read.features)))"
            }
        }
        let expected = try #require(results[1]?.first)
        for (ranks, found) in results { #expect(found == Array(repeating: expected, count: ranks), "\(ranks) ranks") }
        let other = try ClassifierTraining(steps: 6, seed: 2).train(classifier, on: .dataset(rows), DataPreparation(), SoloCommunicator())
        #expect(Checksum.of(LittleEndian.bytes(of: other.parameters)) != expected.prefix { $0 != " " }, "another seed")
    }

    @Test func `labels need not count from 0, and rows with a class of which nothing is known have none`() throws {
        let shape = ImageShape(vector: 2)
        func rows(_ labels: [Int32]) throws -> Dataset {
            try Dataset(name: "points", shape: shape, values: .floats(labels.flatMap { [Float($0), 0.5] }), labels: labels)
        }
        let classifier = try Classifier(for: shape, labels: [3, 5])
        let (known, other) = (try rows([5, 3, 3]), try rows([5, 4]))
        #expect(classifier.classes(of: known) == [1, 0, 0] && classifier.classes(of: other) == nil)
        let points = try rows((0..<40).map { $0 % 3 == 0 ? 3 : 5 })
        let trained = try ClassifierTraining(steps: 40).train(classifier, on: .dataset(points), DataPreparation(), SoloCommunicator())
        let read = try trained.read(Matrix(rows: 2, columns: 2, [3, 0.5, 5, 0.5] as [Float]), SoloCommunicator())
        #expect(read.classes == [0, 1] && read.accuracy([0, 0]) == 0.5)
    }

    @Test func `rows that lead beyond the finite numbers are named`() throws {
        let values: [Float] = (0..<20).flatMap { [Float($0) * 1e37, -1e38] }
        let rows = try Dataset(name: "far.csv", shape: ImageShape(vector: 2), values: .floats(values), labels: (0..<20).map { $0 % 2 })
        let classifier = try Classifier(for: rows.shape, labels: [0, 1])
        let refused = failure {
            _ = try ClassifierTraining(steps: 3).train(classifier, on: .dataset(rows), DataPreparation(), SoloCommunicator())
        }
        #expect(refused?.kind == .numerical && refused?.message.contains("far.csv") == true)
    }
}
