import Charts
import Testing

@Suite struct AxisTests {
    @Test func `ticks are round numbers that hold the values between them`() {
        let axis = Axis(-0.3...1.7, ticks: 4)
        #expect(axis.ticks.count == 6)
        let expected: [Double] = [-0.5, 0, 0.5, 1, 1.5, 2]
        #expect(zip(axis.ticks, expected).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(axis.range == -0.5...2)
        #expect(axis.ticks.map(axis.label) == ["-0.5", "0.0", "0.5", "1.0", "1.5", "2.0"])
    }

    @Test func `a tight axis ends where the values do`() {
        let axis = Axis(0...2437, ticks: 5, isTight: true)
        #expect(axis.range == 0...2437 && axis.ticks == [0, 500, 1000, 1500, 2000])
        #expect(Axis(-4.8...4.8, ticks: 4, isTight: true).ticks == [-4, -2, 0, 2, 4])
        #expect(axis.place(0) == 0 && axis.place(2437) == 1 && abs(axis.place(1218.5) - 0.5) < 1e-12)
    }

    @Test(arguments: [0.0...0, 5...5, -1e-12...1e-12, 1e6...1e6]) func `values that are all alike have an axis with a length`(
        range: ClosedRange<Double>
    ) {
        let axis = Axis(range)
        #expect(axis.range.upperBound > axis.range.lowerBound && axis.range.contains(range.lowerBound))
        #expect((0...1).contains(axis.place(range.lowerBound)))
    }

    @Test func `words stand in the middle of stretches of one length`() {
        let axis = Axis(words: ["cat", "dog"])
        #expect(axis.ticks == [0, 1] && axis.ticks.map(axis.label) == ["cat", "dog"])
        #expect(axis.place(0) == 0.25 && axis.place(1) == 0.75)
    }

    @Test func `a logarithmic axis has powers of ten`() {
        let axis = Axis(logarithmic: 0.02...3000)
        #expect(axis.ticks.count == 4)
        let expected: [Double] = [0.01, 1, 100, 10_000]
        #expect(zip(axis.ticks, expected).allSatisfy { abs($0 / $1 - 1) < 1e-9 })
        #expect(abs(axis.place(10) - 0.5) < 1e-12)
    }

    @Test func `numbers are short and tell their size`() {
        let numbers: [Double] = [0, 1234, 0.00123456, 12_345, 4.5e6, -2.5e10, 1.5e-7, .infinity]
        let texts = numbers.map(Numeral.short)
        #expect(texts == ["0", "1234", "0.001235", "12.3k", "4.5M", "-25G", "1.5e-07", "∞"])
        #expect(
            [0.046471, -0.00039812, 1834, 5.8961, 0, 97_912].map(Numeral.brief) == ["0.0465", "-0.000398", "1834", "5.9", "0", "97.9k"])
        #expect([0, 0.0004, 0.0049, 0.0096, 0.5, 1].map(Numeral.percent) == ["0 %", "0.04 %", "0.5 %", "1 %", "50 %", "100 %"])
        #expect([12, 1_234_567, -1000].map(Numeral.grouped) == ["12", "1\u{202f}234\u{202f}567", "-1\u{202f}000"])
    }
}
