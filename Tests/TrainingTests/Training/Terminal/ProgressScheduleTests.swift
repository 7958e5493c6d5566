import Testing
import Training

/// When lines about progress come.
struct ProgressScheduleTests {
    /// The seconds at which lines come when steps end every `step` seconds.
    private func times(_ schedule: ProgressSchedule, every step: Double, until end: Double) -> [Double] {
        var schedule = schedule
        return stride(from: step, through: end, by: step).filter { schedule.isDue(at: $0) }
    }

    @Test func `lines come by time: the first within five seconds, then later and later, then every ten seconds`() {
        #expect(times(.lines, every: 0.5, until: 60) == [2, 4, 8, 16, 26, 36, 46, 56])
        #expect(times(.lines, every: 0.001, until: 60).count == 8, "however short a step is")
        #expect(times(.lines, every: 25, until: 100) == [25, 50, 75, 100], "each step that is longer")
        #expect(times(.redrawn, every: 0.125, until: 1) == [0.25, 0.5, 0.75, 1])
    }
}
