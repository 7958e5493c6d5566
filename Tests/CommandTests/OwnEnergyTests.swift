import Formats
import Foundation
import Glibc
import Testing

extension CommandTests {
    /// Runs of a library that a person has written.
    @Suite(.serialized) struct OwnEnergyTests {
        private static let project = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized.path

        /// The example in C, with changes, as a library of the folder; nil without a compiler.
        private static func library(_ name: String, _ changes: [(String, String)] = [], in folder: Scratch) throws -> String? {
            guard Program.runOther(["which", "cc"], in: folder).exitCode == 0 else {
                print("no C compiler here: libraries of energies are not run")
                return nil
            }
            var text = Folder.text("\(project)/examples/energies/double_well.c")
            for (old, new) in changes { text = text.replacing(old, with: new) }
            try folder.write(Array(text.utf8), to: "\(name).c")
            let command = [
                "cc", "-O2", "-shared", "-fPIC", "-I", "\(project)/Sources/CEnergy/include", "-o", folder.at("\(name).so"),
                folder.at("\(name).c"),
            ]
            let built = Program.runOther(command, in: folder)
            try #require(built.exitCode == 0, "\(built.summary)")
            return folder.at("\(name).so")
        }

        private static func command(_ library: String, _ run: String, _ more: [String] = []) -> [String] {
            ["train", "--out", run, "energy.library=\(library)", "energy.parameters=dimension=6", "exchange.temperatures=[1, 2]"] + size
                + more
        }

        private static func bits(_ run: String) -> String {
            Checksum.of(Folder.bytes("\(run)/checkpoints/step-00000040/chains.safetensors"))
        }

        @Test func `a run of a library has one result on 1, 2, 3 and 8 ranks, and through a kill`() throws {
            let folder = Scratch()
            guard let library = try Self.library("well", in: folder) else { return }
            try Self.expectOneResult(in: folder) { Self.command(library, folder.at($0)) }
        }

        /// Spins, categories and a number.
        private static let ofSites = [
            "energy.formula=-x0*x1 - x1*x2 + (x9 - x0 - x5)^2/2 - 2*sum(i,3,5,x[i]*x[i+3])", "sampler.sites=[spin*3, potts:3*2, number]",
        ]

        @Test(arguments: ["gibbs", "gibbsWithGradients", "discreteLangevin"])
        func `a run of sites has one result on 1, 2, 3 and 8 ranks, and through a kill`(kind: String) throws {
            let folder = Scratch()
            try Self.expectOneResult(in: folder) { run in
                ["train", "--out", folder.at(run), "sampler.kind=\(kind)"] + Self.ofSites + Self.size + ["exchange.temperatures=[1, 2]"]
            }
        }

