/// The numbers of a chart for the script of the page.
struct ChartData {
    let labels: [String]
    let colours: [Colour]
    /// Lists of numbers, x first.
    let rows: [String]
    let isLogarithmic: Bool
    let holdsZero: Bool
    /// What the vertical axis shows at first; nil: everything.
    let focus: ClosedRange<Double>?

    var text: String {
        "{\"labels\":[" + (["step"] + labels).map(Self.quoted).joined(separator: ",") + "],\"colors\":["
            + colours.map { String($0.rawValue) }.joined(separator: ",")
            + "],\"log\":\(isLogarithmic),\"zero\":\(holdsZero),"
            + (focus.map { "\"focus\":[\(Numeral.exact($0.lowerBound)),\(Numeral.exact($0.upperBound))]," } ?? "")
            + "\"rows\":[\(rows.joined(separator: ","))]}"
    }

    /// A string of JSON that may stand inside of an element of a script.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || "\"\\<>&".unicodeScalars.contains(scalar) || (0x2028...0x2029).contains(scalar.value) {
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// A chart in its card: title, newest values, what it tells, the static picture, and the numbers that the script draws it from.
enum ChartCard {
    /// - Parameters:
    ///   - keys: name, colour and newest value of each series.
    ///   - data: nil for a chart that stays static.
    static func markup(title: String, note: String, keys: [(name: String, colour: Colour, value: String)], svg: HTML, data: String?) -> HTML
    {
        var plot: KeyValuePairs<String, String> = ["class": "plot"]
        if data != nil {
            plot = [
                "class": "plot", "tabindex": "0", "role": "group",
                "aria-label": "\(title): arrow keys read it out, + and - zoom, 0 shows all",
            ]
        }
        let legend = keys.map { key in
            HTML(
                "span", ["class": "key \(key.colour.name)"],
                [.text(key.name), key.value.isEmpty ? .empty : .text(" "), HTML("b", key.value)])
        }
        let numbers = data.map { HTML("script", ["type": "application/json"], [.raw($0)]) } ?? .empty
        return HTML(
            "figure", ["class": "card chart"],
            [
                HTML("figcaption", [HTML("h3", title), HTML("p", ["class": "note"], note)]),
                HTML("p", ["class": "legend"], legend),
                HTML("div", plot, [svg, numbers]),
            ])
    }
}
