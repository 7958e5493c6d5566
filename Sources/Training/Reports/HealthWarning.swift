import Configuration
import Datasets
import Failures
import Measures
import Sampling

/// A sentence about something that leaves the known good range.
package struct HealthWarning: Sendable {
    /// What it is about: a warning is told once, not at every report.
    package enum Kind: String, Hashable, Sendable {
        case energy, gap, calibration, saturation, drift, noise, acceptance, agreement, draws, dataNoise, departure, worseThanNoise

        /// Of the run: some ask for a look and do not say that a training goes wrong.
        var level: Finding.Level {
            switch self {
            case .calibration, .noise, .acceptance, .agreement, .draws, .dataNoise: .look
            case .energy, .gap, .saturation, .drift, .departure, .worseThanNoise: .bad
            }
        }
    }

    package let kind: Kind
    package let text: String

    private typealias Limits = DiagnosticThresholds

    /// A warning as a log has it.
    /// - Parameter kind: what it is about; nil, or a word of another version: it is taken for grave.
    package static func finding(_ text: String, kind: String?) -> Finding {
        Finding(kind.flatMap { Kind(rawValue: $0)?.level } ?? .bad, text)
    }

    /// The warnings that a report deserves.
    /// - Parameters:
    ///   - steps: steps that the report's gap is averaged over.
    ///   - comparison: of the last evaluation.
    ///   - scale: of the data; nil where the chains are no rows of data.
    ///   - fallsWithSquare: of the energy's network.
    ///   - advice: on the sampler as it is now.
    package static func all(
        _ report: StepReport, steps: Int, rHat: Double?, comparison: NoiseComparison? = nil, scale: DataScale? = nil,
        fallsWithSquare: Bool = false, _ configuration: RunConfiguration, _ advice: SamplerAdvice
    ) -> [HealthWarning] {
        let parts = [
            energy(report, configuration), gap(report, steps), saturation(report), drift(report), acceptance(report, advice),
            agreement(rHat), draws(report),
            dataNoise(report, configuration), scale.flatMap { departure(report, $0, fallsWithSquare, advice) },
            scale.flatMap { worseThanNoise(comparison, $0) },
        ]
        return parts.compactMap { $0 }
    }

    /// A sentence about samples of an evaluation that are no nearer to the data than noise.
    static func worseThanNoise(_ comparison: NoiseComparison?, _ scale: DataScale) -> HealthWarning? {
        comparison?.sentence(scale.data).map { HealthWarning(kind: .worseThanNoise, text: $0) }
    }

    /// Chains may lie as far from the middle of the data as the data themselves, or as where they start, a few times over.
    private static func departure(
        _ report: StepReport, _ scale: DataScale, _ fallsWithSquare: Bool, _ advice: SamplerAdvice
    ) -> HealthWarning? {
        guard let mean = report.chainMean, let deviation = report.chainDeviation else { return nil }
        let (chains, middle) = (Spread(mean: mean, deviation: deviation), scale.data.mean)
        let reach = max(scale.data.deviation, scale.noise?.distance(from: middle) ?? 0)
        guard chains.distance(from: middle) > Limits.departure * reach else { return nil }
        let bound =
            fallsWithSquare
            ? "; the energy may fall as |x|² there, which tanh behind the layers of its inner product (model.output) ends" : ""
        return HealthWarning(kind: .departure, text: "the chains have left the data: \(places(chains, scale)); try \(advice.ways)\(bound)")
    }

    private static func places(_ chains: Spread, _ scale: DataScale) -> String {
        "their values lie at \(chains.text), those of the data at \(scale.data.text)"
            + (scale.noise.map { " and of the noise that they start from at \($0.text)" } ?? "")
    }

    private static func number(_ value: Double, _ digits: Int = 3) -> String { NumberText.fixed(value, digits, width: 0) }

    /// Of a given energy: one that is learned and not finite is a matter of the guard.
    private static func energy(_ report: StepReport, _ configuration: RunConfiguration) -> HealthWarning? {
        guard !configuration.objective.kind.learns, let energy = report.sampleEnergy, !energy.isFinite else { return nil }
        return HealthWarning(
            kind: .energy,
            text:
                "the mean energy of the chains is \(energy): some stand where the density is 0, and begin anew there; look where the energy is finite, "
                + "and at what chains start from (chains.noise, chains.noiseDeviation, sampler.sites)")
    }

    private static func gap(_ report: StepReport, _ steps: Int) -> HealthWarning? {
        guard let mean = report.meanEnergyGap, let spread = report.energySpread, report.gapSignChanges == 0, steps >= Limits.gapSteps,
            abs(mean) > Limits.gapToSpread * spread
        else { return nil }
        return HealthWarning(
            kind: .gap,
            text:
                "the energy gap is \(number(mean)) over \(steps) steps without a change of sign, more than the spread of the energies (\(number(spread))): "
                + (isFar(report)
                    ? "the chains' drift is far above their noise; try a smaller sampler.stepSize"
                    : mean < 0
                        ? "the chains do not reach low energies; try more sampler.steps or a smaller learning rate"
                        : "the chains run below the data; try a smaller learning rate, or restart more chains"))
    }

    /// A sentence about energies that are not those of the density where samples are drawn by a flow, so that they may be good all the same.
    ///
    /// The flow has a part in the energy: data lie a few spreads above the chains in good runs too, and far above them in the first steps with chains. So it is told of a gap that is
    /// far from 0 in the mean of the steps and in the last of them.
    /// - Parameter steps: as in `all`.
    package static func calibration(_ report: StepReport, steps: Int) -> HealthWarning? {
        guard let mean = report.meanEnergyGap, let gap = report.energyGap, let spread = report.energySpread, report.gapSignChanges == 0,
            steps >= Limits.gapSteps, min(abs(mean), abs(gap)) > Limits.flowGapToSpread * spread
        else { return nil }
        let times =
            spread > 0
            ? "\(number(abs(mean) / spread, 1)) times the spread of the energies (\(number(spread)))" : "and the energies have no spread"
        return HealthWarning(
            kind: .calibration,
            text:
                "the energy gap is \(number(mean)) over \(steps) steps without a change of sign, \(times): exp(-E) is not the density of the data, "
                + "whatever the samples are like; "
                + (mean > 0
                    ? "the chains run far below the data: sharpen for longer (run.steps), or with a larger objective.sharpenWeight"
                    : "the chains end far above the data: try more objective.sharpenSteps, or a smaller objective.sharpenWeight"))
    }

    /// Whether chains descend where they should sample: then more steps, or longer ones, do not help.
    private static func isFar(_ report: StepReport) -> Bool { (report.driftToNoise ?? 0) > Limits.driftToNoise.upperBound }

    private static func saturation(_ report: StepReport) -> HealthWarning? {
        guard let share = report.saturation, share > Limits.saturation else { return nil }
        return HealthWarning(
            kind: .saturation,
            text: "\(number(100 * share, 0)) % of the values of the chains lie on the walls of the box (sampler.low, sampler.high): "
                + "try a smaller sampler.stepSize or objective.energyRegularization")
    }

    private static func drift(_ report: StepReport) -> HealthWarning? {
        guard let ratio = report.driftToNoise else { return nil }
        if ratio > Limits.driftToNoise.upperBound {
            return HealthWarning(
                kind: .drift,
                text:
                    "the chains' drift is \(number(ratio, 1)) times their noise: they descend and do not sample; try a smaller sampler.stepSize, "
                    + "more sampler.noise, or a smaller learning rate")
        }
        guard ratio < Limits.driftToNoise.lowerBound else { return nil }
        return HealthWarning(
            kind: .noise,
            text:
                "the chains' drift is \(number(ratio, 4)) of their noise: they hardly feel the energy; try a larger sampler.stepSize or less sampler.noise"
        )
    }

    private static func acceptance(_ report: StepReport, _ advice: SamplerAdvice) -> HealthWarning? {
        guard let rate = report.acceptance, let (cause, remedy) = advice.acceptance(rate) else { return nil }
        return HealthWarning(
            kind: .acceptance, text: "\(number(100 * rate, 1)) % of the proposals are accepted: \(cause); try \(remedy)")
    }

    private static func agreement(_ rHat: Double?) -> HealthWarning? {
        guard let rHat, rHat > Limits.badRHat else { return nil }
        return HealthWarning(
            kind: .agreement,
            text: "R-hat of the last diagnostics is \(rHat < 100 ? number(rHat) : "above 100"): chains have not found the same law; "
                + "ebm-dist diagnose says more")
    }

    private static func draws(_ report: StepReport) -> HealthWarning? {
        guard let draws = report.diagnostics?.draws, draws < ChainSeries.fewestDraws else { return nil }
        return HealthWarning(
            kind: .draws,
            text: "R-hat and effective sample sizes cannot be told from diagnostics.draws = \(draws) draws of a chain; "
                + "use at least \(ChainSeries.fewestDraws)")
    }

    /// Chains cannot be sharper than the noise of their last step; data that are would be told from them by it alone. The rule is one of recipes with
    /// a noise of their own, not of proper sampling at a temperature.
    private static func dataNoise(_ report: StepReport, _ configuration: RunConfiguration) -> HealthWarning? {
        guard report.driftToNoise != nil, let noise = configuration.sampler.noise, noise > configuration.data.noise,
            PlaneDensity(named: configuration.data.source) == nil
        else { return nil }
        return HealthWarning(
            kind: .dataNoise,
            text: "sampler.noise = \(noise) is above data.noise = \(configuration.data.noise): chains are blurrier than the data; "
                + "raise data.noise or lower sampler.noise")
    }
}
