import Failures
import Formats
import Model

/// Where a checkpoint holds the parameters that training goes on from, and their average.
///
/// `model.safetensors` holds the parameters that every command uses and that a person who opens the file wants: the average where the run keeps
/// one. The current ones are then `current.NAME` in `optimizer.safetensors`, beside the moments that belong to them. Format 1 had them the other
/// way: the current ones in the model's file, the average as `average.NAME` in the optimiser's.
struct CheckpointWeights {
    let hasAverage: Bool
    /// Of the manifest.
    let format: Int

    /// - Parameters:
    ///   - model, optimizer: the files with their paths.
    /// - Throws: `.checkpoint` when a tensor is missing, or has another shape or type.
    func decode(
        _ weights: ModelWeights, _ layout: ParameterLayout, model: (file: Safetensors, path: String),
        optimizer: () throws(Failure) -> (file: Safetensors, path: String)
    ) throws(Failure) -> [Float] {
        // The model's file first, also where its parameters are not wanted: one of other networks is named, and not the file beside it.
        let own = try ParameterTensors.decode(model.file, layout, path: model.path)
        guard let prefix = prefix(of: weights) else { return own }
        let optimizer = try optimizer()
        return try ParameterTensors.decode(optimizer.file, layout, prefix: prefix, path: optimizer.path)
    }

    /// In front of the names in the optimiser's file; nil where the model's file has them.
    private func prefix(of weights: ModelWeights) -> String? {
        switch (hasAverage, weights) {
        case (false, _): nil
        case (true, .average): format == 1 ? "average." : nil
        case (true, .current): format == 1 ? nil : Self.currentPrefix
        }
    }

    /// Of the current parameters beside an average.
    static let currentPrefix = "current."
    /// Which parameters a model's file holds, under this key of its metadata.
    static let metadataKey = "weights"
}
