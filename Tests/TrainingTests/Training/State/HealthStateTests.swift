import Foundation
import Testing
import Training

/// What reports of health remember.
struct HealthStateTests {
    private func state(_ gaps: [Double]) -> HealthState {
        var state = HealthState()
        for gap in gaps { state.note(gap: gap) }
        return state
    }

    @Test func `changes of sign are counted over zeros and over the end of an interval`() {
        var state = state([1, 0, -1, -2, 0, 3])
        #expect(state.signChanges == 2 && state.steps == 6 && abs(state.meanGap - 1.0 / 6) < 1e-15)
        state.startInterval()
        #expect(state.signChanges == 0 && state.meanGap == 0)
        state.note(gap: -1)
        #expect(state.signChanges == 1)
    }

    @Test func `what is remembered survives a file, and an infinite R-hat with it`() throws {
        var state = state([0.1, -0.7, 1e-300])
        state.note(rHat: .infinity)
        let copy = try JSONDecoder().decode(HealthState.self, from: JSONEncoder().encode(state))
        #expect(copy == state && copy.isPlausible && copy.rHat == 1e9)
        let broken = try JSONDecoder().decode(
            HealthState.self, from: Data(#"{"steps": 3, "signChanges": 7, "lastSign": 1, "gapSum": 0}"#.utf8))
        #expect(!broken.isPlausible)
    }

    @Test func `an infinite comparison with noise survives a file, and an impossible one is seen`() throws {
        var state = state([1])
        state.note(NoiseComparison(samples: .infinity, noise: 1))
        let copy = try JSONDecoder().decode(HealthState.self, from: JSONEncoder().encode(state))
        #expect(copy == state && copy.isPlausible && copy.comparison?.samples == 1e30)
        let broken = #"{"steps": 3, "signChanges": 1, "lastSign": 1, "gapSum": 0, "comparison": {"samples": -1, "noise": 1}}"#
        #expect(try !JSONDecoder().decode(HealthState.self, from: Data(broken.utf8)).isPlausible)
    }
}
