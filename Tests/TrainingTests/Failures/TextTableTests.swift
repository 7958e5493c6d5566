import Failures
import Testing

struct TextTableTests {
    private static let titles = ["mean", "sd", "R-hat", "ESS bulk", "ESS tail", "tau"]
    private static let table = TextTable(
        titles, ["energy", "x1"].map { name in (name: name, cells: titles.map { "\($0.count)0.123" }) }, corner: "of", names: 8, column: 13)

    private func words(_ text: String) -> Set<Substring> { Set(text.split(whereSeparator: \.isWhitespace)) }

    @Test(arguments: [40, 80, 120]) func `no line is wider than the terminal, and no cell is lost`(width: Int) {
        let text = Self.table.text(width: width)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width }, "\(text)")
        #expect(words(text) == words(Self.table.text(width: .max)))
        // A line for each row and the titles, in each of the parts, between which one line is empty.
        let parts = text.split(separator: "\n\n")
        #expect(parts.count == (width == 40 ? 2 : 1) && parts.allSatisfy { $0.split(separator: "\n").count == 3 }, "\(text)")
        #expect(parts.allSatisfy { $0.contains("energy ") && $0.contains("x1 ") && $0.hasPrefix("of ") })
    }

    @Test func `names are on the left, cells on the right, in columns of at least the wanted width`() {
        let table = TextTable(["a", "longer"], [(name: "x", cells: ["1", "2"])], corner: "row", names: 5, column: 4)
        #expect(table.text(width: .max) == "row     a  longer\nx       1       2")
        // Where it is tight, the room goes first.
        #expect(table.text(width: 14) == "row  a  longer\nx    1       2" && table.fits(14) && !table.fits(13))
    }

    @Test func `a row of which a cell has no room beside its name is a list`() {
        let table = TextTable(
            ["one", "other"], [(name: "step", cells: ["1", "2"]), (name: "data.source", cells: [String(repeating: "p", count: 30), "q"])])
        let text = table.text(width: 40)
        #expect(
            text == "      one  other\nstep    1      2\n\ndata.source\n  one    \(String(repeating: "p", count: 30))\n  other  q",
            "\(text)")
    }
}
