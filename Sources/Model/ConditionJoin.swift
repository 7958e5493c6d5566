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
    /// 1 where a noise level stands behind the channels of x.
    private var noiseChannels: Int { if case .noise = description { 1 } else { 0 } }
    /// Channels of what is told beside x and the noise.
    private var added: Int { joined.channels - own.channels - noiseChannels }
    private var isBroadcast: Bool { if case .image = description { true } else { false } }
    /// The condition without the noise.
    private var told: ConditionDescription { if case .noise(let other) = description { other } else { description } }

    /// Values of a row.
    var count: Int { rows.upperBound }
    /// Which of them are a noise level: of planes all may be.
    var levels: Range<Int> {
        switch description {
        case .noise: 0..<pixels
        case .planes: 0..<count
        case .labels, .image: 0..<0
        }
    }
    /// Which of them are what else is known of a row.
    var rows: Range<Int> {
        let start = noiseChannels * pixels
        return start..<start + (hasParameters ? 1 : pixels * added)
    }

    /// The classes of a table; nil for other conditions.
    var table: (classes: Int, channels: Int)? { if case .labels(let classes, let channels) = told { (classes, channels) } else { nil } }
    var hasParameters: Bool { table != nil }
    /// Whether networks have derivatives along what they are told.
    var hasDirections: Bool { !levels.isEmpty }

    /// x with the condition behind it. condition: rows x `count`, result: rows x joined.
    func join(_ x: Matrix, condition: Matrix, parameters: Matrix, into result: Matrix) {
        unsafe interleave(x, condition, into: result) { row in
            unsafe hasParameters
                ? UnsafePointer(parameters.base) + (tableStart + label(condition, row: row) * pixels * added)
                : UnsafePointer(condition.base) + (row * count + rows.lowerBound)
        }
    }

    /// A direction in x, and one in the condition, as one of the joined input.
    /// - Parameter condition: rows x `count`; without rows 0: classes have no directions.
    func joinDirection(_ direction: Matrix, condition: Matrix, into result: Matrix) {
        unsafe interleave(direction, condition, into: result) { row in
            unsafe condition.rows > 0 && !hasParameters ? UnsafePointer(condition.base) + (row * count + rows.lowerBound) : nil
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
                    let before = (row * pixels + pixel) * joined.channels + own.channels + noiseChannels
                    let source = unsafe UnsafePointer(gradient.base) + before
                    for channel in 0..<added { unsafe entry[pixel * added + channel] += source[channel] }
                }
            }
        }
    }

    private func label(_ condition: Matrix, row: Int) -> Int {
        guard let classes = table?.classes else { return 0 }
        let value = condition[row, rows.lowerBound]
        let label = Int(exactly: value) ?? -1
        precondition(label >= 0 && label < classes, "a label is a whole number from 0 to \(classes - 1), not \(value)")
        return label
    }

    /// Channels of x, then the noise, then what else is told, pixel by pixel; `place` says where that of a row lies: nowhere for zeros.
    /// - Parameter condition: rows x `count`, of which the noise is taken; without rows it is 0.
    @inline(__always) @unsafe
    private func interleave(_ x: Matrix, _ condition: Matrix, into result: Matrix, place: (_ row: Int) -> UnsafePointer<Float>?) {
        let (channels, noiseChannels, added, count) = (own.channels, noiseChannels, added, count)
        withExtendedLifetime((x.storage, condition.storage, result.storage)) {
            for row in 0..<x.rows {
                let told = unsafe place(row)
                for pixel in 0..<pixels {
                    let target = unsafe result.base + (row * pixels + pixel) * joined.channels
                    let source = isBroadcast ? row : row * pixels + pixel
                    unsafe target.update(from: x.base + source * channels, count: channels)
                    if noiseChannels == 1 {
                        unsafe target[channels] = condition.rows > 0 ? condition.base[row * count + pixel] : 0
                    }
                    let behind = unsafe target + channels + noiseChannels
                    if let told = unsafe told {
                        unsafe behind.update(from: told + pixel * added, count: added)
                    } else {
                        unsafe behind.update(repeating: 0, count: added)
                    }
                }
            }
        }
    }
}
