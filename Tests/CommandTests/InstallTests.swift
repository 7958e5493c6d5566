import Foundation
import TestSupport
import Testing

extension CommandTests {
    /// What `scripts/install` makes, from another folder than it was made for.
    @Suite(.serialized) struct InstallTests {
        private static let project = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized.path

        /// Installs programs, and moves what came of it.
        private static func install(_ programs: [String], in folder: Scratch) throws -> String {
            let result = Program.runOther(["\(project)/scripts/install", folder.at("first")] + programs, in: folder)
            try #require(result.exitCode == 0, "\(result.summary)")
            let place = folder.at("moved here")
            try FileManager.default.moveItem(atPath: folder.at("first"), toPath: place)
            return place
        }

        @Test func `what is installed works from any folder, with configurations, launcher and batch scripts`() throws {
            let folder = Scratch()
            let place = try Self.install(["native=\(Program.path)"], in: folder)
            let quick = [
                "train", "\(place)/share/ebm-dist/configs/digits.json5", "run.steps=2", "run.shards=4", "run.chainsPerShard=2",
                "sampler.steps=1",
                "chains.buffer=null", "--out", "out",
            ]
            let launched = Program.runOther(["\(place)/bin/ebm-dist-launch", "2", "\(place)/bin/ebm-dist"] + quick, in: folder)
            #expect(launched.exitCode == 0 && launched.output.contains("2 ranks"), "\(launched.summary)")
            // Advice names what the person started, not one build of several.
            #expect(launched.output.contains("\(place)/bin/ebm-dist") && !launched.output.contains("libexec"), "\(launched.summary)")
            #expect(
                Folder.text("\(place)/include/ebm_dist_energy.h")
                    == Folder.text("\(Self.project)/Sources/CEnergy/include/ebm_dist_energy.h"))
            // The batch script alone, outside of a job, finds its parts and the program.
            let script = "\(place)/share/ebm-dist/slurm/train.sbatch"
            let batch = RunningProgram(
                command: ["bash", script, quick[1], "batch", "run.steps=1"] + quick[3...6],
                environment: ["EBM_DIST_HOME": "\(place)/share/ebm-dist", "EBM_DIST_LAUNCHER": "mpirun -n 2"], in: folder
            ).wait()
            #expect(batch.exitCode == 0 && batch.output.contains("mpirun ended with 0"), "\(batch.summary)")
        }

        @Test(arguments: ["/usr/share/modules/init/bash", "/usr/share/lmod/lmod/init/bash"])
        func `a module file gives the programs and the manual page of the folder that it was moved with, also by a link`(start: String)
            throws
        {
            let folder = Scratch()
            guard FileManager.default.fileExists(atPath: start) else {
                print("skipped: there is no \(start) (environment-modules, lmod)")
                return
            }
            let place = try Self.install([Program.path], in: folder)
            let version = Program.runOther(["\(Self.project)/scripts/version"], in: folder).output.trimmingCharacters(in: .newlines)
            try FileManager.default.createDirectory(atPath: folder.at("modules/ebm-dist"), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: folder.at("modules/ebm-dist/\(version)"), withDestinationPath: "\(place)/share/modulefiles/ebm-dist/\(version)")
            for modules in ["\(place)/share/modulefiles", folder.at("modules")] {
                let commands = """
                    . \(start); module use '\(modules)'; module load ebm-dist/\(version); command -v ebm-dist; echo "$EBM_DIST_HOME"; echo "$MANPATH"
                    module unload ebm-dist; command -v ebm-dist || echo "gone$EBM_DIST_HOME"
                    """
                let lines = Program.runOther(["bash", "-c", commands], in: folder).output.split(separator: "\n").map(String.init)
                #expect(lines.prefix(2) == ["\(place)/bin/ebm-dist", "\(place)/share/ebm-dist"] && lines.last == "gone", "\(lines)")
                #expect(lines.dropFirst(2).first?.contains("\(place)/share/man") == true, "\(lines)")
            }
        }

        @Test func `recipes and the Python package have the version of the program`() throws {
            let folder = Scratch()
            let version = Program.runOther(["\(Self.project)/scripts/version"], in: folder).output.trimmingCharacters(in: .newlines)
            #expect(Program.run(["--version"], in: folder).output.hasPrefix("ebm-dist \(version),"))
            let spack = "packaging/spack/spack_repo/ebm_dist/packages/ebm_dist/package.py"
            for (file, line) in [
                (spack, "    version(\"\(version)\")"), ("packaging/easybuild/ebm-dist.eb", "version = '\(version)'"),
                ("python/ebm_dist/__init__.py", "__version__ = \"\(version)\""),
            ] {
                #expect(Folder.text("\(Self.project)/\(file)").split(separator: "\n").contains { $0 == line }, "\(file): \(line)")
            }
        }

