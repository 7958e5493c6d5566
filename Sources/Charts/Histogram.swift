/// Histograms of several series over the same bins: the first as bars, the others as outlines.
package struct Histogram: Sendable {
    package struct Group: Sendable {
        package let name: String
        package let colour: Colour
        package let values: [Double]

        package init(_ name: String, _ colour: Colour, _ values: [Double]) {
            (self.name, self.colour, self.values) = (name, colour, values)
        }
    }

    private let title: String
    private let note: String
    private let groups: [Group]
    private let bins: Bins?
    private let isSmall: Bool
    private let words: [String]

    /// Of one of many, whose letters are then as large as those of the others.
    private static let smallSize = (width: 230.0, height: 110.0)

    /// - Parameters:
    ///   - isSmall: whether it is one of many, without a scale on its left.
    ///   - words: what the values are the numbers of, from 0: a bar for each of them; empty for numbers.
    package init(_ title: String, _ note: String, _ groups: [Group], isSmall: Bool = false, words: [String] = []) {
        (self.title, self.note, self.isSmall, self.words) = (title, note, isSmall, words)
        self.groups = groups.filter { $0.values.contains(where: \.isFinite) }
        if words.isEmpty {
            bins = Bins(of: self.groups.map(\.values), most: isSmall ? 32 : 64)
        } else {
            bins = self.groups.isEmpty ? nil : Bins(Axis(words: words).range, count: words.count)
        }
    }

    package var isEmpty: Bool { bins == nil }

    var svg: HTML {
        guard let bins else { return .empty }
        let shares = groups.map { bins.shares(of: $0.values) }
        let greatest = shares.joined().max() ?? 1
        let size = isSmall ? Self.smallSize : Frame.size
        let frame = Frame(
            x: words.isEmpty ? Axis(bins.range, ticks: isSmall ? 3 : 5, isTight: true) : Axis(words: words),
            y: Axis(0...max(greatest, 1e-9), ticks: 3), width: size.width, height: size.height, hasYLabels: !isSmall)
        let shapes = groups.indices.map { group in
            HTML(
                "path",
                ["class": "\(group == 0 ? "bars" : "line") \(groups[group].colour.name)", "d": Self.outline(shares[group], bins, frame)], []
            )
        }
        return frame.svg("\(title): shares of values by bin", shapes + (isSmall ? [] : readouts(shares, bins, frame)))
    }

    /// The line over the bars of a series, from the axis and back to it.
    private static func outline(_ shares: [Double], _ bins: Bins, _ frame: Frame) -> String {
        let edges = bins.edges
        var path = "M\(frame.point(edges[0], 0))"
        for bin in shares.indices { path += "L\(frame.point(edges[bin], shares[bin]))L\(frame.point(edges[bin + 1], shares[bin]))" }
        return path + "L\(frame.point(edges[edges.count - 1], 0))"
    }

    /// A place over each bin that says what it holds when it is pointed at.
    private func readouts(_ shares: [[Double]], _ bins: Bins, _ frame: Frame) -> [HTML] {
        let edges = bins.edges
        return (0..<bins.count).map { bin in
            let (left, right) = (frame.horizontal(edges[bin]), frame.horizontal(edges[bin + 1]))
            let text =
                "\(Numeral.short(edges[bin])) to \(Numeral.short(edges[bin + 1])): "
                + groups.indices.map { "\(groups[$0].name) \(Numeral.short(100 * shares[$0][bin])) %" }.joined(separator: ", ")
            return HTML(
                "rect",
                [
                    "class": "hit", "x": Numeral.place(left), "y": "0", "width": Numeral.place(right - left),
                    "height": Numeral.place(frame.height),
                ], [HTML("title", text)])
        }
    }

    package var card: HTML {
        guard !isEmpty else { return .empty }
        let keys = groups.map { ($0.name, $0.colour, isSmall ? "" : "mean \(Numeral.short(Self.mean($0.values)))") }
        return ChartCard.markup(title: title, note: note, keys: isSmall ? [] : keys, svg: svg, data: nil)
    }

    private static func mean(_ values: [Double]) -> Double {
        let finite = values.filter(\.isFinite)
        return finite.reduce(0, +) / Double(max(1, finite.count))
    }
}
