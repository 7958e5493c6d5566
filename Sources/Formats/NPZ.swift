import Failures

/// The `.npz` format of NumPy: a zip archive of `.npy` files, plain (`numpy.savez`) or deflated (`numpy.savez_compressed`).
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.savez.html.
package struct NPZ: ArrayFile {
    package let file: DataFile
    package let entries: [ArrayEntry]
    private let archive: ZipArchive
    private let members: [String: ZipArchive.Member]

    /// Whether a file begins like a zip archive.
    package static func recognises(_ head: [UInt8]) -> Bool { ZipArchive.recognises(head) }

    package init(_ file: DataFile) throws(Failure) {
        self.file = file
        archive = try ZipArchive(file)
        var (entries, members): ([ArrayEntry], [String: ZipArchive.Member]) = ([], [:])
        for member in archive.members where member.name.hasSuffix(".npy") {
            let name = String(member.name.dropLast(4))
            guard members.updateValue(member, forKey: name) == nil else {
                throw Failure(.data, "\(file.path): expected arrays of different names, found \(member.name) twice. Write the file again.")
            }
            entries.append(ArrayEntry(name: name))
        }
        guard !entries.isEmpty else {
            throw Failure(
                .data,
                "\(file.path): expected a zip archive of .npy files (numpy.savez), found "
                    + (archive.members.isEmpty ? "an empty one" : "one with \(archive.members[0].name)")
                    + ". Save a table of a spreadsheet as CSV; unpack others.")
        }
        (self.entries, self.members) = (entries, members)
    }

    package func columns(_ entry: ArrayEntry, _ select: ColumnSelection) throws(Failure) -> [NumericColumn] {
        guard let member = members[entry.name] else { preconditionFailure("no array \(entry.name)") }
        let (bytes, place) = (try archive.bytes(of: member), "\(file.path): \(member.name)")
        if let fields = try NPY.table(decoding: bytes, name: place, select: select) { return fields }
        return [NumericColumn(name: entry.name, try NPY.decode(bytes, name: place))]
    }
}
