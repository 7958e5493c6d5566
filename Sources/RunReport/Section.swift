import Charts

/// A part of the page with a heading that the page's menu leads to.
struct Section {
    let name: String
    let title: String
    let lead: String
    /// What a person can do with the section on a screen, and not on paper.
    let hint: String
    let content: [HTML]

    /// - Parameter content: empty: there is nothing to show, and no section.
    init(_ name: String, _ title: String, _ lead: String, hint: String = "", _ content: [HTML]) {
        (self.name, self.title, self.lead, self.hint) = (name, title, lead, hint)
        self.content = content.filter { !$0.markup.isEmpty }
    }

    var isEmpty: Bool { content.isEmpty }

    var markup: HTML {
        let hint = hint.isEmpty ? HTML.empty : HTML("span", ["class": "screen"], " \(hint)")
        return HTML("section", ["id": name], [HTML("h2", title), HTML("p", ["class": "lead"], [Prose.markup(lead), hint])] + content)
    }

    var link: HTML { HTML("a", ["href": "#\(name)"], title) }

    /// Cards side by side; nothing where there are none.
    static func grid(_ kind: String, _ cards: [HTML]) -> HTML {
        let cards = cards.filter { !$0.markup.isEmpty }
        return cards.isEmpty ? .empty : HTML("div", ["class": kind], cards)
    }

    /// A table whose first row is its head.
    /// - Parameters:
    ///   - kind: a class of the page's style.
    ///   - numbers: columns of numbers.
    static func table(_ head: [String], _ rows: [[HTML]], kind: String = "", numbers: Set<Int> = []) -> HTML {
        func cells(_ name: String, _ row: [HTML]) -> HTML {
            HTML("tr", row.enumerated().map { HTML(name, numbers.contains($0) ? ["class": "number"] : [:], [$1]) })
        }
        return HTML(
            "div", ["class": "scroll"],
            [
                HTML(
                    "table", kind.isEmpty ? [:] : ["class": kind],
                    [HTML("thead", [cells("th", head.map(HTML.text))]), HTML("tbody", rows.map { cells("td", $0) })])
            ])
    }
}
