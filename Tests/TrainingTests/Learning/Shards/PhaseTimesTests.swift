import Foundation
import Learning
import Testing
import Training

struct PhaseTimesTests {
    @Test func `stamps charge the time since the last one to one phase, and differences add up`() {
        var times = PhaseTimes()
        times.start()
        Thread.sleep(forTimeInterval: 0.01)
        times.stamp(.sampling)
        times.stamp(.sum)
        // A sleep never ends early; how late it ends, no test may ask.
        #expect(times[.sampling] >= 0.0099 && times[.sum] >= 0 && times[.data] == 0)
        var total = PhaseTimes()
        total.add(times, scale: 0.5)
        total.add(times, scale: 0.5)
        #expect(total[.sampling] == times[.sampling])
        total.add(times, scale: -1)
        #expect(total[.sampling] == 0)
        times.reset()
        #expect(times.seconds.allSatisfy { $0 == 0 } && times.seconds.count == Phase.allCases.count)
    }
}
