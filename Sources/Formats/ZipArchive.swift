import CZlib
import Failures

/// A zip archive: its members, stored or deflated, with zip64.
///
/// Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", 6.3.10, sections 4.3 and 4.5.3.
struct ZipArchive: Sendable {
    struct Member: Hashable, Sendable {
        let name: String
        let method: Int
        let checksum: UInt32
        /// Bytes in the archive, and after decompression.
        let packed: Int
        let size: Int
        /// Where its local header stands.
        let offset: Int
        let isEncrypted: Bool
    }

    let members: [Member]
    private let file: DataFile

    private static let magic = Array("PK".utf8)
    /// The record that ends an archive, and the longest comment behind it.
    private static let (endSize, mostComment) = (22, 65_535)
    private static let mostMembers = 1 << 16
    private static let fix = "The file is truncated or damaged: write it again."

    static func recognises(_ head: [UInt8]) -> Bool {
        head.starts(with: magic) && head.count >= 4 && [[3, 4], [5, 6]].contains(Array(head[2..<4]))
    }

    init(_ file: DataFile) throws(Failure) {
        self.file = file
        let tail = max(0, file.size - Self.endSize - Self.mostComment)
        let bytes = try file.bytes(in: tail..<file.size)
        guard bytes.count >= Self.endSize,
            let end = (0...bytes.count - Self.endSize).last(where: { place in
                bytes[place...].starts(with: [0x50, 0x4b, 5, 6])
                    && place + Self.endSize + Self.number(bytes, place + 20, 2) == bytes.count
            })
        else {
            throw Failure.damaged(
                file.path, byte: file.size, expected: "the directory that ends a zip archive", found: "something else", fix: Self.fix)
        }
        var (count, length, start) = (Self.number(bytes, end + 10, 2), Self.number(bytes, end + 12, 4), Self.number(bytes, end + 16, 4))
        if count == 0xffff || length == 0xffff_ffff || start == 0xffff_ffff {
            (count, length, start) = try Self.largeEnd(file, before: tail + end)
        }
        guard count <= Self.mostMembers, start <= file.size, length <= file.size - start else {
            throw Failure.damaged(
                file.path, byte: tail + end, expected: "a directory of at most \(Self.mostMembers) members inside of the file",
                found: "\(count) members in \(length) bytes from byte \(start)", fix: Self.fix)
        }
        members = try Self.directory(file.bytes(in: start..<start + length), count, from: start, file.path)
    }

    /// Number, length and place of the directory, from the records of zip64 in front of the end.
    private static func largeEnd(_ file: DataFile, before end: Int) throws(Failure) -> (Int, Int, Int) {
        let damage = Failure.damaged(
            file.path, byte: end, expected: "the records of zip64 in front of the end", found: "something else", fix: fix)
        guard end >= 76 else { throw damage }
        let locator = try file.bytes(in: end - 20..<end)
        let start = number(locator, 8, 8)
        guard locator.starts(with: [0x50, 0x4b, 6, 7]), start >= 0, start <= end - 76 else { throw damage }
        let record = try file.bytes(in: start..<start + 56)
        guard record.starts(with: [0x50, 0x4b, 6, 6]) else { throw damage }
        let (count, length, place) = (number(record, 32, 8), number(record, 40, 8), number(record, 48, 8))
        guard count >= 0, length >= 0, place >= 0 else { throw damage }
        return (count, length, place)
    }

    private static func directory(_ bytes: [UInt8], _ count: Int, from start: Int, _ path: String) throws(Failure) -> [Member] {
        var (members, place): ([Member], Int) = ([], 0)
        for _ in 0..<count {
            guard place + 46 <= bytes.count, bytes[place...].starts(with: [0x50, 0x4b, 1, 2]),
                case let lengths = [28, 30, 32].map({ number(bytes, place + $0, 2) }),
                case let next = place + 46 + lengths.reduce(0, +), next <= bytes.count,
                let member = member(bytes[place..<next], name: lengths[0], extra: lengths[1])
            else {
                throw Failure.damaged(
                    path, byte: start + place, expected: "an entry of the archive's directory", found: "something else", fix: fix)
            }
            members.append(member)
            place = next
        }
        return members
    }

    /// An entry of the directory; nil where its numbers make no sense.
    private static func member(_ slice: ArraySlice<UInt8>, name nameLength: Int, extra extraLength: Int) -> Member? {
        let entry = Array(slice)
        var (size, packed, offset) = (number(entry, 24, 4), number(entry, 20, 4), number(entry, 42, 4))
        let extra = Array(entry[46 + nameLength..<46 + nameLength + extraLength])
        var place = 0
        while place + 4 <= extra.count {
            let (tag, length) = (number(extra, place, 2), number(extra, place + 2, 2))
            place += 4
            guard length <= extra.count - place else { return nil }
            // Of zip64: in this order those that have no room above.
            if tag == 1 {
                var wide = place
                func next(_ value: inout Int) -> Bool {
                    guard value == 0xffff_ffff else { return true }
                    guard wide + 8 <= place + length else { return false }
                    value = number(extra, wide, 8)
                    wide += 8
                    return value >= 0
                }
                guard next(&size), next(&packed), next(&offset) else { return nil }
            }
            place += length
        }
        return Member(
            name: String(decoding: entry[46..<46 + nameLength], as: UTF8.self), method: number(entry, 10, 2),
            checksum: UInt32(truncatingIfNeeded: number(entry, 16, 4)), packed: packed, size: size, offset: offset,
            isEncrypted: entry[8] & 1 == 1)
    }

    /// A little-endian number; of eight bytes negative where it is 2^63 or more.
    private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
        bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// The bytes of a member.
    /// - Throws: `.data` for a method other than stored and deflated, damage, or more than the limit of the file.
    func bytes(of member: Member) throws(Failure) -> [UInt8] {
        let place = "\(file.path): \(member.name)"
        guard !member.isEncrypted, member.method == 0 || member.method == 8 else {
            throw Failure(
                .data,
                "\(place): expected a stored or deflated member, found "
                    + (member.isEncrypted ? "an encrypted one" : "method \(member.method)") + ". Write the file with numpy.savez.")
        }
        try file.check(member.size, of: member.name)
        let damage = { (expected: String, found: String) in
            Failure.damaged(file.path, byte: member.offset, expected: expected, found: found, fix: Self.fix)
        }
        guard member.offset <= file.size - 30, case let header = try file.bytes(in: member.offset..<member.offset + 30),
            header.starts(with: [0x50, 0x4b, 3, 4])
        else { throw damage("the header of \(member.name)", "something else") }
        let start = member.offset + 30 + Self.number(header, 26, 2) + Self.number(header, 28, 2)
        guard start <= file.size, member.packed <= file.size - start else {
            throw damage("\(member.packed) bytes of \(member.name)", "the end of the file")
        }
        let packed = try file.bytes(in: start..<start + member.packed)
        guard let bytes = member.method == 0 ? packed : Deflate.inflated(packed, size: member.size), bytes.count == member.size else {
            throw damage("\(member.size) bytes of \(member.name)", member.method == 0 ? "\(packed.count)" : "damaged data")
        }
        guard Deflate.checksum(bytes) == member.checksum else { throw damage("the checksum of \(member.name)", "another") }
        return bytes
    }
}
