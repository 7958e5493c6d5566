import Failures
import Measures
import Sampling

extension ChainDiagnostics {
    /// A table: a line for each functional.
    /// - Parameter width: columns of a line.
    package func table(width: Int = TextWidth.output.lines) -> String {
        let titles = ["mean", "sd", "mcse", "R-hat", "R-hat shards", "ESS bulk", "ESS tail", "tau"]
        let rows = functionals.map { row in
            let summary = row.summary
            let cells =
                [summary.mean, summary.deviation, summary.meanError, summary.rHat, summary.rHatBetweenShards].map { Self.cell($0, 4) }
                + [summary.bulkESS, summary.tailESS].map { Self.cell($0, 0) } + [Self.cell(summary.autocorrelationTime, 1)]
            return (name: row.name, cells: cells)
        }
        let names = (functionals.map(\.name.count).max() ?? 0) + 1
        return TextTable(titles, rows, names: names, column: 13).text(width: width)
    }

    /// What the window was, and what has no line of the table.
    package var overview: String {
        var parts = [
            "\(shards) shards x \(chainsPerShard) chains, \(draws) draws, \(thin) sampler step\(thin == 1 ? "" : "s") apart",
            "displacement \(Self.cell(displacement, 4)) a draw",
        ]
        if let acceptance { parts.append("acceptance \(Self.cell(acceptance, 3))") }
        if let divergences { parts.append("\(divergences) of \(shards * chainsPerShard * draws * thin) trajectories diverge") }
        return parts.joined(separator: "; ")
    }

    /// Draws near each mode, in the order of the density's modes.
    package var histogram: String? {
        modes.map { modes in "draws near each of \(modes.modes) modes: " + modes.counts.map(String.init).joined(separator: " ") }
    }

    private static func cell(_ value: Double, _ digits: Int) -> String {
        value.isNaN ? "-" : value.isInfinite ? "inf" : NumberText.fixed(value, digits, width: 0)
    }
}
