import Failures
import Files
import Formats

/// Checkpoints that are out of the way, for whoever wants to look at them: they are damaged, or a rollback went back behind them.
///
/// They are called `step-N.aside`, further ones of the same step `step-N.aside-2` and so on. The newest `checkpoint.keep` stay, newest by the time at
/// which they were saved, and those that hold a file named KEEP; they are never read again.
extension RunFolder {
    /// Takes checkpoints out of the way, and removes the oldest of those that are.
    /// - Parameters:
    ///   - steps: in this order, the newest first, so that a job that is killed meanwhile finds the others.
    ///   - keep: how many stay.
    /// - Returns: sentences for the person at the terminal; none where nothing was set aside.
    package func setAside(_ steps: [Int], keep: Int) throws(Failure) -> [String] {
        guard !steps.isEmpty else { return [] }
        var made: [String] = []
        for step in steps {
            let name = try freeAside(step)
            try AtomicFile.rename(checkpoint(step), to: "\(checkpoints)/\(name)")
            try AtomicFile.syncFolder(checkpoints)
            made.append(name)
        }
        let (removed, left) = try pruneAsides(keep: keep)
        var sentence = "set aside in \(checkpoints): \(made.joined(separator: ", "))"
        if !removed.isEmpty {
            sentence +=
                "; removed: \(removed.joined(separator: ", ")) (the newest \(keep) stay, as checkpoint.keep says, and those with a file KEEP)"
        }
        return [sentence] + [Self.remark(onLeft: left)].compactMap { $0 }
    }

    /// A name that nothing has.
    private func freeAside(_ step: Int) throws(Failure) -> String {
        let name = "\(Self.stepName(step)).aside"
        var (free, number) = (name, 2)
        while try Self.isFile("\(checkpoints)/\(free)") { (free, number) = ("\(name)-\(number)", number + 1) }
        return free
    }

    /// The names of the checkpoints that are aside, the newest first.
    package func asides() throws(Failure) -> [String] {
        do {
            let names = try FileSystem.names(in: checkpoints).filter { $0.hasPrefix("step-") && $0.contains(".aside") }
            var saved: [(name: String, time: FileSystem.Time)] = []
            for name in names { saved.append((name, try FileSystem.changed("\(checkpoints)/\(name)"))) }
            return saved.sorted {
                ($0.time.seconds, $0.time.nanoseconds, $0.name) > ($1.time.seconds, $1.time.nanoseconds, $1.name)
            }.map(\.name)
        } catch {
            throw Failure(error)
        }
    }

    /// - Returns: the names of those that were removed, and why others could not be.
    private func pruneAsides(keep: Int) throws(Failure) -> (removed: [String], left: [Failure]) {
        var (removed, left): ([String], [Failure]) = ([], [])
        for name in try asides().dropFirst(keep) {
            let path = "\(checkpoints)/\(name)"
            do throws(Failure) {
                if try Self.isFile("\(path)/KEEP") { continue }
                try Self.remove(path)
                removed.append(name)
            } catch {
                left.append(error)
            }
        }
        return (removed, left)
    }
}
