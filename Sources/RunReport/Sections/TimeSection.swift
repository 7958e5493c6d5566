import Charts
import Formats
import Training

/// Where the time goes, and how evenly ranks share the work.
enum TimeSection {
    static func section(_ record: ReportedRun) -> Section {
        let curves = record.metrics
        let charts =
            [ShareChart("Phases", "Shares of the time of a step, averaged over ranks.", curves.phases).card]
            + ChartPlan.speed.map { $0.chart(curves).card } + [ranks(curves)]
        return Section(
            "time", "Time", "Where the time goes, how fast the run is, and how evenly its ranks are loaded.",
            [Section.grid("charts", charts)])
    }

    /// The work of each rank as bars; of many ranks that of the busiest of each group.
    private static func ranks(_ curves: LogCurves) -> HTML {
        let seconds = curves.ranks
        guard seconds.count > 1, let most = seconds.max(), most > 0 else { return .empty }
        let (mean, ranks) = (seconds.reduce(0, +) / Double(seconds.count), curves.last["ranks"]?.number.map { Numeral.grouped(Int($0)) })
        let ratio = Numeral.short(most / mean)
        let note =
            ranks.map {
                "\($0) ranks in \(seconds.count) groups of neighbours: a bar is the most seconds that a rank of the group was at work on shards of its own; "
                    + "the highest is \(ratio) times their mean."
            } ?? "Seconds on shards of its own; the busiest has \(ratio) times the mean."
        let frame = Frame(x: Axis(0...Double(seconds.count), ticks: 4, isTight: true), y: Axis(0...most, ticks: 4))
        let bars = seconds.enumerated().map { rank, value in
            let (left, right) = (frame.horizontal(Double(rank) + 0.12), frame.horizontal(Double(rank) + 0.88))
            return HTML(
                "rect",
                [
                    "class": "bars c1", "x": "\(left)", "y": "\(frame.vertical(value))", "width": "\(right - left)",
                    "height": "\(frame.vertical(0) - frame.vertical(value))",
                ], [HTML("title", "\(ranks == nil ? "rank" : "group") \(rank): \(Numeral.short(value)) s")])
        }
        return HTML(
            "figure", ["class": "card chart"],
            [
                HTML(
                    "figcaption",
                    [
                        HTML("h3", ranks == nil ? "Work of each rank" : "Work of the busiest ranks"), HTML("p", ["class": "note"], note),
                    ]), HTML("div", ["class": "plot"], [frame.svg("Seconds of work of each rank", bars)]),
            ])
    }
}
