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
