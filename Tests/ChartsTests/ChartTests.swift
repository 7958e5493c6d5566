import Charts
import Foundation
import Testing

@Suite struct ChartTests {
    @Test func `text cannot become markup`() {
        let html = HTML("p", ["title": "a\"b"], [.text("<script>&\u{1}"), HTML("b", "x")])
        #expect(html.markup == "<p title=\"a&quot;b\">&lt;script&gt;&amp;\u{fffd}<b>x</b></p>")
    }

    @Test func `a chart hands the script a row for each step, with null where a line has no point`() {
        let chart = LineChart(
            "Title", "Note",
            [
                LineChart.Line("a</script>", .data, [.init(1, 2), .init(3, 4)]),
                LineChart.Line("b", .samples, [.init(2, 0.5), .init(3, 1)]),
            ])
        let markup = chart.card.markup
        #expect(markup.contains("\"rows\":[[1,2,null],[2,null,0.5],[3,4,1]]"))
        #expect(markup.contains("\"labels\":[\"step\",\"a\\u003c/script\\u003e\",\"b\"]"))
        #expect(markup.contains("\"colors\":[1,2]"))
        #expect(markup.components(separatedBy: "<path class=\"line").count == 3, "both lines stand there without a script")
    }

    @Test func `words have a bar and a name each`() {
        let groups = [Histogram.Group("data", .data, [0, 0, 1]), Histogram.Group("samples", .samples, [2])]
        let markup = Histogram("T", "N", groups, isSmall: true, words: ["cat", "dog", "owl"]).card.markup
        for word in ["cat", "dog", "owl"] { #expect(markup.contains(">\(word)</text>")) }
        // 210 of 230 units are three stretches, which begin at 10, 80 and 150; all samples are of the last word.
        #expect(markup.contains("M10,90L10,90L80,90L80,90L150,90L150,6L220,6L220,90"), "\(markup)")
    }

    @Test func `a chart without points is no chart`() {
        #expect(LineChart("T", "N", [LineChart.Line("a", .data, [])]).card.markup.isEmpty)
        #expect(Histogram("T", "N", [Histogram.Group("a", .data, [.nan])]).card.markup.isEmpty)
        #expect(PointChart("T", "N", [PointChart.Cloud("a", .data, [.init(.nan, 1)])]) == nil)
    }

    @Test func `an axis is logarithmic where values above 0 are more than 300 times apart`() {
        func chart(_ values: [Double]) -> LineChart {
            LineChart("T", "N", [LineChart.Line("a", .data, values.enumerated().map { .init(Double($0), $1) })])
        }
        #expect(chart([1, 301]).isLogarithmic)
        for values: [Double] in [[1, 300], [0, 301], [-1, 301]] { #expect(!chart(values).isLogarithmic, "\(values)") }
    }

    @Test func `a beginning that would hide all that follows lies beyond the axis, and the note says how far`() {
        func chart(_ first: Double, holdsZero: Bool = false) -> String {
            let values = [first] + (1...20).map { Double($0 % 5) - 2 }
            let line = LineChart.Line("a", .data, values.enumerated().map { .init(Double($0), $1) })
            return LineChart("T", "Note.", [line], holdsZero: holdsZero).card.markup
        }
        let hidden = chart(100)
        #expect(hidden.contains("\"focus\":[-2,2]") && hidden.contains("Note. The beginning reaches 100, beyond the axis."))
        // All values are there for whoever zooms; the static line begins where it enters the picture.
        #expect(hidden.contains("[0,100]") && hidden.components(separatedBy: "L").count == 20, "\(hidden)")
        for seen in [chart(10), chart(-9.9)] { #expect(!seen.contains("focus") && !seen.contains("beyond the axis")) }
        #expect(chart(-20).contains("reaches -20,"))
    }

    @Test func `a late peak is never hidden`() {
        let values = (0...20).map { $0 == 12 ? 100.0 : Double($0 % 5) }
        let line = LineChart.Line("a", .data, values.enumerated().map { .init(Double($0), $1) })
        #expect(!LineChart("T", "Note.", [line]).card.markup.contains("focus"))
    }

    @Test func `labels at the end of an axis stay within the picture, and axes may have names`() {
        let frame = Frame(x: Axis(0...2500, ticks: 5, isTight: true), y: Axis(0...1), names: ("bill", "flipper"))
        let markup = frame.svg("label", []).markup
        #expect(markup.contains("<text x=\"360\" y=\"168\" class=\"tick end\">2500</text>"), "\(markup)")
        #expect(markup.contains("class=\"tick mid\">2000</text>"))
        #expect(markup.contains(">bill</text>") && markup.contains("rotate(-90") && markup.contains(">flipper</text>"))
        #expect(!Frame(x: Axis(0...1), y: Axis(0...1)).svg("label", []).markup.contains("rotate"))
    }

    @Test func `a page asks no network for anything and carries the licence of its library`() {
        let page = Page("A <title>", [LineChart("T", "N", [LineChart.Line("a", .data, [.init(0, 1)])]).card])
        let (live, still) = (page.text(), page.text(nil))
        for text in [live, still] {
            #expect(text.contains("<title>A &lt;title&gt;</title>"))
            for mark in ["src=\"http", "href=\"http", "@import", "url(", "sourceMappingURL"] { #expect(!text.contains(mark), "\(mark)") }
        }
        #expect(!still.contains("Dygraph.synchronize=") && still.contains("<svg"))
        if DygraphsLibrary.embedded != nil {
            #expect(live.contains("dygraphs is MIT-licenced") && live.contains("Permission is hereby granted"))
        }
    }
}
