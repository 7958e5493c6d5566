import Formats
import Foundation
import Testing

extension CommandTests {
    /// PyTorch loads the files and gives the same energies. `EBM_DIST_PYTHON` names a Python that has torch; else python3 is asked.
    @Suite(.serialized) struct InteropTests {
        @Test(arguments: [
            ["model.widths=[32,16]"],
            ["model.widths=[32]", "objective.kind=denoisingScore", "objective.levels=3", "objective.lowNoise=0.2", "objective.noise=0.8"],
            ["model.widths=[32]", "model.spectralNormalization=true", "model.referenceDeviation=2", "model.activation=softplus"],
            [
                "model.kind=convolution", "model.channels=[4,8]", "model.kernels=[3,4]", "model.strides=[1,2]", "model.paddings=[1,1]",
                "model.dense=[8]",
                "model.activation=leakyReLU",
            ],
            [
                "model.kind=layers",
                """
                model.layers=[
                  {kind: "convolution", channels: 6, kernel: 3, stride: 2, padding: 1}, {kind: "groupNormalization", groups: 3},
                  {kind: "silu"}, {kind: "transposedConvolution", channels: 5, kernel: 4, stride: 2, padding: 1}, {kind: "tanh"},
                  {kind: "residual", layers: [{kind: "convolution", channels: 8, kernel: 3, stride: 2, padding: 1}, {kind: "silu"},
                    {kind: "residual", layers: [{kind: "convolution", channels: 8, kernel: 1}, {kind: "silu"}]}],
                   shortcut: [{kind: "convolution", channels: 8, kernel: 1, stride: 2}]},
                  {kind: "flatten"}, {kind: "dense", outputs: 12}, {kind: "groupNormalization", groups: 1}, {kind: "silu"},
                  {kind: "dense", outputs: 1}]
                """, "model.spectralNormalization=true",
            ],
        ])
        func `PyTorch gives the energies of a trained model without an option`(_ model: [String]) throws {
            let folder = Scratch()
            let run = Training("model", in: folder, model)
            run.run()
            let values = (0..<2560).map { index in Float(index * 29 % 97) / 6 }
            try folder.write(NPY.encode(NumericArray(shape: [40, 1, 8, 8], .float32(values))), to: "rows.npy")
            let (rows, energies) = (folder.at("rows.npy"), folder.at("energies.npy"))
            let result = Program.run(["energy", "--run", run.path, "--input", rows, "--out", energies], in: folder)
            #expect(result.exitCode == 0, "\(result.summary)")

            let script = URL(fileURLWithPath: #filePath).appendingPathComponent("../../Interop/energies.py").standardized.path
            let python = ProcessInfo.processInfo.environment["EBM_DIST_PYTHON"] ?? "python3"
            let file = "\(run.checkpoint(12))/model.safetensors"
            let compared = Program.runOther([python, script, file, rows, energies], in: folder)
            // 127: there is no such program.
            if compared.exitCode == 127 || compared.output.contains("skipped") {
                print("skipped: \(python) has no PyTorch; name one that has with EBM_DIST_PYTHON")
            } else {
                #expect(compared.exitCode == 0, "\(compared.summary)")
            }
        }
    }
}
