import Charts
import Configuration
import Formats
import Numerics
import Training

/// Samples through training.
enum ProgressSection {
    static func section(_ record: ReportedRun) -> Section {
        let frames = record.pictures.frames.map { Slider.Frame("step \(Numeral.grouped($0.step))", $0.image) }
        let all = record.pictures.steps.count
        let (table, learns) = (TableSection(record), record.configuration.objective.kind.learns)
        let note =
            (frames.count < all
                ? "\(frames.count) of the \(all) pictures in samples/, evenly over the training." : "The pictures in samples/.")
            + (table == nil ? "" : " For each coordinate samples (lines) over data (grey).")
        // One picture of a table is what its columns show with their names.
        let slider = table != nil && frames.count < 2 ? HTML.empty : Slider(learns ? "Through training" : "Step by step", note, frames).card
        let restored = RestoredPictures.cards(record)
        return Section(
            "samples", "Samples", "What the \(learns ? "model draws, from its" : "chains have found, from their") beginning to now.",
            [
                Section.grid(
                    "grid2",
                    [slider, DataPicture.card(record)]
                        + (PlaneSection(record)?.cards ?? [])
                        + restored)
            ])
    }
}

/// Rows of the data as they are, to compare samples with.
enum DataPicture {
    /// Images in a row, and rows.
    private static let (columns, most) = (8, 64)

    static func card(_ record: ReportedRun) -> HTML {
        guard let snapshot = record.snapshot, snapshot.isOfImages, let data = snapshot.data,
            let image = ImageCard.picture([data.rows(0..<min(most, data.rows))], snapshot, columns: columns)
        else { return .empty }
        return ImageCard.markup("Rows of the data", "What the model was to learn.", image)
    }
}

/// A picture with a title and a note.
enum ImageCard {
    static func markup(_ title: String, _ note: String, _ image: EmbeddedImage) -> HTML {
        HTML(
            "figure", ["class": "card slider"],
            [
                HTML("figcaption", [HTML("h3", title), HTML("p", ["class": "note"], note)]),
                HTML("div", ["class": "stage"], [image.markup(title)]),
            ])
    }

    /// Images of several kinds, those of one row as neighbours.
    /// - Parameter columns: rows of data side by side.
    static func picture(_ parts: [Matrix], _ snapshot: ModelSnapshot, columns: Int) -> EmbeddedImage? {
        let (count, shape) = (parts[0].rows, snapshot.shape)
        let values = (0..<count).flatMap { row in parts.flatMap { $0.rows(row..<row + 1).values } }
        let grid = ImageGrid.picture(
            values, count: count * parts.count, height: shape.height, width: shape.width, channels: shape.channels,
            low: snapshot.range.lowerBound,
            high: snapshot.range.upperBound, columns: parts.count * columns, scale: 1)
        return try? EmbeddedImage(grid)
    }
}

extension ModelSnapshot {
    /// Whether its rows can be shown as images.
    var isOfImages: Bool { !shape.isVector && [1, 3].contains(shape.channels) }
}

/// Rows of data beside what the model makes of them.
enum RestoredPictures {
    static func cards(_ record: ReportedRun) -> [HTML] {
        guard let snapshot = record.snapshot, snapshot.isOfImages else { return [] }
        return snapshot.restored.compactMap { rows in
            let parts = [rows.given, rows.made, rows.truth].compactMap { $0 }
            guard let image = ImageCard.picture(parts, snapshot, columns: parts.count == 2 ? 4 : 3) else { return nil }
            let origin = rows.isHeldOut ? "rows that were not trained on" : "rows of the training data"
            return rows.kind == .reconstruction
                ? ImageCard.markup(
                    "Reconstructions", "Pairs of \(origin): what the generator makes of their latent vectors, and the row itself.", image)
                : ImageCard.markup("Completions", "Of \(origin): what the model is given, what it makes of it, and the truth.", image)
        }
    }
}
