import Configuration
import Foundation
import Glibc
import TestSupport
import Testing

extension CommandTests {
    /// A run that is killed, in whatever way, goes on to the same bits.
    @Suite(.serialized) struct KillTests {
        enum Victim: CaseIterable, Sendable { case rank, all, launcher }

        /// What runs exchange, if anything, and how often each is killed.
        struct Kind: Sendable, CustomTestStringConvertible {
            let name: String
            let kills: Int
            var arguments: [String] = []
            var testDescription: String { name }
        }

        static let kinds = [
            Kind(name: "without exchange", kills: 12),
            Kind(name: "slices", kills: 4, arguments: ["run.sum=sliced", "model.widths=[40]", "optimizer.clipNorm=0.1"]),
            Kind(name: "shuffle", kills: 6, arguments: ["exchange.policy=shuffle", "exchange.fraction=0.5"]),
            Kind(
                name: "ladder", kills: 6,
                arguments: [
                    "exchange.temperatures=[1, 1.5, 3]", "data.source=25gaussians", "sampler.noise=null", "sampler.stepSize=0.05",
                ]),
        ]

        private static let ranks = 3
        private static let arguments = ["checkpoint.every=2", "checkpoint.keep=2", "run.steps=60", "report.every=1"]

        @Test(arguments: kinds) func `a run killed at random instants, in saves too, continues to the same bits`(_ kind: Kind) throws {
            let folder = Scratch()
            let arguments = Self.arguments + kind.arguments
            let reference = Training("reference", in: folder, arguments)
            let begin = ContinuousClock.now
            reference.run(ranks: Self.ranks)
            var wall = (ContinuousClock.now - begin) / .seconds(1)

            var random = SplitMix64(state: 20)
            var (kills, insideSaves, runs) = (0, 0, 0)
            while kills < kind.kills {
                runs += 1
                try #require(runs <= 4 * kind.kills, "the runs end before they can be killed")
                let run = Training("killed-\(runs)", in: folder, arguments)
                while kills < kind.kills {
                    let newest = run.steps.last ?? 0
                    let program = RunningProgram(run.command(["run.threads=1"]), ranks: Self.ranks, in: folder)
                    let wanted = Victim.allCases[kills % Victim.allCases.count]
                    let isKilled = Self.kill(
                        wanted, of: program, run, after: wall * random.fraction(), insideSave: kills % 5 == 0, &random)
                    guard isKilled else {
                        // The machine has become faster than it was for the reference.
                        wall *= 0.8
                        break
                    }
                    kills += 1
                    if Self.holdsPartial(run) { insideSaves += 1 }
                    #expect((run.steps.last ?? 0) >= newest, "a checkpoint got lost")
                }
                run.run(ranks: Self.ranks)
                #expect(run.bits() == reference.bits(), "run \(runs), after \(kills) kills in all")
                #expect(run.steps == reference.steps)
                #expect(try run.metrics == reference.metrics, "run \(runs): a killed run leaves other metrics")
                // A Boolean, or the test would print both files.
                let hasSameEvents = run.events == reference.events
                #expect(hasSameEvents, "run \(runs): a killed run leaves other events")
                #expect(!Self.holdsPartial(run), "left-overs of a save were not removed")
            }
            print("\(kind.name): \(kills) kills in \(runs) runs, \(insideSaves) inside a save")
            #expect(insideSaves > 0)
        }

        /// Where a process of its own is stopped and killed, from one continuation to the next: the call, a part of its path, which of them.
        private static let points = [
            ("write", "metrics.jsonl", 1), ("write", "metrics.jsonl", 11), ("write", "events.out", 7), ("write", "model.safetensors", 2),
            ("rename", "checkpoints/", 1), ("write", "evaluation.jsonl", 2), ("write", "report.html", 1), ("write", "samples/", 1),
            ("fsync", "events.out", 2), ("rename", "report.html", 1),
        ]

        @Test func `a run killed ten times leaves the lines, events, pictures and report of one that was not, times aside`() throws {
            let folder = Scratch()
            let arguments = [
                "run.steps=60", "report.every=2", "checkpoint.every=5", "checkpoint.keep=2", "evaluate.every=5", "evaluate.count=24",
                "samples.every=10", "data.validation=0.2", "checkpoint.keepBest=slicedWasserstein", "diagnostics.every=20",
                "diagnostics.draws=10",
            ]
            let whole = Training("whole", in: folder, arguments), killed = Training("killed", in: folder, arguments)
            whole.run()
            let library = try FaultLibrary(in: folder)
            for (call, path, number) in Self.points {
                var fault = FaultLibrary.Fault(call, 0, path)
                (fault.stops, fault.first) = (true, number)
                let program = RunningProgram(killed.command(["run.threads=1"]), environment: library.environment(fault), in: folder)
                while !program.hasEnded && !program.isStopped { usleep(1000) }
                #expect(!program.hasEnded, "it has not come to \(call) \(number) of \(path): \(program.errors)")
                program.endAll()
            }
            killed.run()
            #expect(killed.bits() == whole.bits() && killed.steps == whole.steps)
            #expect(try killed.metrics == whole.metrics && killed.evaluation == whole.evaluation)
            let hasSameEvents = killed.events == whole.events, hasSameReport = killed.report == whole.report
            #expect(hasSameEvents && hasSameReport, "events \(hasSameEvents), report \(hasSameReport)")
            #expect(killed.report.contains("Finished: 60 steps.") && killed.report.contains("Gap of held-out rows"))
            #expect(Folder.bytes("\(killed.path)/samples/step-00000060.png") == Folder.bytes("\(whole.path)/samples/step-00000060.png"))
        }

        /// Kills some of a program's processes at an instant; false when it ended before.
        private static func kill(
            _ victim: Victim, of program: RunningProgram, _ run: Training, after seconds: Double, insideSave: Bool,
            _ random: inout SplitMix64
        ) -> Bool {
            usleep(UInt32(seconds * 1e6))
            while insideSave && !program.hasEnded && !holdsPartial(run) { usleep(100) }
            // Which ranks there are takes some time to find out: looked up where it is needed only.
            switch victim {
            case .rank:
                let ranks = program.ranks
                if !ranks.isEmpty { program.send(SIGKILL, to: ranks[Int(random.next() % UInt64(ranks.count))]) } else { program.endAll() }
            case .all:
                program.send(SIGSTOP)
                program.endAll()
            case .launcher: program.send(SIGKILL)
            }
            // Open MPI may miss the end of a rank that has not met the others yet: these wait for two minutes then.
            let result = program.wait(timeout: 180)
            // And its launcher may itself stand still when a rank ends while it connects: no fault of the program, which has left nothing running.
            let launcherStands = victim == .rank && result.summary.contains("PMIX ERROR: UNREACHABLE")
            #expect(!result.timedOut || launcherStands, "mpirun went on after \(victim) was killed: \(result.summary)")
            #expect(program.waitForMembers(seconds: 60), "processes went on after \(victim) was killed")
            return result.exitCode != 0
        }

        private static func holdsPartial(_ run: Training) -> Bool {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(run.path)/checkpoints")) ?? []
            return names.contains { $0.hasSuffix(".partial") }
        }
    }
}

extension SplitMix64 {
    /// In 0 ..< 1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}
