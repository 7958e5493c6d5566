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
        let heldOut = try Self.heldOutPlaces(shares, of: count, name)
        if shares.count == 1 {
            return (try part(.without(heldOut[0], of: count), shares[0]), [try part(.only(heldOut[0]), shares[0])])
        }
        let isHeldOut = Set(heldOut.joined())
        let rest = try rows((0..<count).filter { !isHeldOut.contains(UInt32($0)) })
        return (rest, try heldOut.map { (places) throws(Failure) in try rows(places.map { Int($0) }) })
    }

    /// The rows that are for one thing; nil for none.
    public func rows(for part: RowPart) throws(Failure) -> Dataset? {
        guard let parts = table.parts else { return part == .training ? self : nil }
        let places = parts.indices.filter { parts[$0] == part }
        return places.isEmpty ? nil : try rows(places)
    }

    /// The places of the rows that a share holds out, rising.
    static func heldOutPlaces(_ share: Double, of count: Int, _ name: String) throws(Failure) -> [UInt32] {
        try heldOutPlaces([share], of: count, name)[0]
    }

    /// Those of several shares.
    private static func heldOutPlaces(_ shares: [Double], of count: Int, _ name: String) throws(Failure) -> [[UInt32]] {
        precondition(shares.allSatisfy { $0 > 0 && $0 < 1 }, "shares of \(shares)")
        guard count >= 1 + 2 * shares.count else {
            throw Failure(
                .data,
                "\(name): expected at least \(1 + 2 * shares.count) rows, of which some are held out (data.validation, data.test), found \(count)"
            )
        }
        let order = Permutation(count: count, key: RandomStream(seed: seed, purpose: .heldOutRows, step: 0, index: 0))
        var (first, heldOut): (Int, [[UInt32]]) = (0, [])
        for (number, share) in shares.enumerated() {
            let most = count - 1 - first - 2 * (shares.count - 1 - number)
            let taken = min(most, max(2, Int((share * Double(count)).rounded())))
            heldOut.append(order.elements(at: Array(first..<first + taken)).map { UInt32($0) }.sorted())
            first += taken
        }
        return heldOut
    }

    /// One of the parts that a share makes, of rows that stay where they are.
    private func part(_ whole: StoredRows, _ places: RowPlaces, _ share: Double) throws(Failure) -> Dataset {
        let found =
            whole.file.reading.heldOut == share ? whole.file.rows : try whole.measured(holdingOut: share, name: name, shape, columnNames)
        let measures = if case .only = places { found.heldOut } else { found.rest }
        guard let measures else { preconditionFailure("the parts of a share are measured") }
        var part = Dataset(
            name: name, shape: shape, whole.only(places, measures),
            labels: labels.map { labels in (0..<places.count).map { labels[places[$0]] } },
            columnNames: columnNames, labelName: labelName, notes: notes, losses: losses)
        part.table = table
        if let partner { part = try part.paired(with: try partner.part(places, share)) }
        return part
    }

    /// One of the parts that a share makes.
    private func part(_ rows: RowPlaces, _ share: Double) throws(Failure) -> Dataset {
        if case .stored(let whole) = values { return try part(whole, rows, share) }
        return try self.rows((0..<rows.count).map { rows[$0] }) { (partner) throws(Failure) in try partner.part(rows, share) }
    }

    /// Some of the rows, held in memory.
    private func rows(_ places: [Int]) throws(Failure) -> Dataset {
        try inMemory().rows(places) { (partner) throws(Failure) in try partner.rows(places) }
    }

    private func rows(_ places: [Int], _ ofPartner: (Dataset) throws(Failure) -> Dataset) throws(Failure) -> Dataset {
        let width = shape.count
        func taken<T>(_ values: [T]) -> [T] { places.flatMap { values[$0 * width..<($0 + 1) * width] } }
        let values: Values =
            switch values {
            case .levels(let bytes, let levels): .levels(taken(bytes), levels: levels)
            case .floats(let floats): .floats(taken(floats))
            case .stored: preconditionFailure("rows that stay where they are")
            }
        var part = try Dataset(
            name: name, shape: shape, values: values, labels: labels.map { labels in places.map { labels[$0] } }, columnNames: columnNames,
            labelName: labelName, notes: notes, precise: precise.map { taken($0) }, losses: losses)
        part.table = table.rows(places)
        if let partner { part = try part.paired(with: try ofPartner(partner)) }
        return part
    }
}
