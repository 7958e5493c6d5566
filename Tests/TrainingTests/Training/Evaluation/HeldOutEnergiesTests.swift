import Testing
import Training

@Suite struct HeldOutEnergiesTests {
    @Test func `means, gap, its error and the deviation are those of the values`() {
        let energies = HeldOutEnergies(training: [1, 2, 3], heldOut: [2, 6])
        // Variances, dividing by n - 1: 1 and 8.
        #expect(energies.training == 2 && energies.heldOut == 4 && energies.gap == 2)
        #expect(abs(energies.gapError - (1.0 / 3 + 4).squareRoot()) < 1e-15 && abs((energies.deviation ?? 0) - 4.5.squareRoot()) < 1e-15)
    }

    @Test func `a gap beyond chance and half a deviation says that the energy memorizes`() {
        func memorizes(_ gap: Double, rows: Int) -> Bool {
            let values = (0..<rows).map { Double($0 % 20) }
            return HeldOutEnergies(training: values, heldOut: values.map { $0 + gap }).memorizes
        }
        // The deviation is 5.8.
        #expect(memorizes(4, rows: 400) && !memorizes(2, rows: 400) && !memorizes(-4, rows: 400))
        #expect(!memorizes(4, rows: 20), "so few rows may differ by chance")
    }
}
