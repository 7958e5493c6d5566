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

    /// - Throws: `.checkpoint` when a tensor is missing, or has another shape or type.
    static func decode(_ file: Safetensors, _ layout: ParameterLayout, prefix: String = "", path: String) throws(Failure) -> [Float] {
        var values = [Float](repeating: 0, count: layout.count)
        for tensor in layout.tensors {
            let name = prefix + tensor.name
            guard let found = file.header[name] else {
                throw Failure(.checkpoint, "\(path): expected a tensor '\(name)', found none of that name")
            }
            guard found.shape == tensor.torchShape, found.type == .float32 else {
                throw Failure(
                    .checkpoint,
                    "\(path): tensor '\(name)': expected F32 \(tensor.torchShape), found \(found.type.rawValue) \(found.shape)")
            }
            values.replaceSubrange(tensor.range, with: tensor.fromTorch(try file.array(name).values.floats))
        }
        return values
    }
}
