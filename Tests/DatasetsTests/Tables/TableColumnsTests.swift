import Datasets
import Failures
import Formats
import Foundation
import Numerics
import TestSupport
import Testing

/// Tables of the tests, loaded from a text.
enum SmallTable {
    static let birds = "kind,mass,sex,hour,size\nAdelie,3.5,male,23,S\nGentoo,NA,female,0,L\nChinstrap,4.5,,6,M\nAdelie,5.5,male,12,S\n"
    static let kinds = ["hour=cyclic:24", "size=ordered:S<M<L"]

    static func load(
        _ text: String, kinds: [String] = [], name: String = "t.csv", change: (inout LoadingOptions) throws -> Void = { _ in }
    ) throws -> Dataset {
        let folder = try TemporaryFolder()
        var options = LoadingOptions()
        options.kinds = try ColumnChoices(kinds, key: "data.kinds", form: "species=category")
        try change(&options)
        return try Dataset.load(path: folder.file(name, Array(text.utf8)), options)
    }

    /// As rows that are given to a model that has learned others.
    static func load(_ text: String, like learned: TableColumns) throws -> Dataset {
        try load(text) { options in
            (options.learned, options.columns, options.isOfOtherData) = (learned, learned.isNamed ? learned.names : [], true)
        }
    }

    static func numbers(_ data: Dataset) -> [Double] {
        guard case .floats(let floats) = data.values else { return [] }
        return data.precise ?? floats.map { Double($0) }
    }

    static func refusal(_ kind: Failure.Kind = .data, _ body: () throws -> Void) -> String {
        let failure = #expect(throws: Failure.self) { try body() }
        #expect(failure?.kind == kind, "\(failure?.message ?? "")")
        return failure?.message ?? ""
    }
}

