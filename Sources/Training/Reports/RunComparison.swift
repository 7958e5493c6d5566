import Configuration
import Failures
import Formats
import Foundation
import Learning

/// Runs side by side: in what their configurations differ, and what their newest reports and evaluations say.
public struct RunComparison {
    private let records: [RunLines]
    /// Keys that touch what is learned and have different values in some of the runs.
    private let keys: [ConfigurationKey]

    /// - Throws: `.missingInput` for a folder without a run.
    public init(_ folders: [String]) throws(Failure) {
        records = try folders.map { (path) throws(Failure) in
            var record = try RunLines(RunFolder(path))
            try record.read()
            return record
        }
        keys = RunConfiguration.differences(among: records.map(\.configuration))
    }

    /// A table with a line a run, behind the keys in which they differ; where that is wider than the terminal a line for each key and measure, and the runs
    /// beside each other.
    /// - Parameter width: columns of a line.
    public func text(width: Int = TextWidth.output.lines) -> String {
        var columns = keys.map { key in (name: key.path, cells: records.map { $0.configuration[key.path].text }) }
        columns.append(("step", records.map { "\($0.step)" }))
        columns += measures.map { name, values in (name, values.map { $0.map(Self.number) ?? "-" }) }
        let rows = records.indices.map { run in (name: records[run].folder.path, cells: columns.map { $0.cells[run] }) }
        let lines = TextTable(columns.map(\.name), rows, corner: "run")
        let table = lines.fits(width) ? lines.text(width: width) : beside(columns, width: width)
        let warnings = records.compactMap { record in
            record.reports.last?.warnings?.first.map { "\(record.folder.path): \($0)" }
        }
        let same = keys.isEmpty && records.count > 1 ? ["the configurations are the same"] : []
        return ([table] + same + warnings).joined(separator: "\n")
    }

    /// Where the time of each run went: for each phase the sum over all lines of metrics.jsonl, which are means over ranks, and its share.
    /// - Parameter width: columns of a line.
    public func phases(width: Int = TextWidth.output.lines) -> String {
        let times = times
        func row(_ name: String, _ cell: (Int) -> String) -> (name: String, cells: [String]) { (name, records.indices.map(cell)) }
        let phases = Phase.allCases.map(\.rawValue).filter { phase in times.contains { $0[phase, default: 0] > 0 } }
        let totals = times.map { $0.values.reduce(0, +) }
        let rows = phases.map { phase in
            row(phase) { run in
                let seconds = times[run][phase, default: 0]
                return String(format: "%.2f s %5.1f %%", seconds, 100 * seconds / max(totals[run], .leastNormalMagnitude))
            }
        }
        let sum = row("all") { String(format: "%.2f s %5.1f %%", totals[$0], totals[$0] > 0 ? 100.0 : 0) }
        let ranks = row("ranks") { "\(records[$0].reports.last.map { $0.ranks ?? $0.rankSeconds?.count ?? 1 } ?? 0)" }
        return beside(rows + [sum, row("steps") { "\(records[$0].step)" }, ranks], width: width)
    }

    /// Seconds in each phase, of each run.
    private var times: [[String: Double]] {
        records.map { $0.reports.reduce(into: [:]) { $0.merge($1.seconds) { $0 + $1 } } }
    }

    /// The runs beside each other: under their folders where there is room for them, else under their numbers, which stand before the folders above.
    private func beside(_ rows: [(name: String, cells: [String])], width: Int) -> String {
        let named = TextTable(records.map(\.folder.path), rows)
        if named.fits(width) { return named.text(width: width) }
        let numbers = records.indices.map { "\($0 + 1)" }
        let names = zip(numbers, records).map { TextLayout.paragraph($0, $1.folder.path, indent: 5, width: width) }
        return names.joined(separator: "\n") + "\n\n" + TextTable(numbers, rows, corner: "run").text(width: width)
    }

    /// The same and everything that the newest lines say, as one line of JSON.
    public var json: String {
        get throws(Failure) {
            let (measures, times) = (measures, times)
            let runs = try records.enumerated().map { (place, record) throws(Failure) -> JSONValue in
                .object([
                    "run": .string(record.folder.path), "step": .integer(record.step),
                    "configuration": .object(Dictionary(uniqueKeysWithValues: keys.map { ($0.path, record.configuration[$0.path]) })),
                    "measures": .object(
                        Dictionary(uniqueKeysWithValues: measures.map { ($0.name, $0.values[place].map(Self.json) ?? .null) })),
                    "phases": .object(times[place].mapValues { JSONValue.number($0) }),
                    "report": try Self.value(record.reports.last.map { try $0.line() }),
                    "evaluation": try Self.value(record.evaluations.last.map { try $0.text() }),
                ])
            }
            return JSONValue.object(["differences": .array(keys.map { .string($0.path) }), "runs": .array(runs)]).text
        }
    }

    /// Values that are not finite as text, as in the files of a run.
    private static func json(_ value: Double) -> JSONValue {
        value.isFinite ? .number(value) : .string(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")
    }

    private static func value(_ line: @autoclosure () throws -> String?) throws(Failure) -> JSONValue {
        do {
            guard let line = try line() else { return .null }
            return try JSON5Parser.parse(Array(line.utf8), name: "a line")
        } catch {
            throw error as? Failure ?? Failure(.software, "a line of a run cannot be written again: \(error)")
        }
    }

    /// What at least one of the runs has measured, a value for each run: of the newest report, and of evaluations the newest and the least.
    private var measures: [(name: String, values: [Double?])] {
        var measures: [(name: String, values: [Double?])] = [
            ("gap", records.map { $0.reports.last?.meanEnergyGap ?? $0.reports.last?.energyGap }),
            ("loss", records.map { $0.reports.last?.loss }),
            ("|∇θ|", records.map { $0.reports.last?.gradientNorm }), ("held-out gap", records.map { $0.reports.last?.validation?.gap }),
        ]
        for measure in RunConfiguration.Checkpoint.Measure.allCases {
            let values = records.map { $0.evaluations.compactMap { $0.value(of: measure) } }
            measures.append((measure.rawValue, values.map(\.last)))
            measures.append(("least \(measure.rawValue)", values.map { $0.min() }))
        }
        measures.append(("seconds", records.map { $0.evaluations.last?.trainingSeconds }))
        return measures.filter { $0.values.contains { $0 != nil } }
    }

    private static func number(_ value: Double) -> String {
        abs(value) >= 1000 ? NumberText.engineering(value) : String(format: "%.4g", value)
    }
}