        @Test func `the start picks the newest build that the processor has, or the one that is asked for`() throws {
            let folder = Scratch()
            let levels = ["x86-64-v2", "x86-64-v3", "x86-64-v4"]
            for level in levels {
                try folder.write(Array("#!/bin/sh\necho \(level) \"$@\"\n".utf8), to: level)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.at(level))
            }
            let place = try Self.install(levels.map { "\($0)=\(folder.at($0))" }, in: folder)
            func start(_ cpu: String?) -> Program.Result {
                RunningProgram(command: ["\(place)/bin/ebm-dist", "a b"], environment: cpu.map { ["EBM_DIST_CPU": $0] } ?? [:], in: folder)
                    .wait()
            }
            for level in levels { #expect(start(level).output == "\(level) a b\n") }
            #expect(start("x86-64-v9").exitCode == 69)
            // The dynamic linker knows the levels too.
            let known = Program.runOther(
                ["sh", "-c", "/lib64/ld-linux-x86-64.so.2 --help | sed -n 's/^ *\\(x86-64-v[0-9]\\) (supported.*/\\1/p'"], in: folder)
            let newest = known.output.split(separator: "\n").map(String.init).filter(levels.contains).max()
            #expect(try start(nil).output == "\(#require(newest)) a b\n")
        }

        /// What bash offers for the last of these words.
        private static func offers(_ words: [String], script: String, in folder: Scratch) -> [String] {
            // Bash splits words at "=".
            let parts = words.flatMap { word in
                word.split(separator: "=", omittingEmptySubsequences: false).map(String.init).joined(separator: "\n=\n").split(
                    separator: "\n", omittingEmptySubsequences: !word.isEmpty
                ).map(String.init)
            }
            let list = parts.map { "'\($0)'" }.joined(separator: " ")
            let commands =
                "compopt() { :; }; . '\(script)'; COMP_WORDS=(ebm-dist \(list)); COMP_CWORD=\(parts.count); _ebm_dist; printf '%s\\n' \"${COMPREPLY[@]}\""
            return Program.runOther(["bash", "-c", commands], in: folder).output.split(separator: "\n").map(String.init)
        }

        @Test func `bash completes commands, options, their words, keys and their values`() throws {
            let folder = Scratch()
            let place = try Self.install([Program.path], in: folder)
            let script = "\(place)/share/bash-completion/completions/ebm-dist"
            func offers(_ words: String...) -> [String] { Self.offers(words, script: script, in: folder) }
            #expect(offers("sam").contains("sample") && offers("sam").contains("samples.count="))
            #expect(Set(offers("sample", "--st")) == ["--steps", "--step"])
            #expect(offers("sample", "--from", "ch") == ["chains"])
            #expect(offers("train", "sampler.stepSi") == ["sampler.stepSize="])
            #expect(Set(offers("train", "optimizer.kind=ad")) == ["adam", "adamw"])
            #expect(offers("bench", "conv3") == ["conv32"])
            #expect(offers("completion", "z") == ["zsh"])
            #expect(offers("optimizer.learningR").contains("optimizer.learningRate="))
        }

        @Test func `scripts for other shells and the manual page are well formed, and name every command and key`() throws {
            let folder = Scratch()
            let place = try Self.install([Program.path], in: folder)
            let page = "\(place)/share/man/man1/ebm-dist.1"
            let checks = [
                ("zsh", ["zsh", "-n", "\(place)/share/zsh/site-functions/_ebm-dist"]),
                ("fish", ["fish", "-n", "\(place)/share/fish/vendor_completions.d/ebm-dist.fish"]),
                ("groff", ["groff", "-man", "-ww", "-z", page]),
            ]
            for (program, command) in checks {
                let result = Program.runOther(command, in: folder)
                guard result.exitCode != 127 else {
                    print("skipped: there is no \(program)")
                    continue
                }
                #expect(result.exitCode == 0 && result.errors.isEmpty, "\(program): \(result.summary)")
            }
            let commands = Program.run(["--help"], in: folder).output.split(separator: "\n").filter {
                $0.hasPrefix("  ") && !$0.hasPrefix("   ")
            }
            let names = commands.compactMap { $0.split(separator: " ").first.map(String.init) }
            #expect(names.contains("completion"))
            for file in [page, "\(place)/share/zsh/site-functions/_ebm-dist", "\(place)/share/fish/vendor_completions.d/ebm-dist.fish"] {
                let text = Folder.text(file)
                for name in names + ["sampler.stepSize", "optimizer.learningRate"] { #expect(text.contains(name), "\(file): \(name)") }
            }
            let fish = Program.runOther(
                ["fish", "-c", "source '\(place)/share/fish/vendor_completions.d/ebm-dist.fish'; complete -C 'ebm-dist sample --fro'"],
                in: folder)
            if fish.exitCode != 127 { #expect(fish.output.hasPrefix("--from"), "\(fish.summary)") }
        }
    }
}
