import Charts
import Configuration
import Formats
import Training

/// The configuration, what differs from the defaults first; data, machine, ranks, version.
enum ConfigurationSection {
    static func section(_ record: ReportedRun) -> Section {
        let configuration = record.configuration
        let changed = ConfigurationKey.all.filter { configuration[$0.path] != $0.standard }
        let others = ConfigurationKey.all.filter { configuration[$0.path] == $0.standard }
        return Section(
            "configuration", "Configuration", "What was asked for, and where it ran.",
            [
                HTML(
                    "div", ["class": "card"],
                    [
                        HTML("h3", "Differs from the defaults"),
                        Section.table(
                            ["key", "value", "default", "meaning"],
                            changed.map { key in
                                [
                                    HTML("code", key.path), HTML("code", configuration[key.path].text), HTML("code", key.standard.text),
                                    .text(key.meaning),
                                ]
                            }, kind: "keys withDefaults"),
                    ]),
                HTML(
                    "details", ["class": "card defaults", "style": "margin-top:16px"],
                    [
                        HTML("summary", "As by default (\(others.count) keys)"),
                        Section.table(
                            ["key", "value", "meaning"],
                            others.map { [HTML("code", $0.path), HTML("code", $0.standard.text), .text($0.meaning)] }, kind: "keys"),
                    ]), origin(record),
            ])
    }

    private static func origin(_ record: ReportedRun) -> HTML {
        let subject = [record.configuration.objective.kind.learns ? "data" : "energy", record.configuration.subject]
        let rows = [["run folder", record.folder.path], subject] + record.origin.map(named)
        return HTML(
            "div", ["class": "card", "style": "margin-top:16px"],
            [
                HTML("h3", "Data, program and machine"),
                Section.table(["", ""], rows.map { [.text($0[0]), HTML("span", ["class": "mono"], $0[1])] }),
            ])
    }

    /// A line of the head of config.json5: `CPU: ...`, or a sentence.
    private static func named(_ line: String) -> [String] {
        let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
        let isNamed = parts.count == 2 && parts[0].count < 24 && !parts[0].contains(",")
        return isNamed ? [parts[0], String(parts[1].drop { $0 == " " })] : [line.hasPrefix("ebm-dist") ? "program" : "", line]
    }
}
