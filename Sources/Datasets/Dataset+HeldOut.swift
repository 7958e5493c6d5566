import Failures
import Numerics

// Rows that are not trained on.
extension Dataset {
    /// The same rows in every run: what models were not trained on can be compared.
    private static let seed: UInt64 = 1

    /// Holds out a share of the rows, drawn by chance: each part in the order of the data. At least two rows are held out, and one is left.
    ///
    /// - Throws: `.data` for too few rows.
    public func holdingOut(_ share: Double) throws(Failure) -> (rest: Dataset, heldOut: Dataset) {
        precondition(share > 0 && share < 1, "a share of \(share)")
        guard count >= 3 else {
            throw Failure(.data, "\(name): expected at least 3 rows, of which some are held out (data.validation), found \(count)")
        }
        let taken = min(count - 1, max(2, Int((share * Double(count)).rounded())))
        let order = Permutation(count: count, key: RandomStream(seed: Self.seed, purpose: .heldOutRows, step: 0, index: 0))
        let heldOut = order.elements(at: Array(0..<taken)).sorted()
        let isHeldOut = Set(heldOut)
        return (try rows((0..<count).filter { !isHeldOut.contains($0) }), try rows(heldOut))
    }

    /// Some of the rows.
    private func rows(_ places: [Int]) throws(Failure) -> Dataset {
        let width = shape.count
        func taken<T>(_ values: [T]) -> [T] { places.flatMap { values[$0 * width..<($0 + 1) * width] } }
        let values: Values =
            switch values {
            case .levels(let bytes, let levels): .levels(taken(bytes), levels: levels)
            case .floats(let floats): .floats(taken(floats))
            }
        var part = try Dataset(
            name: name, shape: shape, values: values, labels: labels.map { labels in places.map { labels[$0] } }, columnNames: columnNames,
            labelName: labelName, notes: notes, precise: precise.map { taken($0) }, losses: losses)
        if let partner { part = try part.paired(with: try partner.rows(places)) }
        return part
    }
}
