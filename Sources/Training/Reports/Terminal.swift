import Foundation
import Glibc

/// What the program tells the person at the terminal: a progress line that is redrawn on a terminal, plain lines elsewhere.
final class Terminal {
    private let isTerminal = Terminal.hasWidth
    private let isSilent: Bool
    private let listener: (@Sendable (String) -> Void)?
    private var progressLength = 0
    private var lastLine: ContinuousClock.Instant?
    private static let interval = Duration.seconds(5)

    /// - Parameters:
    ///   - isSilent: says nothing, as all ranks but 0.
    ///   - listener: gets every line that stays, said or not.
    init(isSilent: Bool, listener: (@Sendable (String) -> Void)? = nil) {
        self.isSilent = isSilent
        self.listener = listener
    }

    /// A line that stays.
    func line(_ text: String) {
        listener?(text)
        guard !isSilent else { return }
        clearProgress()
        print(text)
        flush()
    }

    /// The state of the run: replaced by the next one on a terminal, a line every few seconds elsewhere.
    /// - Parameter isLast: it is printed however short ago the one before was.
    func progress(_ text: String, isLast: Bool) {
        guard !isSilent else { return }
        guard isTerminal else {
            if !isLast, let lastLine, ContinuousClock.now - lastLine < Self.interval { return }
            lastLine = .now
            return line(text)
        }
        let padding = String(repeating: " ", count: max(0, progressLength - text.count))
        print("\r\(text)\(padding)", terminator: "")
        progressLength = text.count
        flush()
    }

    private func clearProgress() {
        guard progressLength > 0 else { return }
        print("\r\(String(repeating: " ", count: progressLength))\r", terminator: "")
        progressLength = 0
    }

    private func flush() { fflush(nil) }

    /// Whether stdout is a terminal that somebody looks at: mpirun gives each rank one without a size, whatever its own output is.
    private static var hasWidth: Bool {
        var size = winsize()
        return unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    }
}
