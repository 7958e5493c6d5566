import Numerics
import Testing
import Training

@Suite struct SnapshotFindingsTests {
    @Test func `an energy that is lower on its training rows than on others memorizes`() {
        func sentences(_ gap: Double, spread: Double = 1) -> [String] {
            let rows = (0..<400).map { spread * (Double($0 % 20) - 9.5) / 5.77 }
            return SnapshotFindings(energies: [RowEnergies(.data, rows), RowEnergies(.heldOut, rows.map { $0 + gap })]).findings.map(\.text)
        }
        #expect(sentences(0.4).isEmpty && sentences(-2).isEmpty)
        #expect(sentences(0.6).count == 1 && sentences(0.6)[0].contains("memorizes") && sentences(0.6)[0].contains("; try "))
    }

    @Test func `samples that are almost alike are a collapse`() {
        func sentences(_ scale: Float) -> [String] {
            let data = Matrix(rows: 40, columns: 2, (0..<80).map { Float($0 % 7) - 3 })
            let samples = Matrix(rows: 40, columns: 2, data.values.map { 5 + scale * $0 })
            return SnapshotFindings(samples: samples, data: data).findings.map(\.text)
        }
        #expect(sentences(1).isEmpty && sentences(0.4).isEmpty)
        #expect(sentences(0.2).count == 1 && sentences(0.2)[0].contains("collapsed"))
    }

    @Test func `energies that are not finite are told`() {
        let sentences = SnapshotFindings(energies: [RowEnergies(.samples, [1, .nan, 2])]).findings.map(\.text)
        #expect(sentences.count == 1 && sentences[0].hasPrefix("1 of 3 energies of samples are not finite"))
    }
}
