import Foundation
import Testing

/// Who knows of an objective: its own file and its registration, which makes it.
struct ObjectiveNamesTests {
    private static let sources = URL(fileURLWithPath: #filePath).appending(path: "../../../../../Sources").standardized

    /// Paths of all sources, and their lines without comments.
    private static func files() throws -> [(path: String, code: String)] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: sources.path).filter { $0.hasSuffix(".swift") }
        return try names.map { name in
            let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
            let lines = text.split(separator: "\n").map { $0.components(separatedBy: "//")[0] }
            return (name, lines.joined(separator: "\n"))
        }
    }

    @Test func `no source outside of an objective's own and its registration names its type`() throws {
        let files = try Self.files()
        let objectives = files.flatMap { file in file.code.matches(of: /struct (\w+)(<[^>]*>)?: Objective \{/).map { String($0.output.1) } }
        #expect(objectives.count >= 10 && objectives.contains("ContrastiveDivergence"))
        for file in files where !file.path.hasPrefix("Learning/Objectives/") && !file.path.hasPrefix("Configuration/Kinds/") {
            let words = Set(file.code.split { !$0.isLetter && !$0.isNumber }.map(String.init))
            for objective in objectives { #expect(!words.contains(objective), "\(file.path) names \(objective)") }
        }
    }
}
