/// The frame of a chart as SVG: axes with their ticks, and where values lie in it. Colours come from the page's style, so that a chart follows light and
/// dark; it is as wide as its place.
package struct Frame: Sendable {
    package let x: Axis
    package let y: Axis
    package let (width, height): (Double, Double)
    private let hasYLabels: Bool
    /// What the axes are of; nil where the title says it.
    private let names: (x: String, y: String)?
    private static let (top, right) = (6.0, 10.0)
    /// Room of the labels of ticks, and of the name of an axis.
    private static let (ticksBelow, ticksBeside, name) = (20.0, 42.0, 16.0)
    /// Of a character of a tick's label, on average.
    private static let characterWidth = 6.2

    package static let size = (width: 360.0, height: 190.0)

    package init(
        x: Axis, y: Axis, width: Double = Frame.size.width, height: Double = Frame.size.height, hasYLabels: Bool = true,
        names: (x: String, y: String)? = nil
    ) {
        (self.x, self.y, self.width, self.height, self.hasYLabels, self.names) = (x, y, width, height, hasYLabels, names)
    }

    private var left: Double { (hasYLabels ? Self.ticksBeside : Self.right) + (names == nil ? 0 : Self.name) }
    private var bottom: Double { Self.ticksBelow + (names == nil ? 0 : Self.name) }

    /// What is not left for a picture: to its sides, and above and below it.
    package static func margins(hasNames: Bool) -> (width: Double, height: Double) {
        let name = hasNames ? name : 0
        return (ticksBeside + right + name, top + ticksBelow + name)
    }

    package func horizontal(_ value: Double) -> Double { left + x.place(value) * (width - left - Self.right) }

    package func vertical(_ value: Double) -> Double { height - bottom - y.place(value) * (height - Self.top - bottom) }

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

    private var named: [HTML] {
        guard let names else { return [] }
        let (middle, half) = (Numeral.place((left + width - Self.right) / 2), Numeral.place((Self.top + height - bottom) / 2))
        return [
            HTML("text", ["x": middle, "y": Numeral.place(height - 4), "class": "tick mid"], names.x),
            HTML("text", ["x": "12", "y": half, "transform": "rotate(-90 12 \(half))", "class": "tick mid"], names.y),
        ]
    }

    private var labels: HTML {
        let below = x.ticks.filter(x.range.contains).map { tick in
            let (label, place) = (x.label(tick), horizontal(tick))
            // A label at the end of the axis stays within the picture.
            let isCut = place + Self.characterWidth * Double(label.count) / 2 > width
            return HTML(
                "text",
                [
                    "x": Numeral.place(isCut ? width : place), "y": Numeral.place(height - bottom + 14),
                    "class": isCut ? "tick end" : "tick mid",
                ], label)
        }
        let beside =
            !hasYLabels
            ? []
            : y.ticks.filter(y.range.contains).map { tick in
                HTML("text", ["x": Numeral.place(left - 5), "y": Numeral.place(vertical(tick) + 3.5), "class": "tick end"], y.label(tick))
            }
        return .joined(below + beside + named)
    }
}
