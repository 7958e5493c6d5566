import Commands
import Distributed
import Failures
import Formats
import Foundation
import Measures
import Numerics
import Testing
import Training

@Suite struct DiagnoseCommandTests {
    @Test func `columns of a table have their names`() throws {
        let scratch = ScratchFolder()
        let (table, folder) = ("\(scratch.path)/t.csv", scratch.run())
        let rows = (0..<20).map { "\($0 % 3),\($0 % 7)\n" }
        try AtomicFile.write(Array(("age,income\n" + rows.joined()).utf8), to: table)
        try ScratchRun.train(["data.source=\(table)", "data.noise=0"], in: folder)
        let text = try DiagnoseCommand(folder: folder.path, draws: 10, thin: 1, chains: 2).run(SoloCommunicator())
        let named = text.split(separator: "\n").map { $0.prefix { $0 != " " } }
        #expect(named.contains("age") && named.contains("income"), "\(text)")
    }

    // MARK: conditions

    /// Two classes around -2 and 2 in the first column.
    private func classes(_ scratch: ScratchFolder) throws -> RunFolder {
        let rows = (0..<60).map { "\(Double($0 % 2 * 4 - 2) + Double($0 % 7) / 9),\(Double($0 % 5) / 5),\($0 % 2)\n" }
        let table = "\(scratch.path)/table.csv"
        try AtomicFile.write(Array(("a,b,class\n" + rows.joined()).utf8), to: table)
        try ScratchRun.train(
            [
                "objective.kind=cd", "data.source=\(table)", "data.noise=0", "data.labelColumn=class", "condition.kind=label",
                "condition.channels=2", "condition.dropout=0.2",
            ], in: scratch.run())
        return scratch.run()
    }

    /// What ArviZ is given of a window.
    private struct Window: Decodable {
        struct Posterior: Decodable {
            let energy: [[Double]]
            let x: [[[Double]]]
        }
        let posterior: Posterior
    }

    private func window(_ folder: RunFolder, _ scratch: ScratchFolder, _ change: (inout DiagnoseCommand) -> Void) throws -> (
        text: String, posterior: Window.Posterior
    ) {
        let path = "\(scratch.path)/window.json"
        var command = DiagnoseCommand(folder: folder.path, draws: 6, thin: 2, chains: 2, arviz: path)
        change(&command)
        let text = try command.run(SoloCommunicator())
        return (text, try JSONDecoder().decode(Window.self, from: Data(contentsOf: URL(filePath: path))).posterior)
    }

    @Test func `the chains of a class follow the energy of that class`() throws {
        let scratch = ScratchFolder()
        let folder = try classes(scratch)
        let trained = try TrainedModel.shared(folder.path, step: nil, weights: .average, SoloCommunicator())
        var found: [[[Double]]] = []
        for label in 0..<2 {
            let (text, window) = try window(folder, scratch) { $0.label = label }
            #expect(text.contains(", class \(label)"))
            for (chain, states) in window.x.enumerated() {
                let x = Matrix(rows: states.count, columns: 2, states.flatMap { $0.map { Float($0) } })
                let condition = Matrix(rows: states.count, columns: 1, states.map { _ in Float(label) })
                let energies = trained.scores(seed: 1).scores(of: x, condition: condition, tile: 0).map { $0[0] }
                #expect(zip(energies, window.energy[chain]).allSatisfy { abs($0 - $1) < 1e-4 * (1 + abs($0)) })
            }
            found.append(window.energy)
        }
        #expect(found[0] != found[1])
        let missing = failure { _ = try window(folder, scratch) { _ in } }
        #expect(missing?.kind == .usage && missing?.message.contains("--label K") == true, "\(missing?.message ?? "")")
        let unknown = failure { _ = try window(folder, scratch) { $0.label = 2 } }
        #expect(unknown?.kind == .usage, "\(unknown?.message ?? "")")
    }

    @Test func `the window of a class is the same on any number of ranks, and a guided one is another`() throws {
        let scratch = ScratchFolder()
        let folder = try classes(scratch)
        let command = DiagnoseCommand(folder: folder.path, draws: 6, thin: 2, chains: 2, label: 1)
        let alone = try command.run(SoloCommunicator())
        for ranks in [2, 3] {
            let texts = try ThreadRanks.run(ranks) { try command.run($0) }
            #expect(texts.allSatisfy { $0 == alone }, "\(ranks) ranks")
        }
        let guided = scratch.run("guided")
        try folder.copy(to: guided)
        let path = guided.configuration
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("guidance: 1"))
        try Data(text.replacing("guidance: 1", with: "guidance: 3").utf8).write(to: URL(filePath: path))
        let other = try DiagnoseCommand(folder: guided.path, draws: 6, thin: 2, chains: 2, label: 1).run(SoloCommunicator())
        #expect(other != alone)
    }

    @Test func `chains beside visible pixels are those of one row`() throws {
        let scratch = ScratchFolder()
        try ScratchRun.train(
            VariationalTeachingTests.teaching + [
                "data.source=digits", "data.noise=0", "model.referenceDeviation=null", "condition.kind=mask",
            ],
            in: scratch.run())
        for start in [ModelSampler.Start.noise, .generator] {
            let command = DiagnoseCommand(folder: scratch.run().path, start: start, draws: 6, thin: 2, chains: 2)
            #expect(try command.run(SoloCommunicator()).contains("R-hat"))
        }
        let plain = scratch.run("plain")
        try ScratchRun.train(in: plain)
        let refused = failure { _ = try DiagnoseCommand(folder: plain.path, draws: 6, data: "digits").run(SoloCommunicator()) }
        #expect(refused?.kind == .usage && refused?.message.contains("--data digits") == true)
    }

    @Test func `a window of a model of noise levels begins where its samples are`() throws {
        let (scratch, far) = (ScratchFolder(), ["chains.noise=gaussian", "chains.noiseDeviation=30"])
        func mean(_ name: String, _ arguments: [String]) throws -> Double {
            try ScratchRun.train(arguments + far, in: scratch.run(name))
            let states = try window(scratch.run(name), scratch) { ($0.start, $0.thin) = (.noise, 1) }.posterior.x
            let squares = states.flatMap { $0[0].map { $0 * $0 } }
            return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
        }
        // Each level of Gaussian data brings what stands far away nearer to them; four steps of chains at one level do not.
        let levels =
            StartProposalTests.recovery + ["objective.levels=6", "objective.lowNoise=0.1", "objective.noise=4", "sampler.stepSize=0.003"]
        #expect(try mean("levels", levels) < 5)
        #expect(try mean("one", ["objective.kind=pcd", "sampler.stepSize=0.003"]) > 10)
    }
}
