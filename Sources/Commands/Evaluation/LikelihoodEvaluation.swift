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
        var lines = PartitionEvaluation(partition, temperature: temperature, backwardsFrom: backwardsFrom).lines
        lines.append(likelihood.text)
        if outsideRows > 0 {
            lines.append("look: \(outsideRows) of the rows lie outside of the walls (sampler.low, sampler.high), where the density is 0")
        }
        return lines.joined(separator: "\n")
    }
}

extension LikelihoodEvaluation: MeasureFinding {}

extension MeasureKind {
    static let likelihood = MeasureKind(
        "ais", "log Z by annealed importance sampling between two bounds; with it log-likelihood and bits a dimension of held-out rows",
        needsData: false, needs: [.samples, .energyOfRows, .realNumbers, .wallsOnBothSides],
        option: Option(name: "--temperatures", role: .manner) { $0.annealing != nil }, measuresRows: true
    ) { (model) throws(Failure) in
        let (partition, place) = try PartitionEvaluation.bracket(model)
        guard model.hasData else { return PartitionEvaluation(partition, temperature: model.temperature, backwardsFrom: place) }
        let (trained, box) = (model.trained, model.trained.configuration.samplerBox)
        let test = try model.testRows()
        let x = test.read(0..<min(try model.rowCount(), test.available))
        let outside = box.map { box in (0..<x.rows).count { row in !x.rows(row..<row + 1).values.allSatisfy(box.contains) } } ?? 0
        let likelihood = RowLikelihood(
            energies: try model.energiesAndScores(of: x).energies, logZ: (partition.logZ.value, partition.lower, partition.upper),
            of: test.name, areTrainingRows: model.areTrainingRows(test), learned: try trained.preparation(model.communicator))
        return LikelihoodEvaluation(
            partition: partition, temperature: model.temperature, backwardsFrom: place, likelihood: likelihood, outsideRows: outside)
    }
}

extension MeasureKind.Need {
    /// A density on all space, or in a box.
    fileprivate static let wallsOnBothSides = MeasureKind.Need(missing: { model in
        guard let box = model.trained.configuration.samplerBox, !box.lowerBound.isFinite || !box.upperBound.isFinite else { return nil }
        return "walls on both sides or none, found sampler.low or sampler.high alone"
    })
}
