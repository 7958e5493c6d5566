import Failures
import Formats
import Model

/// Flat vectors as the named tensors of a file, in PyTorch's layouts, and back.
enum ParameterTensors {
    typealias Named = (name: String, array: NumericArray)

    static func encode(_ values: [Float], _ layout: ParameterLayout, prefix: String = "") -> [Named] {
        layout.tensors.map { tensor in
            (prefix + tensor.name, NumericArray(shape: tensor.torchShape, .float32(tensor.toTorch(values))))
        }
    }

    /// Types that parameters are read from: those of other programs become 32-bit floats.
    private static let types: [NumberType] = [.float32, .float64, .float16, .bfloat16]

    /// - Throws: `.checkpoint` when a tensor is missing, or has another shape or type.
    static func decode(_ file: Safetensors, _ layout: ParameterLayout, prefix: String = "", path: String) throws(Failure) -> [Float] {
        var values = [Float](repeating: 0, count: layout.count)
        for tensor in layout.tensors {
            let name = prefix + tensor.name
            guard let found = file.header[name] else {
                throw Failure(
                    .checkpoint,
                    "\(path): expected a tensor '\(name)' \(tensor.torchShape), found \(file.header.summary). "
                        + "Parameters of another program need the names and shapes of Documentation/Networks.md.")
            }
            guard found.shape == tensor.torchShape, types.contains(found.type) else {
                throw Failure(
                    .checkpoint,
                    "\(path): tensor '\(name)': expected \(tensor.torchShape) of \(types.map(\.rawValue).joined(separator: ", ")), found "
                        + "\(found.type.rawValue) \(found.shape)")
            }
            values.replaceSubrange(tensor.range, with: tensor.fromTorch(try file.array(name).values.floats))
        }
        return values
    }
}
