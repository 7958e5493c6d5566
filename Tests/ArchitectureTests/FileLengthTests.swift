import Testing

@Suite struct FileLengthTests {
    /// Tables: a line of them is an entry.
    static let tables: Set<String> = []

    @Test func `no source has more than 300 lines, but for tables`() throws {
        for path in try Repository.swiftFiles("Sources") where !Self.tables.contains(path) {
            let lines = try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false).count - 1
            #expect(lines <= 300, "\(path) has \(lines) lines: it holds more than one idea")
        }
    }
}
