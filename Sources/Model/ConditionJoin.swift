import Numerics

/// How x and the condition beside it become one input: the parts of a pixel behind one another.
///
/// Gradients with respect to x leave the condition out. A table of classes has its gradient from the part that it gave.
struct ConditionJoin: Sendable {
    let description: ConditionDescription
    /// The shape of x.
    let own: ImageShape
    /// The shape of the input with the condition.
    let joined: ImageShape
    /// Where the table of classes starts in the parameters.
    let tableStart: Int

    private var pixels: Int { joined.height * joined.width }
    /// Channels of x and of the condition.
    private var added: Int { joined.channels - own.channels }
    private var isBroadcast: Bool { if case .image = description { true } else { false } }

    /// Values of a row.
    var count: Int { if case .labels = description { 1 } else { pixels * added } }
    var hasParameters: Bool { if case .labels = description { true } else { false } }
    /// Whether networks have derivatives along what they are told.
    var hasDirections: Bool { if case .planes = description { true } else { false } }

    /// x with the condition behind it. condition: rows x `count`, result: rows x joined.
    func join(_ x: Matrix, condition: Matrix, parameters: Matrix, into result: Matrix) {
        unsafe interleave(x, into: result) { row in
            unsafe hasParameters
                ? UnsafePointer(parameters.base) + (tableStart + label(condition, row: row) * pixels * added)
                : UnsafePointer(condition.base) + row * count
        }
    }

    /// A direction in x, and one in the condition, as one of the joined input.
    /// - Parameter condition: rows x `count`; without rows 0: classes have no directions.
    func joinDirection(_ direction: Matrix, condition: Matrix, into result: Matrix) {
        unsafe interleave(direction, into: result) { row in
            unsafe condition.rows > 0 ? UnsafePointer(condition.base) + row * count : nil
        }
    }

    /// The part of a gradient with respect to the joined input that belongs to x; for an x that every pixel has, the sum over the pixels.
    func split(_ gradient: Matrix, into own: Matrix) {
        let channels = self.own.channels
        withExtendedLifetime((gradient.storage, own.storage)) {
            for row in 0..<own.rows {
                for pixel in 0..<pixels {
                    let source = unsafe UnsafePointer(gradient.base) + (row * pixels + pixel) * joined.channels
                    if !isBroadcast {
                        unsafe (own.base + (row * pixels + pixel) * channels).update(from: source, count: channels)
                    } else if pixel == 0 {
                        unsafe (own.base + row * channels).update(from: source, count: channels)
                    } else {
                        let target = unsafe own.base + row * channels
                        for channel in 0..<channels { unsafe target[channel] += source[channel] }
                    }
                }
            }
        }
    }

    /// Adds the gradient of the table of classes, row by row in their order, to a flat gradient; nothing for other conditions.
    func addParameterGradient(_ gradient: Matrix, condition: Matrix, into flat: Matrix) {
        guard hasParameters else { return }
        withExtendedLifetime((gradient.storage, flat.storage)) {
            for row in 0..<gradient.rows {
                let entry = unsafe flat.base + tableStart + label(condition, row: row) * pixels * added
                for pixel in 0..<pixels {
                    let source = unsafe UnsafePointer(gradient.base) + (row * pixels + pixel) * joined.channels + own.channels
                    for channel in 0..<added { unsafe entry[pixel * added + channel] += source[channel] }
                }
            }
        }
    }

    private func label(_ condition: Matrix, row: Int) -> Int {
        guard case .labels(let classes, _) = description else { return 0 }
        let value = condition[row, 0]
        let label = Int(exactly: value) ?? -1
        precondition(label >= 0 && label < classes, "a label is a whole number from 0 to \(classes - 1), not \(value)")
        return label
    }

    /// Channels of x, then those of the condition, pixel by pixel; `place` says where the condition of a row lies: nowhere for zeros.
    @inline(__always) @unsafe
    private func interleave(_ x: Matrix, into result: Matrix, place: (_ row: Int) -> UnsafePointer<Float>?) {
        let channels = own.channels
        withExtendedLifetime((x.storage, result.storage)) {
            for row in 0..<x.rows {
                let condition = unsafe place(row)
                for pixel in 0..<pixels {
                    let target = unsafe result.base + (row * pixels + pixel) * joined.channels
                    let source = isBroadcast ? row : row * pixels + pixel
                    unsafe target.update(from: x.base + source * channels, count: channels)
                    if let condition = unsafe condition {
                        unsafe (target + channels).update(from: condition + pixel * added, count: added)
                    } else {
                        unsafe (target + channels).update(repeating: 0, count: added)
                    }
                }
            }
        }
    }
}
