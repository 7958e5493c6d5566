import Configuration
import Formats
import Foundation
import Testing

extension CommandTests {
    /// The same bits on any number of ranks and threads, with a stop in between.
    @Suite(.serialized) struct LayoutTests {
        /// A kind of training; together they touch every part of the state that is divided among ranks or saved.
        struct Kind: Sendable, CustomTestStringConvertible {
            let name: String
            let arguments: [String]
            var testDescription: String { name }
        }

        private static func expectSame(
            _ run: Training, as reference: Training, _ what: String, _ location: SourceLocation = #_sourceLocation
        ) throws {
            #expect(run.bits() == reference.bits(), "\(what): the checkpoints differ", sourceLocation: location)
            let (lines, expected) = (try run.metrics, try reference.metrics)
            #expect(lines == expected, "\(what): the metrics differ", sourceLocation: location)
            let (evaluation, expectedEvaluation) = (try run.evaluation, try reference.evaluation)
            #expect(evaluation == expectedEvaluation, "\(what): the evaluations differ", sourceLocation: location)
        }

        @Test(arguments: kinds)
        func `a training has the same bits on three ranks with two threads, and stopped on two ranks and continued on eight`(_ kind: Kind)
            throws
        {
            let folder = Scratch()
            let reference = Training("alone", in: folder, kind.arguments)
            reference.run()
            #expect(reference.steps == [12] && !reference.bits().values.contains("absent"))
            #expect(try reference.evaluation.count == (kind.arguments.contains("evaluate.every=3") ? 4 : 0))

            let ranks = Training("ranks", in: folder, kind.arguments)
            ranks.run(ranks: 3, threads: 2)
            try Self.expectSame(ranks, as: reference, "3 ranks x 2 threads")
            // A run that was made longer has a picture more: the last one of its first part.
            let hasSameEvents = ranks.events == reference.events && reference.events?.isEmpty == false
            #expect(hasSameEvents, "3 ranks x 2 threads: the events differ")

            let stopped = Training("stopped", in: folder, kind.arguments)
            stopped.run(ranks: 2, threads: 2, ["run.steps=6"])
            #expect(stopped.steps == [6])
            stopped.run(ranks: 8)
            try Self.expectSame(stopped, as: reference, "6 steps on 2 ranks x 2 threads, then 8 ranks")
        }

        @Test func `a training, its samples and its energies have the same bits on 1, 2, 3 and 8 ranks with 1 and 2 threads`() throws {
            let folder = Scratch()
            let reference = Training("alone", in: folder)
            reference.run()
            for ranks in [1, 2, 3, 8] {
                for threads in [1, 2] {
                    let run = Training("ranks-\(ranks)-\(threads)", in: folder)
                    run.run(ranks: ranks, threads: threads)
                    try Self.expectSame(run, as: reference, "\(ranks) ranks x \(threads) threads")
                }
            }
            try Self.expectSameResults(of: reference, in: folder)
        }

        /// Everything that an update is made of.
        static let updates = [
            Kind(name: "adam", arguments: ["optimizer.clipNorm=0.1", "model.widths=[40]"]),
            Kind(
                name: "sgd",
                arguments: ["optimizer.kind=sgd", "optimizer.momentum=0.5", "optimizer.clipNorm=0.1", "optimizer.average=null"]),
            Kind(name: "spectral", arguments: ["model.spectralNormalization=true", "optimizer.clipNorm=0.5"]),
            Kind(
                name: "teaching",
                arguments: [
                    "objective.kind=variationalTeaching", "generator.latent=4", "generator.widths=[20]", "encoder.widths=[30]",
                    "encoder.learningRate=0.01", "optimizer.clipNorm=0.5",
                ]),
        ]