        @Test func `a run of sites is sampled, diagnosed and evaluated, and what needs numbers says so`() throws {
            let folder = Scratch()
            let file = folder.at("spins.csv")
            let sampled = Program.run(
                ["sample", "--energy", "-x0*x1 - x1*x2", "--run", folder.at("run"), "--count", "16", "--out", file, "sampler.sites=[spin]"]
                    + Self.size.filter { !$0.contains("adaptSteps") }, in: folder)
            #expect(sampled.exitCode == 0, "\(sampled.summary)")
            let lines = Folder.text(file).split(separator: "\n")
            #expect(lines.count == 17 && lines.dropFirst().allSatisfy { $0.split(separator: ",").allSatisfy { abs(Float($0) ?? 0) == 1 } })
            let diagnosed = Program.run(["diagnose", "--run", folder.at("run"), "--draws", "40", "--thin", "1"], in: folder)
            #expect(
                diagnosed.exitCode == 0 && diagnosed.output.contains("R-hat") && !diagnosed.output.contains("stepSize")
                    && !diagnosed.output.contains("of the proposals"), "\(diagnosed.summary)")
            let evaluated = Program.run(["evaluate", "--run", folder.at("run"), "--measures", "ais"], in: folder)
            #expect(
                evaluated.exitCode != 0 && evaluated.errors.contains("states with sites (sampler.kind = \"gibbs\")"), "\(evaluated.summary)"
            )
        }

        private static let size = [
            "run.shards=8", "run.chainsPerShard=4", "run.steps=40", "run.threads=1", "checkpoint.every=4", "sampler.adaptSteps=20",
        ]

        /// On any number of ranks, and through a kill.
        private static func expectOneResult(in folder: Scratch, _ command: (_ run: String) -> [String]) throws {
            let alone = Program.run(command("alone"), in: folder)
            try #require(alone.exitCode == 0, "\(alone.summary)")
            let expected = Self.bits(folder.at("alone"))
            for ranks in [2, 3, 8] {
                let found = Program.run(command("on\(ranks)"), ranks: ranks, in: folder)
                #expect(found.exitCode == 0 && Self.bits(folder.at("on\(ranks)")) == expected, "\(found.summary)")
            }
            let killed = RunningProgram(command("killed"), ranks: 2, in: folder)
            while !killed.hasEnded, !FileManager.default.fileExists(atPath: folder.at("killed/checkpoints/step-00000008")) { usleep(500) }
            for rank in killed.ranks { killed.send(SIGKILL, to: rank) }
            _ = killed.wait()
            let end = Program.run(command("killed"), ranks: 3, in: folder)
            #expect(end.exitCode == 0 && Self.bits(folder.at("killed")) == expected, "\(end.summary)")
        }

        @Test func `sample draws from a library or a formula, goes on with its run, and has the samples of train and sample`() throws {
            let folder = Scratch()
            guard let library = try Self.library("well", in: folder) else { return }
            for (energy, key) in [(library, "energy.library"), ("x0^2 + x1^2/2", "energy.formula")] {
                let keys = ["run.shards=4", "run.chainsPerShard=4", "run.steps=20", "run.threads=1", "sampler.adaptSteps=10"]
                let (runs, files) = (["a", "b"].map { folder.at("\($0)-\(key)") }, ["a", "b"].map { folder.at("\($0)-\(key).npy") })
                let sample = ["sample", "--energy", energy, "--run", runs[0], "--count", "8", "--out", files[0]] + keys
                for ranks in [nil, 2] {
                    let found = Program.run(sample, ranks: ranks, in: folder)
                    try #require(found.exitCode == 0 && found.output.contains("8 samples of step 20"), "\(found.summary)")
                }
                #expect(Program.run(["train", "\(key)=\(energy)", "--out", runs[1]] + keys, in: folder).exitCode == 0)
                #expect(Program.run(["sample", "--run", runs[1], "--count", "8", "--out", files[1]], in: folder).exitCode == 0)
                #expect(!Folder.bytes(files[0]).isEmpty && Folder.bytes(files[0]) == Folder.bytes(files[1]))
            }
            let without = Program.run(["sample", "--energy", library, "--count", "8"], in: folder)
            #expect(without.exitCode == 64 && without.errors.contains("--out"), "\(without.summary)")
            let neither = Program.run(["sample", "--count", "8", "--out", folder.at("c.npy"), "run.steps=4"], in: folder)
            #expect(neither.exitCode == 64, "\(neither.summary)")
        }

        @Test func `another library is refused, from wherever, and the same one at another place goes on`() throws {
            let folder = Scratch()
            guard let library = try Self.library("well", in: folder),
                let other = try Self.library("other", [("left * x[0]", "left * x[0] * 1")], in: folder)
            else { return }
            let run = folder.at("run")
            #expect(Program.run(Self.command(library, run), in: folder).exitCode == 0)
            try FileManager.default.copyItem(atPath: library, toPath: folder.at("moved.so"))
            let moved = Program.run(Self.command(folder.at("moved.so"), run, ["run.steps=44"]), in: folder)
            #expect(moved.exitCode == 0, "\(moved.summary)")
            // With other bytes even where it computes the same.
            _ = try Self.library("other", [("unknown parameter", "no parameter")], in: folder)
            let refused = Program.run(Self.command(other, run, ["run.steps=48"]), in: folder)
            #expect(refused.exitCode == 73 && refused.errors.contains("another energy than \(other)"), "\(refused.summary)")
        }

        @Test(arguments: [nil, 2]) func `a signal of a library ends the run with its name`(ranks: Int?) throws {
            let folder = Scratch()
            let crash = ("const well *e = energy;", "const well *e = energy; if (rows > 0) *(volatile int *)8 = 1;")
            guard let library = try Self.library("crash", [crash], in: folder) else { return }
            let found = Program.run(Self.command(library, folder.at("run")), ranks: ranks, in: folder)
            #expect(found.exitCode == 70, "\(found.summary)")
            #expect(
                found.messages.contains { $0.contains("energy.library \(library): ebm_dist_energy_evaluate raised SIGSEGV") },
                "\(found.summary)")
        }

        @Test func `NaN of a library ends the run with its name and the place`() throws {
            let folder = Scratch()
            guard let library = try Self.library("nan", [("[row] = sum", "[row] = x[0] > 0.1f ? 0.0 / 0.0 : sum")], in: folder) else {
                return
            }
            let found = Program.run(Self.command(library, folder.at("run")), ranks: 2, in: folder)
            #expect(
                found.exitCode == 71 && found.errors.contains("energy.library \(library): the energy is NaN at x = ("), "\(found.summary)")
        }
    }
}
