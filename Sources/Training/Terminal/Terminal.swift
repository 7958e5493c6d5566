import Failures
import Foundation
import Glibc
import Synchronization

/// What the program tells the person at the terminal: a progress line that is redrawn on a terminal, plain lines elsewhere. Any thread may speak.
final class Terminal: Sendable {
    private struct State {
        var progressLength = 0
        /// Lines of a panel that the next one is drawn over.
        var panelLines = 0
        var lastWord = ContinuousClock.now
    }

    /// Where lines go: what the program says of its work, or beside a result that may be written to a file.
    enum Stream: Sendable { case output, errors }

    let isSilent: Bool
    private let stream: Stream
    /// Whether somebody looks at a terminal: lines can be drawn over there.
    private let isTerminal: Bool
    private let listener: (@Sendable (String) -> Void)?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - isSilent: says nothing, as all ranks but 0.
    ///   - listener: gets every line, said or not, before it is folded; signs of life left out.
    init(isSilent: Bool, on stream: Stream = .output, listener: (@Sendable (String) -> Void)? = nil) {
        (self.isSilent, self.stream, self.listener) = (isSilent, stream, listener)
        isTerminal = TextWidth.columns(ofTerminal: Self.descriptor(stream)) > 0
    }

    private static func descriptor(_ stream: Stream) -> Int32 { stream == .output ? STDOUT_FILENO : STDERR_FILENO }

    /// How wide lines may be here; of one that says nothing, as in a file.
    var width: TextWidth { isSilent ? TextWidth(columns: nil) : TextWidth.of(Self.descriptor(stream)) }

    /// Columns of a line about progress: one that wraps cannot be drawn over, one that stays is folded.
    var widthOfProgress: Int { isTerminal ? width.lines - 1 : .max }

    /// Whether what is said of progress is drawn over.
    var redraws: Bool { isTerminal }

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

    /// Several lines that the next panel is drawn over.
    /// - Parameter lines: of at most so many columns; longer ones are cut.
    func panel(_ lines: (_ columns: Int) -> [String]) {
        state.withLock { state in
            guard !isSilent, isTerminal else { return }
            // To the first line of the last panel, and away with what stands there.
            let back = state.panelLines > 0 ? "\u{1B}[\(state.panelLines)A\u{1B}[J" : ""
            let room = widthOfProgress
            let lines = lines(room).map { String($0.prefix(room)) }
            put(back + lines.map { $0 + "\n" }.joined())
            (state.panelLines, state.lastWord) = (lines.count, .now)
        }
    }

    /// What is said where nothing was said for `silence` seconds.
    /// - Returns: whether a line was said that stays.
    func signOfLife(after silence: Double, _ text: () -> String) -> Bool {
        state.withLock { state in
            let last = state.lastWord
            guard (ContinuousClock.now - last) / .seconds(1) >= silence else { return false }
            isTerminal ? draw(text(), &state) : say(text(), &state)
            // A redrawn line goes on counting.
            if isTerminal { state.lastWord = last }
            return !isTerminal
        }
    }

    /// Takes a redrawn line away: a result follows.
    func clearProgress() {
        state.withLock { state in
            if state.progressLength > 0, !isSilent { put(Self.blank(state.progressLength)) }
            state.progressLength = 0
        }
    }

    /// Leaves a redrawn line where it stands: what another part of the program says next begins a line.
    func endProgress() {
        state.withLock { state in
            if state.progressLength > 0, !isSilent { put("\n") }
            state.progressLength = 0
        }
    }

    private func say(_ text: String, _ state: inout State) {
        guard !isSilent else { return }
        let text = width.columns.map { TextLayout.folded(text, width: $0) } ?? text
        put((state.progressLength > 0 ? Self.blank(state.progressLength) : "") + text + "\n")
        (state.progressLength, state.lastWord) = (0, .now)
    }

    private func draw(_ text: String, _ state: inout State) {
        guard !isSilent else { return }
        // A line that wraps cannot be drawn over.
        let text = text.prefix(widthOfProgress)
        put("\r\(text)\(String(repeating: " ", count: max(0, state.progressLength - text.count)))")
        (state.progressLength, state.lastWord) = (text.count, .now)
    }

    private static func blank(_ count: Int) -> String { "\r\(String(repeating: " ", count: count))\r" }

    private func put(_ text: String) {
        switch stream {
        case .output:
            print(text, terminator: "")
            fflush(nil)
        // Nobody may read it any more: the work goes on.
        case .errors: try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
        }
    }
}
