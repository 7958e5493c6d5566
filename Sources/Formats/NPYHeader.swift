import Failures

/// The dictionary in the header of an `.npy` file: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NPYHeader {
    /// A field of a structured type; without a name it is padding.
    struct Field {
        let name: String
        let type: String
    }

    private(set) var type = ""
    /// The fields of a structured type, in the order of their bytes: `[('x', '<f4'), ('y', '<i8')]`; empty for a plain type.
    private(set) var fields: [Field] = []
    private(set) var fortranOrder = false
    private(set) var shape: [Int] = []

    private static let greatestRank = 32
    private static let mostFields = 4096
    /// How a structured array that is no table of numbers becomes one.
    static let structuredFix =
        "The array is structured: save numpy.lib.recfunctions.structured_to_unstructured(x[[...]]) of its fields of numbers."
    private let bytes: [UInt8]
    private let name: String
    private let end: Int
    private var position: Int

    /// Parses the dictionary: these three keys, each once, in any order.
    init(_ bytes: [UInt8], _ range: Range<Int>, _ name: String) throws(Failure) {
        (self.bytes, self.name, position, end) = (bytes, name, range.lowerBound, range.upperBound)
        var keys: Set<String> = []
        try expect("{")
        while !accept("}") {
            let key = try quoted()
            try expect(":")
            switch key {
            case "descr": try readType()
            case "fortran_order": fortranOrder = try truth()
            case "shape": shape = try tuple()
            default: throw damaged("the keys descr, fortran_order and shape")
            }
            guard keys.insert(key).inserted else { throw damaged("each key once") }
            if !accept(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard keys.count == 3, position == end else { throw damaged("the keys descr, fortran_order and shape, and nothing else") }
    }

    private mutating func skipSpace() {
        while position < end, [0x20, 0x0a].contains(bytes[position]) { position += 1 }
    }

    private mutating func accept(_ character: Character) -> Bool {
        skipSpace()
        guard position < end, bytes[position] == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Character) throws(Failure) {
        guard accept(character) else { throw damaged("'\(character)'") }
    }

    private mutating func readType() throws(Failure) {
        guard accept("[") else { return type = try quoted() }
        while !accept("]") {
            guard accept("(") else { throw damaged("'(' of a field") }
            guard let title = try? quoted(), accept(","), let kind = try? quoted(), accept(")") else {
                throw damaged("fields of one name and one plain type, as ('x', '<f4')", fix: Self.structuredFix)
            }
            fields.append(Field(name: title, type: kind))
            guard fields.count <= Self.mostFields else { throw damaged("at most \(Self.mostFields) fields") }
            if !accept(",") {
                try expect("]")
                break
            }
        }
        if fields.isEmpty { throw damaged("a type") }
    }

    private mutating func quoted() throws(Failure) -> String {
        let mark: UInt8 = accept("\"") ? 0x22 : 0x27
        if mark == 0x27 { try expect("'") }
        let start = position
        while position < end, bytes[position] != mark { position += 1 }
        guard position < end else { throw damaged("the end of a quoted text") }
        position += 1
        return String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
    }

    private mutating func truth() throws(Failure) -> Bool {
        skipSpace()
        for (text, value) in [("True", true), ("False", false)] where bytes[position..<end].starts(with: text.utf8) {
            position += text.utf8.count
            return value
        }
        throw damaged("True or False")
    }

    private mutating func tuple() throws(Failure) -> [Int] {
        var dimensions: [Int] = []
        try expect("(")
        while !accept(")") {
            dimensions.append(try number())
            guard dimensions.count <= Self.greatestRank else { throw damaged("at most \(Self.greatestRank) dimensions") }
            if !accept(",") {
                try expect(")")
                break
            }
        }
        return dimensions
    }

    private mutating func number() throws(Failure) -> Int {
        skipSpace()
        let start = position
        while position < end, (0x30...0x39).contains(bytes[position]) { position += 1 }
        guard let value = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else { throw damaged("a dimension below 2^63") }
        // Python 2 wrote whole numbers as 200L.
        if position < end, bytes[position] == UInt8(ascii: "L") { position += 1 }
        return value
    }

    private func damaged(_ expected: String, fix: String = "Write the array with numpy.save.") -> Failure {
        let rest =
            position < end
            ? "'" + String(decoding: bytes[position..<min(end, position + 24)], as: UTF8.self) + "'" : "the end of the header"
        return Failure.damaged(name, byte: position, expected: expected, found: rest, fix: fix)
    }
}
