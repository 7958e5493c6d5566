import Failures
import Formats
import Testing
import Training

/// Parameters of files that another program wrote, as `model.initial` takes them.
struct ParameterTensorsTests {
    private let scratch = ScratchFolder()

    /// The parameters of a short run, all of which 8 bits of mantissa hold.
    private func tensors() throws -> [(name: String, array: NumericArray)] {
        let folder = scratch.run("first")
        try ScratchRun.train(["run.steps=2"], in: folder)
        let file = try Safetensors(folder.checkpoint(2) + "/model.safetensors")
        return try file.header.tensors.map { tensor in
            let short = try file.array(tensor.name).values.floats.map { Float(bitPattern: $0.bitPattern & 0xffff_0000) }
            return (tensor.name, NumericArray(shape: tensor.shape, .float32(short)))
        }
    }

    /// The trained parameters of a run whose learning rate is 0.
    private func trained(from file: [UInt8], _ name: String) throws -> [String: [UInt8]] {
        let path = "\(scratch.path)/\(name).safetensors"
        try AtomicFile.write(file, to: path)
        let folder = scratch.run(name)
        try ScratchRun.train(["model.initial=\(path)", "run.steps=1", "optimizer.learningRate=0"], in: folder)
        return try folder.contents(ofStep: 1).filter { $0.key == "model.safetensors" }
    }

    /// The same file with 16 bits a number: the upper half of a float is a bfloat16.
    private func bfloat16(_ tensors: [(name: String, array: NumericArray)]) -> [UInt8] {
        let header = SafetensorsHeader(tensors.map { ($0.name, .bfloat16, $0.array.shape) })
        return header.bytes
            + tensors.flatMap { tensor in
                tensor.array.values.floats.flatMap { [UInt8($0.bitPattern >> 16 & 255), UInt8($0.bitPattern >> 24)] }
            }
    }

    @Test func `parameters of 64 and 16 bits are read as those of 32`() throws {
        let tensors = try tensors()
        let expected = try trained(from: Safetensors.encode(tensors), "f32")
        let wide = tensors.map { ($0.name, NumericArray(shape: $0.array.shape, .float64($0.array.values.floats.map { Double($0) }))) }
        #expect(try trained(from: Safetensors.encode(wide), "f64") == expected)
        #expect(try trained(from: bfloat16(tensors), "bf16") == expected)
    }

    @Test func `a file of other names is refused with the names that it has, and one of other types with both`() throws {
        let tensors = try tensors()
        let renamed = tensors.map { ("net." + $0.name, $0.array) }
        let names = failure { _ = try trained(from: Safetensors.encode(renamed), "names") }
        #expect(names?.kind == .checkpoint)
        #expect(
            names?.message.contains(
                "expected a tensor 'layers.0.weight' [12, 2], found net.layers.0.weight [12, 2], net.layers.0.bias [12]")
                == true, "\(names?.message ?? "")")
        let whole = tensors.map { ($0.name, NumericArray(shape: $0.array.shape, .int32($0.array.values.floats.map { Int32($0) }))) }
        let types = failure { _ = try trained(from: Safetensors.encode(whole), "types") }
        #expect(types?.message.contains("expected [12, 2] of F32, F64, F16, BF16, found I32 [12, 2]") == true, "\(types?.message ?? "")")
        let infinite = tensors.map {
            ($0.name, NumericArray(shape: $0.array.shape, .float64($0.array.values.floats.map { _ in 1e300 })))
        }
        #expect(failure { _ = try trained(from: Safetensors.encode(infinite), "infinite") }?.message.contains("finite") == true)
    }
}
