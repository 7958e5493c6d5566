import Charts
import Configuration
import Formats
import Sampling
import Training

/// The first screen: whether the run is healthy and how far it is, with the newest samples.
struct HeroSection {
    let record: ReportedRun
    let verdict: Verdict

    var markup: HTML {
        let share = Double(record.step) / Double(max(1, record.configuration.run.steps))
        let words = HTML(
            "div", ["class": "card words \(verdict.level.rawValue)"],
            [
                HTML("p", ["class": "verdict"], [HTML("em", verdict.headline + "."), .text(" " + verdict.progress)]),
                verdict.lead.map { HTML("p", ["class": "sub"], [Prose.markup($0)]) } ?? .empty,
                HTML(
                    "div",
                    [
                        "class": "bar", "role": "progressbar", "aria-label": "steps", "aria-valuenow": "\(Int(100 * min(1, share)))",
                        "aria-valuemin": "0", "aria-valuemax": "100",
                    ],
                    [HTML("i", ["style": "width:\(Int(100 * min(1, share)))%"], [])]),
                findings,
            ])
        return HTML("div", ["class": "hero"], [HTML("div", ["class": "told"], [words, tilesMarkup(tiles), curves]), newest])
    }

    /// What is wrong in full, what is well folded away.
    private var findings: HTML {
        let wrong = verdict.findings.filter { $0.levelOfRun != .good }
        let well = verdict.findings.filter { $0.levelOfRun == .good }
        let fold =
            well.isEmpty
            ? HTML.empty
            : HTML(
                "details", ["class": "more"], [HTML("summary", "What was looked at and is well (\(well.count))"), Self.list(well)])
        return .joined([wrong.isEmpty ? .empty : Self.list(wrong), fold])
    }

    private static func list(_ findings: [Finding]) -> HTML {
        HTML(
            "ul", ["class": "findings"],
            findings.map { finding in
                HTML(
                    "li", ["class": finding.levelOfRun.rawValue],
                    [
                        HTML("span", ["class": "mark", "aria-hidden": "true"], finding.levelOfRun.mark),
                        HTML(
                            "div",
                            [
                                Prose.markup(finding.found),
                                finding.advice.map { HTML("span", ["class": "try"], [Prose.markup($0)]) } ?? .empty,
                            ]),
                    ])
            })
    }

    /// The newest samples, large.
    private var newest: HTML {
        let picture: (markup: HTML, step: Int, note: String)?
        if let snapshot = record.snapshot, let plane = PlaneSection(record)?.small {
            picture = (plane, snapshot.step, "Chains over the model's density.")
        } else if let snapshot = record.snapshot, let pairs = TableSection(record)?.first {
            picture = (pairs, snapshot.step, "Samples (orange) over rows of the data (blue), by two of their columns.")
        } else {
            picture = record.pictures.frames.last.map {
                ($0.image.markup("the newest samples"), $0.step, "As the sampler of the run draws them.")
            }
        }
        let title = "Newest samples" + (picture.map { ", step \(Numeral.grouped($0.step))" } ?? "")
        return HTML(
            "div", ["class": "card newest"],
            [
                HTML("h3", title),
                HTML("div", ["class": "picture"], [picture?.markup ?? HTML("p", ["class": "note"], "There are none yet.")]),
                picture.map { HTML("p", ["class": "note"], $0.note) } ?? .empty,
            ])
    }

    private typealias Tile = (name: String, value: String, note: String)

    private var tiles: [Tile] {
        let (metrics, evaluation) = (record.metrics, record.evaluation)
        func value(_ curves: LogCurves, _ path: String) -> String? { curves[path]?.last.map { Numeral.brief($0.y) } }
        func ends(_ path: String) -> String {
            evaluation.intervals[path].map { ", 95 %: \(Numeral.brief($0.low)) to \(Numeral.brief($0.high))" } ?? ""
        }
        var tiles: [Tile] = []
        func add(_ name: String, _ value: String?, _ note: String) { if let value { tiles.append((name, value, note)) } }
        if let quality = record.snapshot?.quality {
            add(
                "Distance from the data", Numeral.brief(quality.samples),
                "other rows \(Numeral.brief(quality.data))" + (quality.noise.map { ", noise \(Numeral.brief($0))" } ?? ""))
        } else {
            add("Distance from the data", value(evaluation, "samples.slicedWasserstein"), "sliced Wasserstein, smaller is better")
        }
        add("Divergence", value(evaluation, "plane.fit.divergence"), "nats from the true density" + ends("plane.fit.divergence"))
        add("Modes", value(metrics, "modesCovered"), "covered by the chains")
        if let gap = metrics["energyGap"]?.last?.y {
            add(
                "Energy gap", Numeral.brief(gap),
                metrics["gapSignChanges"]?.last.map { "\(Numeral.short($0.y)) changes of sign since the line before" }
                    ?? "data less samples")
        }
        add("Loss", metrics["energyGap"] == nil ? value(metrics, "loss") : nil, "mean over the data rows")
        if let worst = record.diagnosis?.diagnostics.worst(\.rHat, largest: true)?.value {
            add("R-hat", Numeral.brief(worst), "up to 1.01 chains agree")
        } else {
            add("R-hat", value(metrics, "diagnostics.rHat"), "up to 1.01 chains agree")
        }
        add("Chain steps a second", value(metrics, "chainStepsPerSecond"), "all ranks together")
        if let seconds = evaluation["trainingSeconds"]?.last?.y ?? Self.seconds(metrics) {
            add("Time", ProgressReporter.duration(seconds), "of training")
        }
        return tiles
    }

    private func tilesMarkup(_ tiles: [Tile]) -> HTML {
        let markup = tiles.map { tile in
            HTML("dl", ["class": "card tile"], [HTML("dt", tile.name), HTML("dd", [.text(tile.value), HTML("small", tile.note)])])
        }
        return markup.isEmpty ? .empty : HTML("div", ["class": "tiles"], markup)
    }

    /// Rows of tiles, and findings, that leave room for curves beside the newest samples.
    private static let (fewTiles, fewFindings) = (6, 1)

    /// The two curves that tell most, where the picture of the samples is higher than the words beside it.
    private var curves: HTML {
        guard tiles.count <= Self.fewTiles, verdict.findings.count(where: { $0.levelOfRun != .good }) <= Self.fewFindings else {
            return .empty
        }
        let learns = record.configuration.objective.kind.learns
        let (plans, paths) = learns ? (ChartPlan.training, Self.learningCurves) : (ChartPlan.sampling, Self.samplingCurves)
        let told = paths.filter { (record.metrics[$0]?.points.count ?? 0) > 1 }
        let charts = told.compactMap { path in plans.first { $0.series.contains { $0.path == path } }?.chart(record.metrics).card }
        return Section.grid("charts", Array(charts.prefix(2)))
    }

    /// What tells most of a training, and of chains, the first two that there are.
    private static let (learningCurves, samplingCurves) = (
        ["loss", "dataEnergy", "energyGap", "gradientNorm"], ["sampleEnergy", "acceptance", "displacement"]
    )

    private static func seconds(_ metrics: LogCurves) -> Double? {
        let total = metrics.phases.totals.reduce(0, +)
        return total > 0 ? total : nil
    }
}
