import Distributed
import Failures
import Formats

/// Rows that all ranks compute by tiles of fixed size and write together into one `.npy` file: the same bytes on any number of ranks.
struct TileResults {
    let rows: Int
    let rowsPerTile: Int
    /// The shape of one row in the file; empty for a number.
    let rowShape: [Int]

    /// The tiles of a rank, with their rows.
    func tiles(of communicator: any Communicator) -> [(index: Int, rows: Range<Int>)] {
        let count = (rows + rowsPerTile - 1) / rowsPerTile
        let (rank, ranks) = (communicator.rank, communicator.size)
        return (rank * count / ranks..<(rank + 1) * count / ranks).map { index in
            (index, index * rowsPerTile..<min(rows, (index + 1) * rowsPerTile))
        }
    }

    /// Collective. Writes the values of each rank's tiles; the file replaces an older one at once or not at all.
    /// - Returns: what is to be said of rows that are not finite; empty where all are.
    func write(_ values: [(rows: Range<Int>, floats: [Float])], to path: String, _ communicator: any Communicator) throws(Failure) -> String
    {
        try communicator.expecting(.storing("writing \(path)", bytes: rows * rowBytes)) { () throws(Failure) in
            try store(values, to: path, communicator)
        }
        return try remark(values, communicator)
    }

    private var rowBytes: Int { rowShape.reduce(4, *) }

    private func store(_ values: [(rows: Range<Int>, floats: [Float])], to path: String, _ communicator: any Communicator) throws(Failure) {
        let header = NPY.header(.float32, shape: [rows] + rowShape)
        let partial = "\(path).partial"
        try communicator.onRoot { if PathKind(partial) == .file { try RunFolder.remove(partial) } }
        var pieces = values.map {
            FilePiece(offset: header.count + $0.rows.lowerBound * rowBytes, bytes: LittleEndian.bytes(of: $0.floats))
        }
        if communicator.rank == 0 { pieces.append(FilePiece(offset: 0, bytes: header)) }
        try communicator.write(pieces, to: partial, size: header.count + rows * rowBytes)
        try communicator.onRoot {
            try AtomicFile.rename(partial, to: path)
            try AtomicFile.syncFolder(AtomicFile.folder(of: path))
        }
    }

    /// Collective. How many rows are not finite.
    private func remark(_ values: [(rows: Range<Int>, floats: [Float])], _ communicator: any Communicator) throws(Failure) -> String {
        let width = rowShape.reduce(1, *)
        var broken = [
            values.reduce(Int64(0)) { sum, tile in
                sum
                    + Int64(
                        tile.rows.indices.count { row in
                            let first = (row - tile.rows.lowerBound) * width
                            return !tile.floats[first..<first + width].allSatisfy(\.isFinite)
                        })
            }
        ]
        try communicator.sum(&broken)
        return broken[0] == 0 ? "" : "; \(broken[0]) of them not finite"
    }
}
