import Failures
import Numerics

/// The rows that each shard sees at each step, as a pure function of seed, step and shard.
///
/// A finite data set is visited in epochs: the rows of all shards at all steps, in the order (step, shard, row), are a sequence of
/// positions q; epoch q / count visits every row once, in an order of its own. A density gives fresh samples.
public struct DataStream: Sendable {
    public let source: DataSource
    public private(set) var preparation: DataPreparation
    public let shards: Int
    public let rowsPerShard: Int
    private let seed: UInt64
    /// Whether every row belongs to one shard for good (`dealt`).
    private var isDealt = false
    /// Whether rows stand in the middle of their cells (`centred`).
    private var isCentred = false
    /// Of standardised data.
    private let standardisation: Standardisation?
    /// Of rows with weights.
    private let draws: WeightedDraws?
    /// What uniform noise does to the coordinates of a table; nil where nothing is spread.
    private var spread: TableSpread?
    /// What the coordinates of a table's rows are; nil where all are learned as real numbers.
    public let space: RowSpace?

    /// - Parameter scales: what scales the rows, where it is not fitted to them.
    /// - Throws: `.configuration` when the preparation does not fit the source, `.data` for a value that its scale does not allow.
    public init(
        source: DataSource, preparation: DataPreparation = DataPreparation(), scales: ColumnScales? = nil, seed: UInt64, shards: Int,
        rowsPerShard: Int
    ) throws(Failure) {
        precondition(shards > 0 && rowsPerShard > 0, "a stream needs shards and rows, not \(shards) and \(rowsPerShard)")
        try preparation.check(source)
        self.source = source
        self.preparation = preparation
        self.seed = seed
        self.shards = shards
        self.rowsPerShard = rowsPerShard
        var scales = scales
        if scales == nil, let dataset = source.dataset { scales = try ColumnScales(fitting: dataset, preparation) }
        standardisation = scales.map { Standardisation($0) }
        space = preparation.keepsSites ? source.dataset?.table.columns?.space(scales) ?? preparation.space : nil
        draws = source.dataset?.table.weights.map { WeightedDraws($0) }
        if let scales, let dataset = source.dataset, let bad = scales.refused(dataset) {
            throw Failure(
                .data,
                "\(dataset.name): row \(bad / shape.count) from 0, \(dataset.title(ofValue: bad % shape.count)): expected a number above 0 "
                    + "(data.scale: log), found \(dataset.number(bad))")
        }
        spread = source.dataset?.table.columns.flatMap {
            TableSpread($0, scales, ofValues: preparation.dequantize, keeping: space?.siteCoordinates ?? [])
        }
    }

    /// What scales the rows; nil where nothing does.
    public var scales: ColumnScales? { standardisation?.scales }

    /// The same rows with more noise, of this standard deviation beside what they have.
    public func adding(noise: Float) -> DataStream {
        var stream = self
        stream.preparation.noise = (preparation.noise * preparation.noise + noise * noise).squareRoot()
        return stream
    }

    /// The same rows in the middle of the cells over which training spreads them, as rows are whose energies are asked for.
    public func centred() -> DataStream {
        var stream = self
        stream.isCentred = true
        return stream
    }

    /// The same rows dealt to the shards for good: in every epoch of its own a shard visits its own rows, each once. What is kept for a row, such as a
    /// chain, can then stay with a shard.
    public func dealt() -> DataStream {
        precondition((source.dataset?.count ?? 0) >= shards, "every shard needs a row")
        var stream = self
        stream.isDealt = true
        return stream
    }

    /// The numbers, among a shard's own rows, of those that it sees at a step; only of a `dealt` stream.
    public func ownPlaces(step: Int, shard: Int) -> [Int] {
        guard isDealt, let dataset = source.dataset else { preconditionFailure("rows that are not dealt to shards") }
        return elements(from: step * rowsPerShard, of: ownRows(of: dataset, shard).count, order: 2 + shard)
    }

    /// The most rows that a shard has of its own.
    public static func mostOwnRows(_ count: Int, shards: Int) -> Int { (count + shards - 1) / shards }

    /// The shape of a row.
    public var shape: ImageShape { source.shape }

