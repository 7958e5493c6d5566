import Distributed
import Foundation
import Glibc
import Synchronization

/// A thread of rank 0 that says that the program is at work where nothing else is said for long: while data are read, within long steps, and in
/// commands that say nothing before their result (`withSignsOfLife`).
final class Heartbeat: Sendable {
    /// Seconds of silence that its first sign ends, and each further one: more than those between two lines about progress.
    private static let silence = (first: 4.0, later: 12.0)
    /// A step that began less than so many seconds ago is not long: the next line about progress says more.
    private static let longStep = 5

    private let terminal: Terminal
    private let progress: ProgressBoard
    /// What is done outside the steps of a training.
    private let activity: String
    /// The last step; 0 where there are none.
    private let steps: Int
    /// The step that runs; -1 before the first.
    private let step = Atomic<Int>(-1)
    private let created = ContinuousClock.now
    /// When it began, in seconds after `created`.
    private let stepBegan = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)

    init(_ terminal: Terminal, _ progress: ProgressBoard, _ activity: String, steps: Int = 0) {
        (self.terminal, self.progress, self.activity, self.steps) = (terminal, progress, activity, steps)
    }

    /// From now on, until `stop`.
    func start() {
        guard !terminal.isSilent else { return }
        Thread { [self] in beat() }.start()
    }

    /// A step begins.
    func note(step: Int) {
        self.step.store(step, ordering: .relaxed)
        stepBegan.store(age, ordering: .relaxed)
    }

    private var age: Int { Int((ContinuousClock.now - created).components.seconds) }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func beat() {
        var silence = Self.silence.first
        while !isStopped.load(ordering: .relaxed) {
            usleep(500_000)
            guard !isStopped.load(ordering: .relaxed) else { return }
            let isShort = step.load(ordering: .relaxed) >= 0 && age - stepBegan.load(ordering: .relaxed) < Self.longStep
            if isShort { continue }
            if terminal.signOfLife(after: silence, { text }) { silence = Self.silence.later }
        }
    }

    private var text: String {
        let (step, seconds) = (step.load(ordering: .relaxed), age - stepBegan.load(ordering: .relaxed))
        let place = progress.lastPlace
        let title = step < 0 ? activity : "step \(min(step + 1, steps))/\(steps)"
        return "\(title): at work for \(seconds) s up to now\(place.isEmpty ? "" : ", in \(place)")"
    }
}
