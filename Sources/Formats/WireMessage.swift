/// A message in the wire format of Protocol Buffers, as far as it is written: its fields one behind the other, each with its number and type.
///
/// Source: https://protobuf.dev/programming-guides/encoding.
package struct WireMessage {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// How the value of a field is laid out.
    private enum Layout: UInt64 {
        case varint = 0
        case eightBytes = 1
        case counted = 2
        case fourBytes = 5
    }

    /// int32, int64, enumerations.
    package mutating func add(_ field: Int, _ value: Int) {
        begin(field, .varint)
        varint(UInt64(bitPattern: Int64(value)))
    }

    /// bool
    package mutating func add(_ field: Int, _ value: Bool) { add(field, value ? 1 : 0) }

    /// double
    package mutating func add(_ field: Int, _ value: Double) {
        begin(field, .eightBytes)
        bytes += LittleEndian.bytes(of: [value])
    }

    /// float
    package mutating func add(_ field: Int, _ value: Float) {
        begin(field, .fourBytes)
        bytes += LittleEndian.bytes(of: [value])
    }

    /// bytes
    package mutating func add(_ field: Int, _ value: [UInt8]) {
        begin(field, .counted)
        varint(UInt64(value.count))
        bytes += value
    }

    /// string
    package mutating func add(_ field: Int, _ value: String) { add(field, Array(value.utf8)) }

    /// A message in this one.
    package mutating func add(_ field: Int, _ fill: (inout WireMessage) -> Void) {
        var message = WireMessage()
        fill(&message)
        add(field, message.bytes)
    }

    /// repeated double, packed
    package mutating func add(_ field: Int, _ values: [Double]) { add(field, LittleEndian.bytes(of: values)) }

    private mutating func begin(_ field: Int, _ layout: Layout) { varint(UInt64(field) << 3 | layout.rawValue) }

    /// Seven bits a byte, the lowest first.
    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
