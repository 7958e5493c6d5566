import Commands
import Distributed
import Failures
import Formats
import Foundation
import Testing
import Training

/// A file of chains with another layout, whose checksums are all right, is refused by the commands that read chains.
struct CraftedChainsTests {
    let scratch = ScratchFolder()

    /// Four shards with 12 chains of two values, as `ScratchRun` has them, but for one tensor.
    enum Layout: String, CaseIterable {
        case right, shortAges, oddCounters, otherShape, otherType, otherOrder, noCounters

        var tensors: [(name: String, array: NumericArray)] {
            let chains = ("chains", NumericArray(shape: [48, 2], .float32((0..<96).map { Float($0) / 96 })))
            let ages = ("age", NumericArray(shape: [48], .int32(Array(repeating: 0, count: 48))))
            let counters = ("offered", NumericArray(shape: [4], .int64([0, 0, 0, 0])))
            switch self {
            case .right: return [chains, ages, counters]
            // Three bytes of each shard are no whole ages, and seven no whole counter.
            case .shortAges: return [chains, ("age", NumericArray(shape: [12], .uint8(Array(repeating: 0, count: 12)))), counters]
            case .oddCounters: return [chains, ages, ("offered", NumericArray(shape: [28], .uint8(Array(repeating: 0, count: 28))))]
            case .otherShape: return [("chains", NumericArray(shape: [48, 3], .float32(Array(repeating: 0, count: 144)))), ages, counters]
            case .otherType: return [("chains", NumericArray(shape: [48, 2], .uint8(Array(repeating: 0, count: 96)))), ages, counters]
            case .otherOrder: return [ages, chains, counters]
            case .noCounters: return [chains, ages, ("level", NumericArray(shape: [48], .uint8(Array(repeating: 0, count: 48))))]
            }
        }
    }

    @Test(arguments: Layout.allCases) func `chains are read only from a file with the layout of the run`(_ layout: Layout) throws {
        let folder = scratch.run()
        try ScratchRun.train(in: folder)
        try write(layout, to: folder)
        let sample = SampleCommand(folder: folder.path, step: 8, count: 8, output: "\(scratch.path)/samples.npy")
        guard layout != .right else { return _ = try sample.run(SoloCommunicator()) }
        let refused = failure { _ = try sample.run(SoloCommunicator()) }
        #expect(refused?.kind == .checkpoint && refused?.message.contains("describes other chains") == true, "\(refused?.message ?? "")")
    }

    private func write(_ layout: Layout, to folder: RunFolder) throws {
        let (path, metadata) = ("\(folder.checkpoint(8))/chains.safetensors", ["shards": "4"])
        let bytes = Safetensors.encode(layout.tensors, metadata: metadata)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let header = SafetensorsHeader(layout.tensors.map { ($0.name, $0.array.type, $0.array.shape) }, metadata: metadata)
        let sums = (0..<4).map { shard in
            Checksum.of(
                layout.tensors.flatMap { tensor in
                    let all = tensor.array.values.littleEndianBytes
                    return Array(all[shard * all.count / 4..<(shard + 1) * all.count / 4])
                })
        }
        try folder.editManifest(ofStep: 8) { manifest in
            var files = try #require(manifest["files"] as? [String: Any])
            files["chains.safetensors"] = ["bytes": bytes.count]
            manifest["files"] = files
            manifest["chains"] = ["header": Checksum.of(header.bytes), "shards": sums]
        }
    }
}
