import CLanes

typealias Lanes = SIMD16<Float>

extension SIMD16<Float> {
    /// The sixteen floats from an address, on any boundary.
    @inline(__always) @unsafe
    init(loading address: UnsafePointer<Float>) {
        self = unsafe lanes_load(address)
    }

    /// The first `count` floats from an address, zeros behind them.
    @inline(__always) @unsafe
    init(loading address: UnsafePointer<Float>, count: Int) {
        self = .zero
        for lane in 0..<count { self[lane] = unsafe address[lane] }
    }

    @inline(__always) @unsafe
    func store(to address: UnsafeMutablePointer<Float>) {
        unsafe lanes_store(address, self)
    }

    /// Stores the first `count` lanes and touches nothing behind them.
    @inline(__always) @unsafe
    func store(to address: UnsafeMutablePointer<Float>, count: Int) {
        for lane in 0..<count { unsafe address[lane] = self[lane] }
    }
}
