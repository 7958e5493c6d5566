/// How a number stands in a file: its kind, its bytes, and their order. NumPy writes it as `<f4`.
struct BinaryNumber: Hashable, Sendable {
    enum Kind: Character, Sendable {
        case float = "f"
        case signed = "i"
        case unsigned = "u"
        case truth = "b"
    }

    let kind: Kind
    /// Bytes of a number.
    let size: Int
    var isBigEndian = false

    /// What is read, for messages.
    static let known = "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1 in either order of bytes, such as <f4"

    init?(_ kind: Kind, size: Int, isBigEndian: Bool = false) {
        let sizes =
            switch kind {
            case .float: [2, 4, 8]
            case .signed, .unsigned: [1, 2, 4, 8]
            case .truth: [1]
            }
        guard sizes.contains(size) else { return nil }
        (self.kind, self.size, self.isBigEndian) = (kind, size, isBigEndian)
    }

    /// - Parameter text: as NumPy writes it; nil for what is not read.
    init?(_ text: String) {
        let parts = Array(text)
        guard parts.count == 3, "<>|".contains(parts[0]), let kind = Kind(rawValue: parts[1]), let size = parts[2].wholeNumberValue,
            parts[0] != "|" || size == 1
        else { return nil }
        self.init(kind, size: size, isBigEndian: parts[0] == ">")
    }

    /// As NumPy writes it.
    var text: String { "\(size == 1 ? "|" : isBigEndian ? ">" : "<")\(kind.rawValue)\(size)" }

    /// The type of `values`; nil where that depends on the numbers.
    var type: NumberType? {
        switch (kind, size) {
        case (.float, 8): .float64
        case (.float, _): .float32
        case (.truth, _): .bool
        case (.unsigned, 1): .uint8
        case (.unsigned, 2), (.signed, 1), (.signed, 2), (.signed, 4): .int32
        case (.unsigned, 4), (.signed, _): .int64
        case (.unsigned, _): nil
        }
    }

    /// The numbers in some bytes, whose count is a multiple of the size: as they are where `NumericArray` has their type, else in the next wider one.
    func values(_ bytes: ArraySlice<UInt8>) -> NumericArray.Values {
        switch (kind, size) {
        case (.float, 2): .float32(bits(bytes, UInt16.self).map { Float(Float16(bitPattern: $0)) })
        case (.float, 4): .float32(isBigEndian ? bits(bytes, UInt32.self).map { Float(bitPattern: $0) } : copied(bytes))
        case (.float, _): .float64(isBigEndian ? bits(bytes, UInt64.self).map { Double(bitPattern: $0) } : copied(bytes))
        case (.truth, _): .bool(bytes.map { min($0, 1) })
        case (.unsigned, 1): .uint8(Array(bytes))
        case (.unsigned, 2): .int32(bits(bytes, UInt16.self).map { Int32($0) })
        case (.unsigned, 4): .int64(bits(bytes, UInt32.self).map { Int64($0) })
        case (.unsigned, _): Self.narrowed(bits(bytes, UInt64.self))
        case (.signed, 1): .int32(bytes.map { Int32(Int8(bitPattern: $0)) })
        case (.signed, 2): .int32(bits(bytes, Int16.self).map { Int32($0) })
        case (.signed, 4): .int32(bits(bytes, Int32.self))
        case (.signed, _): .int64(bits(bytes, Int64.self))
        }
    }

    private func bits<T: FixedWidthInteger & BitwiseCopyable>(_ bytes: ArraySlice<UInt8>, _: T.Type) -> [T] {
        let numbers: [T] = copied(bytes)
        return isBigEndian ? numbers.map(\.byteSwapped) : numbers
    }

    /// Whole numbers where they fit, else rounded to doubles.
    private static func narrowed(_ numbers: [UInt64]) -> NumericArray.Values {
        numbers.allSatisfy { $0 <= UInt64(Int64.max) } ? .int64(numbers.map { Int64($0) }) : .float64(numbers.map { Double($0) })
    }
}
