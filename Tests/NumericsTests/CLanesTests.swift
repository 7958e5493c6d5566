import CLanes
import Testing

/// The instructions of `CLanes` beside their forms without them.
struct CLanesTests {
    typealias Vector = SIMD16<Float>

    /// The same bits, or NaN both.
    static func agree(_ a: Vector, _ b: Vector) -> Bool {
        (0..<16).allSatisfy { a[$0].bitPattern == b[$0].bitPattern || a[$0].isNaN && b[$0].isNaN }
    }

    /// Powers of two as `VectorMath.logistic` makes them, of every kind of float: NaN, infinities, subnormal numbers, huge ones.
    @Test func `scaling by the instruction and by products gives the same bits for powers over all floats`() {
        var pattern: UInt64 = 0
        var x = Vector.zero
        while pattern < 1 << 32 {
            for lane in 0..<16 {
                x[lane] = Float(bitPattern: UInt32(truncatingIfNeeded: pattern))
                pattern += 409
            }
            let n = lanes_round(x)
            let f = x - n
            let p = 1 + f * (0.69 + f * 0.24)
            let (scaled, products) = (lanes_scale(p, n), lanes_scale_by_products(p, n))
            #expect(Self.agree(scaled, products), "2^\(x): \(scaled) and \(products)")
        }
    }

    @Test func `scaling by the instruction and by products gives the same bits for all exponents and many numbers`() {
        var word: UInt32 = 1
        for exponent in -300...300 {
            for _ in 0..<500 {
                var x = Vector.zero
                for lane in 0..<16 {
                    word = word &* 1_664_525 &+ 1_013_904_223
                    // The mantissa of the word, an exponent from -24 to 23.
                    x[lane] = Float(bitPattern: word & 0x007f_ffff | (103 + (word >> 8) % 48) << 23)
                }
                let n = Vector(repeating: Float(exponent))
                #expect(Self.agree(lanes_scale(x, n), lanes_scale_by_products(x, n)), "\(x) 2^\(exponent)")
            }
        }
    }

    static let scalings: [(x: Float, n: Float, result: Float)] = [
        (1.25, 3, 10), (1, 127, 0x1p127), (1.5, 128, .infinity), (0.75, 128, 0x1.8p127), (1, -126, .leastNormalMagnitude),
        // Halfway between two subnormal numbers to the even one: rounded once.
        (1, -149, .leastNonzeroMagnitude), (1.5, -149, 2 * .leastNonzeroMagnitude), (1.25, -148, 2 * .leastNonzeroMagnitude), (1, -150, 0),
        (0x1.000002p0, -150, .leastNonzeroMagnitude), (0x1p24, -173, .leastNonzeroMagnitude), (0x1p-24, 151, 0x1p127),
        (1, .infinity, .infinity), (1, -.infinity, 0), (.nan, .infinity, .infinity), (.nan, -.infinity, 0), (1, 0x1p30, .infinity),
        (1, -0x1p30, 0),
    ]

    @Test(arguments: scalings)
    func `scaling gives known numbers by both forms`(_ known: (x: Float, n: Float, result: Float)) {
        let (x, n) = (Vector(repeating: known.x), Vector(repeating: known.n))
        #expect(lanes_scale(x, n)[3] == known.result)
        #expect(lanes_scale_by_products(x, n)[3] == known.result)
        let nan = Vector(repeating: .nan)
        #expect(lanes_scale(nan, nan)[3].isNaN && lanes_scale_by_products(nan, nan)[3].isNaN)
    }

    @Test func `rounding goes to the nearest whole number, of two to the even one`() {
        let x = Vector(
            0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, 8_388_607.5, 0x1p30, .infinity, -.infinity, .nan, -0.0, 0.75, -0.75, 3, 0x1p-140)
        let rounded = lanes_round(x)
        for lane in 0..<16 {
            let exact = x[lane].rounded(.toNearestOrEven)
            #expect(rounded[lane].bitPattern == exact.bitPattern || rounded[lane].isNaN && exact.isNaN, "\(x[lane])")
        }
    }
}
