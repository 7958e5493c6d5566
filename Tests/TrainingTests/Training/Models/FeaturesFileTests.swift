import Datasets
import Failures
import Formats
import Foundation
import Learning
import Measures
import Model
import Numerics
import Testing
import Training

@Suite struct FeaturesFileTests {
    private static let shape = ImageShape(height: 8, width: 8, channels: 1)
    private static let rows = RowPreparation(shape: shape, levels: 17, classes: [1, 2, 7])

    private static func file() throws -> FeaturesFile {
        _ = OneThreadPerProduct.once
        let classifier = try Classifier(for: shape, labels: [1, 2, 7])
        let record = FeaturesFile.Record(
            data: "some \"rows\"", digest: "0123", rows: 40, heldOut: "others", heldOutRows: 5, heldOutAccuracy: 0.8, steps: 3, seed: 9,
            program: "ebm-dist")
        return FeaturesFile(TrainedClassifier(classifier, parameters: classifier.initialParameters(seed: 2)), rows, record)
    }

    /// The file with other metadata.
    private static func edited(_ edit: (inout [String: String]) -> Void) throws -> [UInt8] {
        let file = try Safetensors(try Self.file().bytes, name: "f")
        var metadata = file.header.metadata
        edit(&metadata)
        return Safetensors.encode(try file.header.tensors.map { ($0.name, try file.array($0.name)) }, metadata: metadata)
    }

    @Test func `what is read is what was written`() throws {
        let file = try Self.file()
        let read = try FeaturesFile(try file.bytes, path: "f")
        #expect(read.record == file.record && read.rows == file.rows && read.classifier.parameters == file.classifier.parameters)
        #expect(read.classifier.classifier.labels == [1, 2, 7])
        #expect(read.classifier.classifier.network.description == file.classifier.classifier.network.description)
    }

    @Test func `files of something else, and damaged ones, are told from each other`() throws {
        func failed(_ bytes: [UInt8]) -> Failure? { failure { _ = try FeaturesFile(bytes, path: "f.safetensors") } }
        let other = failed(Safetensors.encode([("w", NumericArray(shape: [1], .float32([0])))]))
        #expect(other?.kind == .data && other?.message.contains("ebm-dist features") == true)
        let edits: [(inout [String: String]) -> Void] = [
            { $0["classifier"] = "{}" }, { $0["network"] = "{}" }, { $0["network"] = nil }, { $0["rows"] = nil },
            { $0["rows"] = $0["rows"]?.replacing("[1,2,7]", with: "[1,2]") },
            { $0["rows"] = $0["rows"]?.replacing("[1,2,7]", with: "[1,1,7]") },
            { $0["rows"] = $0["rows"]?.replacing("[1,8,8]", with: "[1,4,4]") },
            { $0["network"] = $0["network"]?.replacing("\"outputs\":64", with: "\"outputs\":65") },
        ]
        for (number, edit) in edits.enumerated() {
            let found = failed(try Self.edited(edit))
            #expect(found?.kind == .checkpoint && found?.message.hasPrefix("f.safetensors: ") == true, "\(number): \(found?.message ?? "")")
        }
        let bytes = try Self.file().bytes
        #expect(failed(Array(bytes.dropLast(4)))?.kind == .data)
    }

    @Test func `rows of another shape or other levels are refused, rows on another scale are converted`() throws {
        let file = try Self.file()
        try file.check(RowPreparation(shape: Self.shape, levels: 17, low: 0, high: 1, isDequantised: true), "--features f")
        let shape = failure { try file.check(RowPreparation(shape: ImageShape(vector: 64), levels: 17), "--features f") }
        #expect(shape?.kind == .usage && shape?.message.contains("found one of 8x8x1") == true, "\(shape?.message ?? "")")
        let levels = failure { try file.check(RowPreparation(shape: Self.shape), "--features f") }
        #expect(levels?.message.contains("real numbers") == true && levels?.message.contains("17 levels") == true)
        // Levels 0, 8 and 16, in the middle of their cells from 0 to 1, are -1, 0 and 1 to the classifier.
        let own = RowPreparation(shape: Self.shape, levels: 17, low: 0, high: 1, isDequantised: true)
        let values = (0..<64).map { Float((Double($0 % 3) * 8 + 0.5) / 17) }
        let converted = file.converted(Matrix(rows: 1, columns: 64, values), from: own).values
        for (place, value) in converted.enumerated() { #expect(abs(value - Float(place % 3 - 1)) < 1e-6) }
    }
}