@Suite struct TableColumnsTests {
    private func close(_ found: [Double], _ expected: [Double]) -> Bool {
        found.count == expected.count
            && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 || $0.isNaN && $1.isNaN }
    }

    @Test func `texts, gaps, angles and orders become coordinates by the stated rules`() throws {
        let data = try SmallTable.load(SmallTable.birds, kinds: SmallTable.kinds)
        #expect(
            data.columnNames == [
                "kind=Adelie", "kind=Chinstrap", "kind=Gentoo", "mass", "mass=NA", "sex=male", "sex=NA", "hour (cos)", "hour (sin)", "size",
            ])
        let quarter = Double.pi / 12
        // The middle one of 3.5, 4.5, 5.5 stands for the mass that is missing, "male" for the missing sex: the middle of 0, 1, 1.
        let rows: [[Double]] = [
            [1, 0, 0, 3.5, 0, 1, 0, cos(quarter), -sin(quarter), 0], [0, 0, 1, 4.5, 1, 0, 0, 1, 0, 2],
            [0, 1, 0, 4.5, 0, 1, 1, 0, 1, 1], [1, 0, 0, 5.5, 0, 1, 0, -1, 0, 0],
        ]
        #expect(close(SmallTable.numbers(data), rows.flatMap { $0 }))
        let table = try #require(data.table.columns)
        #expect(
            table.summary.map(\.text) == [
                "category of 3: Adelie, Chinstrap, Gentoo", "number; 1 missing", "bit: female, male; 1 missing", "cyclic, period 24",
                "ordered, 3 values: S < M < L",
            ])
    }

    @Test func `coordinates become cells again, also those that noise has moved, and what is broken is seen`() throws {
        let data = try SmallTable.load(SmallTable.birds, kinds: SmallTable.kinds)
        let table = try #require(data.table.columns)
        let cells: [Double] = [0, 3.5, 1, 23, 0, 2, .nan, 0, 0, 2, 1, 4.5, .nan, 6, 1, 0, 5.5, 1, 12, 0]
        #expect(close(table.decode(SmallTable.numbers(data)).map { ($0 * 1e9).rounded() / 1e9 }, cells))
        #expect(close(table.encode(cells), SmallTable.numbers(data)))
        // Half of what noise spreads: .1 of words and angles, 1/2 of orders.
        let moved: [Double] = [0.91, 0.09, -0.09, 3.5, 0.09, 0.91, 0.09, 1, 0, 1.49]
        #expect(close(table.decode(moved), [0, 3.5, 1, 0, 1]))
        // Nothing is a category of its own: it is there where it outweighs the words.
        let gaps = try #require(SmallTable.load("a,b\nx,1\n,2\ny,3\nz,4\n").table.columns)
        #expect(gaps.coordinateNames == ["a=x", "a=y", "a=z", "a=NA", "b"])
        #expect(close(gaps.decode([0.2, 0.1, 0, 0.4, 1, 0.2, 0.1, 0, 0.15, 2]), [.nan, 1, 0, 2]))
        #expect(gaps.decode([.nan, 0, 0, 0, .infinity]) == [.infinity, .infinity])
    }

    @Test func `numbers alone stay what they were, whatever else a table says`() throws {
        let text = "a,b\n1.5,2\n3,4.5\n"
        for kinds in [[], ["a=number"]] {
            let data = try SmallTable.load(text, kinds: kinds)
            #expect(data.table.columns == nil && data.values == .floats([1.5, 2, 3, 4.5]) && data.columnNames == ["a", "b"])
        }
        let years = try SmallTable.load("year,b\n2007,1\n2009,2\n2007,3\n", kinds: ["year=category", "b=none"])
        #expect(years.columnNames == ["year=2007", "year=2009"] && years.values == .floats([1, 0, 0, 1, 1, 0]))
        #expect(try SmallTable.load("f,b\n0,1\n1,2\n", kinds: ["f=bit"]).values == .floats([0, 1, 1, 2]))
        #expect(try SmallTable.load("f,b\n10,1\n2,2\n7,3\n", kinds: ["f=ordered"]).values == .floats([2, 1, 0, 2, 1, 3]))
    }

    @Test func `a table without names is taken by position`() throws {
        let text = "red,1\nblue,2\ngreen,3\n"
        let data = try SmallTable.load(text) { $0.hasHeader = false }
        let table = try #require(data.table.columns)
        #expect(data.columnNames == ["x1=blue", "x1=green", "x1=red", "x2"] && !table.isNamed)
        let other = try SmallTable.load("blue,5\n") { options in
            (options.learned, options.isOfOtherData, options.hasHeader) = (table, true, false)
        }
        #expect(other.values == .floats([1, 0, 0, 5]))
    }

    @Test func `columns of many texts, of one or of none are left out and named`() throws {
        let rows = (0..<80).map { "id\($0),same,,\($0 % 3 == 0 ? "u" : "v"),\($0)\n" }
        let data = try SmallTable.load("name,one,none,kind,x\n" + rows.joined())
        #expect(data.columnNames == ["kind=v", "x"])
        let summary = try #require(data.table.columns).summary.map(\.text)
        #expect(
            summary.suffix(3) == [
                "left out: 80 different texts in 80 rows (data.kinds=name=category keeps it)", "left out: it holds 'same' alone",
                "left out: it holds nothing",
            ])
        #expect(try SmallTable.load("name,one,none,kind,x\n" + rows.joined(), kinds: ["name=category"]).shape.count == 82)
    }

    @Test func `a column of numbers and texts is refused with its line, and so is a number in another way of writing`() throws {
        let mixed = SmallTable.refusal { _ = try SmallTable.load("a,b\n1,2\n3,x\n") }
        #expect(mixed.contains("line 3, column 2 (b)") && mixed.contains("data.kinds=b=category"))
        #expect(SmallTable.refusal { _ = try SmallTable.load("a,b\nx,\"1,5\"\ny,\"2,5\"\nz,\"3,5\"\n") }.contains("found '1,5'"))
        #expect(try SmallTable.load("a,b\n1,2\n3,x\n", kinds: ["b=category"]).columnNames == ["a", "b=2", "b=x"])
    }

    @Test func `kinds that are none, or do not fit, are refused with the column`() throws {
        let cases: [([String], String)] = [
            (["mas=number"], "found 'mas'. Did you mean \"mass\"?"), (["mass=numbr"], "found 'numbr'. Did you mean \"number\"?"),
            (["kind=number"], "found 'Adelie'"), (["hour=cyclic"], "expected a period above 0"), (["hour=cyclic:-1"], "found '-1'"),
            (["kind=bit"], "two different values of a bit, found 3"), (["size=ordered"], "ordered:A<B<C"),
            (["size=ordered:S<M"], "found 'L'"), (["size=ordered:S<S"], "different words"), (["kind=category:3"], "found ':3'"),
            (["kind"], "entries such as species=category"), (["kind=bit", "kind=none"], "found two for kind"),
            (["kind=none", "mass=none", "sex=none", "hour=none", "size=none"], "expected a column that can be learned"),
        ]
        for (kinds, words) in cases {
            let message = SmallTable.refusal(words.contains("can be learned") ? .data : .configuration) {
                _ = try SmallTable.load(SmallTable.birds, kinds: kinds)
            }
            #expect(message.contains(words), "\(kinds): \(message)")
        }
    }

    @Test func `other tables are taken by name, with the words of the learned data, and what these had not is said`() throws {
        let learned = try #require(SmallTable.load(SmallTable.birds, kinds: SmallTable.kinds).table.columns)
        let turned = try SmallTable.load("size,extra,mass,sex,kind,hour\nM,text,,female,Gentoo,18\n", like: learned)
        #expect(close(SmallTable.numbers(turned), [0, 0, 1, 4.5, 1, 0, 0, 0, -1, 1]))
        #expect(turned.notes.contains { $0.contains("no such column: extra") })
        let foreign = try SmallTable.load("kind,mass,sex,hour,size\nEmperor,1,male,1,S\n,1,male,1,S\n", like: learned)
        #expect(SmallTable.numbers(foreign).prefix(3) == [0, 0, 0])
        #expect(foreign.notes.contains { $0.contains("column 'kind': 2 rows with what the learned data have not, such as 'Emperor'") })
        let cases: [(String, String)] = [
            (
                "kind,mas,sex,hour,size\nGentoo,1,male,1,S\n",
                "a column named 'mass', found kind, mas, sex, hour, size. Correct the name of the column. Did you mean \"mas\"?"
            ),
            ("kind,mass,sex,hour,size\nGentoo,1,both,1,S\n", "column 'sex': row 0 from 0: expected one of female, male"),
            (
                "kind,mass,sex,hour,size\nGentoo,1,male,,S\n",
                "column 'hour': row 0 from 0: expected a number, as the learned data have it, found nothing"
            ),
            (
                "kind,mass,sex,hour,size\nGentoo,heavy,male,1,S\n",
                "line 2, column 2 (mass): expected a finite decimal number, found 'heavy'"
            ),
        ]
        for (text, words) in cases {
            let message = SmallTable.refusal { _ = try SmallTable.load(text, like: learned) }
            #expect(message.contains(words), "\(message)")
        }
    }

    @Test func `what columns became survives a file and the way to another process, and differs where a word does`() throws {
        let data = try SmallTable.load(SmallTable.birds, kinds: SmallTable.kinds)
        #expect(try Dataset(encoded: data.encoded()) == data)
        let table = try #require(data.table.columns)
        #expect(try JSONDecoder().decode(TableColumns.self, from: JSONEncoder().encode(table)) == table)
        let renamed = try SmallTable.load(SmallTable.birds.replacing("Adelie", with: "Adele"), kinds: SmallTable.kinds)
        #expect(renamed.digest == data.digest && renamed.table.digest != data.table.digest)
        for wrong in [
            #"{"columns":[{"name":"a","kind":"colour"}],"isNamed":true,"leftOut":[]}"#,
            #"{"columns":[{"name":"a","kind":"bit","words":["x"]}],"isNamed":true,"leftOut":[]}"#,
            #"{"columns":[{"name":"a","kind":"cyclic","period":0}],"isNamed":true,"leftOut":[]}"#,
        ] {
            #expect(throws: (any Error).self) { try JSONDecoder().decode(TableColumns.self, from: Data(wrong.utf8)) }
        }
    }

    @Test func `which gaps rows have together is counted, and is no part of the digest`() throws {
        let text = "a,k,b\n1,u,1\n,u,\n3,,\n,v,\n5,u,2\n6,v,3\n"
        let data = try SmallTable.load(text)
        let patterns = try #require(data.table.columns?.gapPatterns)
        #expect(patterns.map(\.columns) == [[], [0, 2], [1, 2]] && patterns.map(\.rows) == [3, 2, 1])
        let back = try Dataset(encoded: data.encoded())
        #expect(back.table.columns?.gapPatterns == patterns)
        // Of a file of an earlier version.
        let columns = try #require(data.table.columns)
        var entry = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(columns)) as? [String: Any])
        #expect(entry.removeValue(forKey: "gapPatterns") != nil)
        let former = try JSONDecoder().decode(TableColumns.self, from: JSONSerialization.data(withJSONObject: entry))
        #expect(former.gapPatterns == nil && former.space(nil)?.patterns == [] && columns.space(nil)?.patterns.count == 3)
        #expect(try SmallTable.load("a,b\n1,2\n3,4\n").table.columns?.gapPatterns == nil)
    }

    @Test func `words are labels in the order of their letters, and other data have the same`() throws {
        let text = "mass,kind\n1.5,Gentoo\n2,Adelie\n3,Gentoo\n"
        let data = try SmallTable.load(text) { $0.label = .named("kind") }
        #expect(data.labels == [1, 0, 1] && data.table.classNames == ["Adelie", "Gentoo"] && data.table.columns == nil)
        #expect(data.notes.contains { $0.contains("the classes of 'kind' are 0 Adelie, 1 Gentoo") })
    }
}
