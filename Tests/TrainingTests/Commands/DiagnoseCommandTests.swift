import Commands
import Distributed
import Formats
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
}
