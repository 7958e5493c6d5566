import Failures
import Formats

extension Manifest {
    private static let sealStart = Array("{\n  \"seal\" : \"".utf8)
    private static let sealEnd = Array("\",\n".utf8)
    private static let objectStart = Array("{\n".utf8)
    private static let sealLength = 16

    /// A manifest as pretty-printed JSON with the XXH3 of that text as its first member, `seal`: the other files have their checksums in the
    /// manifest, and this is its own.
    static func sealed(_ json: [UInt8]) -> [UInt8] {
        precondition(json.starts(with: objectStart), "a manifest begins with an object")
        return sealStart + Array(Checksum.of(json).utf8) + sealEnd + json.dropFirst(objectStart.count)
    }

    /// Checks that some bytes are what `sealed` gave, every one of them.
    static func checkSeal(_ bytes: [UInt8], _ name: String) throws(Failure) {
        let (digits, rest) = (sealStart.count, sealStart.count + sealLength + sealEnd.count)
        guard bytes.count > rest, bytes.starts(with: sealStart), bytes[(rest - sealEnd.count)..<rest] == sealEnd[...] else {
            throw Failure(.checkpoint, "\(name): expected a seal as the first member, found none: the file is damaged")
        }
        let expected = String(decoding: bytes[digits..<digits + sealLength], as: UTF8.self)
        let found = Checksum.of(objectStart + bytes[rest...])
        guard found == expected else {
            throw Failure(.checkpoint, "\(name): expected checksum \(expected), found \(found): the file is damaged")
        }
    }
}
