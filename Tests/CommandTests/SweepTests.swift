import Foundation
import Glibc
import Testing

extension CommandTests {
    /// `train --sweep` and `compare` as their users run them.
    @Suite(.serialized) struct SweepTests {
        @Test(arguments: [nil, 3]) func `a sweep that was killed goes on to the bits of one that was not, and is compared`(ranks: Int?)
            throws
        {
            let folder = Scratch()
            let sweep = ["run.steps=40", "checkpoint.every=5", "--sweep", "run.seed=1,2", "--sweep", "sampler.steps=2,3"]
            let (whole, killed) = (Training("whole", in: folder), Training("killed", in: folder))
            let reference = Program.run(whole.command(sweep), ranks: ranks, in: folder)
            #expect(reference.exitCode == 0, "\(reference.summary)")
            let program = RunningProgram(killed.command(sweep), ranks: ranks, in: folder)
            while !program.hasEnded && !FileManager.default.fileExists(atPath: folder.at("killed/2_seed=1_steps=3/metrics.jsonl")) {
                usleep(1000)
            }
            program.endAll()
            _ = program.waitForMembers(seconds: 60)
            let result = Program.run(killed.command(sweep), ranks: ranks, in: folder)
            #expect(result.exitCode == 0 && result.output.contains("finished: step 40 of 40 is done"), "\(result.summary)")
            for cell in ["1_seed=1_steps=2", "2_seed=1_steps=3", "3_seed=2_steps=2", "4_seed=2_steps=3"] {
                #expect(Training("killed/\(cell)", in: folder).bits() == Training("whole/\(cell)", in: folder).bits(), "\(cell)")
            }
            #expect(result.output.contains("comparison.json"))
            let compared = Program.run(
                ["compare", folder.at("whole/1_seed=1_steps=2"), folder.at("whole/4_seed=2_steps=3"), "--out", folder.at("c.json")],
                ranks: ranks,
                in: folder)
            #expect(compared.exitCode == 0 && compared.output.contains("sampler.steps"), "\(compared.summary)")
            #expect(!Folder.bytes(folder.at("c.json")).isEmpty)
        }

        @Test func `a task of an array trains its cell`() {
            let folder = Scratch()
            let run = Training("array", in: folder, ["--sweep", "run.seed=5,6"])
            let result = Program.run(run.command(), environment: ["SLURM_ARRAY_TASK_ID": "2"], in: folder)
            #expect(result.exitCode == 0, "\(result.summary)")
            #expect((try? FileManager.default.contentsOfDirectory(atPath: folder.at("array"))) == ["2_seed=6"])
        }
    }
}
