import Formats
import Numerics

/// Images between the order of computation (height, width, channels) and the order of files (channels, height, width).
package enum ChannelOrder {
    package static func outermost(_ samples: [UInt8], shape: ImageShape, valueSize: Int) -> [UInt8] {
        permuted(samples, shape, valueSize, toOutermost: true)
    }

    package static func innermost(_ samples: [UInt8], shape: ImageShape, valueSize: Int) -> [UInt8] {
        permuted(samples, shape, valueSize, toOutermost: false)
    }

    package static func outermost<T: BinaryFloatingPoint & BitwiseCopyable>(_ samples: [T], shape: ImageShape) -> [T] {
        LittleEndian.values(of: outermost(LittleEndian.bytes(of: samples), shape: shape, valueSize: MemoryLayout<T>.size))
    }

    package static func innermost<T: BinaryFloatingPoint & BitwiseCopyable>(_ samples: [T], shape: ImageShape) -> [T] {
        LittleEndian.values(of: innermost(LittleEndian.bytes(of: samples), shape: shape, valueSize: MemoryLayout<T>.size))
    }

    private static func permuted(_ samples: [UInt8], _ shape: ImageShape, _ valueSize: Int, toOutermost: Bool) -> [UInt8] {
        let (pixels, channels) = (shape.height * shape.width, shape.channels)
        guard channels > 1 && pixels > 1 else { return samples }
        var result = samples
        for first in stride(from: 0, to: samples.count, by: shape.count * valueSize) {
            for pixel in 0..<pixels {
                for channel in 0..<channels {
                    let inner = first + (pixel * channels + channel) * valueSize
                    let outer = first + (channel * pixels + pixel) * valueSize
                    let (source, target) = toOutermost ? (inner, outer) : (outer, inner)
                    for byte in 0..<valueSize { result[target + byte] = samples[source + byte] }
                }
            }
        }
        return result
    }
}
