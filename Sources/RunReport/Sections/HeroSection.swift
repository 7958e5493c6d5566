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
        return HTML("div", ["class": "hero"], [HTML("div", ["class": "told"], [words, tiles]), newest])
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
            picture = (pairs, snapshot.step, "Samples over rows of the data, two columns of them.")
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

    private var tiles: HTML {
        let (metrics, evaluation) = (record.metrics, record.evaluation)
        func value(_ curves: LogCurves, _ path: String) -> String? { curves[path]?.last.map { Numeral.short($0.y) } }
        func ends(_ path: String) -> String {
            evaluation.intervals[path].map { ", 95 %: \(Numeral.short($0.low)) to \(Numeral.short($0.high))" } ?? ""
        }
        var tiles: [(String, String, String)] = []
        func add(_ name: String, _ value: String?, _ note: String) { if let value { tiles.append((name, value, note)) } }
        if let quality = record.snapshot?.quality {
            add(
                "Distance from the data", Numeral.short(quality.samples),
                "other rows \(Numeral.short(quality.data))" + (quality.noise.map { ", noise \(Numeral.short($0))" } ?? ""))
        } else {
            add("Distance from the data", value(evaluation, "samples.slicedWasserstein"), "sliced Wasserstein, smaller is better")
        }
        add("Divergence", value(evaluation, "plane.fit.divergence"), "nats from the true density" + ends("plane.fit.divergence"))
        add("Modes", value(metrics, "modesCovered"), "covered by the chains")
        if let gap = metrics["energyGap"]?.last?.y {
            add(
                "Energy gap", Numeral.short(gap),
                metrics["gapSignChanges"]?.last.map { "\(Numeral.short($0.y)) changes of sign since the line before" }
                    ?? "data less samples")
        }
        add("Loss", metrics["energyGap"] == nil ? value(metrics, "loss") : nil, "mean over the data rows")
        if let worst = record.diagnosis?.diagnostics.worst(\.rHat, largest: true)?.value {
            add("R-hat", Numeral.short(worst), "up to 1.01 chains agree")
        } else {
            add("R-hat", value(metrics, "diagnostics.rHat"), "up to 1.01 chains agree")
        }
        add("Chain steps a second", value(metrics, "chainStepsPerSecond"), "all ranks together")
        if let seconds = evaluation["trainingSeconds"]?.last?.y ?? Self.seconds(metrics) {
            add("Time", ProgressReporter.duration(seconds), "of training")
        }
        let markup = tiles.map { tile in
            HTML("dl", ["class": "card tile"], [HTML("dt", tile.0), HTML("dd", [.text(tile.1), HTML("small", tile.2)])])
        }
        return markup.isEmpty ? .empty : HTML("div", ["class": "tiles"], markup)
    }

    private static func seconds(_ metrics: LogCurves) -> Double? {
        let total = metrics.phases.totals.reduce(0, +)
        return total > 0 ? total : nil
    }
}
