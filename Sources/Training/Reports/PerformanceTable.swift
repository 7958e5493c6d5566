import Foundation

/// Where the time of a run went: seconds per phase, least, mean and most over ranks, and the share of the whole.
struct PerformanceTable {
    /// Seconds of each phase on each rank: ranks x phases.
    let seconds: [[Double]]
    let wallSeconds: Double
    /// Messages and bytes of samples that went from rank to rank; nil for a run without exchange.
    var exchanged: (messages: Double, bytes: Double)? = nil
    /// Passes through the energy and back, those of a row counted one by one.
    let evaluations: Double

    var text: String {
        let phases = Phase.allCases
        let means = phases.map { phase in seconds.map { $0[phase.index] }.reduce(0, +) / Double(seconds.count) }
        let total = max(means.reduce(0, +), .leastNormalMagnitude)
        var lines = ["phase          min s    mean s     max s   share"]
        for phase in phases {
            let column = seconds.map { $0[phase.index] }
            lines.append(
                "\(Self.padded(phase.rawValue, 11))"
                    + [column.min() ?? 0, means[phase.index], column.max() ?? 0].map { Self.fixed($0, 2, width: 10) }.joined()
                    + "\(Self.fixed(100 * means[phase.index] / total, 1, width: 7)) %")
        }
        lines.append(
            "wall \(Self.fixed(wallSeconds, 1, width: 0)) s, "
                + "\(Self.engineering(evaluations / max(wallSeconds, 1e-9))) energy evaluations a second on \(seconds.count) rank\(seconds.count == 1 ? "" : "s")"
        )
        if let exchanged {
            lines.append(
                "exchange of samples between ranks: \(Self.engineering(exchanged.messages)) messages, \(Self.engineering(exchanged.bytes)) bytes"
            )
        }
        return lines.joined(separator: "\n")
    }

    static func fixed(_ value: Double, _ digits: Int, width: Int) -> String {
        let text = String(format: "%.\(digits)f", value)
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// 12,345,678 as 12.3M.
    static func engineering(_ value: Double) -> String {
        switch value {
        case 1e9...: String(format: "%.2fG", value / 1e9)
        case 1e6...: String(format: "%.2fM", value / 1e6)
        case 1e3...: String(format: "%.1fk", value / 1e3)
        default: String(format: "%.1f", value)
        }
    }
}
