import Charts
import Training

/// Where the time goes, and how evenly ranks share the work.
enum TimeSection {
    static func section(_ record: ReportedRun) -> Section {
        let curves = record.history.metrics
        let charts =
            [ShareChart("Phases", "Shares of the time of a step, averaged over ranks.", curves.phases).card]
            + ChartPlan.speed.map { $0.chart(curves).card } + [ranks(curves.ranks)]
        return Section(
            "time", "Time", "Where the time goes, how fast the run is, and how evenly its ranks are loaded.",
            [Section.grid("charts", charts)])
    }

    /// The work of each rank as bars.
    private static func ranks(_ seconds: [Double]) -> HTML {
        guard seconds.count > 1, let most = seconds.max(), most > 0 else { return .empty }
        let mean = seconds.reduce(0, +) / Double(seconds.count)
        let frame = Frame(x: Axis(0...Double(seconds.count), ticks: 4, isTight: true), y: Axis(0...most, ticks: 4))
        let bars = seconds.enumerated().map { rank, value in
            let (left, right) = (frame.horizontal(Double(rank) + 0.12), frame.horizontal(Double(rank) + 0.88))
            return HTML(
                "rect",
                [
                    "class": "bars c1", "x": "\(left)", "y": "\(frame.vertical(value))", "width": "\(right - left)",
                    "height": "\(frame.vertical(0) - frame.vertical(value))",
                ], [HTML("title", "rank \(rank): \(Numeral.short(value)) s")])
        }
        return HTML(
            "figure", ["class": "card chart"],
            [
                HTML(
                    "figcaption",
                    [
                        HTML("h3", "Work of each rank"),
                        HTML(
                            "p", ["class": "note"],
                            "Seconds on shards of its own; the busiest has \(Numeral.short(most / mean)) times the mean."),
                    ]), HTML("div", ["class": "plot"], [frame.svg("Seconds of work of each rank", bars)]),
            ])
    }
}
