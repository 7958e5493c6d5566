import Configuration
import Distributed
import Failures
import Foundation
import Measures
import Model
import Numerics
import Training

/// log Z of an energy between bounds.
public struct PartitionEvaluation: Codable, Hashable, Sendable {
    public let partition: PartitionBracket
    /// T: the density is exp(-E/T) / Z.
    public let temperature: Float
    /// Where chains start that go backwards.
    public let backwardsFrom: String

    init(_ partition: PartitionBracket, temperature: Float, backwardsFrom: String) {
        (self.partition, self.temperature, self.backwardsFrom) = (partition, temperature, backwardsFrom)
    }

    /// Lines for the person at the terminal.
    var lines: [String] {
        let settings = partition.settings
        func number(_ value: Double) -> String { String(format: "%.3f", value) }
        let lines = [
            "density exp(-E/T) / Z, T = \(Spread.short(Double(temperature))): annealed importance sampling from \(partition.base),",
            "\(settings.estimates) estimates of \(settings.chains) chains over \(settings.temperatures) temperatures, and backwards from \(backwardsFrom)",
            "log Z              \(partition.logZ.text(3))   bounds \(number(partition.lower.value)) and \(number(partition.upper.value))",
        ]
        guard partition.isCrossed else { return lines }
        return lines + [
            "look: the upper bound lies below the lower one: the chains that go backwards did not start as draws of the model. The lower one holds."
        ]
    }

    /// Collective. log Z of a model's density between bounds, and where chains start that go backwards. The path begins at the uniform density in the walls,
    /// else at a Gaussian with the moments of the data; of an energy that is given with those of its samples.
    static func bracket(_ model: MeasuredModel) throws(Failure) -> (partition: PartitionBracket, backwardsFrom: String) {
        var settings = model.command.annealing ?? AnnealedImportance.Settings()
        settings.seed = model.seed
        let (start, place) = try backwardStart(model, settings.estimates * settings.chains)
        let energy = model.reducedEnergy(rows: max(settings.chains, AnnealedImportance.leastRoom))
        let sampling = AnnealedImportance(of: energy, from: try coordinates(model, start), settings)
        let partition = try sampling.bracket(backwardsFrom: start, model.communicator)
        try model.trained.model.checkEvaluations()
        return (partition, place)
    }

    private static func coordinates(_ model: MeasuredModel, _ start: Matrix) throws(Failure) -> NormalCoordinates {
        let (configuration, communicator) = (model.trained.configuration, model.communicator)
        if let box = configuration.samplerBox { return NormalCoordinates(box: box, dimension: model.trained.shape.count) }
        guard model.hasData else {
            return try NormalCoordinates(fittedTo: start, called: configuration.subject, noise: 0, of: "the samples", communicator)
        }
        return try NormalCoordinates(fittedTo: model.training, noise: pow(configuration.data.noise, 2), communicator)
    }

    /// Collective. Rows that chains start from which go backwards: samples that the run's chains are, or that were asked for, else rows of data.
    private static func backwardStart(_ model: MeasuredModel, _ count: Int) throws(Failure) -> (rows: Matrix, place: String) {
        let (command, settings) = (model.command, "and moves of their own")
        if command.samples != nil || command.start != nil || model.trained.standardStart == .chains {
            let drawn = try model.drawn()
            return (try drawn.finite(atLeast: 1).rows, "samples (\(drawn.origin)) \(settings)")
        }
        return (model.held.read(0..<min(count, model.held.available)), "rows of \(model.held.name) \(settings)")
    }
}

extension PartitionEvaluation: MeasureFinding {
    public var text: String { lines.joined(separator: "\n") }
}
