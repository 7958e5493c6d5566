import Numerics

/// Lanes and groups: how channels are read and added up.
extension NormalizationMoments {
    typealias Series = (Lanes, Lanes, Lanes)

    /// Up to sixteen channels.
    struct Block {
        let start: Int
        let count: Int
        let channels: Int

        @inline(__always) func offset(_ pixel: Int) -> Int { pixel &* channels &+ start }
    }

    /// The floats of up to three matrices, a value and its derivatives, at hand without counting references in the loops over the pixels. The
    /// matrices belong to who asked for the pass and outlive it.
    @safe struct Parts {
        private let first: UnsafeMutablePointer<Float>
        private let second: UnsafeMutablePointer<Float>?
        private let third: UnsafeMutablePointer<Float>?

        init(_ matrices: [Matrix]) {
            unsafe first = matrices[0].base
            unsafe second = matrices.count > 1 ? matrices[1].base : nil
            unsafe third = matrices.count > 2 ? matrices[2].base : nil
        }

        /// Of a pixel, as many derivatives as there are, 0 for the others.
        @inline(__always) func load(_ block: Block, _ pixel: Int) -> Series {
            let offset = block.offset(pixel)
            return unsafe (
                Self.load(first + offset, block.count), second.map { unsafe Self.load($0 + offset, block.count) } ?? .zero,
                third.map { unsafe Self.load($0 + offset, block.count) } ?? .zero
            )
        }

        @inline(__always) func load(_ block: Block, _ pixel: Int, less means: Series) -> Series {
            let x = load(block, pixel)
            return (x.0 - means.0, x.1 - means.1, x.2 - means.2)
        }

        @inline(__always) func store(_ lanes: Lanes, _ part: Int, _ block: Block, _ pixel: Int) {
            guard let base = unsafe part == 0 ? first : part == 1 ? second : third else { return }
            let address = unsafe base + block.offset(pixel)
            if block.count == 16 { unsafe lanes.store(to: address) } else { unsafe lanes.store(to: address, count: block.count) }
        }

        @inline(__always) @unsafe private static func load(_ address: UnsafePointer<Float>, _ count: Int) -> Lanes {
            unsafe count == 16 ? Lanes(loading: address) : Lanes(loading: address, count: count)
        }
    }

    @inline(__always) func forEachBlock(_ body: (Block) -> Void) {
        for start in stride(from: 0, to: channels, by: 16) {
            body(Block(start: start, count: min(16, channels - start), channels: channels))
        }
    }

    @inline(__always) func forEachGroup(_ body: (_ channels: Range<Int>) -> Void) {
        let size = channels / groups
        for group in 0..<groups { body(group * size..<(group + 1) * size) }
    }

    /// The numbers of a slot and of the two behind it.
    @inline(__always) func load(_ slot: Int, _ block: Block) -> Series {
        let width = Self.width(channels)
        let address = unsafe UnsafePointer(scratch.base) + slot * width + block.start
        return unsafe (Lanes(loading: address), Lanes(loading: address + width), Lanes(loading: address + 2 * width))
    }

    @inline(__always) func store(_ lanes: Lanes, _ slot: Int, _ block: Block) {
        unsafe lanes.store(to: scratch.base + slot * Self.width(channels) + block.start)
    }

    @inline(__always) func store(_ lanes: Series, _ slot: Int, _ block: Block) {
        store(lanes.0, slot, block)
        store(lanes.1, slot + 1, block)
        store(lanes.2, slot + 2, block)
    }

    func spread(_ value: Float, _ slot: Int, _ group: Range<Int>) {
        unsafe (scratch.base + slot * Self.width(channels) + group.lowerBound).update(repeating: value, count: group.count)
    }

    /// What `spread` wrote.
    func value(_ slot: Int, _ group: Range<Int>) -> Float {
        unsafe scratch.base[slot * Self.width(channels) + group.lowerBound]
    }

    /// The sum of a slot over the channels of a group, each times a factor where factors are given.
    func total(_ slot: Int, _ group: Range<Int>, _ factors: Matrix? = nil) -> Float {
        let numbers = unsafe UnsafePointer(scratch.base) + slot * Self.width(channels) + group.lowerBound
        if let factors { return unsafe Elementwise.dot(numbers, factors.base + group.lowerBound, count: group.count) }
        var sum = Lanes.zero
        for start in stride(from: 0, to: group.count, by: 16) {
            let count = min(16, group.count - start)
            unsafe sum += count == 16 ? Lanes(loading: numbers + start) : Lanes(loading: numbers + start, count: count)
        }
        return sum.sum()
    }
}
