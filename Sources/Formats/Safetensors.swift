import Failures

/// A safetensors file, read by parts: the header at once, the tensors when they are asked for.
public final class Safetensors: Sendable {
    public let header: SafetensorsHeader
    private let source: Source

    /// Where the bytes are.
    fileprivate enum Source: Sendable {
        case file(InputFile)
        case memory([UInt8], name: String)
    }

    /// Opens a file and checks its header against its size.
    public convenience init(_ path: String) throws(Failure) { try self.init(InputFile(path)) }

    /// The same of a file that is open.
    package convenience init(_ file: InputFile) throws(Failure) { try self.init(.file(file)) }

    /// The same of a file's bytes.
    package convenience init(_ bytes: [UInt8], name: String) throws(Failure) { try self.init(.memory(bytes, name: name)) }

    private init(_ source: Source) throws(Failure) {
        self.source = source
        let (name, size) = (source.name, source.size)
        guard size >= 8 else {
            throw Failure.damaged(
                name, byte: 0, expected: "8 bytes with the length of the header", found: "a file of \(size) bytes",
                fix: "The file is truncated: write it again.")
        }
        let length = try source.bytes(in: 0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(SafetensorsHeader.lengthLimit), length <= UInt64(size - 8) else {
            throw Failure.damaged(
                name, byte: 0, expected: "a header of at most \(min(SafetensorsHeader.lengthLimit, size - 8)) bytes",
                found: "\(length)",
                fix: "The file is truncated or no safetensors file.")
        }
        header = try SafetensorsHeader(json: source.bytes(in: 8..<(8 + Int(length))), fileSize: size, name: name)
    }

    /// Some bytes of the data section.
    public func bytes(in range: Range<Int>) throws(Failure) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= header.dataCount, "range \(range) of \(header.dataCount) bytes of data")
        return try source.bytes(in: (header.dataStart + range.lowerBound)..<(header.dataStart + range.upperBound))
    }

    /// A whole tensor.
    ///
    /// - Throws: `.data` when there is none of that name.
    public func array(_ name: String) throws(Failure) -> NumericArray {
        let tensor = try tensor(name)
        return NumericArray(shape: tensor.shape, NumericArray.Values(tensor.type, littleEndian: try bytes(in: tensor.range)[...]))
    }

    /// Some values of a tensor, counted with the last index fastest.
    ///
    /// - Throws: `.data` when there is no tensor of that name, or it has fewer values.
    public func values(_ name: String, _ range: Range<Int>) throws(Failure) -> NumericArray.Values {
        let tensor = try tensor(name)
        guard range.lowerBound >= 0, range.upperBound <= tensor.count else {
            throw Failure(.data, "\(source.name): tensor '\(name)': expected at least \(range.upperBound) values, found \(tensor.count).")
        }
        let start = tensor.range.lowerBound
        let part = (start + range.lowerBound * tensor.type.size)..<(start + range.upperBound * tensor.type.size)
        return NumericArray.Values(tensor.type, littleEndian: try bytes(in: part)[...])
    }

    private func tensor(_ name: String) throws(Failure) -> SafetensorsHeader.Tensor {
        if let tensor = header[name] { return tensor }
        let known = header.tensors.prefix(8).map(\.name).joined(separator: ", ")
        throw Failure(.data, "\(source.name): expected a tensor '\(name)', found \(header.tensors.count) others (\(known)).")
    }

    /// The bytes of a whole file.
    public static func encode(_ tensors: [(name: String, array: NumericArray)], metadata: [String: String] = [:]) -> [UInt8] {
        let header = SafetensorsHeader(tensors.map { ($0.name, $0.array.type, $0.array.shape) }, metadata: metadata)
        var bytes = header.bytes
        bytes.reserveCapacity(header.fileSize)
        for tensor in tensors { bytes.append(contentsOf: tensor.array.values.littleEndianBytes) }
        return bytes
    }
}

extension Safetensors.Source {
    fileprivate var name: String {
        switch self {
        case .file(let file): file.path
        case .memory(_, let name): name
        }
    }

    fileprivate var size: Int {
        switch self {
        case .file(let file): file.size
        case .memory(let bytes, _): bytes.count
        }
    }

    fileprivate func bytes(in range: Range<Int>) throws(Failure) -> [UInt8] {
        switch self {
        case .file(let file): try file.bytes(in: range)
        case .memory(let bytes, _): Array(bytes[range])
        }
    }
}
