import Configuration
import Failures
import Formats

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

    /// A table with a line a run, behind the keys in which they differ.
    public var text: String {
        var columns = [Column("run", records.map(\.folder.path), isText: true)]
        columns += keys.map { key in Column(key.path, records.map { $0.configuration[key.path].text }) }
        columns.append(Column("step", records.map { "\($0.step)" }))
        columns += measures.map { name, values in Column(name, values.map { $0.map(Self.number) ?? "-" }) }
        let lines = (-1..<records.count).map { row in
            columns.map { $0.cell(row) }.joined(separator: "  ").trimmingSuffix(of: " ")
        }
        let warnings = records.compactMap { record in
            record.reports.last?.warnings?.first.map { "\(record.folder.path): \($0)" }
        }
        let same = keys.isEmpty && records.count > 1 ? ["the configurations are the same"] : []
        return (lines + same + warnings).joined(separator: "\n")
    }

    /// The same and everything that the newest lines say, as one line of JSON.
    public var json: String {
        get throws(Failure) {
            let measures = measures
            let runs = try records.enumerated().map { (place, record) throws(Failure) -> JSONValue in
                .object([
                    "run": .string(record.folder.path), "step": .integer(record.step),
                    "configuration": .object(Dictionary(uniqueKeysWithValues: keys.map { ($0.path, record.configuration[$0.path]) })),
                    "measures": .object(
                        Dictionary(uniqueKeysWithValues: measures.map { ($0.name, $0.values[place].map(Self.json) ?? .null) })),
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
        abs(value) >= 1000 ? NumberText.engineering(value) : NumberText.fixed(value, 4, width: 0)
    }

    /// A column of the table: its title stands above as many cells as there are runs.
    private struct Column {
        private let cells: [String]
        private let isText: Bool
        private let width: Int

        init(_ title: String, _ values: [String], isText: Bool = false) {
            (cells, self.isText) = ([title] + values, isText)
            width = cells.map(\.count).max() ?? 0
        }

        /// - Parameter row: -1 for the title.
        func cell(_ row: Int) -> String {
            let cell = cells[row + 1]
            return isText ? NumberText.padded(cell, width) : String(repeating: " ", count: width - cell.count) + cell
        }
    }
}

extension String {
    /// Without the spaces at its end.
    fileprivate func trimmingSuffix(of character: Character) -> String {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}
