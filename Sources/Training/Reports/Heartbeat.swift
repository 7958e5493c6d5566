import Distributed
import Foundation
import Glibc
import Synchronization

/// A thread of rank 0 that says that the program is at work where nothing else is said for long: while data are read, and within long steps.
final class Heartbeat: Sendable {
    /// Seconds of silence that it ends: more than those between two lines about progress.
    private static let silence = 12.0
    /// A step that began less than so many seconds ago is not long: the next line about progress says more.
    private static let longStep = 5

    private let terminal: Terminal
    private let progress: ProgressBoard
    private let steps: Int
    /// The step that runs; -1 before the first.
    private let step = Atomic<Int>(-1)
    private let created = ContinuousClock.now
    /// When it began, in seconds after `created`.
    private let stepBegan = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)

    init(_ terminal: Terminal, _ progress: ProgressBoard, steps: Int) {
        (self.terminal, self.progress, self.steps) = (terminal, progress, steps)
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
        while !isStopped.load(ordering: .relaxed) {
            usleep(500_000)
            guard !isStopped.load(ordering: .relaxed) else { return }
            let isShort = step.load(ordering: .relaxed) >= 0 && age - stepBegan.load(ordering: .relaxed) < Self.longStep
            if isShort { continue }
            terminal.signOfLife(after: Self.silence) { text }
        }
    }

    private var text: String {
        let (step, seconds) = (step.load(ordering: .relaxed), age - stepBegan.load(ordering: .relaxed))
        guard step >= 0 else { return "reading data or a checkpoint for \(seconds) s up to now" }
        let place = progress.lastPlace
        return "step \(min(step + 1, steps))/\(steps): at work for \(seconds) s up to now\(place.isEmpty ? "" : ", in \(place)")"
    }
}
