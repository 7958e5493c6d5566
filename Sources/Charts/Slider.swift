/// Pictures of one thing at several times, of which a slider shows one.
package struct Slider: Sendable {
    package struct Frame: Sendable {
        package let label: String
        package let image: EmbeddedImage

        package init(_ label: String, _ image: EmbeddedImage) { (self.label, self.image) = (label, image) }
    }

    private let title: String
    private let note: String
    private let frames: [Frame]

    package init(_ title: String, _ note: String, _ frames: [Frame]) { (self.title, self.note, self.frames) = (title, note, frames) }

    /// The newest is shown at first, and without a script.
    package var card: HTML {
        guard let last = frames.last else { return .empty }
        let images = frames.enumerated().map { number, frame in
            HTML(
                "div",
                number == frames.count - 1
                    ? ["class": "frame", "data-label": frame.label] : ["class": "frame", "data-label": frame.label, "hidden": ""],
                [frame.image.markup("\(title), \(frame.label)")])
        }
        let control = HTML(
            "label", ["class": "slide"],
            [
                .void(
                    "input",
                    ["type": "range", "min": "0", "max": "\(frames.count - 1)", "value": "\(frames.count - 1)", "aria-label": title]),
                HTML("output", last.label),
            ])
        return HTML(
            "figure", ["class": "card slider"],
            [HTML("figcaption", [HTML("h3", title), HTML("p", ["class": "note"], note)]), HTML("div", ["class": "stage"], images)]
                + (frames.count > 1 ? [control] : []))
    }
}
