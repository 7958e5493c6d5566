import Failures
import Formats

/// Which checkpoints stay.
extension RunFolder {
    /// Keeps the newest `keep` checkpoints, the best one as each of these has it, those that a rollback may go back to, and those that hold a file named
    /// KEEP.
    /// - Returns: what cannot be removed, and why: the save was good, and goes on being so.
    func prune(keep: Int, _ points: RollbackPoints?) -> [Failure] {
        var left: [Failure] = []
        do throws(Failure) {
            let steps = try steps()
            let needed = (points?.mustStay(of: steps) ?? []).union(steps.prefix(keep).compactMap { best(at: $0)?.step })
            for step in steps.dropFirst(keep) where !needed.contains(step) {
                do throws(Failure) {
                    let isKept = try RunFolder.isFile("\(checkpoint(step))/KEEP")
                    if !isKept { try removeCheckpoint(step) }
                } catch {
                    left.append(error)
                }
            }
        } catch {
            left.append(error)
        }
        return left
    }

    /// The best evaluation that a checkpoint knows of; nil where it knows of none, or says nothing any more.
    package func best(at step: Int) -> BestEvaluation? {
        let path = "\(checkpoint(step))/\(Manifest.fileName)"
        return (try? Manifest(file: FileBytes.read(path, limit: 64 << 20), name: path))?.best
    }
}
