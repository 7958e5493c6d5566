import Testing

/// Documentation/Extending.md says which files a new thing needs: true of the newest example of each.
@Suite struct ExtensionTests {
    @Test func `the files that name the newest example of each kind are those that the page lists`() throws {
        let rows = try Repository.table("Documentation/Extending.md", under: "## What it takes")
        #expect(rows.count >= 6, "an objective, a sampler, a layer, a key, a data format, a report")
        var sources: [(path: String, words: Set<String>)] = []
        for path in try Repository.swiftFiles("Sources") { sources.append((path, SourceWords(try Repository.text(path)).words)) }
        for row in rows {
            let (kind, examples, files) = (row[0], Repository.names(row[1]), Repository.names(row[2]))
            let naming = Set(sources.filter { !$0.words.isDisjoint(with: examples) }.map { String($0.path.dropFirst("Sources/".count)) })
            #expect(naming == files, "\(kind): \(row[1])")
        }
    }
}