    /// Fills a tile (`rowsPerShard` x `shape.count`) with the prepared rows of a shard at a step.
    public func fill(_ tile: Matrix, step: Int, shard: Int) {
        precondition(
            tile.rows == rowsPerShard && tile.columns == shape.count, "a tile of \(tile.rows) x \(tile.columns) for rows of \(shape)")
        precondition(step >= 0 && shard >= 0 && shard < shards, "step \(step) and shard \(shard) of \(shards)")
        switch source {
        case .density(let density):
            density.fillSamples(tile, from: stream(.densitySample, step, shard))
            standardisation?.apply(to: tile)
        case .dataset(let dataset): fill(tile, from: dataset, step, shard)
        case .space(let space): preconditionFailure("the space of \(space.name) has no rows")
        }
        space?.settle(tile)
        guard preparation.noise > 0 else { return }
        addNoise(tile, stream(.dataNoise, step, shard))
    }

    /// Fills a tile with what belongs to the rows that `fill` gives: their partners, scaled to the same range and mirrored as they are, not
    /// dequantised, not standardised, without noise.
    /// - Parameter tile: `rowsPerShard` x the count of the partner's shape.
    public func fillPartners(_ tile: Matrix, step: Int, shard: Int) {
        guard let dataset = source.dataset, let partner = dataset.partner else { preconditionFailure("rows without partners") }
        precondition(
            tile.rows == rowsPerShard && tile.columns == partner.shape.count, "a tile of \(tile.columns) for rows of \(partner.shape)")
        let flips = stream(.augmentation, step, shard)
        for (place, row) in rows(of: dataset, step, shard).enumerated() {
            let target = tile.rows(place..<(place + 1))
            partner.fill(target, row: row, preparation)
            if preparation.flip && flips.bits(at: place) & 1 == 1 { mirror(target, partner.shape) }
        }
    }

    /// The rows of the data set that a shard sees at a step, without preparation; nil for a density.
    public func rows(step: Int, shard: Int) -> [Int]? {
        source.dataset.map { rows(of: $0, step, shard) }
    }

    private func stream(_ purpose: RandomPurpose, _ step: Int, _ index: Int) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, step: step, index: index)
    }

    private func rows(of dataset: Dataset, _ step: Int, _ shard: Int) -> [Int] {
        guard isDealt else {
            return elements(from: (step * shards + shard) * rowsPerShard, of: dataset.count, order: 0) { epoch, places in
                guard let draws else { return places }
                let offset = Double(stream(.rowWeight, epoch, 0).uniform(at: 0))
                return places.map { draws.row($0, offset: offset) }
            }
        }
        // A fixed order of all rows; each shard has a part of it.
        let (order, first) = (Permutation(count: dataset.count, key: stream(.dataOrder, 0, 1)), ownRows(of: dataset, shard).lowerBound)
        return order.elements(at: ownPlaces(step: step, shard: shard).map { first + $0 })
    }

    private func ownRows(of dataset: Dataset, _ shard: Int) -> Range<Int> {
        shard * dataset.count / shards..<(shard + 1) * dataset.count / shards
    }

    /// As many of the elements 0..<count as a shard has rows, from a position on, epoch after epoch, each epoch in an order of its own.
    /// - Parameter drawn: the rows that places of an epoch stand for.
    private func elements(
        from first: Int, of count: Int, order index: Int, drawn: (_ epoch: Int, _ places: [Int]) -> [Int] = { $1 }
    ) -> [Int] {
        var elements: [Int] = []
        elements.reserveCapacity(rowsPerShard)
        while elements.count < rowsPerShard {
            let (epoch, start) = (first + elements.count).quotientAndRemainder(dividingBy: count)
            let end = min(count, start + rowsPerShard - elements.count)
            elements += drawn(epoch, Permutation(count: count, key: stream(.dataOrder, epoch, index)).elements(at: Array(start..<end)))
        }
        return elements
    }

    private func fill(_ tile: Matrix, from dataset: Dataset, _ step: Int, _ shard: Int) {
        let flips = stream(.augmentation, step, shard)
        if isCentred {
            tile.fill(0.5)
        } else if preparation.dequantize, spread == nil {
            stream(.dequantisation, step, shard).fillUniforms(tile)
        }
        for (place, row) in rows(of: dataset, step, shard).enumerated() {
            let target = tile.rows(place..<(place + 1))
            dataset.fill(target, row: row, preparation, standardisation, dequantises: preparation.dequantize)
            if preparation.flip && flips.bits(at: place) & 1 == 1 { mirror(target, shape) }
        }
        if let spread, !isCentred { spread.apply(to: tile, stream(.dequantisation, step, shard)) }
    }
}
