import Charts
import Configuration
import Foundation
import Training

/// The report of one run, as a page.
package struct ReportPage {
    private let record: ReportedRun
    private let time: Date

    /// - Parameter time: that the page says it was written at.
    package init(_ record: ReportedRun, time: Date = Date()) { (self.record, self.time) = (record, time) }

    private var sections: [Section] {
        [
            ProgressSection.section(record), TableSection(record)?.section, CurveSections.training(record),
            CurveSections.measures(record), EnergySection.section(record), CurveSections.chains(record), TimeSection.section(record),
            ConfigurationSection.section(record),
        ].compactMap { $0 }.filter { !$0.isEmpty }
    }

    /// - Parameter library: what makes charts live; nil: they stay static.
    package func text(_ library: DygraphsLibrary? = .embedded) -> String {
        let name = record.configuration.run.name
        let (verdict, sections) = (Verdict(record), sections)
        let top = HTML(
            "header", ["class": "top"],
            [
                HTML("h1", name),
                HTML("span", ["class": "where"], Self.subject(of: record.configuration)),
                HTML("nav", ["aria-label": "sections"], sections.map(\.link)),
            ])
        let notes =
            record.notes.isEmpty ? [] : [HTML("p", ["class": "note", "style": "margin-top:14px"], record.notes.joined(separator: " "))]
        let main = HTML("main", [HeroSection(record: record, verdict: verdict).markup] + notes + sections.map(\.markup))
        return Page("\(name): \(verdict.headline.lowercased())", [top, main, Self.footer(time)]).text(library)
    }

    static func footer(_ time: Date) -> HTML {
        HTML("footer", "Written at \(time.formatted(.iso8601)) by \(BuildInformation.description).")
    }

    /// The name of a file or folder without the folders that lead to it.
    static func place(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// How a run learns what, or what it samples. A formula is no path, though it may have a stroke.
    static func subject(of configuration: RunConfiguration) -> String {
        let subject = configuration.energy.formula == nil ? place(configuration.subject) : configuration.subject
        return configuration.objective.kind.learns ? "\(configuration.objective.kind.rawValue) on \(subject)" : "samples of \(subject)"
    }
}
