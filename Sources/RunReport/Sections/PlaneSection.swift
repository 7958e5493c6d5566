import Charts
import Formats
import Measures
import Numerics
import Training

/// The density that a plane model has learned, beside the true one, with chains on it.
struct PlaneSection {
    private let field: PlaneField
    private let chains: [Curve.Point]

    /// Chains that are drawn.
    private static let most = 400

    /// nil for other models.
    init?(_ record: ReportedRun) {
        guard let snapshot = record.snapshot, let field = snapshot.field else { return nil }
        self.field = field
        chains =
            (snapshot.samples).map { samples in
                (0..<min(Self.most, samples.rows)).map { Curve.Point(Double(samples[$0, 0]), Double(samples[$0, 1])) }
            } ?? []
    }

    private func chart(_ title: String, _ note: String, _ picture: Picture, withChains: Bool) -> PointChart? {
        guard let image = try? EmbeddedImage(picture) else { return nil }
        return PointChart(
            title, note, over: image, x: Double(field.square.x.lowerBound)...Double(field.square.x.upperBound),
            y: Double(field.square.y.lowerBound)...Double(field.square.y.upperBound),
            withChains ? [PointChart.Cloud("chains", .samples, chains)] : [])
    }

    /// What the model has learned, beside what it was to learn.
    var cards: [HTML] {
        [
            chart("Learned density", "exp(-E) over its sum, with \(chains.count) chains.", field.pictures.model, withChains: true),
            chart("True density", "In the same scale of colours, which shows thin regions too.", field.pictures.truth, withChains: false),
        ].compactMap { $0?.card }
    }

    /// For the first screen.
    var small: HTML? { chart("Learned density", "", field.pictures.model, withChains: true)?.svg }
}
