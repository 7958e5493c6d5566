/// Points of the plane, over a picture where there is one.
package struct PointChart: Sendable {
    package struct Cloud: Sendable {
        package let name: String
        package let colour: Colour
        package let points: [Curve.Point]

        package init(_ name: String, _ colour: Colour, _ points: [Curve.Point]) {
            (self.name, self.colour, self.points) = (name, colour, points)
        }
    }

    private let title: String
    private let note: String
    private let clouds: [Cloud]
    private let (x, y): (Axis, Axis)
    /// What lies below the points, over the whole of both axes.
    private let picture: EmbeddedImage?
    private let names: (x: String, y: String)?

    /// Points over a picture of a part of the plane.
    package init(
        _ title: String, _ note: String, over picture: EmbeddedImage, x: ClosedRange<Double>, y: ClosedRange<Double>, _ clouds: [Cloud]
    ) {
        (self.title, self.note, self.picture, self.clouds, names) = (title, note, picture, clouds, nil)
        (self.x, self.y) = (Axis(x, ticks: 4, isTight: true), Axis(y, ticks: 4, isTight: true))
    }

    /// Clouds of points; nil where none is finite.
    /// - Parameters:
    ///   - names: of both coordinates.
    ///   - words: what the numbers of either coordinate stand for, from 0; empty for numbers.
    package init?(
        _ title: String, _ note: String, _ clouds: [Cloud], names: (x: String, y: String)? = nil,
        words: (x: [String], y: [String]) = ([], [])
    ) {
        let clouds = clouds.map { Cloud($0.name, $0.colour, $0.points.filter { $0.x.isFinite && $0.y.isFinite }) }
        let all = clouds.flatMap(\.points)
        guard let left = all.map(\.x).min(), let right = all.map(\.x).max(), let low = all.map(\.y).min(), let high = all.map(\.y).max()
        else {
            return nil
        }
        (self.title, self.note, self.clouds, self.names, picture) = (title, note, clouds, names, nil)
        x = words.x.isEmpty ? Axis(left...right, ticks: 4) : Axis(words: words.x)
        y = words.y.isEmpty ? Axis(low...high, ticks: 4) : Axis(words: words.y)
    }

    private static let side = 300.0

    package var svg: HTML {
        // As high as wide inside of the axes, as the plane is.
        let margins = Frame.margins(hasNames: names != nil)
        let frame = Frame(x: x, y: y, width: Self.side + margins.width, height: Self.side + margins.height, names: names)
        var content: [HTML] = []
        if let picture {
            let (left, top) = (frame.horizontal(x.range.lowerBound), frame.vertical(y.range.upperBound))
            content.append(
                HTML(
                    "image",
                    [
                        "x": Numeral.place(left), "y": Numeral.place(top),
                        "width": Numeral.place(frame.horizontal(x.range.upperBound) - left),
                        "height": Numeral.place(frame.vertical(y.range.lowerBound) - top), "preserveAspectRatio": "none",
                        "href": picture.address,
                    ], []))
        }
        for cloud in clouds {
            let inside = cloud.points.filter { x.range.contains($0.x) && y.range.contains($0.y) }
            let path = inside.map { "M\(frame.point($0.x, $0.y))h0" }.joined()
            content.append(HTML("path", ["class": "dots \(picture == nil ? cloud.colour.name : "over")", "d": path], []))
        }
        return frame.svg(title, content)
    }

    package var card: HTML {
        ChartCard.markup(
            title: title, note: note, keys: picture == nil ? clouds.map { ($0.name, $0.colour, "") } : [], svg: svg, data: nil)
    }
}
