import Charts
import Configuration
import Sampling
import Training

/// What the logs say over the steps.
enum CurveSections {
    static func training(_ record: ReportedRun) -> Section {
        let (curves, learns) = (record.metrics, record.configuration.objective.kind.learns)
        let plans = ChartPlan.all(
            learns ? ChartPlan.training : ChartPlan.sampling, [curves], elsewhere: ChartPlan.windows + ChartPlan.speed,
            hidden: ChartPlan.constants.union(learns ? [] : ChartPlan.learning))
        return Section(
            "training", learns ? "Training" : "Sampling",
            "From metrics.jsonl.",
            hint:
                "Point at a curve, or go to it with Tab and use the arrow keys, to read it out; drag, or + and -, to zoom all of them; a double click, or 0, "
                + "shows all.",
            [Section.grid("charts", plans.map { $0.chart(curves).card })])
    }

    static func measures(_ record: ReportedRun) -> Section {
        let curves = record.evaluation
        let plans = ChartPlan.all(ChartPlan.measures, [curves], hidden: ChartPlan.circumstances)
        return Section(
            "measures", "Measures",
            "From evaluation.jsonl; in brackets the 95 % interval of the newest value, where its line has one.",
            [Section.grid("charts", plans.map { $0.chart(curves).card })])
    }

    static func chains(_ record: ReportedRun) -> Section {
        let curves = record.metrics
        return Section(
            "chains", "Chains",
            "How well the chains sample the model: windows of diagnostics in training (diagnostics.every), and of the newest checkpoint.",
            [Section.grid("charts", ChartPlan.windows.map { $0.chart(curves).card }), record.diagnosis.map(table) ?? .empty])
    }

    private static func table(_ diagnosis: Diagnosis) -> HTML {
        let diagnostics = diagnosis.diagnostics
        let rows = diagnostics.functionals.map { row -> [HTML] in
            let summary = row.summary
            let numbers = [
                summary.mean, summary.deviation, summary.rHat, summary.rHatBetweenShards, summary.bulkESS, summary.tailESS,
                summary.autocorrelationTime,
            ]
            return [HTML.text(row.name)] + numbers.map { .text($0.isNaN ? "-" : Numeral.short($0)) }
        }
        return HTML(
            "div", ["class": "card", "style": "margin-top:16px"],
            [
                HTML("h3", "The newest checkpoint"), HTML("p", ["class": "note"], diagnostics.overview),
                Section.table(["", "mean", "sd", "R-hat", "R-hat of shards", "ESS bulk", "ESS tails", "τ"], rows, numbers: Set(1...7)),
            ])
    }
}
