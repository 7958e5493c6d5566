import Configuration
import Distributed
import Failures
import Foundation
import Learning
import Measures
import Numerics
import Training

/// log Z of an energy between bounds, and with it how likely rows of data are.
public struct LikelihoodEvaluation: Codable, Hashable, Sendable {
    public let partition: PartitionBracket
    /// T: the density is exp(-E/T) / Z.
    public let temperature: Float
    /// Where chains start that go backwards.
    public let backwardsFrom: String
    public let likelihood: RowLikelihood
    /// Rows outside of the walls, where the density is 0.
    public let outsideRows: Int

    /// Lines for the person at the terminal.
    public var text: String {
        let settings = partition.settings
        var lines = [
            "density exp(-E/T) / Z, T = \(Spread.short(Double(temperature))): annealed importance sampling from \(partition.base),",
            "\(settings.estimates) estimates of \(settings.chains) chains over \(settings.temperatures) temperatures, and backwards from \(backwardsFrom)",
            "log Z              \(partition.logZ.text(3))   bounds \(Self.number(partition.lower.value)) and \(Self.number(partition.upper.value))",
            likelihood.text,
        ]
        if partition.isCrossed {
            lines.append(
                "look: the upper bound lies below the lower one: the chains that go backwards did not start as draws of the model. The lower one holds."
            )
        }
        if outsideRows > 0 {
            lines.append("look: \(outsideRows) of the rows lie outside of the walls (sampler.low, sampler.high), where the density is 0")
        }
        return lines.joined(separator: "\n")
    }

    private static func number(_ value: Double) -> String { String(format: "%.3f", value) }
}

extension LikelihoodEvaluation: MeasureFinding {}

extension MeasureKind {
    static let likelihood = MeasureKind(
        "ais", "log Z by annealed importance sampling between two bounds; with it log-likelihood and bits a dimension of held-out rows",
        needs: [.samples, .energyOfRows, .wallsOnBothSides],
        option: Option(name: "--temperatures", role: .manner) { $0.annealing != nil }
    ) { (model) throws(Failure) in
        let (trained, communicator) = (model.trained, model.communicator)
        var settings = model.command.annealing ?? AnnealedImportance.Settings()
        settings.seed = model.seed
        let box = trained.configuration.samplerBox
        let coordinates =
            if let box {
                NormalCoordinates(box: box, dimension: trained.shape.count)
            } else {
                try NormalCoordinates(fittedTo: model.training, noise: pow(trained.configuration.data.noise, 2), communicator)
            }
        let (start, place) = try backwardStart(model, settings.estimates * settings.chains)
        let sampling = AnnealedImportance(
            of: model.reducedEnergy(rows: max(settings.chains, AnnealedImportance.leastRoom)), from: coordinates, settings)
        let partition = try sampling.bracket(backwardsFrom: start, communicator)
        let test = try model.testRows()
        let x = test.read(0..<min(try model.rowCount(), test.available))
        let outside = box.map { box in (0..<x.rows).count { row in !x.rows(row..<row + 1).values.allSatisfy(box.contains) } } ?? 0
        let likelihood = RowLikelihood(
            energies: try model.energiesAndScores(of: x).energies, logZ: (partition.logZ.value, partition.lower, partition.upper),
            of: test.name, areTrainingRows: model.areTrainingRows(test), learned: try trained.preparation(communicator))
        return LikelihoodEvaluation(
            partition: partition, temperature: model.temperature, backwardsFrom: place, likelihood: likelihood, outsideRows: outside)
    }

    /// Collective. Rows that chains start from which go backwards: samples that the run's chains are, or that were asked for, else rows of data.
    private static func backwardStart(_ model: MeasuredModel, _ count: Int) throws(Failure) -> (rows: Matrix, place: String) {
        let (command, settings) = (model.command, "and moves of their own")
        if command.samples != nil || command.start != nil || model.trained.standardStart == .chains {
            let drawn = try model.drawn()
            let finite = drawn.rows.finiteRows
            guard finite.rows > 0 else {
                throw Failure(.numerical, "\(drawn.origin): none of the samples is finite: nothing goes backwards from them")
            }
            return (finite, "samples (\(drawn.origin)) \(settings)")
        }
        return (model.held.read(0..<min(count, model.held.available)), "rows of \(model.held.name) \(settings)")
    }
}

extension MeasureKind.Need {
    /// A density on all space, or in a box.
    fileprivate static let wallsOnBothSides = MeasureKind.Need(missing: { model in
        guard let box = model.trained.configuration.samplerBox, !box.lowerBound.isFinite || !box.upperBound.isFinite else { return nil }
        return "walls on both sides or none, found sampler.low or sampler.high alone"
    })
}
