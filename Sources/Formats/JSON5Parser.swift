import Failures

/// Reads JSON5 text (https://spec.json5.org) into a ``JSONValue``.
///
/// Foundation reads JSON5 too, but it takes the first of two equal keys without a word, guesses UTF-16, reports no position and calls a
/// number that is too large "not an array". A configuration must be refused with the line and the reason. Stricter than JSON5: equal
/// keys in one object, `NaN`, `Infinity`, numbers beyond a `Double`, lone surrogates and depths above ``maximumDepth`` are errors.
package struct JSON5Parser {
    /// Nesting that no configuration needs, and far below what would exhaust a thread's stack.
    package static let maximumDepth = 32
    /// The largest accepted text in bytes.
    package static let maximumSize = 1 << 20

    let bytes: [UInt8]
    let name: String
    var position = 0

    /// The value of the whole text; `name` is the file that messages name.
    package static func parse(_ bytes: [UInt8], name: String) throws(Failure) -> JSONValue {
        guard bytes.count <= maximumSize else {
            throw Failure(.configuration, "\(name): \(bytes.count) bytes; a configuration has at most \(maximumSize)")
        }
        if let offset = firstInvalidUTF8(bytes) {
            throw Failure(.configuration, "\(name): expected UTF-8 text, found an invalid sequence at byte \(offset)")
        }
        var parser = JSON5Parser(bytes: bytes, name: name)
        try parser.skipSpace()
        let value = try parser.value(depth: 0)
        try parser.skipSpace()
        guard parser.current == nil else { throw parser.failure("the end of the text") }
        return value
    }

    private static func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): offset += scalar.count
            case .error: return offset
            case .emptyInput: return nil
            }
        }
    }
}

// MARK: - Structure

extension JSON5Parser {
    mutating func value(depth: Int) throws(Failure) -> JSONValue {
        guard let byte = current else { throw failure("a value") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try string())
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case _ where JSON5Parser.startsIdentifier(byte): return try word()
        default: throw failure("a value")
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONValue {
        try enter(depth)
        var members: [String: JSONValue] = [:]
        while true {
            try skipSpace()
            if take("}") { return .object(members) }
            let start = position
            let key = try self.key()
            guard members[key] == nil else {
                throw Failure(
                    .configuration, "\(name), \(place(of: start)): the key \(JSONValue.string(key).text) stands twice in one group")
            }
            try skipSpace()
            guard take(":") else { throw failure("\":\" after the key \(JSONValue.string(key).text)") }
            try skipSpace()
            members[key] = try value(depth: depth + 1)
            try skipSpace()
            if !take(",") && current != UInt8(ascii: "}") { throw failure("\",\" or \"}\"") }
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONValue {
        try enter(depth)
        var values: [JSONValue] = []
        while true {
            try skipSpace()
            if take("]") { return .array(values) }
            values.append(try value(depth: depth + 1))
            try skipSpace()
            if !take(",") && current != UInt8(ascii: "]") { throw failure("\",\" or \"]\"") }
        }
    }

    /// Steps over the opening bracket.
    private mutating func enter(_ depth: Int) throws(Failure) {
        guard depth < JSON5Parser.maximumDepth else {
            throw Failure(.configuration, "\(name), \(place(of: position)): nested deeper than \(JSON5Parser.maximumDepth) levels")
        }
        position += 1
    }

    private mutating func key() throws(Failure) -> String {
        guard let byte = current else { throw failure("a key or \"}\"") }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try string() }
        guard JSON5Parser.startsIdentifier(byte) else { throw failure("a key or \"}\"") }
        return identifier()
    }

    private mutating func word() throws(Failure) -> JSONValue {
        let start = position
        switch identifier() {
        case "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "NaN", "Infinity":
            position = start
            throw failure("a finite number")
        default:
            position = start
            throw failure("a value (texts stand in quotes)")
        }
    }
}

// MARK: - Space, comments, places

extension JSON5Parser {
    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    func byte(ahead: Int) -> UInt8? { position + ahead < bytes.count ? bytes[position + ahead] : nil }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    static func startsIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }

    static func continuesIdentifier(_ byte: UInt8) -> Bool {
        startsIdentifier(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private mutating func identifier() -> String {
        let start = position
        while let byte = current, JSON5Parser.continuesIdentifier(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    mutating func skipSpace() throws(Failure) {
        while let byte = current {
            switch byte {
            case 0x09...0x0d, 0x20: position += 1
            case 0xc2 where self.byte(ahead: 1) == 0xa0: position += 2  // no-break space
            case 0xef where self.byte(ahead: 1) == 0xbb && self.byte(ahead: 2) == 0xbf: position += 3  // byte order mark
            case 0xe2 where lineSeparator: position += 3
            case UInt8(ascii: "/"): try skipComment()
            default: return
            }
        }
    }

    /// Whether U+2028 or U+2029 stands here.
    var lineSeparator: Bool {
        current == 0xe2 && byte(ahead: 1) == 0x80 && (byte(ahead: 2) == 0xa8 || byte(ahead: 2) == 0xa9)
    }

    private mutating func skipComment() throws(Failure) {
        let start = position
        switch byte(ahead: 1) {
        case UInt8(ascii: "/"):
            while let byte = current, byte != 0x0a, byte != 0x0d, !lineSeparator { position += 1 }
        case UInt8(ascii: "*"):
            position += 2
            while current != UInt8(ascii: "*") || byte(ahead: 1) != UInt8(ascii: "/") {
                guard current != nil else {
                    throw Failure(.configuration, "\(name), \(place(of: start)): the comment that starts here has no end \"*/\"")
                }
                position += 1
            }
            position += 2
        default: throw failure("a value or a comment")
        }
    }

    /// `line 3, column 7`, both from 1, columns in characters.
    func place(of offset: Int) -> String {
        let before = bytes[..<min(offset, bytes.count)]
        let line = before.count { $0 == 0x0a } + 1
        let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
        let column = before[lineStart...].count { $0 & 0xc0 != 0x80 } + 1
        return "line \(line), column \(column)"
    }

    /// A failure at the current place that says what was expected there and what stands there.
    func failure(_ expected: String) -> Failure {
        guard position < bytes.count else {
            return Failure(.configuration, "\(name), \(place(of: position)): expected \(expected), found the end of the text")
        }
        let rest = bytes[position..<min(position + 24, bytes.count)].prefix { $0 != 0x0a && $0 != 0x0d }
        let found = rest.isEmpty ? "the end of the line" : JSONValue.string(String(decoding: rest, as: UTF8.self)).text
        return Failure(.configuration, "\(name), \(place(of: position)): expected \(expected), found \(found)")
    }
}
