import Configuration
import Datasets
import Distributed
import Failures
import Foundation

/// How rows that rank 0 has read become known to all: by a copy in every rank, by one copy a node, or by where they stand.
extension RunConfiguration {
    /// Collective. What rank 0 loads, on all ranks.
    /// - Parameters:
    ///   - path: for messages.
    ///   - options: how it is read.
    func share(
        _ path: String, _ options: LoadingOptions, _ communicator: any Communicator, _ load: () throws -> DataSource
    ) throws(Failure) -> DataSource {
        let source = try communicator.expecting(.storing("reading \(path)")) { () throws(Failure) in
            var loaded: DataSource?
            var image: NodeImage?
            let size = try communicator.fromRoot {
                let source = try load()
                loaded = source
                image = NodeImage(source).flatMap { isForNodes($0, communicator) ? $0 : nil }
                return image?.size ?? 0
            }
            guard size > 0 else { return try copied(loaded, communicator) }
            let standing = try communicator.withNodeFile(size: size, { image?.bytes(in: $0) ?? [] }) { (path) throws(Failure) in
                image = nil
                return try opened(loaded, at: path, options, communicator)
            }
            if let standing { return standing }
            let note =
                "there is no room for a copy of the data that the ranks of a node share (/dev/shm, /tmp), or not all of them see it: every rank holds them"
            return try copied(loaded?.noting(note), communicator)
        }
        // A row that cannot be read any more is known to all when the ranks meet next.
        for rows in source.datasets.compactMap(\.stored) { communicator.progress.attend(to: rows.loss) }
        return source
    }

    /// Whether the ranks of a node share one copy of what stands in memory.
    private func isForNodes(_ image: NodeImage, _ communicator: any Communicator) -> Bool {
        switch data.memory {
        case .node: true
        case .automatic, .file: image.size > DataMemory.mostOfRank && communicator.nodes.count < communicator.size
        case .rank: false
        }
    }

    /// Collective. Every rank has what rank 0 has: values in memory, or the file that they stand in.
    private func copied(_ loaded: DataSource?, _ communicator: any Communicator) throws(Failure) -> DataSource {
        guard communicator.size > 1 else { return try communicator.agree { try loaded.orFailure() } }
        let bytes = try communicator.bytesFromRoot { try loaded.orFailure().encoded() }
        return try communicator.agree { () throws -> DataSource in
            if let loaded { return loaded }
            do throws(Failure) {
                return try DataSource(encoded: bytes)
            } catch {
                throw Failure(
                    error.kind,
                    "rank \(communicator.rank) on \(ProcessInfo.processInfo.hostName): \(error.message) All nodes have to see the file at this path; "
                        + "data.memory=node sends the rows from rank 0 instead, data.memory=rank to every rank.")
            }
        }
    }

    /// Collective. The values stand in a file of each node.
    private func opened(
        _ loaded: DataSource?, at path: String, _ options: LoadingOptions, _ communicator: any Communicator
    ) throws(Failure) -> DataSource {
        var standing: DataSource?
        let bytes = try communicator.bytesFromRoot {
            let source = try loaded.orFailure().standing(at: path, options)
            standing = source
            return try source.encoded()
        }
        return try communicator.agree { () throws -> DataSource in
            if let standing { return standing }
            return try DataSource(encoded: bytes, node: path)
        }
    }
}

extension DataSource? {
    fileprivate func orFailure() throws(Failure) -> DataSource {
        guard let self else { throw Failure(.software, "rank 0 has no data that it could give to the others") }
        return self
    }
}
