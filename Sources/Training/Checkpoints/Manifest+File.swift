import Failures
import Formats
import Foundation

/// A manifest as a file of JSON that holds the checksum of its own bytes: a damaged one is not mistaken for another.
extension Manifest {
    static let blankChecksum = String(repeating: "0", count: 16)

    func fileBytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        var blank = self
        blank.manifestChecksum = Self.blankChecksum
        let text = String(decoding: try encoder.encode(blank), as: UTF8.self) + "\n"
        return Self.replacing(Self.blankChecksum, in: text, by: Checksum.of(Array(text.utf8))).map { Array($0.utf8) } ?? []
    }

    /// - Throws: `.checkpoint` when the bytes are no manifest, or not the ones that were written.
    init(file bytes: [UInt8], name: String) throws(Failure) {
        do {
            self = try JSONDecoder().decode(Manifest.self, from: Data(bytes))
        } catch {
            throw Failure(.checkpoint, "\(name): expected a manifest, found \(bytes.count) bytes that are none: the file is damaged")
        }
        let blank = Self.replacing(manifestChecksum, in: String(decoding: bytes, as: UTF8.self), by: Self.blankChecksum)
        let found = Checksum.of(Array((blank ?? "").utf8))
        guard found == manifestChecksum else {
            throw Failure(.checkpoint, "\(name): expected checksum \(manifestChecksum), found \(found): the file is damaged")
        }
    }

    /// The text with another checksum; nil where it has none.
    private static func replacing(_ old: String, in text: String, by new: String) -> String? {
        guard let key = text.range(of: "\"manifestChecksum\""), let place = text.range(of: old, range: key.upperBound..<text.endIndex)
        else { return nil }
        return text.replacingCharacters(in: place, with: new)
    }
}
