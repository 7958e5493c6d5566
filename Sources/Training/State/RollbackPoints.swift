import Configuration

/// The steps that a rollback can go back to: 0 and the multiples of `guard.rollbackEvery`, each saved when it is reached, whatever
/// `checkpoint.every` says.
///
/// Where training goes on after a rollback is part of the mathematics, so it is a function of the configuration and the step alone: never of
/// the checkpoints that happen to be there, which stops and `checkpoint.every` decide.
package struct RollbackPoints: Hashable, Sendable {
    /// Points that are never pruned: as far back as a rollback goes.
    static let kept = 2

    private let every: Int

    package init(every: Int) {
        precondition(every >= 1, "a point every \(every) steps")
        self.every = every
    }

    /// The points of a run; nil where its guard does not roll back.
    init?(_ configuration: RunConfiguration) {
        guard configuration.guard.policy == .rollback else { return nil }
        self.init(every: configuration.guard.rollbackEvery)
    }

    package func contains(_ step: Int) -> Bool { step % every == 0 }

    /// Those of some steps that must stay: the newest ones.
    func mustStay(of steps: [Int]) -> Set<Int> { Set(steps.filter(contains).sorted(by: >).prefix(Self.kept)) }

    /// The point to go back to from a step that went wrong: the newest one below it, since from the state of the step itself the same gradient
    /// would follow; the one before where the newest one has been tried already, as far as it is kept.
    /// - Returns: nil at step 0, before which there is nothing.
    package func target(from step: Int, _ state: GuardState) -> Int? {
        guard step > 0 else { return nil }
        let nearest = (step - 1) / every * every
        return nearest == state.returnedTo ? max(0, newest(at: step, state) - every) : nearest
    }

    /// What the guard remembers of a return from a step.
    package func remember(_ target: Int, from step: Int, in state: inout GuardState) {
        (state.returnedTo, state.newestPoint) = (target, newest(at: step, state))
        state.rollbacks += 1
    }

    /// The newest point that the run has reached, returns included.
    private func newest(at step: Int, _ state: GuardState) -> Int { max(state.newestPoint ?? 0, step / every * every) }
}
