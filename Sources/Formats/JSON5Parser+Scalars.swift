import Failures

extension JSON5Parser {
    /// A number: decimal or hexadecimal, whole where it is whole and fits into 64 bits.
    mutating func number() throws(Failure) -> JSONValue {
        let start = position
        var negative = false
        if take("-") { negative = true } else { _ = take("+") }
        let digits = position
        if current == UInt8(ascii: "0") && (byte(ahead: 1) ?? 0) | 0x20 == UInt8(ascii: "x") { return try hexadecimal(negative: negative) }

        skipDigits()
        let whole = position
        if take(".") { skipDigits() }
        let mantissa = position
        guard bytes[digits..<mantissa].contains(where: JSON5Parser.isDigit) else { throw notFinite(from: start) }
        guard whole - digits <= 1 || bytes[digits] != UInt8(ascii: "0") else {
            position = start
            throw failure("a number without leading zeros")
        }
        if (current ?? 0) | 0x20 == UInt8(ascii: "e") {
            position += 1
            if !take("-") { _ = take("+") }
            guard let digit = current, JSON5Parser.isDigit(digit) else { throw failure("the digits of an exponent") }
            skipDigits()
        }
        try endOfNumber()

        let text = String(decoding: bytes[digits..<position], as: UTF8.self)
        if mantissa == position, whole == mantissa, let value = Int((negative ? "-" : "") + text) { return .integer(value) }
        guard let value = Double(JSON5Parser.plain(text)), value.isFinite else {
            position = start
            throw failure("a number below 1.8e308")
        }
        return JSONValue(negative ? -value : value)
    }

    /// JSON5 allows `.5` and `5.`; `Double` wants digits on both sides.
    private static func plain(_ text: String) -> String {
        var text = text
        if text.hasPrefix(".") { text = "0" + text }
        if let point = text.firstIndex(of: ".") {
            let next = text.index(after: point)
            if next == text.endIndex || !text[next].isNumber { text.insert("0", at: next) }
        }
        return text
    }

    private mutating func hexadecimal(negative: Bool) throws(Failure) -> JSONValue {
        let start = position
        position += 2
        let digits = position
        while let byte = current, JSON5Parser.hexadecimalDigit(byte) != nil { position += 1 }
        try endOfNumber()
        guard let value = Int(String(decoding: bytes[digits..<position], as: UTF8.self), radix: 16) else {
            position = start
            throw failure("a hexadecimal number below 2^63")
        }
        return .integer(negative ? -value : value)
    }

    private func endOfNumber() throws(Failure) {
        if let byte = current, JSON5Parser.continuesIdentifier(byte) { throw failure("the end of a number") }
    }

    private mutating func notFinite(from start: Int) -> Failure {
        position = start
        return failure("a finite number")
    }

    private mutating func skipDigits() {
        while let byte = current, JSON5Parser.isDigit(byte) { position += 1 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}

// MARK: - Strings

extension JSON5Parser {
    /// A text in single or double quotes.
    mutating func string() throws(Failure) -> String {
        let start = position
        let quote = bytes[position]
        position += 1
        var content: [UInt8] = []
        while let byte = current {
            switch byte {
            case quote:
                position += 1
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &content)
            case 0x0a, 0x0d: throw failure("the closing quote of the text on the same line")
            default:
                content.append(byte)
                position += 1
            }
        }
        throw Failure(.configuration, "\(name), \(place(of: start)): the text that starts here has no closing quote")
    }

    private mutating func escape(into content: inout [UInt8]) throws(Failure) {
        let start = position
        position += 1
        guard let byte = current else { throw failure("the rest of an escape") }
        if lineSeparator {
            position += 3
            return
        }
        position += 1
        switch byte {
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "n"): content.append(0x0a)
        case UInt8(ascii: "v"): content.append(0x0b)
        case UInt8(ascii: "f"): content.append(0x0c)
        case UInt8(ascii: "r"): content.append(0x0d)
        case 0x0a: break
        case 0x0d: _ = take("\n")
        case UInt8(ascii: "x"): content.append(contentsOf: String(try scalar(digits: 2, from: start)).utf8)
        case UInt8(ascii: "u"): content.append(contentsOf: String(try scalar(digits: 4, from: start)).utf8)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            guard byte == UInt8(ascii: "0"), !(current.map(JSON5Parser.isDigit) ?? false) else {
                position = start
                throw failure("an escape of JSON5")
            }
            content.append(0)
        default: content.append(byte)
        }
    }

    /// The character of `\xHH`, `\uHHHH` or a pair of surrogates; the position is behind the letter.
    private mutating func scalar(digits: Int, from start: Int) throws(Failure) -> Character {
        var code = try hexadecimalCode(digits: digits)
        if (0xd800..<0xdc00).contains(code), current == UInt8(ascii: "\\"), byte(ahead: 1) == UInt8(ascii: "u") {
            position += 2
            let low = try hexadecimalCode(digits: 4)
            if (0xdc00..<0xe000).contains(low) { code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00) }
        }
        guard let scalar = Unicode.Scalar(code) else {
            position = start
            throw failure("a pair of surrogates")
        }
        return Character(scalar)
    }

    private mutating func hexadecimalCode(digits: Int) throws(Failure) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<digits {
            guard let byte = current, let digit = JSON5Parser.hexadecimalDigit(byte) else { throw failure("a hexadecimal digit") }
            code = code << 4 | digit
            position += 1
        }
        return code
    }
}
