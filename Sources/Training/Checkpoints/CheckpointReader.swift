import Configuration
import Distributed
import Failures
import Formats
import Learning
import Model
import Numerics

/// Loads a checkpoint after checking sizes, checksums and its binding to the configuration.
package struct CheckpointReader {
    let folder: RunFolder
    let model: RunNetworks
    let chains: ChainsFile
    let binding: Binding
    let rule: Optimizer.Rule
    let groups: [Optimizer.Group]
    let keepsAverage: Bool
    /// Where the moments and the average go.
    let slices: ParameterSlices
    /// Checkpoints set aside that stay.
    let keep: Int

    /// What a checkpoint must belong to.
    struct Binding: Sendable {
        let run: RunConfiguration
        /// Digests.
        let configuration: String
        let data: String
        /// Of the configuration as it stands in the run folder, and as earlier versions had it, with the places of the data.
        var former: [String] = []
    }

    /// A checkpoint that was passed over, and why.
    package struct Damage: Codable, Sendable {
        package let step: Int
        package let failure: Failure

        /// For the person at the terminal.
        var remark: String { "passed over the checkpoint of step \(step): \(failure.message)" }
    }

    /// The failure of a folder in which no checkpoint is whole.
    static func allDamaged(_ damaged: [Damage], in folder: RunFolder) -> Failure {
        Failure(
            .checkpoint,
            "\(folder.checkpoints): no checkpoint can be used:\n" + damaged.map { "  \($0.failure.message)" }.joined(separator: "\n"))
    }

    /// Collective. The newest checkpoint that is whole. Newer ones are set aside (`RunFolder.setAside`), so that the run can save their steps
    /// anew.
    /// - Returns: the state, the manifest and what rank 0 says of damaged checkpoints that were passed over; nil when there is no checkpoint at all.
    /// - Throws: `.checkpoint` when there are checkpoints and all are damaged; `.missingInput` or `.inputOutput` when one cannot be read, which says
    ///   nothing about it: nothing is set aside then.
    func loadNewest(
        into shards: [ShardState], _ communicator: any Communicator
    ) throws(Failure) -> (state: TrainingState, manifest: Manifest, remarks: [String])? {
        let steps = try communicator.fromRoot { try folder.steps() }
        var passedOver: [Damage] = []
        for step in steps {
            do {
                let (state, manifest) = try load(step, into: shards, communicator)
                let aside = try setAside(steps, newerThan: step, communicator)
                return (state, manifest, passedOver.map(\.remark) + aside)
            } catch  where error.isDamage {
                passedOver.append(Damage(step: step, failure: error))
            }
        }
        guard !passedOver.isEmpty else { return nil }
        try communicator.onRoot { throw Self.allDamaged(passedOver, in: folder) }
        return nil
    }

    /// Collective. The checkpoint of a step that training goes back to. Newer ones are set aside, as rank 0 says in the remarks: training comes to their
    /// steps on another way.
    func goBack(
        to step: Int, into shards: [ShardState], _ communicator: any Communicator
    ) throws(Failure) -> (state: TrainingState, manifest: Manifest, remarks: [String]) {
        do {
            let (state, manifest) = try load(step, into: shards, communicator)
            let aside = try setAside(try communicator.fromRoot { try folder.steps() }, newerThan: step, communicator)
            return (state, manifest, aside)
        } catch  where error.isDamage {
            try communicator.onRoot {
                throw Failure(
                    .checkpoint,
                    "\(error.message). A rollback must go to this checkpoint: from another one training would come to other bits. Remove it and "
                        + "the newer ones (or all, and it begins anew): the same command then computes it again from an older one.")
            }
            throw error
        }
    }

    /// Collective. - Returns: on rank 0, what is to be said.
    private func setAside(_ steps: [Int], newerThan step: Int, _ communicator: any Communicator) throws(Failure) -> [String] {
        var remarks: [String] = []
        try communicator.onRoot { remarks = try folder.setAside(steps.filter { $0 > step }, keep: keep) }
        return remarks
    }

    /// Collective. One checkpoint; all ranks fail together.
    func load(_ step: Int, into shards: [ShardState], _ communicator: any Communicator) throws(Failure) -> (TrainingState, Manifest) {
        let path = folder.checkpoint(step)
        var opened: CheckpointFiles?
        let manifest = try communicator.fromRoot {
            opened = try CheckpointFiles(path, step: step, binding: binding)
            return opened?.manifest
        }
        guard let manifest else { preconditionFailure("rank 0 opens the checkpoint or fails") }
        try manifest.checkMetric(dimension: model.energy.inputShape.count, "\(path)/\(Manifest.fileName)")
        var vectors = StoredVectors()
        let replicated = try communicator.bytesFromRoot {
            if let opened { vectors = try readVectors(opened) }
            return vectors.replicated
        }
        var bytes = ReplicatedBytes(values: replicated)
        let state = TrainingState(
            step: step, parameters: bytes.next(model.layout.count), modelState: bytes.next(model.stateLayout.count),
            optimizer: try optimizer(vectors, updates: manifest.updates, communicator), average: try average(vectors, communicator),
            exponents: bytes.rest(), guardState: manifest.guardState, stepSize: manifest.stepSize, metric: manifest.metric,
            health: manifest.health ?? HealthState())
        // Every shard is checked before any is changed, so that a damaged file leaves the chains as they were.
        let parts = try communicator.agree {
            try readChains(opened ?? CheckpointFiles(path, openedByRoot: manifest, [ChainsFile.name]), shards)
        }
        for (shard, part) in zip(shards, parts) { chains.restore(part, into: shard) }
        return (state, manifest)
    }

    // MARK: parts

    private func readVectors(_ files: CheckpointFiles) throws(Failure) -> StoredVectors {
        let (modelPath, optimizerPath) = (files.name("model.safetensors"), files.name("optimizer.safetensors"))
        let modelFile = try files.tensors("model.safetensors")
        let optimizerFile = try files.tensors("optimizer.safetensors")
        let weights = CheckpointWeights(hasAverage: keepsAverage, format: files.manifest.format)
        func decode(_ kind: ModelWeights) throws(Failure) -> [Float] {
            try weights.decode(kind, model.layout, model: (modelFile, modelPath)) { () throws(Failure) in (optimizerFile, optimizerPath) }
        }
        func moments(_ name: String) throws(Failure) -> [Float] {
            try ParameterTensors.decode(optimizerFile, model.layout, prefix: "\(name)_moment.", path: optimizerPath)
        }
        var vectors = StoredVectors()
        vectors.parameters = try decode(.current)
        vectors.modelState = try ParameterTensors.decode(modelFile, model.stateLayout, path: modelPath)
        vectors.first = try moments("first")
        if rule.beta2 != nil { vectors.second = try moments("second") }
        if keepsAverage { vectors.average = try decode(.average) }
        guard case .int32(let exponents) = try optimizerFile.array("sum_exponents").values, exponents.count == model.layout.tensors.count,
            exponents.allSatisfy({ ExactSum.exponentRange.contains($0) })
        else {
            throw Failure(
                .checkpoint,
                "\(optimizerPath): expected sum_exponents as \(model.layout.tensors.count) x I32, each in \(ExactSum.exponentRange)")
        }
        vectors.exponents = exponents
        return vectors
    }

    /// Collective. With the moments of the rank's own parameters.
    /// - Parameter vectors: of the checkpoint, on rank 0.
    private func optimizer(_ vectors: StoredVectors, updates: Int, _ communicator: any Communicator) throws(Failure) -> Optimizer {
        var optimizer = Optimizer(rule, groups: groups, own: slices.own(communicator.rank))
        optimizer.first = try slices.deal(vectors.first, communicator)
        if rule.beta2 != nil { optimizer.second = try slices.deal(vectors.second, communicator) }
        optimizer.updates = updates
        return optimizer
    }

    /// Collective. Of the rank's own parameters.
    private func average(_ vectors: StoredVectors, _ communicator: any Communicator) throws(Failure) -> ParameterAverage? {
        guard keepsAverage else { return nil }
        return ParameterAverage(own: slices.own(communicator.rank), values: try slices.deal(vectors.average, communicator))
    }

    private func readChains(_ files: CheckpointFiles, _ shards: [ShardState]) throws -> [ChainsFile.Part] {
        let (path, manifest) = (files.name(ChainsFile.name), files.manifest)
        let file = try files.parts(ChainsFile.name)
        guard file.header == chains.header, Checksum.of(file.header.bytes) == manifest.chains.header else {
            throw Failure(.checkpoint, "\(path): the header is damaged or describes other chains")
        }
        try chains.checkLadders(path, bytes: file.bytes)
        return try shards.map { try Self.part(of: $0.index, in: file, chains, path, manifest) }
    }

    /// The chains of a checkpoint with their layout and the checksums of all shards verified, for a reader without the run's data.
    static func checkedChains(in files: CheckpointFiles, _ configuration: RunConfiguration, shape: ImageShape) throws -> Safetensors {
        let (name, manifest) = (files.name(ChainsFile.name), files.manifest)
        let file = try files.parts(ChainsFile.name)
        try manifest.checkShards(configuration, files.path)
        guard
            let chains = ChainsFile(
                file.header, shards: configuration.run.shards, storage: configuration.chainStorage, shape: shape),
            Checksum.of(file.header.bytes) == manifest.chains.header
        else {
            throw Failure(.checkpoint, "\(name): the header is damaged or describes other chains")
        }
        try chains.checkLadders(name, bytes: file.bytes)
        for shard in 0..<chains.shards { _ = try part(of: shard, in: file, chains, name, manifest) }
        return file
    }

    /// One shard's bytes, checked.
    private static func part(
        of shard: Int, in file: Safetensors, _ chains: ChainsFile, _ path: String, _ manifest: Manifest
    ) throws -> ChainsFile.Part {
        let part = ChainsFile.Part(try chains.ranges(of: shard).map { try file.bytes(in: $0) })
        let expected = manifest.chains.shards[shard]
        guard part.checksum == expected else {
            throw Failure(
                .checkpoint, "\(path): shard \(shard): expected checksum \(expected), found \(part.checksum): the file is damaged")
        }
        try chains.check(part, "\(path): shard \(shard)")
        return part
    }
}

