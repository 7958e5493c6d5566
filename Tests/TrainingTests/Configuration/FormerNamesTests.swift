import Configuration
import Failures
import Formats
import Foundation
import Testing
import Training

/// Names of earlier versions are read, with a note of today's, and checkpoints stay bound to what they were bound to.
struct FormerNamesTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardizedFileURL
        .path

    /// `arguments, with a configuration file among them|digest|digest with the places of data` of the version before keys were declared with their values.
    private static var stored: [[String]] {
        get throws {
            try String(contentsOfFile: "\(root)/Tests/Fixtures/digests.txt", encoding: .utf8).split(separator: "\n").map {
                $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            }
        }
    }

    @Test func `Checkpoints of earlier versions are bound to the configurations that they were made of`() throws {
        let stored = try Self.stored
        #expect(stored.count > 45)
        for row in stored {
            var arguments = row[0].split(separator: " ").map(String.init)
            let file = arguments.first.flatMap { $0.contains("=") ? nil : $0 }
            if file != nil { arguments.removeFirst() }
            let bytes = try file.map { Array(try Foundation.Data(contentsOf: URL(fileURLWithPath: "\(Self.root)/\($0)"))) }
            let configuration = try RunConfiguration.resolve(file: bytes, name: file ?? "", arguments: arguments)
            #expect(Checksum.of(Array(try configuration.mathematics().utf8)) == row[1], "\(row[0])")
            #expect(Checksum.of(Array(try configuration.mathematics(withPlaces: true).utf8)) == row[2], "\(row[0])")
        }
    }

    @Test func `The start of chains has one name: the other is read where it says the same`() throws {
        for (kind, start) in [("pcd", "persistent"), ("cd", "data"), ("short-run", "noise")] {
            let alone = try ChosenConfiguration.resolve(arguments: ["chains.start=\(start)"])
            #expect(alone.configuration.objective.kind.rawValue == kind && alone.configuration.chains.start == nil)
            #expect(alone.notes == ["command line: chains.start = \"\(start)\" is called objective.kind = \"\(kind)\" now"])
            let file = Array("{ objective: { kind: \"\(kind)\" }, chains: { start: \"\(start)\" } }".utf8)
            let both = try ChosenConfiguration.resolve(file: file, name: "my.json5")
            #expect(both.configuration == alone.configuration)
            #expect(both.notes == ["my.json5: chains.start = \"\(start)\" follows from objective.kind = \"\(kind)\""])
            // An argument wins over the file.
            #expect(try RunConfiguration.resolve(file: file, arguments: ["objective.kind=nce"]).objective.kind == .nce)
        }
        expectRefusal(["command line", "objective.kind = \"cd\"", "chains.start = \"noise\"", "objective.kind = \"short-run\""]) {
            _ = try RunConfiguration.resolve(arguments: ["objective.kind=cd", "chains.start=noise"])
        }
        expectRefusal(["chains.start = \"data\" has no effect: it needs objective.kind = \"wasserstein-flow\"", "\"nce\""]) {
            _ = try RunConfiguration.resolve(arguments: ["objective.kind=nce", "chains.start=data"])
        }
        let flow = try RunConfiguration.resolve(arguments: ["objective.kind=wasserstein-flow", "chains.start=data"])
        #expect(flow.chains.start == .data && flow.objective.kind == .wassersteinFlow && flow.replayCapacity == nil)
    }
}
