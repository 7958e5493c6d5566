import Failures
import Learning

/// Something that happens between two steps of a run, on all ranks together: a report, a picture, a checkpoint.
///
/// A new one is a file with a type like these and a line in ``TrainingSession``; which of them come first is the order of that list.
protocol StepCallback: AnyObject {
    /// What the time is charged to.
    var phase: Phase { get }

    /// Before the first step of this process. Collective.
    func begin() throws(Failure)

    /// After every step, due or not: what is counted. No time, no collective calls.
    func observe(_ moment: StepMoment)

    /// Whether it happens after this step; the same on all ranks.
    func isDue(_ moment: StepMoment) -> Bool

    /// Steps of training that it takes as long as, about, where that may be longer than ranks wait for each other; 0: it is quick.
    func cost(_ moment: StepMoment) -> Double

    /// Collective. Does it.
    func act(_ moment: StepMoment) throws(Failure)

    /// Collective. The run has gone back to a checkpoint: lines that were written since are taken back.
    func goBack(to manifest: Manifest) throws(Failure)
}

extension StepCallback {
    var phase: Phase { .report }
    func begin() throws(Failure) {}
    func observe(_ moment: StepMoment) {}
    func cost(_ moment: StepMoment) -> Double { 0 }
    func goBack(to manifest: Manifest) throws(Failure) {}
}

/// The moment after a step.
struct StepMoment {
    let result: Trainer.StepResult
    /// Steps made.
    let step: Int
    /// Whether training ends here.
    var isLast: Bool
    /// Whether the run was asked to save and stop.
    var isStopping: Bool

    /// Whether the step is one of every so many; 0: never.
    func isMultiple(of interval: Int) -> Bool { interval > 0 && step % interval == 0 }

    /// The same, and at the end.
    func isDue(_ interval: Int) -> Bool { isMultiple(of: interval) || isLast }
}
