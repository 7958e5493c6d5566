import Distributed
import Failures

/// How much of the time of the gradient sum a rank waits for others, from a sample of the steps.
///
/// A sum ends when the last rank has come, so its time alone does not say who was slow. In one step of 16 the ranks meet at a barrier in front of it:
/// the time there is waiting, the time behind it the sum. Ranks that share cores wait for their turn within the sum too: there the sum is what it
/// took at its fastest, and the rest is waiting. Which steps are sampled depends on their number alone, and the barrier changes no bits.
package struct WaitingTime {
    private static let (interval, offset) = (16, 2)

    private var (waiting, whole) = (0.0, 0.0)
    private var sampled = 0.0
    private var samples = 0
    /// The shortest sum behind a barrier.
    private var least = Double.infinity
    private let sharesCores: Bool

    /// - Parameter sharesCores: whether there are more ranks on this machine than cores.
    package init(sharesCores: Bool) { self.sharesCores = sharesCores }

    /// Collective in the steps that it samples. Just before the sum.
    /// - Parameter step: number of a step of this process, from 1, the same on all ranks.
    package mutating func meet(step: Int, _ communicator: any Communicator) throws(Failure) {
        guard communicator.size > 1, step % Self.interval == Self.offset else { return }
        let begin = ContinuousClock.now
        try communicator.barrier()
        sampled += (ContinuousClock.now - begin) / .seconds(1)
    }

    /// Behind the sum.
    /// - Parameter seconds: that the step charged to the sum.
    package mutating func note(step: Int, seconds: Double) {
        guard step % Self.interval == Self.offset else { return }
        let waited = min(sampled, seconds)
        waiting += waited
        least = min(least, seconds - waited)
        whole += seconds
        sampled = 0
        samples += 1
    }

    /// The share of the sum's time; nil where no step was sampled, which all ranks know alike.
    package var share: Double? {
        guard samples > 0 else { return nil }
        guard whole > 0 else { return 0 }
        return sharesCores ? max(0, 1 - Double(samples) * least / whole) : waiting / whole
    }
}
