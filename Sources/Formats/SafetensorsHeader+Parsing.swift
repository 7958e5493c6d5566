import Failures

extension SafetensorsHeader {
    /// Parses the JSON text of a header and checks it against the size of the file.
    ///
    /// Tensors must fill the data section without gap or overlap, in any order of the text; names and keys must be unique.
    init(json bytes: [UInt8], fileSize: Int, name: String) throws(Failure) {
        var scanner = HeaderScanner(bytes, origin: 8, name: name)
        var tensors: [Tensor] = []
        var names: Set<String> = []
        var metadata: [String: String] = [:]
        try scanner.object { scanner, key throws(Failure) in
            guard names.insert(key).inserted else { throw scanner.damaged("each name once", "'\(key)' again") }
            if key == Self.metadataKey {
                metadata = try Self.texts(&scanner)
            } else {
                tensors.append(try Self.tensor(&scanner, key))
            }
        }
        try scanner.end()
        // Empty tensors share their place with the next one: they keep the order of the text.
        tensors = tensors.enumerated()
            .sorted { ($0.1.range.lowerBound, $0.1.range.upperBound, $0.0) < ($1.1.range.lowerBound, $1.1.range.upperBound, $1.0) }
            .map(\.1)
        let dataStart = 8 + bytes.count
        try Self.check(tensors, dataCount: fileSize - dataStart, dataStart: dataStart, name)
        self.init(tensors, metadata, dataStart: dataStart)
    }

    private static func texts(_ scanner: inout HeaderScanner) throws(Failure) -> [String: String] {
        var texts: [String: String] = [:]
        try scanner.object { scanner, key throws(Failure) in
            let text = try scanner.string()
            guard texts.updateValue(text, forKey: key) == nil else { throw scanner.damaged("each key once", "'\(key)' again") }
        }
        return texts
    }

    private static func tensor(_ scanner: inout HeaderScanner, _ name: String) throws(Failure) -> Tensor {
        var type: NumberType?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.object { scanner, key throws(Failure) in
            switch key {
            case "dtype" where type == nil:
                let text = try scanner.string()
                type = NumberType(rawValue: text)
                let known = NumberType.allCases.map(\.rawValue).joined(separator: ", ")
                if type == nil {
                    throw scanner.damaged(
                        "a dtype of \(known) for '\(name)'", "'\(text)'",
                        fix: "Convert the tensor before the file is written: tensor.float() in PyTorch.")
                }
            case "shape" where shape == nil: shape = try scanner.integers()
            case "data_offsets" where offsets == nil: offsets = try scanner.integers()
            default: throw scanner.damaged("dtype, shape and data_offsets, each once, for '\(name)'", "'\(key)'")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
            throw scanner.damaged("dtype, shape and data_offsets [begin, end] for '\(name)'", "less, or an end before its begin")
        }
        guard NumericArray.byteCount(of: shape, size: type.size) == offsets[1] - offsets[0] else {
            throw scanner.damaged("as many bytes as \(shape) values of \(type.rawValue) take for '\(name)'", "\(offsets[1] - offsets[0])")
        }
        return Tensor(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
    }

    private static func check(_ tensors: [Tensor], dataCount: Int, dataStart: Int, _ file: String) throws(Failure) {
        var end = 0
        for tensor in tensors {
            guard tensor.range.lowerBound == end else {
                throw Failure.damaged(
                    file, byte: 8, expected: "'\(tensor.name)' to begin at byte \(end) of the data, where the tensor before it ends",
                    found: "\(tensor.range.lowerBound)", fix: "The header is damaged: write the file again.")
            }
            end = tensor.range.upperBound
        }
        guard end == dataCount else {
            throw Failure.damaged(
                file, byte: dataStart, expected: "\(end) bytes of data, as the header says", found: "\(dataCount)",
                fix: dataCount < end ? "The file is truncated: write it again." : "Something was appended to the file: write it again.")
        }
    }
}
