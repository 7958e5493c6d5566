import CCPU
import Testing

struct CPUFeaturesTests {
    static func missing(_ compiled: UInt64, _ available: UInt64, capacity: Int = 1024) -> (count: Int, names: String) {
        var buffer = [CChar](repeating: 1, count: capacity)
        let count = unsafe buffer.withUnsafeMutableBufferPointer {
            unsafe ebm_missing_cpu_features(compiled, available, $0.baseAddress, capacity)
        }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return (count, String(decoding: bytes, as: UTF8.self))
    }

    @Test func `nothing is missing on the CPU that runs this test`() {
        #expect(Self.missing(ebm_compiled_cpu_feature_bits(), ebm_available_cpu_feature_bits()) == (0, ""))
    }

    #if arch(x86_64)
    @Test func `what was compiled in and is not available is named, in order`() {
        #expect(Self.missing(0, 0) == (0, ""))
        #expect(Self.missing(0b1001, 0b0001) == (1, "fma"))
        #expect(Self.missing(0b1011, 0) == (3, "sse3, pclmul, fma"))
        #expect(Self.missing(0b0001, .max) == (0, ""))
    }

    @Test func `a short buffer cuts the names and is never overrun`() {
        for capacity in 1...20 {
            let (count, names) = Self.missing(0b1011, 0, capacity: capacity)
            #expect(count == 3)
            #expect(names == String("sse3, pclmul, fma".prefix(capacity - 1)))
        }
    }

    @Test func `the names for the log are those of the compiled features`() {
        let list = unsafe ebm_compiled_cpu_features().map { unsafe String(cString: $0) } ?? ""
        let names = list.split(separator: " ").joined(separator: ", ")
        #expect(names == Self.missing(ebm_compiled_cpu_feature_bits(), 0).names)
    }
    #endif
}
