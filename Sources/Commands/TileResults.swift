import Datasets
import Distributed
import Failures
import Formats
import Training

/// Rows that all ranks compute by tiles of fixed size and write together into one file: the same bytes on any number of ranks.
struct TileResults {
    let rows: Int
    let rowsPerTile: Int
    /// The shape of one row in an array; empty for a number.
    let rowShape: [Int]
    /// The names of a row's values in a table.
    let columns: [String]
    /// The numbers of an array.
    var type = NumberType.float32
    /// What data can be; nil where any number can.
    var range: ClosedRange<Double>?
    /// The columns of a table, in which a number may stand for a word, and NaN for nothing; empty for others.
    var cells: [TableColumn] = []

    private var width: Int { rowShape.reduce(1, *) }

    /// The tiles of a rank, with their rows.
    func tiles(of communicator: any Communicator) -> [(index: Int, rows: Range<Int>)] {
        let count = (rows + rowsPerTile - 1) / rowsPerTile
        let (rank, ranks) = (communicator.rank, communicator.size)
        return (rank * count / ranks..<(rank + 1) * count / ranks).map { index in
            (index, index * rowsPerTile..<min(rows, (index + 1) * rowsPerTile))
        }
    }

    /// Collective. Writes the values of each rank's tiles; the file replaces an older one at once or not at all.
    /// - Returns: what is to be said of rows that are not finite, and of values that no data have; empty where there are none.
    func write(
        _ values: [(rows: Range<Int>, numbers: [Double])], to file: RowFile, _ communicator: any Communicator
    ) throws(Failure) -> String {
        try communicator.expecting(.storing("writing \(file.path)", bytes: rows * width * type.size)) { () throws(Failure) in
            try store(values, to: file, communicator)
        }
        return try remark(values, communicator)
    }

    private func store(
        _ values: [(rows: Range<Int>, numbers: [Double])], to file: RowFile, _ communicator: any Communicator
    ) throws(Failure) {
        let partial = "\(file.path).partial"
        try communicator.onRoot { if PathKind(partial) == .file { try RunFolder.remove(partial) } }
        let (pieces, size) =
            switch file.format {
            case .npy: array(values, head: NPY.header(type, shape: [rows] + rowShape), communicator)
            case .h5: try array(values, in: partial, communicator)
            case .csv: try table(values, communicator)
            }
        try communicator.write(pieces, to: partial, size: size)
        try communicator.onRoot {
            try AtomicFile.rename(partial, to: file.path)
            try AtomicFile.syncFolder(AtomicFile.folder(of: file.path))
        }
    }

    /// Collective. How many rows are not finite, and how many values lie outside the range: they are written as the model drew them.
    private func remark(
        _ values: [(rows: Range<Int>, numbers: [Double])], _ communicator: any Communicator
    ) throws(Failure) -> String {
        var counts: [Int64] = [0, 0]
        for tile in values {
            counts[0] += Int64(
                tile.rows.indices.count { row in
                    let first = (row - tile.rows.lowerBound) * width
                    return tile.numbers[first..<first + width].enumerated().contains { column, number in
                        !number.isFinite && !(number.isNaN && !cells.isEmpty && cells[column].canBeMissing)
                    }
                })
            if let range { counts[1] += Int64(tile.numbers.count { $0.isFinite && !range.contains($0) }) }
        }
        try communicator.sum(&counts)
        let broken = counts[0] == 0 ? "" : "; \(counts[0]) of them not finite"
        guard let range, counts[1] > 0 else { return broken }
        return broken
            + "; \(counts[1]) of \(rows * width) values lie outside \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound)), which the data "
            + "cannot have, and are written as they are: round and clip them for pictures"
    }

    private static func text(_ number: Double) -> String { number == number.rounded() ? "\(Int(number))" : "\(number)" }

    /// The numbers of the tiles between what stands around them.
    private func array(
        _ values: [(rows: Range<Int>, numbers: [Double])], head: [UInt8], tail: [UInt8] = [], _ communicator: any Communicator
    ) -> (pieces: [FilePiece], size: Int) {
        let end = head.count + rows * width * type.size
        var pieces = values.map { tile in
            let bytes = type == .float32 ? LittleEndian.bytes(of: tile.numbers.map { Float($0) }) : LittleEndian.bytes(of: tile.numbers)
            return FilePiece(offset: head.count + tile.rows.lowerBound * width * type.size, bytes: bytes)
        }
        if communicator.rank == 0 { pieces += [FilePiece(offset: 0, bytes: head), FilePiece(offset: end, bytes: tail)] }
        return (pieces, end + tail.count)
    }

    /// Collective. Rank 0 asks the library what stands around the numbers, and tells the others.
    private func array(
        _ values: [(rows: Range<Int>, numbers: [Double])], in path: String, _ communicator: any Communicator
    ) throws(Failure) -> (pieces: [FilePiece], size: Int) {
        let names = rowShape.count < 2 && width == columns.count ? columns : nil
        let layout = HDF5Layout(
            encoded: try communicator.bytesFromRoot { try HDF5Layout(type, shape: [rows] + rowShape, columns: names, at: path).encoded() })
        return array(values, head: layout.head, tail: layout.tail, communicator)
    }

    /// Collective. Lines have no fixed length: the ranks learn of each other's.
    private func table(
        _ values: [(rows: Range<Int>, numbers: [Double])], _ communicator: any Communicator
    ) throws(Failure) -> (pieces: [FilePiece], size: Int) {
        let header = RowFile.header(columns)
        let lines = values.map { RowFile.lines($0.numbers, width: width, type, cells) }
        var lengths = [Int64](repeating: 0, count: (rows + rowsPerTile - 1) / rowsPerTile)
        for (tile, bytes) in zip(values, lines) { lengths[tile.rows.lowerBound / rowsPerTile] = Int64(bytes.count) }
        try communicator.sum(&lengths)
        var (offsets, end) = ([Int](), header.count)
        for length in lengths {
            offsets.append(end)
            end += Int(length)
        }
        var pieces = zip(values, lines).map { FilePiece(offset: offsets[$0.rows.lowerBound / rowsPerTile], bytes: $1) }
        if communicator.rank == 0 { pieces.append(FilePiece(offset: 0, bytes: header)) }
        return (pieces, end)
    }
}
