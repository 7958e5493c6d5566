import Numerics

/// What an energy is told beside x: channels that every pixel (or the one place of a vector) has behind its own, such as a noise level or a class.
///
/// The network sees x and condition as one input; gradients with respect to x leave the condition out.
final class Condition: Sendable {
    /// Channels of x and of the condition.
    private let own: Int
    private let added: Int
    /// rows x (pixels · added): set by who calls the energy, zero until then.
    let values: Matrix
    private let joined: Matrix
    private let joinedDirection: Matrix
    private let joinedGradient: Matrix

    /// - Parameters:
    ///   - input: the shape of the network's input.
    ///   - channels: how many of its channels are the condition.
    init(input: ImageShape, channels: Int, rows: Int) {
        (own, added) = (input.channels - channels, channels)
        let pixels = input.height * input.width
        values = Matrix(rows: rows, columns: pixels * channels)
        joined = Matrix(rows: rows, columns: input.count)
        joinedDirection = Matrix(rows: rows, columns: input.count)
        joinedGradient = Matrix(rows: rows, columns: input.count)
    }

    static func count(input: ImageShape, channels: Int, rows: Int) -> Int {
        channels == 0 ? 0 : rows * (3 * input.count + input.height * input.width * channels)
    }

    /// x with the condition behind it: rows x network inputs, valid until the next call.
    func join(_ x: Matrix) -> Matrix {
        let result = joined.rows(0..<x.rows)
        interleave(x, values, into: result)
        return result
    }

    /// A direction in x as one of the joined input: 0 in the condition.
    func joinDirection(_ direction: Matrix) -> Matrix {
        let result = joinedDirection.rows(0..<direction.rows)
        interleave(direction, nil, into: result)
        return result
    }

    /// Where the gradient with respect to the joined input goes.
    func gradient(rows: Int) -> Matrix { joinedGradient.rows(0..<rows) }

    /// The part of `gradient` that belongs to x.
    func split(into gradient: Matrix) {
        let width = own + added
        withExtendedLifetime((joinedGradient.storage, gradient.storage)) {
            for place in 0..<gradient.count / own {
                unsafe (gradient.base + place * own).update(from: joinedGradient.base + place * width, count: own)
            }
        }
    }

    private func interleave(_ x: Matrix, _ condition: Matrix?, into result: Matrix) {
        let width = own + added
        withExtendedLifetime((x.storage, values.storage, result.storage)) {
            for place in 0..<x.count / own {
                let target = unsafe result.base + place * width
                unsafe target.update(from: x.base + place * own, count: own)
                if let condition {
                    unsafe (target + own).update(from: condition.base + place * added, count: added)
                } else {
                    unsafe (target + own).update(repeating: 0, count: added)
                }
            }
        }
    }
}
