import Model
import Numerics

/// Conditions, in PyTorch's layouts: the parts of the input as one concatenation of channels.
extension ReferenceNetwork {
    /// x with the condition behind it, or in front of it where that is an image.
    func join(_ sample: [Double], _ conditions: [Double]) -> Image {
        let shape = description.input
        let pixels = shape.height * shape.width
        let own = permuted(sample, shape.channels, pixels)
        switch description.condition {
        case nil:
            return image(shape.channels, shape.height, shape.width, own)
        case .planes(let channels):
            return image(shape.channels + channels, shape.height, shape.width, own + permuted(conditions, channels, pixels))
        case .labels(_, let channels):
            let count = channels * pixels
            let row = Int(conditions[0]) * count
            let embedded = parameters["condition.weight"]![row..<row + count]
            return image(shape.channels + channels, shape.height, shape.width, own + embedded)
        case .image(let other):
            let everywhere = own.flatMap { Array(repeating: $0, count: other.height * other.width) }
            let condition = permuted(conditions, other.channels, other.height * other.width)
            return image(shape.channels + other.channels, other.height, other.width, everywhere + condition)
        }
    }

    private func image(_ channels: Int, _ height: Int, _ width: Int, _ values: [Double]) -> Image {
        Image(channels, height, width, values.map { Bounded($0) })
    }

    /// The part of the gradient that is x's, channels innermost; a table of classes gets its own.
    func split(_ gradient: Image, _ conditions: [Double], _ sums: inout [String: [BoundedSum]]) -> [Bounded] {
        let shape = description.input
        let pixels = gradient.height * gradient.width
        let own = Array(gradient.values.prefix(shape.channels * pixels))
        switch description.condition {
        case .labels:
            let rest = gradient.values.dropFirst(own.count)
            for (index, value) in rest.enumerated() { sums["condition.weight"]![Int(conditions[0]) * rest.count + index].add(value) }
        case .image:
            return (0..<shape.channels).map { channel in
                var sum = BoundedSum()
                for value in own[channel * pixels..<(channel + 1) * pixels] { sum.add(value) }
                return sum.total
            }
        default: break
        }
        return permuted(own, pixels, shape.channels)
    }
}
