/// The loss of an objective on rows that were held out, with noise that is the same at every evaluation (`RowLoss`).
///
/// Its expectation is a divergence of the model from the data but for a constant that the models of one run have in common: of two of them the one with less is nearer
/// to rows that it was not trained on.
public struct HeldOutLoss: Codable, Hashable, Sendable {
    /// Over rows and noise.
    public let mean: Double
    /// The standard error of the mean, from the means of tiles: by the choice of noise and, where all tiles have different rows, of rows. Models are compared on the
    /// same rows and noise, and differ by less.
    public let error: Double

    /// - Parameter tiles: the mean of each, at least two; nil where one is no finite number.
    init?(tiles: [Double]) {
        precondition(tiles.count >= 2, "an error needs two tiles")
        guard tiles.allSatisfy(\.isFinite) else { return nil }
        let (count, mean) = (Double(tiles.count), tiles.reduce(0, +) / Double(tiles.count))
        self.mean = mean
        error = (tiles.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count * (count - 1))).squareRoot()
    }
}
