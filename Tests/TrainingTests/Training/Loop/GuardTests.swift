import Configuration
import Distributed
import Testing
import Training

/// The table of policies, problems and counters.
struct GuardTests {
    typealias Policy = RunConfiguration.Guard.Policy

    static func state(skips: Int = 0, rollbacks: Int = 0) -> GuardState {
        var state = GuardState()
        state.consecutiveSkips = skips
        state.rollbacks = rollbacks
        return state
    }

    /// Problems: the outcome, the gap, and a word that the message must hold.
    static let problems: [(ExactSum.Outcome, Double, String)] = [
        (.notFinite(tensor: 3), 0, "tensor 3"), (.exact, .nan, "nan"), (.exact, -.infinity, "-inf"),
        (.exact, 5.5, "guard.maximumGap = 5.0"),
        (.exact, -5.5, "-5.5"),
    ]

    @Test(arguments: Policy.allCases)
    func `a finite gap within the limit is an update under every policy`(policy: Policy) {
        for gap in [0, 5, -5, 4.999] {
            #expect(Guard(policy: policy, maximumGap: 5).judge(.exact, gap: gap, state: Self.state()) == .update)
        }
        #expect(Guard(policy: policy, maximumGap: nil).judge(.exact, gap: 1e300, state: Self.state()) == .update)
    }

    @Test(arguments: Policy.allCases, 0..<problems.count)
    func `every problem has the verdict of the policy, and its message says what it is`(policy: Policy, number: Int) {
        let (outcome, gap, word) = Self.problems[number]
        let verdict = Guard(policy: policy, maximumGap: 5).judge(outcome, gap: gap, state: Self.state())
        switch (policy, verdict) {
        case (.stop, .stop(let text)), (.skip, .skip(let text)), (.rollback, .rollBack(let text)): #expect(text.contains(word), "\(text)")
        default: Issue.record("\(policy) gave \(verdict)")
        }
    }

    @Test func `skips and rollbacks end in a stop after their limit`() {
        let (skip, rollback) = (Guard(policy: .skip, maximumGap: nil), Guard(policy: .rollback, maximumGap: nil))
        for count in 0...Guard.maximumSkips + 1 {
            let verdict = skip.judge(.exact, gap: .nan, state: Self.state(skips: count, rollbacks: 99))
            if case .skip = verdict { #expect(count < Guard.maximumSkips) } else { #expect(count >= Guard.maximumSkips) }
        }
        for count in 0...Guard.maximumRollbacks + 1 {
            let verdict = rollback.judge(.exact, gap: .nan, state: Self.state(skips: 99, rollbacks: count))
            if case .rollBack = verdict { #expect(count < Guard.maximumRollbacks) } else { #expect(count >= Guard.maximumRollbacks) }
        }
    }

    @Test func `an update that broke the parameters cannot be left out: skip becomes stop`() {
        #expect(Guard(policy: .skip, maximumGap: nil).verdict(onBrokenUpdate: "x", state: Self.state()) == .stop("x"))
        #expect(Guard(policy: .stop, maximumGap: nil).verdict(onBrokenUpdate: "x", state: Self.state()) == .stop("x"))
        #expect(Guard(policy: .rollback, maximumGap: nil).verdict(onBrokenUpdate: "x", state: Self.state()) == .rollBack("x"))
    }

    @Test func `every rollback halves the learning rate`() {
        #expect((0...Guard.maximumRollbacks).map { Self.state(rollbacks: $0).learningRateFactor } == [1, 0.5, 0.25, 0.125, 0.0625])
    }
}
