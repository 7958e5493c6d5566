import Configuration
import Sampling

/// What to try at the sampler where chains are not as they should be, in words that fit its kernel.
package struct SamplerAdvice: Sendable {
    /// Whether its moves have a length; whether a larger step size makes them longer; whether values have a box, and noise a size of its own.
    private let hasStepSize: Bool
    private let isHeld: Bool
    private let (hasBox, hasNoise): (Bool, Bool)
    /// Whether a share of accepted proposals says how good these are: by the step size, or whatever it is.
    private let (judgesStepSize, judgesProposals): (Bool, Bool)
    /// Whether it moves parts of a state that have finitely many values.
    private let movesSites: Bool

    private typealias Limits = DiagnosticThresholds

    /// - Parameter kernel: as a warm-up has tuned it.
    package init(_ configuration: RunConfiguration, _ kernel: any TransitionKernel) {
        (hasStepSize, isHeld) = (kernel.hasStepSize, kernel.isHeldByStepSize)
        (hasBox, hasNoise) = (configuration.uses("sampler.low"), configuration.uses("sampler.noise"))
        judgesStepSize = kernel.bestAcceptance != nil
        judgesProposals = kernel.countsMoves
        movesSites = configuration.sampler.kind.movesSites
    }

    /// What brings chains back that have left the data.
    package var ways: String {
        Self.list([hasStepSize ? Self.shorter : nil, hasBox ? "a box (sampler.low, sampler.high)" : nil, "a smaller learning rate"])
    }

    /// What keeps energies finite.
    package var finite: String? {
        let ways = [hasStepSize ? Self.shorter : nil, hasBox ? "a box (sampler.low, sampler.high)" : nil]
        return ways.contains { $0 != nil } ? "the chains diverge. Try \(Self.list(ways))" : nil
    }

    /// What lets chains find one law.
    /// - Parameter descends: whether a step is far longer than its noise.
    package func agreement(descends: Bool) -> String {
        let others = [
            "some restarts (chains.restartProbability)",
            movesSites ? "replica exchange (exchange.temperatures)" : "a sampler that moves further (hmc)",
        ]
        return Self.list((descends ? [Self.shorter] : ["more sampler.steps", isHeld ? "a larger sampler.stepSize" : nil]) + others)
    }

    /// What lets chains move that stand still.
    package var movement: String {
        guard hasStepSize else {
            return "replica exchange (exchange.temperatures), or a higher sampler.temperature: other values are hardly ever drawn"
        }
        return "\(Self.shorter) where proposals are rejected" + (hasNoise ? ", and look at sampler.noise" : "")
    }

    /// What is wrong with a share of accepted proposals, and what to try; nil where it says nothing bad.
    package func acceptance(_ share: Double) -> (cause: String, remedy: String)? {
        guard share < Limits.acceptance.lowerBound else {
            guard share > Limits.acceptance.upperBound, judgesStepSize, isHeld else { return nil }
            return ("the steps are short", "a larger sampler.stepSize\(Self.orAdapted)")
        }
        if judgesStepSize { return ("the steps are too long", Self.shorter + Self.orAdapted) }
        guard judgesProposals else { return nil }
        return ("gradients say little of what other values cost", "sampler.kind=gibbs, which draws each value by its energy")
    }

    private static let shorter = "a smaller sampler.stepSize"
    private static let orAdapted = ", or let sampler.adaptSteps find one"

    /// a, b or c
    private static func list(_ ways: [String?]) -> String {
        let ways = ways.compactMap { $0 }
        guard let last = ways.last, ways.count > 1 else { return ways.joined() }
        return ways.dropLast().joined(separator: ", ") + " or " + last
    }
}
