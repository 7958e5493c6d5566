import Formats
import Foundation
import Testing
import Training

/// What the program says that it is.
struct BuildInformationTests {
    @Test func `version and checksum name the file that runs`() throws {
        let program = try Checksum.ofFile("/proc/self/exe")
        #expect(BuildInformation.program == program)
        #expect(BuildInformation.description.hasPrefix("ebm-dist ") && BuildInformation.description.hasSuffix("program \(program)"))
        #expect(BuildInformation.description.hasPrefix(BuildInformation.version))
        #expect(BuildInformation.commit.isEmpty || BuildInformation.description.contains("commit \(BuildInformation.commit)"))
    }

    @Test func `the configuration in a run folder names program, libraries and ranks in its head`() throws {
        let folder = ScratchFolder()
        _ = try ThreadRanks.run(2) { try ScratchRun.train(in: folder.run(), on: $0) }
        let text = try String(contentsOfFile: folder.run().configuration, encoding: .utf8)
        for line in [BuildInformation.description, "MPI: ", "BLAS: ", "CPU: ", "ranks of this start: 2"] {
            #expect(text.contains("// \(line)"), "\(line): \(text.prefix(600))")
        }
    }
}
