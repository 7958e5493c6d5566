import Failures
import Testing
import Training

struct TextLayoutTests {
    @Test(arguments: [40, 80, 120]) func `a paragraph keeps its lines short and its text in one column`(width: Int) {
        let text = TextLayout.paragraph("note", String(repeating: "word ", count: 40), indent: 9, width: width)
        let lines = text.split(separator: "\n")
        #expect(lines[0].hasPrefix("note     word") && lines.dropFirst().allSatisfy { $0.hasPrefix("         word") })
        #expect(lines.allSatisfy { $0.count <= width } && lines.dropLast().allSatisfy { $0.count > width - 5 }, "\(text)")
    }

    @Test func `a title that is too long stands above its text, and lines of a text stay lines`() {
        #expect(TextLayout.paragraph("a long title", "text", indent: 4, width: 80) == "a long title\n    text")
        #expect(TextLayout.paragraph("two", "one\ntwo", indent: 5, width: 80) == "two  one\n     two")
        #expect(TextLayout.paragraph("", "one two", indent: 0, width: 80) == "one two")
    }

    @Test func `where the terminal is narrow the text has half of it, wherever its column would be`() {
        let text = TextLayout.paragraph("--option", "some words that have to go somewhere", indent: 36, width: 40)
        #expect(text == "--option            some words that have\n                    to go somewhere")
    }

    @Test(arguments: [40, 80, 120]) func `lines that are too long are folded behind their own margin, the others stay`(width: Int) {
        let long = "  " + String(repeating: "word ", count: 50)
        let lines = TextLayout.folded("a  b\n\(long)\nc", width: width).split(separator: "\n")
        #expect(lines.first == "a  b" && lines.last == "c" && lines.allSatisfy { $0.count <= width })
        #expect(lines[1].hasPrefix("  word") && lines[2].hasPrefix("    word") && lines.joined().count { $0 == "w" } == 50)
    }

    @Test(arguments: [40, 80, 120]) func `a command that is folded is the same command to a shell`(width: Int) {
        let words = ["/opt/ebm-dist", "sample", "--run 'my runs/x'", "--count 64", "--out samples.npy", "--grid samples.png"]
        let text = TextLayout.command("  samples", words, indent: 12, width: width)
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= width } && lines.dropLast().allSatisfy { $0.hasSuffix(" \\") }, "\(text)")
        let joined = text.replacing("\\\n", with: " ").split(separator: " ").joined(separator: " ")
        #expect(joined == "samples " + words.joined(separator: " "))
        #expect(lines.count == (width == 40 ? 5 : width == 80 ? 2 : 1), "\(text)")
    }

    @Test(arguments: [40, 80, 120]) func `names and texts of a table are cut to the terminal`(width: Int) {
        let names = ["x", "a column with a long name", String(repeating: "n", count: 60)]
        let text = TextLayout.table(names.map { ($0, String(repeating: "word ", count: 30)) }, width: width)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.count == width && $0.hasSuffix("...") }, "\(text)")
        #expect(lines[0].hasPrefix("x ") && lines[1].hasPrefix("a column "))
    }

    @Test func `without a terminal prose has 118 columns and lines are whole; a terminal is believed`() {
        let (file, narrow, wide) = (TextWidth(columns: nil), TextWidth(columns: 40), TextWidth(columns: 300))
        #expect(file.prose == 118 && file.lines == .max && narrow.prose == 40 && narrow.lines == 40)
        #expect(wide.prose == 118 && wide.lines == 300 && TextWidth(columns: 1).lines > 1)
    }
}
