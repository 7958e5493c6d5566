import Failures
import Measures
import Sampling

/// What diagnostics found, in sentences: whether it is good, and what to try where it is not.
package struct DiagnosticFindings: Sendable {
    package private(set) var findings: [Finding] = []
    let diagnostics: ChainDiagnostics
    /// Whether a step of the chains is far longer than its noise: longer steps do not help then.
    private let descends: Bool
    /// Whether training runs no chain as long as these.
    private let runsLonger: Bool
    let advice: SamplerAdvice
    private typealias Limits = DiagnosticThresholds

    /// - Parameters:
    ///   - advice: on the sampler of the chains.
    ///   - stepsOfTraining: sampler steps of a training step.
    ///   - driftToNoise: of a report of the training; nil where it is not known.
    ///   - runsLonger: whether training runs no chain as long as these: models of short chains are good, although longer ones leave the data.
    ///   - scale: of the functionals; nil where the data are not known, or chains are no rows of data.
    package init(
        _ diagnostics: ChainDiagnostics, _ advice: SamplerAdvice, stepsOfTraining: Int, driftToNoise: Double? = nil,
        runsLonger: Bool = false,
        scale: FunctionalScale? = nil
    ) {
        (self.diagnostics, self.advice, self.runsLonger) = (diagnostics, advice, runsLonger)
        descends = (driftToNoise ?? 0) > Limits.driftToNoise.upperBound
        addBroken()
        if descends, let driftToNoise { addDescent(driftToNoise) }
        if let scale { addPlaces(scale) }
        addAgreement()
        addShards()
        addSizes(stepsOfTraining)
        addMoves()
        addDrift()
        addModes()
    }

    mutating func good(_ text: String) { findings.append(Finding(.good, text)) }
    private mutating func look(_ text: String) { findings.append(Finding(.look, text)) }
    /// Of the model.
    mutating func bad(_ text: String) { findings.append(Finding(.bad, text)) }
    /// Of where chains end: in longer chains than those of training it tells of them alone.
    mutating func departs(_ text: String) { findings.append(Finding(.bad, ofRun: runsLonger ? .look : .bad, text)) }
    /// Of how chains mix: those of images hardly ever do, and their models may be good all the same.
    private mutating func mixesBadly(_ text: String) { findings.append(Finding(.bad, ofRun: .look, text)) }

    private static func number(_ value: Double, _ digits: Int = 3) -> String { NumberText.fixed(value, digits, width: 0) }

    private mutating func addBroken() {
        guard diagnostics.brokenDraws > 0 else { return }
        bad(
            "\(diagnostics.brokenDraws) draws have an energy that is not finite: "
                + (advice.finite ?? "the energy is not finite at values of the sites") + ".")
    }

    private mutating func addDescent(_ ratio: Double) {
        bad(
            "in training the chains' drift was \(Self.number(ratio, 1)) times their noise: they descend and do not sample. Try a smaller "
                + "sampler.stepSize, more sampler.noise, or a smaller learning rate.")
    }

    private mutating func addAgreement() {
        guard diagnostics.draws >= ChainSeries.fewestDraws else {
            return look(
                "R-hat and effective sample sizes cannot be told from \(diagnostics.draws) draws of a chain (-): use at least \(ChainSeries.fewestDraws) "
                    + "--draws.")
        }
        guard let (name, value) = diagnostics.worst(\.rHat, largest: true) else {
            return mixesBadly("R-hat cannot be told: nothing changes over the window, or values are not finite.")
        }
        let text = "R-hat is \(Self.number(value)) at most (\(name))"
        if value <= Limits.goodRHat {
            good("\(text): chains and their halves agree.")
        } else if value <= Limits.badRHat {
            look("\(text), above \(Limits.goodRHat): chains nearly agree; more --draws tell whether it is chance.")
        } else {
            mixesBadly(
                "\(text), above \(Limits.badRHat): chains have not found the same law. Try \(advice.agreement(descends: descends)).")
        }
    }

    private mutating func addShards() {
        guard let (name, value) = diagnostics.worst(\.rHatBetweenShards, largest: true) else { return }
        let text = "R-hat between shards is \(Self.number(value)) at most (\(name))"
        // Shards of n effectively independent draws that agree give about √(1 + 1/n), and with few shards up to √(1 + 3/n).
        let size = diagnostics.functionals.first { $0.name == name }?.summary.bulkESS ?? .nan
        let chance = (1 + 3 * Double(diagnostics.shards) / size).squareRoot()
        if value > Limits.badRHat, value <= chance {
            return look("\(text): no more than chance with so few effective draws; more --draws or --chains tell.")
        }
        value <= Limits.badRHat
            ? good("\(text): the shards hold the same law.")
            : mixesBadly(
                "\(text), above \(Limits.badRHat): shards hold different samples. Exchange samples between them (exchange.policy), or restart more chains."
            )
    }

    private mutating func addSizes(_ stepsOfTraining: Int) {
        guard let bulk = diagnostics.worst(\.bulkESS, largest: false), let tail = diagnostics.worst(\.tailESS, largest: false),
            let time = diagnostics.worst(\.autocorrelationTime, largest: true)
        else { return }
        let steps = time.value * Double(diagnostics.thin)
        let cost =
            "An independent draw takes a chain about \(Self.number(steps, 0)) sampler steps; a training step has \(stepsOfTraining)."
        let text =
            "effective sample sizes are at least \(Self.number(bulk.value, 0)) (bulk, \(bulk.name)) and \(Self.number(tail.value, 0)) (tails, \(tail.name))"
        min(bulk.value, tail.value) >= Limits.effectiveSize
            ? good("\(text). \(cost)")
            : look(
                "\(text), below \(Self.number(Limits.effectiveSize, 0)): these figures are rough. \(cost) Use more --draws or a larger --thin."
            )
    }

    private mutating func addMoves() {
        if diagnostics.stillChains > 0 {
            bad(
                "\(diagnostics.stillChains) of \(diagnostics.shards * diagnostics.chainsPerShard) chains do not move at all. Try \(advice.movement)."
            )
        }
        if let divergences = diagnostics.divergences, divergences > 0 {
            look(
                "\(divergences) trajectories diverge: somewhere the energy is steeper than their steps are short, and chains may keep away from there. Try a "
                    + "larger sampler.targetAcceptance, or a smaller sampler.stepSize.")
        }
        guard let acceptance = diagnostics.acceptance else { return }
        let text = "\(Self.number(100 * acceptance, 1)) % of the proposals are accepted"
        guard let (cause, remedy) = advice.acceptance(acceptance) else { return good("\(text).") }
        let sentence = "\(text): \(cause). Try \(remedy)."
        acceptance < Limits.acceptance.lowerBound ? mixesBadly(sentence) : look(sentence)
    }

    private mutating func addDrift() {
        let (drift, error) = (diagnostics.energyDrift, diagnostics.energyDriftError)
        guard drift.isFinite else { return }
        guard abs(drift) > Limits.drift, abs(drift) > Limits.driftErrors * error else {
            return good("the energy does not drift within the window.")
        }
        mixesBadly(
            "the energy \(drift < 0 ? "falls" : "rises") by \(Self.number(abs(drift), 2)) of its standard deviations from the first half of the window "
                + "to the second: the chains are not stationary. They were short, or belong to other parameters; run more steps before measuring "
                + "(a larger --thin), and in training more sampler.steps.")
    }

    private mutating func addModes() {
        guard let modes = diagnostics.modes else { return }
        let near = "\(Self.number(100 * modes.nearShare, 1)) % of the draws lie near one"
        modes.covered == modes.modes
            ? good("all \(modes.modes) modes are covered; \(near) (98.9 % for the density itself).")
            : mixesBadly(
                "\(modes.modes - modes.covered) of \(modes.modes) modes are empty or nearly so; \(near). Chains that start from data or far-spread noise, "
                    + "restarts, or exchange between shards reach them.")
    }
}
