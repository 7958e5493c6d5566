import Configuration
import Failures
import Formats
import Foundation
import Learning
import Testing
import Training

/// Names of earlier versions are read, with a note of today's, and checkpoints stay bound to what they were bound to.
struct FormerNamesTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../..").standardizedFileURL
        .path

    /// `arguments, with a configuration file among them|digest|digest with the places of data` of the version before keys were declared with their values.
    private static var stored: [[String]] {
        get throws {
            try String(contentsOfFile: "\(root)/Tests/Fixtures/digests.txt", encoding: .utf8).split(separator: "\n").map {
                $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            }
        }
    }

    @Test func `checkpoints of earlier versions are bound to the configurations that they were made of`() throws {
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

    @Test func `the start of chains has one name: the other is read where it says the same`() throws {
        for (kind, start) in [("pcd", "persistent"), ("cd", "data"), ("shortRun", "noise")] {
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
        expectRefusal(["command line", "objective.kind = \"cd\"", "chains.start = \"noise\"", "objective.kind = \"shortRun\""]) {
            _ = try RunConfiguration.resolve(arguments: ["objective.kind=cd", "chains.start=noise"])
        }
        expectRefusal(["chains.start = \"data\" has no effect: it needs objective.kind = \"wassersteinFlow\"", "\"nce\""]) {
            _ = try RunConfiguration.resolve(arguments: ["objective.kind=nce", "chains.start=data"])
        }
        let flow = try RunConfiguration.resolve(arguments: ["objective.kind=wassersteinFlow", "chains.start=data"])
        #expect(flow.chains.start == .data && flow.objective.kind == .wassersteinFlow && flow.replayCapacity == nil)
    }

    @Test func `keys and words of earlier versions are read in files and arguments, with their names of today`() throws {
        let keys = ConfigurationKey.all.flatMap { key in key.formerly.map { ($0, key) } }
        #expect(keys.map(\.0) == ["data.dequantise", "data.standardise", "objective.stabilisation"])
        for (path, key) in keys {
            #expect(ConfigurationKey.named(path) == nil && ConfigurationKey.help(for: path)?.hasPrefix(key.path) == true)
        }
        let words = ConfigurationKey.all.flatMap { key in key.formerWords.map { (key, $0.key, $0.value) } }
        #expect(words.count == 12)
        for (key, former, today) in words {
            // Of the ways to have the key, one that goes together with the word.
            let needs = try #require(
                KeyCases.ways(key.needs).first { (try? RunConfiguration.resolve(arguments: $0 + ["\(key.path)=\(today)"])) != nil })
            let chosen = try ChosenConfiguration.resolve(arguments: needs + ["\(key.path)=\(former)"])
            #expect(chosen.configuration[key.path] == .string(today))
            #expect(chosen.notes == ["command line: \(key.path) = \"\(former)\" is called \"\(today)\" now"])
        }
        let file = Array(
            "{ data: { standardise: true, dequantise: false }, objective: { kind: 'energy-discrepancy', stabilisation: 2 } }".utf8)
        let chosen = try ChosenConfiguration.resolve(file: file, name: "my.json5")
        #expect(chosen.configuration.data.standardize && chosen.configuration.data.dequantize == false)
        #expect(chosen.configuration.objective.kind == .energyDiscrepancy && chosen.configuration.objective.stabilization == 2)
        #expect(chosen.notes.count == 4 && chosen.notes.contains("my.json5: data.standardise is called data.standardize now"))
        expectRefusal(["my.json5: data.standardize stands twice"]) {
            _ = try RunConfiguration.resolve(file: Array("{ data: { standardise: true, standardize: true } }".utf8), name: "my.json5")
        }
    }
}
