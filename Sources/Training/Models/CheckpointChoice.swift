import Failures

/// Which checkpoint a reader takes: the one that is wanted, or the newest that is whole. Used by rank 0 alone.
package struct CheckpointChoice {
    package let folder: RunFolder
    private let wanted: WantedCheckpoint?
    private var damaged: [CheckpointReader.Damage] = []
    /// Checkpoints that were gone before they could be opened.
    private var vanished = 0

    /// A training removes one for each that it saves: more of them than this, and something else removes them.
    private static let mostVanished = 1000

    package init(_ folder: RunFolder, wanted: WantedCheckpoint?) { (self.folder, self.wanted) = (folder, wanted) }

    /// The step of the next checkpoint to try.
    /// - Throws: `.missingInput` when there is none, `.checkpoint` when all are damaged.
    package func next() throws(Failure) -> Int {
        _ = try StoredConfiguration(folder)
        let steps = try folder.steps()
        let wanted = try step(among: steps)
        if let wanted, !steps.contains(wanted) {
            let found = steps.isEmpty ? "none" : steps.map(String.init).joined(separator: ", ")
            throw Failure(.missingInput, "\(folder.checkpoints): expected a checkpoint of step \(wanted), found \(found)")
        }
        if let next = wanted ?? steps.first(where: { step in !damaged.contains { $0.step == step } }) { return next }
        guard !damaged.isEmpty else { throw Failure(.missingInput, "\(folder.checkpoints): expected a checkpoint, found none") }
        throw CheckpointReader.allDamaged(damaged, in: folder)
    }

    /// The step that is wanted; nil: any.
    private func step(among steps: [Int]) throws(Failure) -> Int? {
        switch wanted {
        case nil: return nil
        case .step(let step): return step
        case .best:
            if let best = steps.lazy.compactMap({ folder.best(at: $0) }).first { return best.step }
            throw Failure(
                .missingInput,
                "\(folder.checkpoints): expected a checkpoint of the best evaluation, found none: the run has no checkpoint.keepBest, or was not evaluated yet"
            )
        }
    }

    /// Goes on after a failure to read the checkpoint of a step: it is gone, or damaged.
    /// - Throws: the failure where it is neither, or no other checkpoint may be taken.
    package mutating func pass(over step: Int, _ failure: Failure) throws(Failure) {
        if try !folder.steps().contains(step), vanished < Self.mostVanished {
            vanished += 1
        } else if failure.isDamage, wanted == nil {
            damaged.append(CheckpointReader.Damage(step: step, failure: failure))
        } else {
            throw failure
        }
    }

    /// What is to be said of those that were passed over.
    package var remarks: [String] { damaged.map(\.remark) }
}
