import Testing
import Training

/// Where a rollback goes: a function of the step, the interval and the rollbacks before.
struct RollbackPointsTests {
    private let points = RollbackPoints(every: 10)

    @Test func `points are step 0 and the multiples`() {
        #expect((0...40).filter(points.contains) == [0, 10, 20, 30, 40])
    }

    @Test func `the first rollback goes to the newest point below the step, and from step 0 there is none`() {
        #expect(points.target(from: 0, GuardState()) == nil)
        for (step, target) in [(1, 0), (10, 0), (11, 10), (20, 10), (21, 20), (29, 20)] {
            #expect(points.target(from: step, GuardState()) == target, "from \(step)")
        }
    }

    /// - Parameter steps: at which training went wrong, one after the other.
    private func targets(_ steps: [Int]) -> [Int?] {
        var state = GuardState()
        return steps.map { step in
            let target = points.target(from: step, state)
            if let target { points.remember(target, from: step, in: &state) }
            return target
        }
    }

    @Test func `where training from a point goes wrong again it goes one point further back, and no further than is kept`() {
        #expect(targets([24, 27, 23, 26]) == [20, 10, 20, 10])
        #expect(targets([24, 27, 17, 12]) == [20, 10, 10, 10])
        #expect(targets([7, 3, 9]) == [0, 0, 0])
        // Beyond the next point the last one has done its work.
        #expect(targets([24, 31, 45]) == [20, 30, 40])
        // The step itself is a point that was saved last: the one before it is the oldest that is kept.
        #expect(targets([20, 15]) == [10, 10])
    }

    @Test func `every rollback halves the learning rate and is counted`() {
        var state = GuardState()
        for count in 1...3 {
            points.remember(20, from: 24, in: &state)
            #expect(state.rollbacks == count && state.returnedTo == 20 && state.newestPoint == 20)
        }
        #expect(state.learningRateFactor == 0.125)
    }
}
