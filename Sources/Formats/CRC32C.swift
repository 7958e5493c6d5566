/// CRC-32C (Castagnoli polynomial 0x1EDC6F41, bits reflected): what records of event files are checked by.
///
/// Source: RFC 3720, appendix B.4.
package enum CRC32C {
    /// The remainder of each byte.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { remainder, _ in remainder & 1 == 1 ? remainder >> 1 ^ 0x82F6_3B78 : remainder >> 1 }
    }

    package static func of(_ bytes: [UInt8]) -> UInt32 {
        let table = table
        return ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    /// The checksum as records hold it: turned by 15 bits and shifted, so that the checksum of bytes with a checksum among them is not a special one.
    package static func masked(_ bytes: [UInt8]) -> UInt32 {
        let checksum = of(bytes)
        return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
    }
}
