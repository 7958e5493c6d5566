import Datasets
import Distributed
import Failures
import Formats
import Foundation

/// `evaluate`: the measures of a trained model.
public struct EvaluateCommand: Codable, Sendable {
    public var folder: String
    public var step: Int?
    public var weights: TrainedModel.Weights
    /// Where the measures go as JSON.
    public var output: String?
    public var picture: String?

    public init(folder: String, step: Int? = nil, weights: TrainedModel.Weights = .average, output: String? = nil, picture: String? = nil) {
        self.folder = folder
        self.step = step
        self.weights = weights
        self.output = output
        self.picture = picture
    }

    /// What the JSON file holds.
    private struct Report: Encodable {
        let step: Int
        let weights: TrainedModel.Weights
        let measures: PlaneEvaluation
    }

    /// Collective. The same measures on any number of ranks.
    /// - Returns: lines for the person at the terminal.
    /// - Throws: `.usage` for a run on other data than a built-in density of the plane.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        let trained = try communicator.agree { try TrainedModel(RunFolder(folder), step: step, weights: weights) }
        let density = try communicator.agree { () throws -> PlaneDensity in try knownDensity(of: trained) }
        let chains = try communicator.agree { () throws -> [Float] in
            let stored = try StoredChains(trained)
            return try stored.samples(0..<stored.wanted)
        }
        let energy = ModelPlaneEnergy(trained.model, trained.prepared())
        let evaluation = try PlaneEvaluation(of: energy, against: density, chains: chains, communicator)
        try communicator.onRoot {
            if let output { try write(Report(step: trained.step, weights: weights, measures: evaluation), to: output) }
            if let picture {
                try PlanePicture.make(of: energy, logZ: evaluation.integral.logZ, against: density, chains: chains).write(to: picture)
            }
        }
        return "\(density.name) at step \(trained.step), \(weights.rawValue) weights\n\(evaluation.text)"
    }

    private func knownDensity(of trained: TrainedModel) throws(Failure) -> PlaneDensity {
        let source = trained.configuration.data.source
        guard let density = PlaneDensity(named: source) else {
            throw Failure(
                .usage,
                "evaluate: \(folder) was trained on \(source), but this version can evaluate only models of built-in plane densities: "
                    + PlaneDensity.names.joined(separator: ", "))
        }
        return density
    }

    private func write(_ report: Report, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        try AtomicFile.write(Array(try encoder.encode(report)) + [10], to: path)
    }
}
