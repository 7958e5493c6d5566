import Charts
import Configuration
import Formats
import Foundation
import Training

/// Several runs beside each other: how they are, in what their configurations differ, their measures, and their curves over one another.
package struct ComparisonPage {
    private struct Run {
        let name: String
        let record: ReportedRun
        let verdict: Verdict
    }

    private let runs: [Run]
    private let time: Date

    /// - Parameter records: at least two.
    package init(_ records: [ReportedRun], time: Date = Date()) {
        self.time = time
        let names = records.map { ReportPage.place($0.folder.path) }
        runs = records.enumerated().map { number, record in
            // Folders of one name are told apart by their number.
            let isShared = names.count { $0 == names[number] } > 1
            return Run(name: isShared ? "\(names[number]) (\(number + 1))" : names[number], record: record, verdict: Verdict(record))
        }
    }

    package func text(_ library: DygraphsLibrary? = .embedded) -> String {
        let sections = [differences, measures] + curves
        let top = HTML(
            "header", ["class": "top"],
            [
                HTML("h1", "\(runs.count) runs"), HTML("span", ["class": "where"], runs.map(\.name).joined(separator: ", ")),
                HTML("nav", ["aria-label": "sections"], sections.filter { !$0.isEmpty }.map(\.link)),
            ])
        let main = HTML("main", [overview] + sections.filter { !$0.isEmpty }.map(\.markup))
        return Page("\(runs.count) runs", [top, main, ReportPage.footer(time)]).text(library)
    }

    /// A card for each run, with its newest samples.
    private var overview: HTML {
        Section.grid(
            "charts",
            runs.enumerated().map { number, run in
                HTML(
                    "figure", ["class": "card slider"],
                    [
                        HTML(
                            "figcaption",
                            [
                                HTML("h3", ["class": "key \(Colour.numbered(number).name)"], run.name),
                                HTML("p", [HTML("span", ["class": "badge \(run.verdict.level.rawValue)"], run.verdict.headline)]),
                                HTML("p", ["class": "note"], run.verdict.progress + (run.verdict.lead.map { " " + $0 } ?? "")),
                            ]),
                        run.record.pictures.frames.last.map {
                            HTML("div", ["class": "stage"], [$0.image.markup("the newest samples of \(run.name)")])
                        } ?? .empty,
                    ])
            })
    }

    private var differences: Section {
        let rows = RunConfiguration.differences(among: runs.map(\.record.configuration)).map { key in
            [HTML("code", key.path)] + runs.map { HTML("code", $0.record.configuration[key.path].text) } + [HTML.text(key.meaning)]
        }
        return Section(
            "differences", "Differences", "Keys that touch what is learned and are not the same in all of these runs.",
            rows.isEmpty
                ? [HTML("p", "There are none: the same was asked for.")]
                : [HTML("div", ["class": "card"], [Section.table(["key"] + runs.map(\.name) + ["meaning"], rows)])])
    }

    /// Of evaluation.jsonl: everything that one of the runs has measured.
    private var evaluated: [ChartPlan] {
        ChartPlan.all(ChartPlan.measures, runs.map(\.record.evaluation), hidden: ChartPlan.circumstances)
    }

    /// Of metrics.jsonl, chains and time left out.
    private var trained: [ChartPlan] {
        ChartPlan.all(
            ChartPlan.training, runs.map(\.record.metrics), elsewhere: ChartPlan.windows + ChartPlan.speed, hidden: ChartPlan.constants)
    }

    /// The newest value of every measure.
    private var measures: Section {
        let plans = evaluated + trained + ChartPlan.windows + ChartPlan.speed
        let rows = plans.flatMap { plan in
            plan.told(runs.flatMap { [$0.record.evaluation, $0.record.metrics] }).compactMap { part -> [HTML]? in
                let values = runs.map { run in
                    run.record.evaluation.newest(part.path) ?? run.record.metrics.newest(part.path)
                }
                guard values.contains(where: { $0 != nil }) else { return nil }
                let title = plan.series.count == 1 ? plan.title : "\(plan.title): \(part.name)"
                return [HTML.text(title)] + values.map { HTML.text($0 ?? "-") }
            }
        }
        let steps = [HTML.text("Steps")] + runs.map { HTML.text(Numeral.grouped($0.record.step)) }
        return Section(
            "measures", "Measures", "The newest value of each; in brackets its 95 % interval, where its line has one.",
            [HTML("div", ["class": "card"], [Section.table([""] + runs.map(\.name), [steps] + rows, numbers: Set(1...runs.count))])])
    }

    private var curves: [Section] {
        func section(_ name: String, _ title: String, _ plans: [ChartPlan], _ curves: (ReportedRun) -> LogCurves) -> Section {
            let named = runs.map { (name: $0.name, curves: curves($0.record)) }
            return Section(name, title, "A line for each run.", [Section.grid("charts", plans.flatMap { $0.charts(named) }.map(\.card))])
        }
        return [
            section("measured", "Measures by steps", evaluated) { $0.evaluation },
            section("training", "Training", trained) { $0.metrics },
            section("chains", "Chains", ChartPlan.windows) { $0.metrics },
            section("time", "Time", ChartPlan.speed) { $0.metrics },
        ]
    }
}
