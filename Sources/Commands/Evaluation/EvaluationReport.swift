import Formats
import Foundation
import Training

/// What `evaluate` found of a model.
struct EvaluationReport: Encodable {
    let step: Int
    let weights: ModelWeights
    let findings: [(kind: MeasureKind, finding: any MeasureFinding)]

    private struct Key: CodingKey {
        let stringValue: String
        init(stringValue: String) { self.stringValue = stringValue }
        var intValue: Int? { nil }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(step, forKey: Key(stringValue: "step"))
        try container.encode(weights, forKey: Key(stringValue: "weights"))
        for (kind, finding) in findings { try finding.encode(to: container.superEncoder(forKey: Key(stringValue: kind.key))) }
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        try AtomicFile.write(Array(try encoder.encode(self)) + [10], to: path)
    }
}