        /// About 2,000 parameters are two blocks: on eight ranks most slices are empty.
        @Test(arguments: updates)
        func `a training in slices has the bits of one that sums whole, and each continues the other on other ranks`(_ kind: Kind) throws {
            let folder = Scratch()
            let reference = Training("alone", in: folder, kind.arguments)
            reference.run(["run.sum=whole"])
            for ranks in [1, 2, 3, 8] {
                let run = Training("sliced-\(ranks)", in: folder, kind.arguments)
                run.run(ranks: ranks, ["run.sum=sliced"])
                try Self.expectSame(run, as: reference, "\(ranks) ranks in slices")
            }
            for (first, second) in [("sliced", "whole"), ("whole", "sliced")] {
                let run = Training("\(first)-\(second)", in: folder, kind.arguments)
                run.run(ranks: 3, ["run.steps=6", "run.sum=\(first)"])
                #expect(run.steps == [6])
                run.run(ranks: 2, threads: 2, ["run.sum=\(second)"])
                try Self.expectSame(run, as: reference, "6 steps \(first) on 3 ranks, then \(second) on 2")
            }
        }

        @Test(arguments: exchanges)
        func `a training with exchange has the same bits on 1, 2, 3 and 8 ranks`(_ kind: Kind) throws {
            let folder = Scratch()
            let reference = Training("alone", in: folder, kind.arguments)
            reference.run()
            for ranks in [1, 2, 8] {
                let run = Training("ranks-\(ranks)", in: folder, kind.arguments)
                run.run(ranks: ranks)
                try Self.expectSame(run, as: reference, "\(ranks) ranks")
            }
            let without = Training("without", in: folder, kind.arguments.filter { !$0.hasPrefix("exchange.") })
            without.run()
            #expect(without.bits()["model.safetensors"] != reference.bits()["model.safetensors"], "exchange changes nothing")
        }

        @Test(arguments: precisions)
        func `half precision has the same bits without the instruction, and others than single precision`(_ kind: Kind) throws {
            let folder = Scratch()
            let native = Training("native", in: folder, kind.arguments)
            native.run()
            let emulated = Training("emulated", in: folder, kind.arguments)
            emulated.run(environment: ["EBM_DIST_EMULATE": "1"])
            try Self.expectSame(emulated, as: native, "emulated")
            let float = Training("float", in: folder, kind.arguments.filter { !$0.contains("precision") })
            float.run()
            #expect(float.bits()["model.safetensors"] != native.bits()["model.safetensors"], "the precision changes nothing")
        }

        @Test func `another seed gives other bits`() {
            let folder = Scratch()
            let (one, two) = (Training("one", in: folder), Training("two", in: folder, ["run.seed=2"]))
            one.run()
            two.run()
            for (name, sum) in one.bits() { #expect(two.bits()[name] != sum, "\(name) does not depend on the seed") }
        }

        /// What `sample` and `energy` write, alone and on 3 ranks.
        private static func expectSameResults(of run: Training, in folder: Scratch) throws {
            // More than two tiles, and a last one that is not full.
            let rows = 150
            let values = (0..<rows * 64).map { index in Float(index * 37 % 101) * 16 / 100 }
            try folder.write(NPY.encode(NumericArray(shape: [rows, 1, 8, 8], .float32(values))), to: "rows.npy")
            let commands = [
                ["energy", "--run", run.path, "--input", folder.at("rows.npy"), "--out"],
                ["energy", "--weights", "current", "--run", run.path, "--input", folder.at("rows.npy"), "--out"],
                ["sample", "--run", run.path, "--count", "27", "--steps", "3", "--out"],
                ["sample", "--run", run.path, "--count", "27", "--from", "noise", "--seed", "5", "--out"],
            ]
            for (number, command) in commands.enumerated() {
                var results: [[UInt8]] = []
                for ranks in [nil, 1, 3] {
                    let output = folder.at("result-\(number)-\(ranks ?? 0).npy")
                    let result = Program.run(command + [output], ranks: ranks, in: folder)
                    #expect(result.exitCode == 0, "\(command.joined(separator: " ")): \(result.summary)")
                    results.append(Folder.bytes(output))
                }
                let array = try NPY.decode(results[0], name: "result")
                let shape = command[0] == "energy" ? [rows] : [27, 1, 8, 8]
                #expect(array.shape == shape && array.values.floats.allSatisfy(\.isFinite) && Set(array.values.floats).count > 20)
                #expect(results[1] == results[0] && results[2] == results[0], "\(command): the results depend on the ranks")
            }
        }
    }
}
