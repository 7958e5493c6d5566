import Formats
import Foundation
import Testing

extension CommandTests {
    /// A run that was stopped goes on to the same bits.
    @Suite(.serialized) struct ContinuationTests {
        @Test func `a run stopped at any of ten steps continues to the same bits`() throws {
            let folder = Scratch()
            let reference = Training("whole", in: folder)
            reference.run()
            let metrics = try reference.metrics
            for step in 1...10 {
                let run = Training("split-\(step)", in: folder)
                run.run(["run.steps=\(step)"])
                #expect(run.steps == [step])
                run.run()
                #expect(run.bits() == reference.bits(), "stopped at step \(step)")
                // A run that ends at a step reports it; one that goes through reports every third.
                #expect(try run.metrics.filter { metrics.contains($0) } == metrics, "stopped at step \(step)")
            }
        }

        @Test func `a checkpoint saved on one of 1 to 4 ranks continues on any other to the same bits`() throws {
            let folder = Scratch()
            let reference = Training("whole", in: folder)
            reference.run()
            for saving in 1...4 {
                let half = Training("half-\(saving)", in: folder)
                half.run(ranks: saving, ["run.steps=6"])
                for continuing in 1...4 where continuing != saving {
                    let run = try half.copied(to: "from-\(saving)-to-\(continuing)")
                    run.run(ranks: continuing)
                    #expect(run.bits() == reference.bits(), "saved on \(saving) ranks, continued on \(continuing)")
                }
            }
        }

        @Test func `a checkpoint interval of 0 saves only at the end, and keep keeps so many`() {
            let folder = Scratch()
            let last = Training("last", in: folder, ["checkpoint.every=0", "samples.every=0"])
            last.run()
            #expect(last.steps == [12])
            #expect(FileManager.default.fileExists(atPath: "\(last.path)/samples/step-00000012.png"))
            let three = Training("three", in: folder, ["checkpoint.every=2", "checkpoint.keep=3"])
            three.run()
            #expect(three.steps == [8, 10, 12])
            #expect(three.bits() == last.bits())
        }

        @Test func `what does not touch the mathematics may change when a run continues`() {
            let folder = Scratch()
            let reference = Training("whole", in: folder)
            reference.run()
            let run = Training("changed", in: folder)
            run.run(["run.steps=5"])
            run.run(
                threads: 3,
                ["checkpoint.every=2", "checkpoint.keep=5", "report.every=1", "samples.every=4", "samples.count=9", "run.maxHours=1"])
            #expect(run.bits() == reference.bits())
            #expect(run.steps == [5, 6, 8, 10, 12])
            let again = run.run(["checkpoint.every=2", "checkpoint.keep=5"])
            #expect(again.output.contains("nothing to do"))
        }

        @Test func `the data may be of another format when a run continues, of which its keys say nothing`() throws {
            let folder = Scratch()
            let values = (0..<80).map { Float($0 * 7 % 32 - 16) / 8 }
            let rows = stride(from: 0, to: 80, by: 2).map { "\(values[$0]),\(values[$0 + 1])\n" }
            try folder.write(Array(rows.joined().utf8), to: "rows.csv")
            try folder.write(NPY.encode(NumericArray(shape: [40, 2], .float32(values))), to: "rows.npy")
            let (text, array) = ("data.source=\(folder.at("rows.csv"))", "data.source=\(folder.at("rows.npy"))")
            let reference = Training("whole", in: folder, ["data.header=false"])
            reference.run([text])
            let run = Training("moved", in: folder, ["data.header=false"])
            run.run([text, "run.steps=5"])
            for ranks in [1, 2, 3, 8] {
                let copy = try run.copied(to: "on-\(ranks)")
                copy.run(ranks: ranks, [array])
                #expect(copy.bits() == reference.bits(), "\(ranks) ranks")
            }
            for command in [
                ["evaluate", "--measures", "distances", "--count", "20"], ["diagnose"],
                ["energy", "--input", folder.at("rows.csv"), "--out", folder.at("e.npy")],
            ] {
                let looked = Program.run(command + ["--run", folder.at("on-2")], in: folder)
                #expect(looked.exitCode == 0 && !looked.errors.contains("has no effect"), "\(looked.summary)")
            }
            // A run that begins is told.
            let begun = Program.run(Training("begun", in: folder, ["data.header=false", array]).command(), in: folder)
            #expect(begun.exitCode == 78 && begun.errors.contains("data.header has no effect on \(folder.at("rows.npy"))"))
        }
    }
}
