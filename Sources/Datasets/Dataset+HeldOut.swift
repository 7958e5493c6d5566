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
        let parts = try holdingOut([share])
        return (parts.rest, parts.heldOut[0])
    }

    /// Holds out several shares, one after another in the same order: the first ones are the same with and without others behind them.
    ///
    /// - Throws: `.data` for too few rows.
    public func holdingOut(_ shares: [Double]) throws(Failure) -> (rest: Dataset, heldOut: [Dataset]) {
        precondition(shares.allSatisfy { $0 > 0 && $0 < 1 }, "shares of \(shares)")
        guard count >= 1 + 2 * shares.count else {
            throw Failure(
                .data,
                "\(name): expected at least \(1 + 2 * shares.count) rows, of which some are held out (data.validation, data.test), found \(count)"
            )
        }
        let order = Permutation(count: count, key: RandomStream(seed: Self.seed, purpose: .heldOutRows, step: 0, index: 0))
        var (first, heldOut): (Int, [[Int]]) = (0, [])
        for (number, share) in shares.enumerated() {
            let most = count - 1 - first - 2 * (shares.count - 1 - number)
            let taken = min(most, max(2, Int((share * Double(count)).rounded())))
            heldOut.append(order.elements(at: Array(first..<first + taken)).sorted())
            first += taken
        }
        let isHeldOut = Set(heldOut.joined())
        return (try rows((0..<count).filter { !isHeldOut.contains($0) }), try heldOut.map { (places) throws(Failure) in try rows(places) })
    }

    /// The rows that are for one thing; nil for none.
    public func rows(for part: RowPart) throws(Failure) -> Dataset? {
        guard let parts = table.parts else { return part == .training ? self : nil }
        let places = parts.indices.filter { parts[$0] == part }
        return places.isEmpty ? nil : try rows(places)
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
        part.table = table.rows(places)
        if let partner { part = try part.paired(with: try partner.rows(places)) }
        return part
    }
}
