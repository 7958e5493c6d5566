import Testing

/// The folders of a target stand in an order, and each names only types of those before it: Documentation/Architecture.md says which.
@Suite struct FolderOrderTests {
    /// target: its folders from the first to the last.
    static func orders() throws -> [String: [String]] {
        let rows = try Repository.table("Documentation/Architecture.md", under: "## Folders")
        return Dictionary(grouping: rows, by: { $0[0] }).mapValues { $0.map { $0[1] } }
    }

    private struct File {
        let path: String
        let folder: String
        let source: SourceWords
    }

    private static func files(_ target: String) throws -> [File] {
        try Repository.swiftFiles("Sources/\(target)").map { path in
            let parts = path.split(separator: "/")
            return File(path: path, folder: parts.count > 3 ? String(parts[2]) : "", source: SourceWords(try Repository.text(path)))
        }
    }

    @Test func `every folder of a target that has several is on the page`() throws {
        let orders = try Self.orders()
        for target in try Repository.targets() {
            let folders = Set(try Self.files(target).map(\.folder).filter { !$0.isEmpty })
            #expect(Set(orders[target] ?? []) == folders, "the folders of \(target)")
        }
    }

    @Test func `a file names only types of its own folder and of those before it`() throws {
        for (target, order) in try Self.orders() {
            let files = try Self.files(target)
            var folderOf: [String: String] = [:]
            for file in files { for type in file.source.types { folderOf[type] = file.folder } }
            for file in files {
                let place = order.firstIndex(of: file.folder) ?? order.count
                for word in file.source.words.sorted() {
                    guard let folder = folderOf[word], let other = order.firstIndex(of: folder), other > place else { continue }
                    Issue.record("\(file.path) names \(word) of \(folder), which comes after \(file.folder.isEmpty ? target : file.folder)")
                }
            }
        }
    }
}
