/// What a checkpoint consists of: written last, so that a folder with a manifest is whole.
struct Manifest: Codable, Hashable, Sendable {
    static let fileName = "manifest.json"
    static let currentFormat = 1

    /// A file of the checkpoint.
    struct File: Codable, Hashable, Sendable {
        let bytes: Int
        /// XXH3 of the whole file; nil for the chains, which have a checksum for each part.
        let checksum: String?
    }

    let format: Int
    let step: Int
    /// The hash of the configuration keys that touch the mathematics.
    let configuration: String
    /// The digest of the training data.
    let data: String
    let files: [String: File]
    let chains: Chains
    let guardState: GuardState
    /// Updates made by the optimiser.
    let updates: Int
    /// The length of metrics.jsonl at this step.
    let metricsBytes: Int

    /// Checksums of the chains by shard: never by rank.
    struct Chains: Codable, Hashable, Sendable {
        /// XXH3 of the file's header.
        let header: String
        /// XXH3 of each shard's samples, ages and counters.
        let shards: [String]
    }
}