extension CheckpointReader.Binding {
    func check(_ manifest: Manifest, _ name: String) throws(Failure) {
        guard manifest.configuration == configuration || former.contains(manifest.configuration) else {
            throw Failure(.checkpoint, "\(name): the checkpoint belongs to another configuration than the run folder's config.json5")
        }
        guard manifest.data == data else {
            throw Failure(.checkpoint, "\(name): the checkpoint was trained on other data than data.source holds now")
        }
        try manifest.checkShards(run, name)
        try manifest.checkTuning(run, name)
    }
}

/// What rank 0 reads of the parameters and what belongs to them.
private struct StoredVectors {
    var parameters: [Float] = []
    var modelState: [Float] = []
    var first: [Float] = []
    var second: [Float] = []
    var average: [Float] = []
    var exponents: [Int32] = []

    /// What every rank gets; moments and average are dealt.
    var replicated: [UInt8] {
        LittleEndian.bytes(of: parameters) + LittleEndian.bytes(of: modelState) + LittleEndian.bytes(of: exponents)
    }
}

/// The replicated state on its way from rank 0 to the others.
private struct ReplicatedBytes {
    let values: [UInt8]
    var position = 0

    mutating func next(_ count: Int) -> [Float] {
        defer { position += count * 4 }
        return LittleEndian.values(of: Array(values[position..<position + count * 4]))
    }

    mutating func rest() -> [Int32] {
        LittleEndian.values(of: Array(values[position...]))
    }
}
