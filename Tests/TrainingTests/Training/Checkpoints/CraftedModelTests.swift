import Commands
import Distributed
import Failures
import Formats
import Foundation
import Testing
import Training

/// A model file whose metadata were edited, with checksums that are all right: its parameters would make another model, or none.
struct CraftedModelTests {
    /// What is changed, and what the refusal names.
    struct Edit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let names: String
        let change: @Sendable (inout [String: String]) -> Void

        init(_ description: String, names: String, _ change: @escaping @Sendable (inout [String: String]) -> Void) {
            (testDescription, self.names, self.change) = (description, names, change)
        }
    }

    private static func replace(_ key: String, _ old: String, _ new: String) -> @Sendable (inout [String: String]) -> Void {
        { metadata in
            let text = metadata[key] ?? ""
            #expect(text.contains(old), "\(key): \(text)")
            metadata[key] = text.replacingOccurrences(of: old, with: new)
        }
    }

    static let edits = [
        Edit("nothing", names: "") { _ in },
        Edit("another activation of the energy", names: "another energy", replace("network", "silu", "relu")),
        Edit("another activation of the generator", names: "another generator", replace("generator", "silu", "tanh")),
        Edit("a generator without a condition", names: "generator", replace("generator", #""condition":"#, #""other":"#)),
        Edit("an encoder of other classes", names: "encoder", replace("encoder", #""classes":10"#, #""classes":9"#)),
        Edit("no encoder", names: "another encoder") { $0["encoder"] = nil },
        Edit("no generator", names: "another generator") { $0["generator"] = nil },
        Edit("another shape of samples", names: "another energy") { $0["sampleShape"] = "8 4 2" },
        Edit("a shape of samples that is none", names: "sampleShape") { $0["sampleShape"] = "8 8" },
        Edit("another reference", names: "referenceDeviation") { $0["referenceDeviation"] = "3.0" },
        Edit("a reference that is no number", names: "1,5") { $0["referenceDeviation"] = "1,5" },
        Edit("a flag that is none", names: "True") { $0["spectralNormalization"] = "True" },
        Edit("a preconditioning", names: "condition is one value") { $0["preconditioning"] = "0.1 1.0 0.5" },
        Edit("a preconditioning that is none", names: "0.1 x") { $0["preconditioning"] = "0.1 x" },
        Edit("conditions beyond the channels", names: "conditionChannels") { $0["conditionChannels"] = "7" },
        Edit("the least number of channels", names: "conditionChannels") { metadata in
            replace("network", #""channels":1"#, #""channels":-9223372036854775808"#)(&metadata)
            metadata["conditionChannels"] = "1"
        },
        Edit("an energy of another version", names: "noiseScale") { $0["noiseScale"] = "0.1 1.0" },
        Edit("negative channels", names: "conditionChannels") { metadata in
            replace("network", #""channels":1"#, #""channels":-1"#)(&metadata)
            metadata["conditionChannels"] = "1"
        },
        Edit("rows that are none", names: "metadata \"rows\"") { $0["rows"] = "x" },
        Edit("rows of another shape", names: "expected rows of 8x8x1, found rows of 2", replace("rows", "[1,8,8]", "[2]")),
        Edit("rows of 257 levels", names: "257", replace("rows", #""levels":17"#, #""levels":257"#)),
        Edit("rows of a range without width", names: "from 1.0 to 1.0", replace("rows", #""low":-1"#, #""low":1"#)),
        Edit("moments beside levels", names: "without levels", replace("rows", "{", #"{"means":[1],"#)),
        Edit("negative classes", names: "classes from 0", replace("rows", #""classes":["#, #""classes":[-1,"#)),
        Edit("a description that is none", names: "metadata \"network\"") { $0["network"] = "x" },
        Edit("no description", names: "found none") { $0["network"] = nil },
    ]

    @Test(arguments: edits, ModelWeights.allCases)
    func `models are read only from a file that describes the networks of the run`(_ edit: Edit, weights: ModelWeights) throws {
        let scratch = ScratchFolder()
        let folder = scratch.run()
        try ScratchRun.train(
            [
                "objective.kind=variationalTeaching", "generator.latent=3", "generator.widths=[9]", "encoder.widths=[8]",
                "data.source=digits",
                "data.noise=0", "condition.kind=label", "run.steps=1",
            ], in: folder)
        try folder.editModelMetadata(ofStep: 1, edit.change)
        let sample = SampleCommand(folder: folder.path, count: 4, weights: weights, output: "\(scratch.path)/samples.npy")
        guard !edit.names.isEmpty else { return _ = try sample.run(SoloCommunicator()) }
        let refused = failure { _ = try sample.run(SoloCommunicator()) }
        #expect(refused?.kind == .checkpoint, "\(refused?.message ?? "")")
        #expect(
            refused?.message.contains(edit.names) == true && refused?.message.contains("model.safetensors") == true,
            "\(refused?.message ?? "")")
    }
}
