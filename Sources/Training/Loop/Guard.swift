import Configuration
import Distributed

/// Watches every step before its update: values that are not finite and an energy gap out of bounds.
///
/// All ranks judge the same reduced values, so they take the same decision.
package struct Guard: Sendable {
    /// What to do with a step.
    package enum Verdict: Hashable, Sendable {
        case update
        case skip(String)
        case rollBack(String)
        case stop(String)
    }

    package static let maximumSkips = 10
    package static let maximumRollbacks = 4

    package let policy: RunConfiguration.Guard.Policy
    package let maximumGap: Double?

    package init(policy: RunConfiguration.Guard.Policy, maximumGap: Double?) {
        self.policy = policy
        self.maximumGap = maximumGap
    }

    /// - Parameters:
    ///   - outcome: how the gradient sum ended.
    ///   - gap: mean E(x+) - mean E(x-); nil for objectives without negatives.
    ///   - loss: sum over the rows; 0 for objectives without one.
    package func judge(_ outcome: ExactSum.Outcome, gap: Double?, loss: Double = 0, state: GuardState) -> Verdict {
        guard let problem = problem(outcome, gap: gap, loss: loss) else { return .update }
        return verdict(on: problem, state: state)
    }

    /// What the policy says of a problem that lies in the step's gradient.
    package func verdict(on problem: String, state: GuardState) -> Verdict {
        switch policy {
        case .stop: return .stop(problem)
        case .skip:
            return state.consecutiveSkips < Self.maximumSkips
                ? .skip(problem) : .stop("\(problem), after \(Self.maximumSkips) steps that were left out one after the other")
        case .rollback:
            return state.rollbacks < Self.maximumRollbacks
                ? .rollBack(problem) : .stop("\(problem), after \(Self.maximumRollbacks) returns to a rollback point")
        }
    }

    /// What follows from an update that broke the parameters: it cannot be left out any more.
    package func verdict(onBrokenUpdate problem: String, state: GuardState) -> Verdict {
        policy == .rollback ? verdict(on: problem, state: state) : .stop(problem)
    }

    private func problem(_ outcome: ExactSum.Outcome, gap: Double?, loss: Double) -> String? {
        if case .notFinite(let tensor) = outcome { return "the gradient of parameter tensor \(tensor) is not finite" }
        if !loss.isFinite { return "the loss is \(loss)" }
        guard let gap else { return nil }
        if !gap.isFinite { return "the energy gap is \(gap)" }
        if let maximumGap, abs(gap) > maximumGap {
            return "the energy gap is \(gap), beyond guard.maximumGap = \(maximumGap)"
        }
        return nil
    }
}
