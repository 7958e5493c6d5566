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
            return image(shape.channels + channels, shape.height, shape.width, own + embedded(conditions[0], channels * pixels))
        case .noise(let other):
            let (noise, rest) = (Array(conditions.prefix(pixels)), Array(conditions.dropFirst(pixels)))
            let told =
                switch other {
                case .labels(_, let channels): embedded(rest[0], channels * pixels)
                default: permuted(rest, rest.count / pixels, pixels)
                }
            return image(shape.channels + 1 + told.count / pixels, shape.height, shape.width, own + noise + told)
        case .image(let other):
            let everywhere = own.flatMap { Array(repeating: $0, count: other.height * other.width) }
            let condition = permuted(conditions, other.channels, other.height * other.width)
            return image(shape.channels + other.channels, other.height, other.width, everywhere + condition)
        }
    }

    /// A row of the table of classes.
    private func embedded(_ label: Double, _ count: Int) -> [Double] {
        Array(parameters["condition.weight"]![Int(label) * count..<(Int(label) + 1) * count])
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
        case .labels, .noise(beside: .labels):
            // The class stands last, its channels behind the noise level where there is one.
            let rest = gradient.values.dropFirst(own.count + conditions.count - 1)
            let label = Int(conditions[conditions.count - 1])
            for (index, value) in rest.enumerated() { sums["condition.weight"]![label * rest.count + index].add(value) }
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
