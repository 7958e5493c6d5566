import Numerics

/// How a replay buffer keeps its samples and takes new ones.
public struct ReplayOptions: Sendable, Hashable {
    public enum Storage: Sendable, Hashable {
        /// 4 bytes a value, exact.
        case float
        /// 1 byte a value in 256 levels of a range; dequantised with uniform noise when read, as image data is.
        case byte(ClosedRange<Float>)

        /// - Parameter range: of bytes.
        public init(_ precision: Precision, range: ClosedRange<Float>) {
            switch precision {
            case .float: self = .float
            case .byte: self = .byte(range)
            }
        }
    }

    /// How much is kept of a value.
    public enum Precision: String, CaseIterable, Codable, Sendable { case float, byte }

    public enum Replacement: String, CaseIterable, Codable, Sendable {
        /// A chain's new position replaces its old one: persistent chains.
        case inPlace
        /// The buffer is a uniform sample of all positions so far (J. Vitter, doi:10.1145/3147.3165; used by arXiv:2012.01316).
        case reservoir
    }

    public var storage: Storage
    public var replacement: Replacement
    /// The probability that a drawn chain starts afresh.
    public var restartProbability: Float

    public var bytesPerValue: Int { storage == .float ? 4 : 1 }

    public init(storage: Storage = .float, replacement: Replacement = .inPlace, restartProbability: Float = 0) {
        self.storage = storage
        self.replacement = replacement
        self.restartProbability = restartProbability
    }
}

/// One shard's slice of the replay buffer: `capacity` samples and their ages.
public final class ReplayShard {
    public let capacity: Int
    public let dimension: Int
    public let options: ReplayOptions
    /// Langevin steps of each sample since its chain started.
    public var ages: [Int32]
    /// The number of samples offered to the reservoir so far.
    public var offered: Int
    /// The place of each sample on a ladder of temperatures, 0 the coldest; empty without one.
    public var levels: [UInt8] = []
    /// What each sample's chain is tethered to: capacity x dimension; nil where chains are free.
    public let centres: Matrix?
    /// What the energy of each sample's chain knows beside it: capacity x the numbers of a condition; nil where it knows nothing.
    public let conditions: Matrix?
    private let floats: Matrix
    private var bytes: [UInt8]

    /// A buffer of zeros; `write` its first samples before use.
    public init(capacity: Int, dimension: Int, options: ReplayOptions, hasCentres: Bool = false, conditionCount: Int = 0) {
        centres = hasCentres ? Matrix(rows: capacity, columns: dimension) : nil
        conditions = conditionCount > 0 ? Matrix(rows: capacity, columns: conditionCount) : nil
        self.capacity = capacity
        self.dimension = dimension
        self.options = options
        ages = Array(repeating: 0, count: capacity)
        offered = 0
        switch options.storage {
        case .float:
            floats = Matrix(rows: capacity, columns: dimension)
            bytes = []
        case .byte:
            floats = Matrix(rows: 0, columns: dimension)
            bytes = Array(repeating: 0, count: capacity * dimension)
        }
    }

    /// The stored samples as little-endian bytes, sample by sample: 4 bytes a value, or 1.
    public var storedBytes: [UInt8] {
        get {
            guard options.storage == .float else { return bytes }
            return unsafe Array(UnsafeRawBufferPointer(start: floats.base, count: floats.count * 4))
        }
        set {
            precondition(newValue.count == capacity * dimension * bytesPerValue, "the bytes of another buffer")
            guard options.storage == .float else {
                bytes = newValue
                return
            }
            unsafe newValue.withUnsafeBytes {
                unsafe UnsafeMutableRawPointer(floats.base).copyMemory(from: $0.baseAddress!, byteCount: $0.count)
            }
        }
    }

    /// Appends the stored bytes of one sample.
    func appendStoredBytes(of slot: Int, to target: inout [UInt8]) {
        precondition(slot < capacity, "one sample of the buffer")
        guard options.storage == .float else {
            target.append(contentsOf: bytes[slot * dimension..<(slot + 1) * dimension])
            return
        }
        unsafe target.append(contentsOf: UnsafeRawBufferPointer(start: floats.base + slot * dimension, count: dimension * 4))
    }

    /// Puts stored bytes in the place of a sample.
    func replaceStoredBytes(of slot: Int, by source: ArraySlice<UInt8>) {
        precondition(slot < capacity && source.count == dimension * bytesPerValue, "the bytes of one sample")
        guard options.storage == .float else {
            bytes.replaceSubrange(slot * dimension..<(slot + 1) * dimension, with: source)
            return
        }
        unsafe source.withUnsafeBytes {
            unsafe UnsafeMutableRawPointer(floats.base + slot * dimension).copyMemory(from: $0.baseAddress!, byteCount: $0.count)
        }
    }

    public var bytesPerValue: Int { options.bytesPerValue }

    /// What the chain of sample `slot` is tethered to: a view of one row.
    public func centre(_ slot: Int) -> Matrix {
        guard let centres else { preconditionFailure("the chains of this buffer are free") }
        return centres.rows(slot..<slot + 1)
    }

    /// Copies sample `slot` into a row; `dither` (dimension uniforms) places byte samples inside their level.
    public func read(_ slot: Int, into row: Matrix, dither: RandomStream, from draw: Int) {
        precondition(row.count == dimension && slot < capacity, "one row of the buffer")
        guard case .byte(let range) = options.storage else {
            row.copy(from: floats.rows(slot..<slot + 1))
            return
        }
        dither.fillUniforms(row, from: draw)
        let width = (range.upperBound - range.lowerBound) / 256
        for index in 0..<dimension {
            unsafe row.base[index] = range.lowerBound + (Float(bytes[slot * dimension + index]) + row.base[index]) * width
        }
    }

    /// Replaces sample `slot`. NaN is stored as the lowest level of a byte buffer; the guard stops training before that matters.
    public func write(_ row: Matrix, age: Int32, slot: Int) {
        precondition(row.count == dimension && slot < capacity, "one row of the buffer")
        ages[slot] = age
        guard case .byte(let range) = options.storage else {
            floats.rows(slot..<slot + 1).copy(from: row)
            return
        }
        let scale = 256 / (range.upperBound - range.lowerBound)
        for index in 0..<dimension {
            let level = unsafe (row.base[index] - range.lowerBound) * scale
            bytes[slot * dimension + index] = level >= 255 ? 255 : (level > 0 ? UInt8(level) : 0)
        }
    }

    /// The slots that `count` chains of a step start from: distinct, uniformly drawn.
    public func draw(count: Int, key: RandomStream) -> [Int] {
        precondition(count <= capacity, "a shard of \(capacity) samples cannot start \(count) chains")
        return Permutation(count: capacity, key: key).elements(at: Array(0..<count))
    }

    /// Where a chain's last position goes: its own slot, or where the reservoir puts it; nil when the reservoir passes it over.
    public func slot(afterStartingFrom start: Int, random: RandomStream, draw: Int) -> Int? {
        switch options.replacement {
        case .inPlace: return start
        case .reservoir:
            defer { offered += 1 }
            if offered < capacity { return offered }
            let place = random.integer(below: offered + 1, at: draw)
            return place < capacity ? place : nil
        }
    }
}
