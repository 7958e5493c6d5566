import Failures

/// The bytes of a text file as UTF-8.
enum TextEncoding {
    /// The same text as UTF-8: a file with a byte order mark of UTF-16, as Excel and PowerShell write it, is converted, any other is given back as it is.
    ///
    /// - Throws: `.data` for UTF-32, for UTF-16 without a mark, and for damaged UTF-16.
    static func utf8(_ bytes: [UInt8], name: String) throws(Failure) -> [UInt8] {
        let littleEndian = bytes.starts(with: [0xff, 0xfe])
        guard !bytes.starts(with: [0xff, 0xfe, 0, 0]), !bytes.starts(with: [0, 0, 0xfe, 0xff]) else {
            throw refusal(name, "UTF-32")
        }
        guard littleEndian || bytes.starts(with: [0xfe, 0xff]) else {
            if bytes.prefix(2).contains(0) { throw refusal(name, "a zero byte, as in UTF-16 without a byte order mark") }
            return bytes
        }
        let units = stride(from: 2, to: bytes.count - 1, by: 2).map { place in
            let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
            return littleEndian ? second << 8 | first : first << 8 | second
        }
        guard bytes.count % 2 == 0, let text = String(validating: units, as: UTF16.self) else {
            throw refusal(name, "damaged UTF-16 (its byte order mark ff fe or fe ff stands in front)")
        }
        return Array(text.utf8)
    }

    private static func refusal(_ name: String, _ found: String) -> Failure {
        Failure(.data, "\(name): byte 0: expected a text in UTF-8, or in UTF-16 with a byte order mark, found \(found). Save it as UTF-8.")
    }
}
