import Failures
import Files
import Glibc

/// A file without a name that one rank of a node makes and the others of the node open: in memory where that has room, else on the disk of the node.
final class NodeFile {
    private static let folders = ["/dev/shm", "/tmp"]

    private let file: OpenFile

    /// - Returns: nil where no folder of the node has room for so many bytes.
    static func make(_ bytes: Int) -> NodeFile? {
        for folder in folders {
            do throws(SystemCallError) {
                let file = try OpenFile.unnamed(in: folder)
                try file.allocate(bytes)
                return NodeFile(file: file)
            } catch {
                continue
            }
        }
        return nil
    }

    private init(file: consuming OpenFile) { self.file = file }

    /// For the ranks of the node.
    var path: String { file.shownPath }

    func write(_ bytes: [UInt8], at offset: Int) throws(Failure) {
        do { try file.write(bytes, at: offset) } catch { throw Failure(error) }
    }
}

extension Communicator {
    /// Collective. Gives every node a file with the bytes that rank 0 has, and every rank a path where it finds that of its node, as long as `body` runs.
    ///
    /// The bytes travel in pieces, so that no rank has to hold all of them. The file is there as long as a process has it open.
    /// - Parameters:
    ///   - size: of the file; the same on all ranks.
    ///   - pieceLimit: bytes that are sent at once.
    ///   - piece: bytes of it; asked of rank 0 alone.
    ///   - body: collective.
    /// - Returns: nil where a node has no room for it, or a rank does not see that of its node.
    package func withNodeFile<T>(
        size bytes: Int, pieceLimit: Int = 16 << 20, _ piece: (Range<Int>) -> [UInt8], _ body: (_ path: String) throws(Failure) -> T
    ) throws(Failure) -> T? {
        let mark = try bytesFromRoot { Array("ebm-dist, \(bytes) bytes of process \(getpid())".utf8) }
        let isLeader = nodes.place(of: rank).index == 0
        let own = isLeader ? NodeFile.make(bytes + mark.count) : nil
        guard try all(own != nil || !isLeader) else { return nil }
        try fill(own, bytes, pieceLimit, piece, mark)
        let path = try pathOfNode(own?.path ?? "")
        guard try all(Self.has(path, mark, at: bytes)) else { return nil }
        let made = try body(path)
        // Nobody closes the file before all have opened it.
        return try withExtendedLifetime(own) { () throws(Failure) in
            try barrier()
            return made
        }
    }

    private func fill(
        _ own: NodeFile?, _ bytes: Int, _ width: Int, _ piece: (Range<Int>) -> [UInt8], _ mark: [UInt8]
    ) throws(Failure) {
        var failure: Failure?
        for start in stride(from: 0, to: bytes, by: width) {
            var part = rank == 0 ? piece(start..<min(bytes, start + width)) : []
            if nodes.count > 1 { try broadcast(&part, from: 0) }
            progress.note("a copy for a node")
            do throws(Failure) { try own?.write(part, at: start) } catch { failure = failure ?? error }
        }
        do throws(Failure) { try own?.write(mark, at: bytes) } catch { failure = failure ?? error }
        try agree(on: failure)
    }

    /// Collective. What the first rank of this one's node gives.
    private func pathOfNode(_ own: String) throws(Failure) -> String {
        let node = nodes.place(of: rank).node
        var path = ""
        for leader in 0..<size where nodes.place(of: leader).index == 0 {
            var text = rank == leader ? Array(own.utf8) : []
            try broadcast(&text, from: leader)
            if nodes.place(of: leader).node == node { path = String(decoding: text, as: UTF8.self) }
        }
        return path
    }

    /// Whether it is the file that was made: another process may have the number in another container of the host.
    private static func has(_ path: String, _ mark: [UInt8], at offset: Int) -> Bool {
        do throws(SystemCallError) {
            return try OpenFile(path, O_RDONLY).bytes(in: offset..<offset + mark.count) == mark
        } catch {
            return false
        }
    }
}
