import Distributed
import Failures
import Files
import Formats
import Learning
import Model

/// Saves a run so that a checkpoint is whole or absent.
///
/// Everything is written into `.step-N.partial`: the chains by all ranks together at global offsets, the rest by rank 0; files are
/// synced; the manifest with all checksums comes last; then the folder is renamed and its parent synced. A save that returned is on disk.
/// A failed write, sync or close condemns the folder: the next save begins with new files.
struct CheckpointWriter {
    let folder: RunFolder
    let model: RunNetworks
    let chains: ChainsFile
    let layout: ShardLayout
    /// Where the moments and the average lie.
    let slices: ParameterSlices
    /// The hashes of the configuration and the data, to which the checkpoint is bound.
    let configuration: String
    let data: String
    /// The description of the network and what else turns its output into the energy, for readers of the model file.
    let modelMetadata: [String: String]
    let keep: Int
    /// nil where the guard does not roll back.
    let points: RollbackPoints?

    /// Collective.
    /// - Returns: on rank 0, older checkpoints that cannot be removed, and why.
    func save(
        _ state: TrainingState, shards: [ShardState], _ reports: Manifest.Reports, _ communicator: any Communicator
    ) throws(Failure) -> [Failure] {
        // A committed step is never overwritten: it holds the same bits already.
        guard let partial = try communicator.fromRoot({ try begin(state) }) else { return [] }
        var left: [Failure] = []
        let sums = try writeChains(shards, to: "\(partial)/\(ChainsFile.name)", communicator)
        // While a checkpoint is written or read, and no longer, moments and average of all parameters are in one place.
        let whole = try slices.whole(state, communicator)
        try communicator.onRoot {
            var files = try whole.map { try writeParameters($0, in: partial) } ?? [:]
            files[ChainsFile.name] = Manifest.File(bytes: chains.header.fileSize, checksum: nil)
            let manifest = Manifest(
                format: Manifest.currentFormat, program: BuildInformation.source, step: state.step, configuration: configuration,
                data: data, files: files,
                chains: Manifest.Chains(header: Checksum.of(chains.header.bytes), shards: sums), guardState: state.guardState,
                stepSize: state.stepSize, metric: state.metric, health: state.health, updates: state.optimizer.updates,
                metricsBytes: reports.metricsBytes, evaluation: reports.evaluation, eventBytes: reports.eventBytes,
                best: reports.best)
            try AtomicFile.write(manifest.fileBytes(), to: "\(partial)/\(Manifest.fileName)")
            try AtomicFile.rename(partial, to: folder.checkpoint(state.step))
            try AtomicFile.syncFolder(folder.checkpoints)
            left = folder.prune(keep: keep, points)
        }
        return left
    }

    /// Makes the partial folder; nil when the step is committed already.
    private func begin(_ state: TrainingState) throws(Failure) -> String? {
        if try RunFolder.isFile(folder.checkpoint(state.step)) { return nil }
        let partial = try folder.freePartial(state.step)
        try checkSpace(for: state)
        try RunFolder.makeFolder(partial)
        return partial
    }

    private var freeBytes: Int { FileSystem.freeBytes(at: folder.checkpoints) ?? .max }

    /// Before anything is written: a save that cannot succeed would only fill the disk for others.
    private func checkSpace(for state: TrainingState) throws(Failure) {
        let vectors = 1 + (state.optimizer.rule.beta2 == nil ? 1 : 2) + (state.average == nil ? 0 : 1)
        let needed = chains.header.fileSize + 4 * (vectors * state.parameters.count + state.modelState.count)
        // Older ones that were left, or that a lowered checkpoint.keep leaves over, go first.
        if freeBytes < needed { _ = folder.prune(keep: keep, points) }
        let free = freeBytes
        guard free < needed else { return }
        throw Failure(
            .inputOutput,
            "\(folder.checkpoints): the checkpoint of step \(state.step) needs \(needed) bytes, and \(free) are free there. Nothing was written. "
                + "Free some space; the same command continues from the last checkpoint.")
    }

    /// Collective. Every rank writes its shards.
    /// - Returns: the checksums of all shards.
    private func writeChains(_ shards: [ShardState], to path: String, _ communicator: any Communicator) throws(Failure) -> [String] {
        var pieces: [FilePiece] = []
        if communicator.rank == 0 { pieces.append(FilePiece(offset: 0, bytes: chains.header.bytes)) }
        var sums: [Double] = []
        for shard in shards {
            let part = chains.part(shard)
            for (range, bytes) in zip(chains.ranges(of: shard.index), part.tensors) {
                pieces.append(FilePiece(offset: chains.header.dataStart + range.lowerBound, bytes: bytes))
            }
            sums += ChecksumHalves.split(part.checksum)
        }
        try communicator.write(pieces, to: path, size: chains.header.fileSize)
        return ChecksumHalves.join(try communicator.gather(sums, perShard: 2, layout: layout))
    }

    /// - Parameter state: with the moments and the average of all parameters.
    private func writeParameters(_ state: TrainingState, in partial: String) throws(Failure) -> [String: Manifest.File] {
        let modelTensors =
            ParameterTensors.encode(state.bestParameters, model.layout) + ParameterTensors.encode(state.modelState, model.stateLayout)
        let weights = state.average == nil ? ModelWeights.current : .average
        let metadata = modelMetadata.merging([CheckpointWeights.metadataKey: weights.rawValue]) { $1 }
        var files = ["model.safetensors": Safetensors.encode(modelTensors, metadata: metadata)]
        files["optimizer.safetensors"] = Safetensors.encode(optimizerTensors(state))
        var entries: [String: Manifest.File] = [:]
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            try AtomicFile.write(bytes, to: "\(partial)/\(name)")
            entries[name] = Manifest.File(bytes: bytes.count, checksum: Checksum.of(bytes))
        }
        return entries
    }

    private func optimizerTensors(_ state: TrainingState) -> [ParameterTensors.Named] {
        var tensors = ParameterTensors.encode(state.optimizer.first, model.layout, prefix: "first_moment.")
        if !state.optimizer.second.isEmpty {
            tensors += ParameterTensors.encode(state.optimizer.second, model.layout, prefix: "second_moment.")
        }
        if state.average != nil {
            tensors += ParameterTensors.encode(state.parameters, model.layout, prefix: CheckpointWeights.currentPrefix)
        }
        tensors.append(("sum_exponents", NumericArray(shape: [state.exponents.count], .int32(state.exponents))))
        return tensors
    }
}

/// Checksums as pairs of exact doubles, the values that `gather` carries.
enum ChecksumHalves {
    static func split(_ checksum: String) -> [Double] {
        let value = UInt64(checksum, radix: 16) ?? 0
        return [Double(value >> 32), Double(value & 0xFFFF_FFFF)]
    }

    static func join(_ halves: [Double]) -> [String] {
        stride(from: 0, to: halves.count, by: 2).map { index in
            let digits = String(UInt64(halves[index]) << 32 | UInt64(halves[index + 1]), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
    }
}
