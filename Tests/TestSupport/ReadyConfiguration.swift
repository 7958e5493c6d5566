import Foundation

/// A file of `configs/`.
public struct ReadyConfiguration: Sendable, CustomStringConvertible {
    /// The file's, without its extension.
    public let name: String
    public let path: String

    public var description: String { name }
    public var bytes: [UInt8] { get throws { Array(try Data(contentsOf: URL(filePath: path))) } }

    /// All of them, in the order of the alphabet.
    public static let all: [ReadyConfiguration] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../configs").standardizedFileURL.path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().filter { $0.hasSuffix(".json5") }.map {
            ReadyConfiguration(name: String($0.dropLast(6)), path: "\(folder)/\($0)")
        }
    }()
}
