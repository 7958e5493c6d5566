/// Curves over the steps of a training.
package struct LineChart: Sendable {
    package struct Line: Sendable {
        package let name: String
        package let colour: Colour
        package let points: [Curve.Point]
        /// The newest value, as it stands beside the name.
        package let newest: String

        /// - Parameter newest: nil for the last point's value.
        package init(_ name: String, _ colour: Colour, _ points: [Curve.Point], newest: String? = nil) {
            (self.name, self.colour, self.points) = (name, colour, points)
            self.newest = newest ?? points.last.map { Numeral.short($0.y) } ?? ""
        }
    }

    package let title: String
    /// What it tells, in a sentence.
    package let note: String
    package let lines: [Line]
    /// Whether 0 is a part of the vertical axis.
    package let holdsZero: Bool

    package init(_ title: String, _ note: String, _ lines: [Line], holdsZero: Bool = false) {
        (self.title, self.note, self.holdsZero) = (title, note, holdsZero)
        self.lines = lines.filter { !$0.points.isEmpty }
    }

    /// Decades of a vertical axis from which it is logarithmic.
    private static let manyDecades = 300.0

    private var values: ClosedRange<Double>? {
        let all: [Double] = lines.flatMap { line in line.points.map(\.y) } + (holdsZero ? [0] : [])
        guard let low = all.min(), let high = all.max() else { return nil }
        return low...high
    }

    /// Whether the values are above 0 and so different that a linear axis would hide most of them.
    package var isLogarithmic: Bool { values.map { $0.lowerBound > 0 && $0.upperBound / $0.lowerBound > Self.manyDecades } ?? false }

    /// A beginning so much higher or lower than all that follows hides it.
    private static let (beginning, fewestPoints, hides) = (0.1, 8, 3.0)

    /// What the vertical axis shows at first: all values but those of the beginning, where these would hide what follows. nil: all values.
    var focus: ClosedRange<Double>? {
        guard let values, !isLogarithmic, let first = lines.compactMap({ $0.points.first?.x }).min(),
            let last = lines.compactMap({ $0.points.last?.x }).max()
        else { return nil }
        let later = lines.flatMap { $0.points.filter { $0.x > first + Self.beginning * (last - first) }.map(\.y) }
        guard later.count >= Self.fewestPoints else { return nil }
        let shown = later + (holdsZero ? [0] : [])
        guard let low = shown.min(), let high = shown.max(), high > low,
            values.upperBound - values.lowerBound > Self.hides * (high - low)
        else { return nil }
        return low...high
    }

    /// The note, and what lies beyond the axis.
    private var wholeNote: String {
        guard let focus, let values else { return note }
        let ends = [
            values.lowerBound < focus.lowerBound ? values.lowerBound : nil, values.upperBound > focus.upperBound ? values.upperBound : nil,
        ]
        let beyond = ends.compactMap { $0.map(Numeral.brief) }.joined(separator: " and ")
        return "\(note) The beginning reaches \(beyond), beyond the axis."
    }

    private var frame: Frame? {
        guard let values, let first = lines.compactMap({ $0.points.first?.x }).min(),
            let last = lines.compactMap({ $0.points.last?.x }).max()
        else { return nil }
        return Frame(
            x: Axis(min(0, first)...max(last, first + 1), isTight: true),
            y: isLogarithmic ? Axis(logarithmic: values) : Axis(focus ?? values, ticks: 4))
    }

    /// Without a script, and on paper.
    var svg: HTML {
        guard let frame else { return .empty }
        let paths = lines.map { line in
            let points = line.points.filter { frame.y.range.contains($0.y) }.map { frame.point($0.x, $0.y) }
            // A single point is a dot.
            let path = points.count == 1 ? "M\(points[0])h0" : "M" + points.joined(separator: "L")
            return HTML("path", ["class": "line \(line.colour.name)\(points.count == 1 ? " dot" : "")", "d": path], [])
        }
        return frame.svg(
            "\(title): \(lines.map { "\($0.name) \(Numeral.short($0.points.last?.y ?? .nan))" }.joined(separator: ", ")) at last", paths)
    }

    /// As the chart library takes it: a row for each x, null where a line has no point.
    var data: String {
        let steps = Set(lines.flatMap { $0.points.map(\.x) }).sorted()
        var places = lines.map { _ in 0 }
        let rows = steps.map { x -> String in
            let cells = lines.indices.map { line -> String in
                let (points, place) = (lines[line].points, places[line])
                guard place < points.count, points[place].x == x else { return "null" }
                places[line] += 1
                return Numeral.exact(points[place].y)
            }
            return "[\(Numeral.exact(x)),\(cells.joined(separator: ","))]"
        }
        return ChartData(
            labels: lines.map(\.name), colours: lines.map(\.colour), rows: rows, isLogarithmic: isLogarithmic, holdsZero: holdsZero,
            focus: focus
        ).text
    }

    /// The chart with its title, its newest values and what it tells.
    package var card: HTML {
        guard !lines.isEmpty else { return .empty }
        return ChartCard.markup(
            title: title, note: wholeNote, keys: lines.map { ($0.name, $0.colour, $0.newest) }, svg: svg,
            data: data)
    }
}
