import Failures
import Foundation
import Learning

/// Where the time of a run went: seconds per phase, least, mean and most over ranks, and the share of the whole.
package struct PerformanceTable {
    /// Seconds of each phase on each rank: ranks x phases.
    let seconds: [[Double]]
    let wallSeconds: Double
    /// Messages and bytes of samples that went from rank to rank; nil for a run without exchange.
    let exchanged: (messages: Double, bytes: Double)?
    /// Passes through the energy and back, those of a row counted one by one.
    let evaluations: Double
    /// The share of the sum's time that each rank waited for others; nil where it is not known, as on one rank.
    let waitingShares: [Double]?
    /// Where ranks share the cores of a machine: how many ranks, and cores.
    let crowd: (ranks: Int, cores: Int)?

    package init(
        seconds: [[Double]], wallSeconds: Double, exchanged: (messages: Double, bytes: Double)? = nil, evaluations: Double,
        waitingShares: [Double]? = nil, crowd: (ranks: Int, cores: Int)? = nil
    ) {
        (self.seconds, self.wallSeconds, self.exchanged, self.evaluations) = (seconds, wallSeconds, exchanged, evaluations)
        (self.waitingShares, self.crowd) = (waitingShares, crowd)
    }

    /// - Parameter width: columns of a line of the table.
    package func text(width: Int = TextWidth.output.lines) -> String {
        let rows = rows
        let means = rows.map { $0.seconds.reduce(0, +) / Double(seconds.count) }
        let total = max(means.reduce(0, +), .leastNormalMagnitude)
        let cells = zip(rows, means).map { row, mean in
            let seconds = [row.seconds.min() ?? 0, mean, row.seconds.max() ?? 0].map { NumberText.fixed($0, 2, width: 0) }
            return (name: row.name, cells: seconds + ["\(NumberText.fixed(100 * mean / total, 1, width: 0)) %"])
        }
        let table = TextTable(["min s", "mean s", "max s", "share"], cells, corner: "phase", names: 11, column: 10)
        var lines = [table.text(width: width)]
        if let share = zip(rows, means).first(where: { $0.0.name == Self.waiting }).map({ $0.1 / total }), share > 0.1 {
            lines.append("waiting: until other ranks have done their part of a step" + (crowd.map(Self.turns) ?? ""))
        }
        lines.append(
            "wall \(NumberText.fixed(wallSeconds, 1, width: 0)) s, "
                + "\(NumberText.engineering(evaluations / max(wallSeconds, 1e-9))) energy evaluations a second on \(seconds.count) rank\(seconds.count == 1 ? "" : "s")"
        )
        if let exchanged {
            lines.append(
                "exchange of samples between ranks: \(NumberText.engineering(exchanged.messages)) messages, \(NumberText.engineering(exchanged.bytes)) bytes"
            )
        }
        return lines.joined(separator: "\n")
    }

    private static let waiting = "waiting"

    /// The phases with their seconds on each rank; what of the sum is waiting stands by itself.
    private var rows: [(name: String, seconds: [Double])] {
        Phase.allCases.flatMap { phase -> [(name: String, seconds: [Double])] in
            let column = seconds.map { $0[phase.index] }
            guard phase == .sum, let waitingShares else { return [(phase.rawValue, column)] }
            let waited = zip(column, waitingShares).map { $0 * $1 }
            return [(Self.waiting, waited), (phase.rawValue, zip(column, waited).map { $0 - $1 })]
        }
    }

    private static func turns(_ crowd: (ranks: Int, cores: Int)) -> String {
        ", and for a core: \(crowd.ranks) ranks take turns on \(crowd.cores) core\(crowd.cores == 1 ? "" : "s")"
    }
}
