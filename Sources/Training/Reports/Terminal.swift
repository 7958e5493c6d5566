import Foundation
import Glibc
import Synchronization

/// What the program tells the person at the terminal: a progress line that is redrawn on a terminal, plain lines elsewhere. Any thread may speak.
final class Terminal: Sendable {
    private struct State {
        var progressLength = 0
        var lastWord = ContinuousClock.now
    }

    let isSilent: Bool
    private let isTerminal = Terminal.columns > 0
    private let columns = Terminal.columns
    private let listener: (@Sendable (String) -> Void)?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - isSilent: says nothing, as all ranks but 0.
    ///   - listener: gets every line, said or not; signs of life left out.
    init(isSilent: Bool, listener: (@Sendable (String) -> Void)? = nil) {
        self.isSilent = isSilent
        self.listener = listener
    }

    /// When lines about progress are due here.
    var schedule: ProgressSchedule { isTerminal ? .redrawn : .lines }

    /// A line that stays.
    func line(_ text: String) {
        listener?(text)
        state.withLock { say(text, &$0) }
    }

    /// The state of the run: replaced by the next one on a terminal, a line elsewhere.
    func progress(_ text: String) {
        listener?(text)
        state.withLock { isTerminal ? draw(text, &$0) : say(text, &$0) }
    }

    /// What is said where nothing was said for `silence` seconds.
    func signOfLife(after silence: Double, _ text: () -> String) {
        state.withLock { state in
            let last = state.lastWord
            guard (ContinuousClock.now - last) / .seconds(1) >= silence else { return }
            isTerminal ? draw(text(), &state) : say(text(), &state)
            // A redrawn line goes on counting.
            if isTerminal { state.lastWord = last }
        }
    }

    /// Leaves a redrawn line where it stands: what another part of the program says next begins a line.
    func endProgress() {
        state.withLock { state in
            if state.progressLength > 0, !isSilent { print() }
            state.progressLength = 0
            fflush(nil)
        }
    }

    private func say(_ text: String, _ state: inout State) {
        guard !isSilent else { return }
        if state.progressLength > 0 { print("\r\(String(repeating: " ", count: state.progressLength))\r", terminator: "") }
        print(text)
        fflush(nil)
        (state.progressLength, state.lastWord) = (0, .now)
    }

    private func draw(_ text: String, _ state: inout State) {
        guard !isSilent else { return }
        // A line that wraps cannot be drawn over.
        let text = text.prefix(max(1, columns - 1))
        print("\r\(text)\(String(repeating: " ", count: max(0, state.progressLength - text.count)))", terminator: "")
        fflush(nil)
        (state.progressLength, state.lastWord) = (text.count, .now)
    }

    /// The columns of a terminal that somebody looks at, else 0: mpirun gives each rank one without a size, whatever its own output is.
    private static var columns: Int {
        var size = winsize()
        return unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
    }
}
