/// The type of the numbers in a file; the raw value is its name in a safetensors file. Numbers of 16 bits are read, as `float32`, and never written.
public enum NumberType: String, Hashable, Codable, Sendable, CaseIterable {
    case float32 = "F32"
    case float64 = "F64"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case uint8 = "U8"
    case bool = "BOOL"
    case int32 = "I32"
    case int64 = "I64"

    /// The bytes of one number.
    public var size: Int {
        switch self {
        case .uint8, .bool: 1
        case .float16, .bfloat16: 2
        case .float32, .int32: 4
        case .float64, .int64: 8
        }
    }
}

/// An array of numbers as a file holds it: a shape, and the values with the last index running fastest.
public struct NumericArray: Hashable, Sendable {
    /// The values, in the type of the file. Truth values are 0 and 1.
    public enum Values: Hashable, Sendable {
        case float32([Float])
        case float64([Double])
        case uint8([UInt8])
        case bool([UInt8])
        case int32([Int32])
        case int64([Int64])
    }

    public let shape: [Int]
    public let values: Values

    public init(shape: [Int], _ values: Values) {
        self.shape = shape
        self.values = values
        precondition(Self.count(of: shape) == values.count, "\(values.count) values for the shape \(shape)")
    }

    public var count: Int { values.count }
    public var type: NumberType { values.type }

    /// The number of values of a shape; nil when it does not fit an `Int` or a dimension is negative.
    public static func count(of shape: [Int]) -> Int? {
        var count = 1
        for dimension in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            if overflow || dimension < 0 { return nil }
            count = product
        }
        return count
    }

    /// The number of bytes of a shape of numbers of a size; nil when it does not fit an `Int`.
    static func byteCount(of shape: [Int], size: Int) -> Int? { count(of: shape + [size]) }
}

extension NumericArray.Values {
    public var count: Int {
        switch self {
        case .float32(let values): values.count
        case .float64(let values): values.count
        case .uint8(let values), .bool(let values): values.count
        case .int32(let values): values.count
        case .int64(let values): values.count
        }
    }

    public var type: NumberType {
        switch self {
        case .float32: .float32
        case .float64: .float64
        case .uint8: .uint8
        case .bool: .bool
        case .int32: .int32
        case .int64: .int64
        }
    }

    /// The values as floats, rounded to nearest.
    public var floats: [Float] {
        switch self {
        case .float32(let values): values
        case .float64(let values): values.map { Float($0) }
        case .uint8(let values), .bool(let values): values.map { Float($0) }
        case .int32(let values): values.map { Float($0) }
        case .int64(let values): values.map { Float($0) }
        }
    }

    /// Bytes and truth values; nil for other types.
    package var bytes: [UInt8]? {
        switch self {
        case .uint8(let values), .bool(let values): values
        case .float32, .float64, .int32, .int64: nil
        }
    }

    /// The values in double precision where floats may not hold them; nil where the file holds floats or less.
    public var doubles: [Double]? {
        switch self {
        case .float32, .uint8, .bool: nil
        case .float64(let values): values
        case .int32(let values): values.map { Double($0) }
        case .int64(let values): values.map { Double($0) }
        }
    }

    /// The values at some places, in this order.
    package func taking(_ places: some Sequence<Int>) -> Self {
        switch self {
        case .float32(let values): .float32(places.map { values[$0] })
        case .float64(let values): .float64(places.map { values[$0] })
        case .uint8(let values): .uint8(places.map { values[$0] })
        case .bool(let values): .bool(places.map { values[$0] })
        case .int32(let values): .int32(places.map { values[$0] })
        case .int64(let values): .int64(places.map { values[$0] })
        }
    }
}

extension NumericArray {
    /// An array whose values stand with the first index running fastest, as Fortran has them.
    init(shape: [Int], firstIndexFastest values: Values) {
        self.init(shape: shape, values.taking(FirstIndexFastest(shape: shape, count: values.count)))
    }
}

/// Where the values of an array, in the order of its last index, stand when the first index runs fastest.
private struct FirstIndexFastest: Sequence, IteratorProtocol {
    private let shape: [Int]
    /// How far the next value of each index is.
    private let strides: [Int]
    private var index: [Int]
    private var place = 0
    private var left: Int

    init(shape: [Int], count: Int) {
        (self.shape, left, index) = (shape, count, shape.map { _ in 0 })
        strides = shape.indices.map { shape[..<$0].reduce(1, *) }
    }

    mutating func next() -> Int? {
        guard left > 0 else { return nil }
        left -= 1
        let found = place
        for dimension in shape.indices.reversed() {
            index[dimension] += 1
            place += strides[dimension]
            if index[dimension] < shape[dimension] { break }
            place -= strides[dimension] * shape[dimension]
            index[dimension] = 0
        }
        return found
    }
}
