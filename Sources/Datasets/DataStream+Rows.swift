import Numerics

// One row from the data set into the tile. The loops run over plain pointers so that the compiler can use vectors; every operation is a
// single rounded one, so the bits do not depend on the vector length.
extension DataStream {
    /// Levels to [low, high]; with dequantisation the target holds the uniform numbers.
    static func scale(
        _ bytes: [UInt8], from start: Int, _ levels: Int, _ target: Matrix, _ preparation: DataPreparation, dequantises: Bool = false
    ) {
        let low = preparation.low
        let range = preparation.high - low
        unsafe bytes.withUnsafeBufferPointer { bytes in
            let source = unsafe bytes.baseAddress! + start
            let out = unsafe target.base
            if dequantises {
                let factor = range / Float(levels)
                for index in 0..<target.columns { unsafe out[index] = low + factor * (Float(source[index]) + out[index]) }
            } else {
                let factor = levels > 1 ? range / Float(levels - 1) : 0
                for index in 0..<target.columns { unsafe out[index] = low + factor * Float(source[index]) }
            }
        }
    }

    /// Floats as they are.
    static func copy(_ floats: [Float], from start: Int, _ target: Matrix) {
        unsafe floats.withUnsafeBufferPointer { floats in
            unsafe target.base.update(from: floats.baseAddress! + start, count: target.columns)
        }
    }

    /// Turns an image left to right.
    func mirror(_ row: Matrix, _ shape: ImageShape) {
        let (width, channels) = (shape.width, shape.channels)
        for y in 0..<shape.height {
            let line = unsafe row.base + y * width * channels
            for x in 0..<(width / 2) {
                let (left, right) = unsafe (line + x * channels, line + (width - 1 - x) * channels)
                for channel in 0..<channels { unsafe swap(&left[channel], &right[channel]) }
            }
        }
    }

    /// Adds Gaussian noise: value j of the tile gets normal number j of the stream, where it is a number that is there.
    func addNoise(_ tile: Matrix, _ stream: RandomStream) {
        if let space {
            let noise = Matrix(rows: tile.rows, columns: tile.columns)
            stream.fillNormals(noise)
            return space.add(noise, times: preparation.noise, to: tile)
        }
        for start in stride(from: 0, to: tile.count, by: 64) {
            let normals = stream.normals(group: start / 64)
            add(normals.0, tile, start)
            add(normals.1, tile, start + 16)
            add(normals.2, tile, start + 32)
            add(normals.3, tile, start + 48)
        }
    }

    @inline(__always) private func add(_ normals: SIMD16<Float>, _ tile: Matrix, _ start: Int) {
        let noise = preparation.noise * normals
        let out = unsafe tile.base + start
        if start + 16 <= tile.count {
            let values = unsafe UnsafeRawPointer(out).loadUnaligned(as: SIMD16<Float>.self)
            unsafe UnsafeMutableRawPointer(out).storeBytes(of: values + noise, as: SIMD16<Float>.self)
        } else {
            for lane in 0..<max(0, tile.count - start) { unsafe out[lane] += noise[lane] }
        }
    }
}
