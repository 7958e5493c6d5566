import Failures
import Formats
import TestSupport
import Testing

@Suite struct CSVTests {
    private func table(
        _ text: String, _ select: ColumnSelection = .all, separator: CSVTable.Separator? = nil, hasHeader: Bool? = nil
    ) throws -> CSVTable {
        try CSVTable(decoding: Array(text.utf8), name: "t.csv", select: select, separator: separator, hasHeader: hasHeader)
    }

    @Test(arguments: [
        "1,2\n3,4\n", "1,2\r\n3,4\r\n", "1;2\n3;4", "1\t2\n3\t4\n\n\n", " 1 , 2\n3,4 \n", "\u{feff}1,2\n3,4\n", "\"1\",\"2\"\n3,4\n",
        "1e0,.2e1\n+3,4.\n", "a,b\n1,2\n3,4\n", "\"a,\"\"x\"\"\",b\r\n1,2\r\n3,4\r\n", "1|2\n3|4\n",
        // Separators inside quotes, decimal commas and thousands between other separators.
        "\"x, mm\";\"y, mm\"\n1;2\n3;4\n", "a;b,c\n1;2\n3;4\n", "1,0;2,0\n3,0;4\n", "a;b\n1;2,0\n3;4,0\n", "\"a;b\"\tc\n1\t2\n3\t4",
        // numpy.savetxt, with and without a header; R's write.table, whose index has no name at all.
        "1.0e+00 2.0e+00\n3.0e+00 4.0e+00\n", "# x y\n1.0e+00 2.0e+00\n3.0e+00 4.0e+00\n", "  1   2  \n  3\t 4\r\n",
        "a b\r\n1 2\r\n3 4\r\n",
        "\"x\" \"y\"\n\"1\" 1 2\n\"2\" 3 4\n", "\"x\",\"y\"\n\"Mazda RX4\",1,2\n\"2\",3,4\n", "#x,y\n1,2\n3,4\n",
        // The names and the index that pandas writes.
        "0,1\n1,2\n3,4\n", ",x,y\n0,1,2\n1,3,4\n", ",0,1\n0,1,2\n1,3,4\n", "\"\",\"V1\",\"V2\"\n\"a\",1,2\n\"b\",3,4\n",
        "Unnamed: 0,x,y\n0,1,2\n1,3,4\n",
        // A separator behind every value, with a header that has it too and one that has not.
        "1,2,\n3,4,\n", "a,b,\n1,2,\n3,4,\n", "a,b\n1,2,\n3,4,\n", "a;b;\r\n1;2;\r\n3;4;\r\n", ",x,y,\n0,1,2,\n1,3,4,\n",
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
        #expect(try table("1|2\n", separator: .bar).values == [1, 2])
        #expect(try table("a,b\n").rows == 0)
        #expect(try table("id,2019,2020\n1,2,3\n", .names(["2020", "2019"])).values == [3, 2])
        #expect(try table("0,1,2\n4,5,6\n", .names(["2", "0"])).values == [6, 4])
        #expect(try table("x,inf\n1,2\n").values == [1, 2])
        #expect(try table("# x y\n1 2\n").names == ["x", "y"])
        #expect(try table("# made by hand, on a Monday\n1,2,3\n").names == nil)
        #expect(try table("\"x\" \"y\"\n1 5 6\n", .names(["y"])).values == [6])
        #expect(try table("x,1st\n1,2\n").names == ["x", "1st"])
        #expect(try table("1st,2nd\n1,2\n").names == ["1st", "2nd"])
        #expect(try table("2020-01-22,2020-01-23\n1,2\n").rows == 1)
        // A single 0 is a number, and only 0, 1, 2, ... are names.
        #expect(try table("0\n1\n").values == [0, 1])
        #expect(try table("0,2\n1,3\n").rows == 2)
        #expect(try table("1,0\n1,3\n").rows == 2)
    }

    @Test func `what a person says about the file counts more than how it looks`() throws {
        #expect(try table("0,1\n1,2\n", hasHeader: false).values == [0, 1, 1, 2])
        #expect(try table("0,1\n1,2\n", hasHeader: false).notes.isEmpty)
        #expect(try table("12O,3l\n1,2\n", hasHeader: true).names == ["12O", "3l"])
        #expect(try table("2019,2020\n1,2\n", hasHeader: true).values == [1, 2])
        #expect(try table("1;2,5\n", separator: .semicolon).values == [1, 2.5])
        #expect(try refusal { _ = try table("1,2;3\n", separator: .comma) }.message.contains("found '2;3'"))
        #expect(try table("a b\n1 2\n", separator: .space).columns == 2)
    }

    @Test func `comments may stand between lines and behind them, and count as lines`() throws {
        let commented = try table("# a table\na,b\n# first\n1,2\n#\n# second\n3,4\n# end\n")
        #expect(commented.names == ["a", "b"] && commented.values == [1, 2, 3, 4])
        #expect(try refusal { _ = try table("a,b\n# first\n1,2\n# second\n3,x\n") }.message.contains("line 5, column 2"))
        #expect(try refusal { _ = try table("a,b\n1,2\n#N/A,4\n") }.message.contains("line 3, column 1 (a)"))
    }

    @Test func `what was guessed is said`() throws {
        #expect(try table("x,y\n1,2\n").notes.isEmpty)
        #expect(try table("0,1\n1,2\n").notes.first?.contains("line, 0,1, is read as names of columns (data.header=false") == true)
        #expect(
            try table(",x\n0,5\n").notes == [
                "t.csv: the first column has no name, as the index that pandas and R write, and is left out (with a name it is read)"
            ])
        #expect(try table(",x\n0,5\n", .names(["x"])).notes.isEmpty)
        #expect(
            try table("a,b,\n1,2,\n").notes == ["t.csv: nothing stands behind the last separator of the lines, and no column is made of it"]
        )
        // One column with an index, and one with a separator behind it.
        #expect(try table(",x\n0,5\n1,6\n").values == [5, 6])
        let one = try table("a,\n1,\n2,\n")
        #expect(one.columns == 1 && one.names == ["a"] && one.values == [1, 2])
        #expect(try table("a,b,\n1,2,\n", .names(["b"])).values == [2])
        #expect(try table("1,5;2\n").notes == ["t.csv: commas are read as decimal points"])
        let counted = (0..<10).map { "\($0 + 1),.\($0)\n" }.joined()
        #expect(try table("id,x\n" + counted).notes.first?.contains("the first column (id) counts the rows") == true)
        #expect(try table(counted).notes.count == 1)
        #expect(try table(counted + "12,.5\n").notes.isEmpty)
    }

    @Test(arguments: [true, false])
    func `UTF-16 with its mark is read as UTF-8 is`(littleEndian: Bool) throws {
        let text = "\u{feff}höhe\t😀\r\n1\t2\r\n"
        let bytes = text.utf16.flatMap { littleEndian ? [UInt8($0 & 255), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 255)] }
        let table = try CSVTable(decoding: bytes, name: "t.csv")
        #expect(table.names == ["höhe", "😀"] && table.values == [1, 2])
        for damaged in [Array(bytes.dropLast()), Array(bytes.prefix(2)) + [0, 0xd8, 0xd8, 0]] {
            #expect(try refusal { _ = try CSVTable(decoding: damaged, name: "t.csv") }.message.contains("damaged UTF-16"))
        }
        #expect(
            try refusal { _ = try CSVTable(decoding: Array(bytes.dropFirst(2)), name: "t.csv") }.message.contains(
                "without a byte order mark"))
        #expect(try refusal { _ = try CSVTable(decoding: [0xff, 0xfe, 0, 0], name: "t.csv") }.message.contains("found UTF-32"))
    }

    @Test(arguments: [
        ("", "t.csv: line 1: expected a header or numbers"), ("\n\n", "t.csv: line 1"),
        ("a,b\n1,x\n", "t.csv: line 2, column 2 (b): expected a finite decimal number, found 'x'"),
        ("a,b\n1,2\n3,NA\n", "line 3, column 2 (b): expected a number, found the missing value 'NA'"),
        ("1,2\n3,\n", "line 2, column 2: expected a number, found the missing value ''"),
        ("inf,2\n3,4\n", "line 1: expected the names of columns or numbers"), ("-inf,2\n3,4\n", "line 1, column 1"),
        ("0x10,2\n3,4\n", "found '0x10'"), ("1e400\n3\n", "found '1e400'"),
        (
            "1,2O\n3,4\n",
            "line 1: expected the names of columns or numbers separated by commas, semicolons, tabs or spaces, found '2O' and '1'"
        ),
        ("12O,3l\n3,4\n", "found '12O', which looks like a mistyped number. Mend the line"),
        ("12O,NA\n3,4\n", "found '12O', which looks like a mistyped number"), ("1 234;5'678\n3;4\n", "found '1 234', which looks like"),
        (",5,7\n1,2,3\n", "line 1, column 1: expected a number, found the missing value ''"),
        ("1;2,5\n3;4.5\n", "line 2, column 2: expected a finite decimal number, found '4.5'"),
        ("1.5;2\n3;4,5\n", "found '4,5'. Numbers before it have a decimal point"), ("1;2\n3;1.000,5\n", "found '1.000,5'"),
        ("1\t2,5\n3\t4\n", "found '2,5'. Write numbers with a decimal point; a decimal comma is read where semicolons"),
        ("# a\n\n1,2\n", "line 2"), ("#N/A,1\n2,3\n", "found the missing value '#N/A'"),
        ("a,b,\n1,2,\n3,4,5\n", "line 3: expected nothing behind the last separator, as in line 1, found '5'"),
        ("a,b,c\n1,2,\n", "line 2, column 3 (c): expected a number, found the missing value ''"),
        ("a,name,b\n1,x,2\n", "found 'x'. Mend the field, or read the columns that hold numbers in this line: data.columns=a,b"),
        ("a,\"sepal width\",c\nx,1,y\n", "in this line: 'data.columns=[\"sepal width\"]'"),
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

    @Test func `a letter in the place of a digit is refused with its line`() throws {
        let text = Array("a,b\n1,2.5\n-3e2,47\n".utf8)
        for place in text.indices where (48...57).contains(text[place]) {
            var damaged = text
            damaged[place] = UInt8(ascii: "x")
            let line = text[..<place].count { $0 == 10 } + 1
            #expect(try refusal { _ = try CSVTable(decoding: damaged, name: "x") }.message.contains("line \(line)"), "byte \(place)")
        }
    }

    @Test func `what is read of a damaged table is finite, as many numbers as rows times columns, and often nothing`() throws {
        var random = SplitMix64(state: 3)
        let text = Array("a,\"b c\",d\n1,2.5,-3e2\n4,\"5\",6\r\n".utf8)
        let spaces = Array("# a b;c\n\"a\" b\n1 2.5 3\n4\t\"5\" 6\r\n".utf8)
        let wide: [UInt8] = [0xff, 0xfe] + text.flatMap { [$0, 0] }
        var read = 0
        for count in 0..<20_000 {
            let damaged = random.damaged([text, spaces, wide][count % 3])
            guard let table = try? CSVTable(decoding: damaged, name: "x") else { continue }
            read += 1
            #expect(table.values.allSatisfy { $0.isFinite } && table.values.count % max(1, table.rows) == 0)
            // Three columns of the whole table, or those that a changed separator makes; no number that stands nowhere in the file.
            #expect(table.values.count <= damaged.count / 2 + 1)
        }
        #expect(read > 1000 && read < 18_000, "\(read) of 20,000 were read")
    }
}
