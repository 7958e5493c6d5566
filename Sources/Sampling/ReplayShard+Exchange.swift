import Numerics

/// Samples on their way to other shards: the stored bytes of each and its age, so that what arrives is what was sent, bit for bit.
extension ReplayShard {
    /// The bytes of one sample in an exchange: its values as they are stored, then its age (little-endian).
    public static func recordBytes(dimension: Int, options: ReplayOptions) -> Int {
        dimension * options.bytesPerValue + MemoryLayout<Int32>.size
    }

    /// Appends the record of a sample.
    public func appendRecord(of slot: Int, to bytes: inout [UInt8]) {
        appendStoredBytes(of: slot, to: &bytes)
        unsafe withUnsafeBytes(of: ages[slot].littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    /// Replaces a sample and its age by a record.
    public func replace(slot: Int, byRecord record: ArraySlice<UInt8>) {
        precondition(record.count == Self.recordBytes(dimension: dimension, options: options), "the record of another buffer")
        let ageStart = record.endIndex - MemoryLayout<Int32>.size
        replaceStoredBytes(of: slot, by: record[..<ageStart])
        ages[slot] = Int32(bitPattern: record[ageStart...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }
}
