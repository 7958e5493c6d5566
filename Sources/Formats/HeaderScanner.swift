import Failures

/// Reads the part of JSON that a safetensors header needs: objects, texts and lists of whole numbers. Its depth is that of its callers.
struct HeaderScanner {
    private let bytes: [UInt8]
    private let origin: Int
    private let name: String
    private var position = 0
    private static let greatestRank = 32

    /// - Parameter origin: where the text stands in the file, for messages.
    init(_ bytes: [UInt8], origin: Int, name: String) {
        self.bytes = bytes
        self.origin = origin
        self.name = name
    }

    /// Reads an object; `member` reads the value of each key.
    mutating func object(_ member: (inout HeaderScanner, String) throws(Failure) -> Void) throws(Failure) {
        try expect("{")
        if accept("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try member(&self, key)
        } while accept(",")
        try expect("}")
    }

    /// Reads a list of whole numbers, none negative.
    mutating func integers() throws(Failure) -> [Int] {
        var values: [Int] = []
        try expect("[")
        if accept("]") { return values }
        repeat {
            skipSpace()
            let start = position
            while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            guard let value = Int(text), text == "0" || !text.hasPrefix("0") else { throw damaged("a whole number below 2^63") }
            values.append(value)
            guard values.count <= Self.greatestRank else { throw damaged("at most \(Self.greatestRank) numbers", "more") }
        } while accept(",")
        try expect("]")
        return values
    }

    /// Reads a text with its escapes.
    mutating func string() throws(Failure) -> String {
        try expect("\"")
        var text: [UInt8] = []
        while true {
            guard let byte = current, byte >= 0x20 else { throw damaged("the end of a text") }
            position += 1
            switch byte {
            case 0x22:
                guard let valid = String(validating: text, as: UTF8.self) else { throw damaged("UTF-8", "other bytes") }
                return valid
            case 0x5c: text.append(contentsOf: String(try escape()).utf8)
            default: text.append(byte)
            }
        }
    }

    /// Only spaces may follow.
    mutating func end() throws(Failure) {
        skipSpace()
        guard position == bytes.count else { throw damaged("the end of the header") }
    }

    /// A failure at the current place; what was found is the text there unless it is given.
    func damaged(
        _ expected: String, _ found: String? = nil, fix: String = "The header is damaged or of a foreign kind: write the file again."
    ) -> Failure {
        let rest = String(decoding: bytes[position..<min(bytes.count, position + 24)], as: UTF8.self)
        return Failure.damaged(
            name, byte: origin + position, expected: expected, found: found ?? (rest.isEmpty ? "the end of the header" : "'\(rest)'"),
            fix: fix)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
    }

    private mutating func accept(_ character: Character) -> Bool {
        skipSpace()
        guard let byte = current, byte == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Character) throws(Failure) {
        guard accept(character) else { throw damaged("'\(character)'") }
    }

    /// What follows a backslash; two escapes of a surrogate pair are one character.
    private mutating func escape() throws(Failure) -> Unicode.Scalar {
        guard let byte = current else { throw damaged("an escape") }
        position += 1
        switch byte {
        case 0x22, 0x2f, 0x5c: return Unicode.Scalar(byte)
        case 0x62: return "\u{8}"
        case 0x66: return "\u{c}"
        case 0x6e: return "\n"
        case 0x72: return "\r"
        case 0x74: return "\t"
        case 0x75: return try unicodeEscape()
        default: throw damaged("an escape of JSON")
        }
    }

    private mutating func unicodeEscape() throws(Failure) -> Unicode.Scalar {
        let unit = try hexadecimal()
        guard (0xd800..<0xdc00).contains(unit) else {
            guard let scalar = Unicode.Scalar(unit) else { throw damaged("a pair of surrogates") }
            return scalar
        }
        guard accept("\\"), accept("u") else { throw damaged("the second of a pair of surrogates") }
        let low = try hexadecimal()
        guard (0xdc00..<0xe000).contains(low), let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)) else {
            throw damaged("the second of a pair of surrogates")
        }
        return scalar
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        let digits = bytes[position..<min(bytes.count, position + 4)]
        let text = String(decoding: digits, as: UTF8.self)
        guard digits.count == 4, text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: 16) else {
            throw damaged("four hexadecimal digits")
        }
        position += 4
        return value
    }
}
