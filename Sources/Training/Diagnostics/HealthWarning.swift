import Datasets
import Sampling

/// A sentence about something that leaves the known good range.
package struct HealthWarning: Sendable {
    /// What it is about: a warning is told once, not at every report.
    package enum Kind: String, Hashable, Sendable {
        case gap, saturation, drift, noise, acceptance, agreement, draws, dataNoise
    }

    package let kind: Kind
    package let text: String

    private typealias Limits = DiagnosticThresholds

    /// The warnings that a report deserves.
    /// - Parameter steps: steps that the report's gap is averaged over.
    package static func all(_ report: StepReport, steps: Int, rHat: Double?, _ configuration: RunConfiguration) -> [HealthWarning] {
        let parts = [
            gap(report, steps), saturation(report), drift(report), acceptance(report), agreement(rHat), draws(report),
            dataNoise(report, configuration),
        ]
        return parts.compactMap { $0 }
    }

    private static func number(_ value: Double, _ digits: Int = 3) -> String { PerformanceTable.fixed(value, digits, width: 0) }

    private static func gap(_ report: StepReport, _ steps: Int) -> HealthWarning? {
        guard let mean = report.meanEnergyGap, let spread = report.energySpread, report.gapSignChanges == 0, steps >= Limits.gapSteps,
            abs(mean) > Limits.gapToSpread * spread
        else { return nil }
        return HealthWarning(
            kind: .gap,
            text:
                "the energy gap is \(number(mean)) over \(steps) steps without a change of sign, more than the spread of the energies (\(number(spread))): "
                + (mean < 0
                    ? "the chains do not reach low energies; try more sampler.steps or a smaller learning rate"
                    : "the chains run below the data; try a smaller learning rate, or restart more chains"))
    }

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

    private static func acceptance(_ report: StepReport) -> HealthWarning? {
        guard let rate = report.acceptance, !Limits.acceptance.contains(rate) else { return nil }
        return HealthWarning(
            kind: .acceptance,
            text:
                "\(number(100 * rate, 1)) % of the proposals are accepted; try a \(rate < Limits.acceptance.lowerBound ? "smaller" : "larger") "
                + "sampler.stepSize, or let sampler.adaptSteps find one")
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
