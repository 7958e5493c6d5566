import Foundation
import Testing

/// The arrows between targets are those that Documentation/Architecture.md draws.
@Suite struct TargetArrowTests {
    /// target: what it may import, as the page has it.
    static func drawn() throws -> [String: Set<String>] {
        let rows = try Repository.table("Documentation/Architecture.md", under: "## Targets")
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Repository.names($0[1])) })
    }

    @Test func `every target of the sources is on the page, and every target of the page has sources`() throws {
        let drawn = try Self.drawn()
        #expect(Set(try Repository.targets()) == Set(drawn.keys))
    }

    @Test func `a file imports only what the page draws an arrow to, and every arrow has a file`() throws {
        let drawn = try Self.drawn()
        let known = Set(try FileManager.default.contentsOfDirectory(atPath: Repository.root.appendingPathComponent("Sources").path))
        var used: [String: Set<String>] = [:]
        for path in try Repository.swiftFiles("Sources") {
            let target = String(path.split(separator: "/")[1])
            let imports = Repository.imports(try Repository.text(path)).intersection(known)
            used[target, default: []].formUnion(imports)
            let forbidden = imports.subtracting(drawn[target] ?? [])
            #expect(
                forbidden.isEmpty, "\(path) imports \(forbidden.sorted().joined(separator: ", ")), to which Architecture.md draws no arrow")
        }
        for (target, arrows) in drawn {
            let unused = arrows.subtracting(used[target] ?? [])
            #expect(unused.isEmpty, "Architecture.md draws \(target) -> \(unused.sorted().joined(separator: ", ")), and no file needs it")
        }
    }

    @Test func `the arrows make no circle`() throws {
        let drawn = try Self.drawn()
        var left = drawn
        while !left.isEmpty {
            let free = left.keys.filter { left[$0]?.isDisjoint(with: left.keys) ?? true }
            #expect(!free.isEmpty, "\(left.keys.sorted().joined(separator: ", ")) need each other")
            if free.isEmpty { return }
            for target in free { left[target] = nil }
        }
    }
}
