import Failures

/// CIFAR-10 in its binary version: records of 3,073 bytes, the label (0 to 9), then 32 x 32 red, green and blue values.
///
/// Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, https://www.cs.toronto.edu/~kriz/cifar.html.
public struct CIFARRecords: Hashable, Sendable {
    /// The bytes of one record.
    public static let recordSize = 1 + 3 * plane
    /// The pixels of one colour plane.
    public static let plane = 32 * 32

    public let labels: [UInt8]
    /// For every record three planes, red, green and blue, each 32 x 32 row by row.
    public let planes: [UInt8]

    /// Whether some bytes can be such records.
    package static func recognises(_ bytes: [UInt8]) -> Bool {
        !bytes.isEmpty && bytes.count % recordSize == 0
            && stride(from: 0, to: bytes.count, by: recordSize).allSatisfy { bytes[$0] < 10 }
    }

    /// Parses a whole file of records.
    ///
    /// - Parameter name: the file's name for messages.
    public init(decoding bytes: [UInt8], name: String) throws(Failure) {
        guard !bytes.isEmpty, bytes.count % Self.recordSize == 0 else {
            throw Failure.damaged(
                name, byte: bytes.count / Self.recordSize * Self.recordSize, expected: "whole CIFAR-10 records of \(Self.recordSize) bytes",
                found: "\(bytes.count % Self.recordSize) bytes", fix: "Give the binary version (data_batch_1.bin), plain or gzip.")
        }
        var labels: [UInt8] = []
        var planes: [UInt8] = []
        labels.reserveCapacity(bytes.count / Self.recordSize)
        planes.reserveCapacity(bytes.count / Self.recordSize * 3 * Self.plane)
        for start in stride(from: 0, to: bytes.count, by: Self.recordSize) {
            guard bytes[start] < 10 else {
                throw Failure.damaged(
                    name, byte: start, expected: "a label from 0 to 9", found: "\(bytes[start])",
                    fix: "Give the binary version of CIFAR-10 (CIFAR-100 has other records).")
            }
            labels.append(bytes[start])
            planes.append(contentsOf: bytes[(start + 1)..<(start + Self.recordSize)])
        }
        self.labels = labels
        self.planes = planes
    }
}
