import Failures
import Formats
import Testing

@Suite struct CSVTests {
    private func table(_ text: String, _ select: CSVTable.Selection = .all, separator: Character? = nil) throws -> CSVTable {
        try CSVTable(decoding: Array(text.utf8), name: "t.csv", select: select, separator: separator)
    }

    @Test(arguments: [
        "1,2\n3,4\n", "1,2\r\n3,4\r\n", "1;2\n3;4", "1\t2\n3\t4\n\n\n", " 1 , 2\n3,4 \n", "\u{feff}1,2\n3,4\n", "\"1\",\"2\"\n3,4\n",
        "1e0,.2e1\n+3,4.\n", "a,b\n1,2\n3,4\n", "\"a,\"\"x\"\"\",b\r\n1,2\r\n3,4\r\n",
    ])
    func `the same table in many spellings`(text: String) throws {
        let table = try table(text)
        #expect(table.rows == 2 && table.columns == 2)
        #expect(table.values == [1, 2, 3, 4])
    }

    @Test func `header and selection`() throws {
        let text = "\"x, y\",name,z\n1,one,3\n4,NA,6\n"
        #expect(try table(text, .names(["z", "x, y"])).values == [3, 1, 6, 4])
        #expect(try table(text, .names(["z"])).names == ["z"])
        #expect(try table("1,2\n").names == nil)
        #expect(try table("1\n2\n3").values == [1, 2, 3])
        #expect(try table("1|2\n", separator: "|").values == [1, 2])
        #expect(try table("a,b\n").rows == 0)
        #expect(try table("id,2019,2020\n1,2,3\n", .names(["2020", "2019"])).values == [3, 2])
        #expect(try table("0,1,2\n4,5,6\n", .names(["2", "0"])).values == [6, 4])
        #expect(try table("x,inf\n1,2\n").values == [1, 2])
    }

    @Test(arguments: [
        ("", "t.csv: line 1: expected a header or numbers"), ("\n\n", "t.csv: line 1"),
        ("a,b\n1,x\n", "t.csv: line 2, column 2 (b): expected a finite decimal number, found 'x'"),
        ("a,b\n1,2\n3,NA\n", "line 3, column 2 (b): expected a number, found the missing value 'NA'"),
        ("1,2\n3,\n", "line 2, column 2: expected a number, found the missing value ''"),
        ("inf,2\n3,4\n", "line 1: expected the names of columns or numbers"), ("-inf,2\n3,4\n", "line 1, column 1"),
        ("0x10,2\n3,4\n", "found '0x10'"), ("1e400\n3\n", "found '1e400'"),
        ("1,2O\n3,4\n", "line 1: expected the names of columns or numbers separated by commas, semicolons or tabs, found '2O' and '1'"),
        ("1,NA\n3,4\n", "line 1, column 2: expected a number, found the missing value 'NA'"),
        ("1,2\n3,nan\n", "line 2, column 2"), ("1,2\ninf,3\n", "line 2, column 1"), ("1,2\n-Infinity,3\n", "line 2, column 1"),
        ("1,2\n1e999,3\n", "found '1e999'"), ("1,2\n0x10,3\n", "found '0x10'"), ("1,2\n1 2,3\n", "found '1 2'"),
        ("1,2\n3\n", "line 2: expected 2 fields as in line 1, found 1"), ("1,2\n3,4,5\n", "found 3"),
        ("1,2\n\n3,4\n", "line 2: expected 2 fields"),
        ("a,b\n\"1,2\n", "line 2: expected a closing quote"), ("1,2\n\"1\"x,2\n", "expected a separator after a closing quote"),
        ("1,2\n3,1-2\n", "found '1-2'"), ("1,2\n3,--1\n", "found '--1'"), ("1,2\n3,e\n", "found 'e'"),
        ("1,2\n\u{0},4\n", "line 2, column 1"),
    ])
    func `what is no table is refused with its place`(text: String, message: String) throws {
        let failure = try refusal { _ = try table(text) }
        #expect(failure.kind == .data)
        #expect(failure.message.contains(message), "\(failure.message)")
    }

    @Test func `unknown columns are refused with the known ones`() throws {
        #expect(try refusal { _ = try table("a,b\n1,2\n", .names(["c"])) }.message.contains("a column named 'c', found a, b"))
        #expect(try refusal { _ = try table("id,1\n1,2\n", .names(["id", "c"])) }.message.contains("a column named 'c', found id, 1"))
        #expect(try refusal { _ = try table("1,2\n", .names(["c"])) }.message.contains("the first line holds numbers"))
    }

    /// A search for the end at every line would take a day for this file.
    @Test(.timeLimit(.minutes(1)))
    func `a file of empty lines takes time in proportion to its size`() throws {
        try refusal { _ = try table("1\n" + String(repeating: "\n", count: 4_000_000) + "x") }
        #expect(try table("1\n" + String(repeating: "\n", count: 4_000_000)).values == [1])
    }

    @Test func `random damage never crashes`() throws {
        var random = Splitmix(state: 3)
        let text = Array("a,\"b c\",d\n1,2.5,-3e2\n4,\"5\",6\r\n".utf8)
        for _ in 0..<20_000 {
            if let table = try? CSVTable(decoding: random.damaged(text), name: "x") { #expect(table.values.allSatisfy { $0.isFinite }) }
        }
    }
}
