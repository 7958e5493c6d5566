/// A run of bytes and its place in a file that all ranks write together.
public struct FilePiece: Sendable {
    /// The position of the first byte in the file.
    public let offset: Int
    public let bytes: [UInt8]

    public init(offset: Int, bytes: [UInt8]) {
        precondition(offset >= 0, "a piece of a file starts at a position of at least 0")
        self.offset = offset
        self.bytes = bytes
    }

    /// The position after the last byte.
    var end: Int { offset + bytes.count }
}
