import Datasets
import Distributed
import Failures
import Formats
import Numerics

extension RunConfiguration {
    /// Collective. Rank 0 loads the data of the `data` group, everyone gets them.
    /// - Parameter loaded: the same data where rank 0 has them already.
    package func sharedSource(_ communicator: any Communicator, loaded: DataSource? = nil) throws(Failure) -> DataSource {
        guard communicator.size > 1 else {
            if let loaded { return loaded }
            return try loadedSource()
        }
        let bytes = try communicator.bytesFromRoot { try (loaded ?? loadedSource()).encoded() }
        if let loaded { return loaded }
        return try DataSource(encoded: bytes)
    }

    /// The data, with what the networks are told about each row.
    func loadedSource() throws(Failure) -> DataSource {
        var options = LoadingOptions()
        options.columns = data.columns
        options.lastColumnIsLabel = data.labelColumn == .last
        options.readsLabels = condition.kind == .label
        let source = try DataSource.load(data.source, options)
        guard condition.kind == .image, let path = condition.source, let dataset = source.dataset else { return source }
        guard let partner = try DataSource.load(path).dataset else {
            throw Failure(.data, "condition.source: expected rows, one for each of \(source.name), found the density \(path)")
        }
        return .dataset(try dataset.paired(with: partner))
    }

    /// What a checkpoint is bound to: the data, and the classes or images that the networks are told.
    func digest(of source: DataSource) -> String {
        let labels =
            condition.kind == .label
            ? source.dataset?.labels.map {
                " \(Checksum.of($0.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }))"
            } : nil
        let partner = source.dataset?.partner.map { " \($0.digest)" }
        return Checksum.of(Array((source.digest + (labels ?? partner ?? "")).utf8))
    }

    /// The rows that each shard sees at each step, prepared as the `data` group says.
    package func dataStream(_ source: DataSource, seed: UInt64) throws(Failure) -> DataStream {
        var preparation = DataPreparation()
        preparation.low = Float(data.low)
        preparation.high = Float(data.high)
        // Only whole-number data have levels between which values can be spread.
        preparation.dequantise = data.dequantise ?? (source.dataset?.levels != nil)
        preparation.standardise = data.standardise
        preparation.noise = Float(data.noise)
        preparation.flip = data.flip
        return try DataStream(source: source, preparation: preparation, seed: seed, shards: run.shards, rowsPerShard: run.chainsPerShard)
    }
}
