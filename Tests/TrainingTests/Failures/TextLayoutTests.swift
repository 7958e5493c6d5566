import Failures
import Testing
import Training

struct TextLayoutTests {
    @Test func `a paragraph keeps its lines short and its text in one column`() {
        let text = TextLayout.paragraph("note", String(repeating: "word ", count: 40), indent: 9)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("note     word") && lines[1].hasPrefix("         word"))
        #expect(lines.allSatisfy { $0.count <= 118 })
        #expect(TextLayout.paragraph("a long title", "text", indent: 4) == "a long title\n    text")
        #expect(TextLayout.paragraph("two", "one\ntwo", indent: 5) == "two  one\n     two")
    }
}
