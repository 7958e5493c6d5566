import Foundation

/// Stored files that tests read, in Tests/Fixtures; what made them is beside them, or in Tests/Interop.
package enum Fixture {
    package static let folder = URL(filePath: #filePath).appending(path: "../../Fixtures").standardized

    package static func path(_ name: String) -> String { folder.appending(path: name).path }

    /// The values of a JSON file.
    package static func decoded<Values: Decodable>(_ type: Values.Type, from name: String) throws -> Values {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name)))
    }
}
