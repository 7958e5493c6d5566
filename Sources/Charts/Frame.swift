/// The frame of a chart as SVG: axes with their ticks, and where values lie in it. Colours come from the page's style, so that a chart follows light and
/// dark; it is as wide as its place.
package struct Frame: Sendable {
    package let x: Axis
    package let y: Axis
    package let (width, height): (Double, Double)
    private let hasYLabels: Bool
    private static let (top, right, bottom) = (6.0, 10.0, 20.0)

    package static let size = (width: 360.0, height: 190.0)

    package init(
        x: Axis, y: Axis, width: Double = Frame.size.width, height: Double = Frame.size.height, hasYLabels: Bool = true
    ) {
        (self.x, self.y, self.width, self.height, self.hasYLabels) = (x, y, width, height, hasYLabels)
    }

    private var left: Double { hasYLabels ? 42 : 10 }

    package func horizontal(_ value: Double) -> Double { left + x.place(value) * (width - left - Self.right) }

    package func vertical(_ value: Double) -> Double { height - Self.bottom - y.place(value) * (height - Self.top - Self.bottom) }

    /// `12.3,45`: a point of a path.
    package func point(_ x: Double, _ y: Double) -> String { "\(Numeral.place(horizontal(x))),\(Numeral.place(vertical(y)))" }

    /// The whole chart.
    /// - Parameters:
    ///   - label: what a person who cannot see it is told.
    ///   - content: what lies between the grid and the axes' labels.
    package func svg(_ label: String, _ content: [HTML]) -> HTML {
        HTML(
            "svg",
            ["viewBox": "0 0 \(Numeral.place(width)) \(Numeral.place(height))", "role": "img", "aria-label": label],
            [grid] + content + [labels])
    }

    private var grid: HTML {
        var path = ""
        for tick in y.ticks where y.range.contains(tick) {
            path += "M\(point(x.range.lowerBound, tick))H\(Numeral.place(width - Self.right))"
        }
        let zero =
            y.range.contains(0) && !y.isLogarithmic && y.range.lowerBound < 0
            ? "M\(point(x.range.lowerBound, 0))H\(Numeral.place(width - Self.right))" : ""
        return .joined([HTML("path", ["class": "grid", "d": path], []), HTML("path", ["class": "zero", "d": zero], [])])
    }

    private var labels: HTML {
        let below = x.ticks.filter(x.range.contains).map { tick in
            HTML("text", ["x": Numeral.place(horizontal(tick)), "y": Numeral.place(height - 6), "class": "tick mid"], x.label(tick))
        }
        let beside =
            !hasYLabels
            ? []
            : y.ticks.filter(y.range.contains).map { tick in
                HTML("text", ["x": Numeral.place(left - 5), "y": Numeral.place(vertical(tick) + 3.5), "class": "tick end"], y.label(tick))
            }
        return .joined(below + beside)
    }
}
