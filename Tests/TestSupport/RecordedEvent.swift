import Foundation

/// An event of an event file, read without the program that wrote it.
public struct RecordedEvent: Hashable, Sendable {
    /// nil for what a file begins with.
    public let step: Int?
    /// The value of each tag as it stands in the file.
    public private(set) var values: [String: [UInt8]] = [:]

    /// The events of a file; nil where a record is not whole.
    public static func read(_ path: String) -> [RecordedEvent]? {
        guard let bytes = FileManager.default.contents(atPath: path).map(Array.init) else { return nil }
        var (events, place): ([RecordedEvent], Int) = ([], 0)
        while place < bytes.count {
            guard place + 12 <= bytes.count else { return nil }
            let length = Int(number(bytes[place..<place + 8]))
            guard place + 16 + length <= bytes.count else { return nil }
            events.append(RecordedEvent(Array(bytes[place + 12..<place + 12 + length])))
            place += 16 + length
        }
        return events
    }

    private init(_ message: [UInt8]) {
        let fields = Self.fields(of: message)
        step = fields.first { $0.number == 2 }.map { Int(Self.number($0.bytes[...])) }
        for summary in fields where summary.number == 5 {
            for value in Self.fields(of: summary.bytes) {
                let parts = Self.fields(of: value.bytes)
                let tag = String(decoding: parts.first { $0.number == 1 }?.bytes ?? [], as: UTF8.self)
                values[tag] = parts.filter { $0.number != 1 }.flatMap(\.bytes)
            }
        }
    }

    /// Without the values that depend on time.
    public var timeless: RecordedEvent {
        var event = self
        for tag in values.keys where ["seconds/", "speed/", "evaluation/training_seconds", "_hparams_/"].contains(where: tag.hasPrefix) {
            event.values[tag] = []
        }
        return event
    }

    /// Without a value.
    public func without(_ tag: String) -> RecordedEvent {
        var event = self
        event.values[tag] = nil
        return event
    }

    /// The number in a value of its own.
    public func scalar(_ tag: String) -> Float? {
        values[tag].flatMap { $0.count == 4 ? Float(bitPattern: UInt32(Self.number($0[...]))) : nil }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }

    /// The fields of a message; of a varint its eight bytes.
    private static func fields(of message: [UInt8]) -> [(number: Int, bytes: [UInt8])] {
        var (fields, place): ([(Int, [UInt8])], Int) = ([], 0)
        func varint() -> UInt64 {
            var (value, shift) = (UInt64(0), UInt64(0))
            while true {
                let byte = message[place]
                place += 1
                value |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
        }
        while place < message.count {
            let key = varint()
            let bytes: [UInt8]
            switch key & 7 {
            case 0:
                let value = varint()
                bytes = (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
            case 1: bytes = Array(message[place..<place + 8])
            case 2:
                let count = Int(varint())
                bytes = Array(message[place..<place + count])
            default: bytes = Array(message[place..<place + 4])
            }
            if key & 7 != 0 { place += bytes.count }
            fields.append((Int(key >> 3), bytes))
        }
        return fields
    }
}
