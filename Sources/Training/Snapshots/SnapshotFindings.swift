import Failures
import Measures
import Numerics
import Sampling

/// What is wrong with a model by the energies of rows and by its samples, in sentences with what to try.
package struct SnapshotFindings {
    private let energies: [RowEnergies]
    private let (samples, data): (Matrix?, Matrix?)

    package init(energies: [RowEnergies] = [], samples: Matrix? = nil, data: Matrix? = nil) {
        (self.energies, self.samples, self.data) = (energies, samples, data)
    }

    /// Empty where nothing is wrong.
    package var findings: [Finding] { [broken, memorizing, collapse].compactMap { $0.map { Finding(.bad, $0) } } }

    private typealias Limits = DiagnosticThresholds

    private func finite(_ kind: RowEnergies.Kind) -> [Double]? {
        energies.first { $0.kind == kind }.map { $0.values.filter(\.isFinite) }.flatMap { $0.count > 1 ? $0 : nil }
    }

    private var broken: String? {
        guard let worst = energies.first(where: { $0.values.contains { !$0.isFinite } }) else { return nil }
        let count = worst.values.count { !$0.isFinite }
        return
            "\(count) of \(worst.values.count) energies of \(worst.kind.rawValue) are not finite: the model is broken; try a smaller learning rate, "
            + "objective.energyRegularization, or an earlier checkpoint"
    }

    /// Energies that are lower where the model was trained than where it was not.
    private var memorizing: String? {
        guard let data = finite(.data), let heldOut = finite(.heldOut) else { return nil }
        let energies = HeldOutEnergies(training: data, heldOut: heldOut)
        guard energies.memorizes, let gap = energies.relativeGap else { return nil }
        return
            "the energy of held-out rows lies \(Spread.short(gap)) standard deviations above that of "
            + "the training rows: the energy memorizes these; try fewer steps, a smaller network, more data or optimizer.weightDecay"
    }

    /// Samples that are all alike.
    private var collapse: String? {
        guard let samples, let data, samples.rows > 1, data.rows > 1, samples.isFinite else { return nil }
        let share = (Self.variance(samples) / max(Self.variance(data), .leastNormalMagnitude)).squareRoot()
        guard share < Limits.collapsed else { return nil }
        return
            "the samples are almost alike: they deviate from their mean by \(NumberText.fixed(100 * share, 0, width: 0)) % of what the data do, so the model has "
            + "collapsed; try a smaller learning rate of the generator, more sampler.steps or more sampler.noise"
    }

    /// The mean squared distance of rows from their mean.
    private static func variance(_ rows: Matrix) -> Double {
        (0..<rows.columns).reduce(0.0) { sum, column in
            let deviation = Spread(of: (0..<rows.rows).map { Double(rows[$0, column]) }).deviation
            return sum + deviation * deviation
        }
    }
}
