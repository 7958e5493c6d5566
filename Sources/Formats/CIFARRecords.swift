import Failures

/// CIFAR-10 and CIFAR-100 in their binary versions: records of one label (0 to 9), or of a superclass (0 to 19) and a class (0 to 99), and 32 x 32 red,
/// green and blue values.
///
/// Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, https://www.cs.toronto.edu/~kriz/cifar.html.
public struct CIFARRecords: Hashable, Sendable {
    public enum Kind: Int, CaseIterable, Sendable {
        case ten = 10
        case hundred = 100

        public var name: String { "CIFAR-\(rawValue)" }

        /// How many values each label of a record can have.
        fileprivate var classes: [UInt8] { self == .ten ? [10] : [20, 100] }
        /// The bytes of one record.
        public var recordSize: Int { classes.count + 3 * CIFARRecords.plane }
    }

    /// The pixels of one colour plane.
    public static let plane = 32 * 32

    /// The class of every record.
    public let labels: [UInt8]
    /// The superclass of every record of CIFAR-100.
    public let superclasses: [UInt8]?
    /// For every record three planes, red, green and blue, each 32 x 32 row by row.
    public let planes: [UInt8]

    /// The kind that some bytes can be records of.
    package static func kind(of bytes: [UInt8]) -> Kind? {
        Kind.allCases.first { kind in
            !bytes.isEmpty && bytes.count % kind.recordSize == 0
                && stride(from: 0, to: bytes.count, by: kind.recordSize).allSatisfy { start in
                    zip(bytes[start...], kind.classes).allSatisfy { $0 < $1 }
                }
        }
    }

    /// Parses a whole file of records.
    ///
    /// - Parameters:
    ///   - kind: nil: the one that the bytes can be, else the one of whose records there is a whole number.
    ///   - name: the file's name for messages.
    public init(decoding bytes: [UInt8], kind given: Kind? = nil, name: String) throws(Failure) {
        let kind =
            given ?? Self.kind(of: bytes) ?? Kind.allCases.first { !bytes.isEmpty && bytes.count % $0.recordSize == 0 } ?? .ten
        let size = kind.recordSize
        guard !bytes.isEmpty, bytes.count % size == 0 else {
            throw Failure.damaged(
                name, byte: bytes.count / size * size, expected: "whole \(kind.name) records of \(size) bytes",
                found: "\(bytes.count % size) bytes", fix: "Give the binary version (data_batch_1.bin, train.bin), plain or gzip.")
        }
        var labels = kind.classes.map { _ in [UInt8]() }
        var planes: [UInt8] = []
        planes.reserveCapacity(bytes.count / size * 3 * Self.plane)
        for start in stride(from: 0, to: bytes.count, by: size) {
            for (place, classes) in kind.classes.enumerated() {
                guard bytes[start + place] < classes else {
                    throw Failure.damaged(
                        name, byte: start + place, expected: "a label from 0 to \(classes - 1)", found: "\(bytes[start + place])",
                        fix: "Give the binary version of CIFAR-10 or CIFAR-100.")
                }
                labels[place].append(bytes[start + place])
            }
            planes.append(contentsOf: bytes[(start + labels.count)..<(start + size)])
        }
        (self.labels, superclasses, self.planes) = (labels[labels.count - 1], labels.count > 1 ? labels[0] : nil, planes)
    }
}
