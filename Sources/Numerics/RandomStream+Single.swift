extension RandomStream {
    /// The 32 random bits of a draw.
    public func bits(at draw: Int) -> UInt32 {
        word(draw % 64 / 16, ofBlock: Self.block(of: draw))
    }

    /// A uniform number strictly between 0 and 1: at least 2⁻³³, at most 1 - 2⁻²⁴.
    public func uniform(at draw: Int) -> Float {
        Self.uniform(SIMD16(repeating: bits(at: draw)))[0]
    }

    /// A standard normal number.
    public func normal(at draw: Int) -> Float {
        let part = draw % 64 / 16
        let words = Philox4x32.block(counter: SIMD4(Self.block(of: draw), word1, word2, word3), key: key)
        let (x, y) = Self.normalPair(SIMD16(repeating: words[part & 2]), SIMD16(repeating: words[part | 1]))
        return part & 1 == 0 ? x[0] : y[0]
    }

    /// An integer in 0..<bound, each with probability 1 / bound up to a relative error of bound / 2⁶⁴.
    ///
    /// ⌊bound v / 2⁶⁴⌋, where the high word of v is `bits(at: draw)` and the low word comes from the upper half of the blocks,
    /// which no other number uses.
    public func integer(below bound: Int, at draw: Int) -> Int {
        let low = word(draw % 64 / 16, ofBlock: Self.block(of: draw) | Self.upperHalf)
        return Self.integer(UInt64(bits(at: draw)) << 32 | UInt64(low), below: bound)
    }

    /// ⌊bound v / 2⁶⁴⌋
    static func integer(_ v: UInt64, below bound: Int) -> Int {
        precondition(bound > 0, "there is no integer in 0..<\(bound)")
        return Int(v.multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// The v of `integer(below:at:)` of draws 64 group ..< 64 group + 64.
    func longWords(group: Int) -> [UInt64] {
        let high = bits(group: group)
        let low = Philox4x32.blocks(first: UInt32(group * 16) | Self.upperHalf, word1, word2, word3, key: key)
        return unsafe withUnsafeBytes(of: high) { high in
            unsafe withUnsafeBytes(of: low) { low in
                unsafe zip(high.bindMemory(to: UInt32.self), low.bindMemory(to: UInt32.self)).map { UInt64($0) << 32 | UInt64($1) }
            }
        }
    }

    /// What tells blocks of the upper half.
    private static var upperHalf: UInt32 { 0x8000_0000 }

    private static func block(of draw: Int) -> UInt32 {
        precondition(draw >= 0 && draw < drawLimit, "draws of a random stream lie in 0..<2^33")
        return UInt32(draw / 64 * 16 + draw % 16)
    }

    private func word(_ part: Int, ofBlock block: UInt32) -> UInt32 {
        Philox4x32.block(counter: SIMD4(block, word1, word2, word3), key: key)[part]
    }
}
