import Model
import Numerics

/// A network as straight loops in Double with error bounds, in PyTorch's layouts (channels x height x width), sharing no code with
/// the networks it judges.
struct ReferenceNetwork {
    let description: NetworkDescription
    /// By PyTorch name, in PyTorch's order.
    var parameters: [String: [Double]]

    struct Image {
        var channels: Int
        var height: Int
        var width: Int
        var values: [Bounded]

        init(_ channels: Int, _ height: Int, _ width: Int, _ values: [Bounded]? = nil) {
            self.channels = channels
            self.height = height
            self.width = width
            self.values = values ?? Array(repeating: Bounded(0), count: channels * height * width)
        }

        func index(_ c: Int, _ y: Int, _ x: Int) -> Int { (c * height + y) * width + x }
    }

    struct Result {
        var output: [Bounded] = []
        var inputGradient: [Bounded] = []
    }

    /// Forward, and backward from a gradient of the output; gradients of the parameters are added to `sums`.
    ///
    /// - Parameter conditions: what the sample's row of `Workspace.condition` holds.
    func run(_ sample: [Double], conditions: [Double] = [], outputGradient: [Double], sums: inout [String: [BoundedSum]]) -> Result {
        let images = forward(description.layers, "layers", join(sample, conditions))
        let output = images[images.count - 1]
        var gradient = output
        gradient.values = permuted(outputGradient, output.channels, output.height * output.width).map { Bounded($0) }
        gradient = backward(description.layers, "layers", images, gradient, &sums)
        return Result(
            output: permuted(output.values, output.height * output.width, output.channels),
            inputGradient: split(gradient, conditions, &sums))
    }

    var emptySums: [String: [BoundedSum]] {
        parameters.mapValues { Array(repeating: BoundedSum(), count: $0.count) }
    }

    /// From rows x columns to columns x rows: `inner` values stand together before, `outer` after.
    func permuted<Value>(_ values: [Value], _ inner: Int, _ outer: Int) -> [Value] {
        (0..<inner).flatMap { i in (0..<outer).map { values[$0 * inner + i] } }
    }

    /// x and the values behind every layer.
    func forward(_ layers: [LayerDescription], _ prefix: String, _ x: Image) -> [Image] {
        var images = [x]
        for (index, layer) in layers.enumerated() { images.append(forward(layer, "\(prefix).\(index)", images[index])) }
        return images
    }

    func backward(
        _ layers: [LayerDescription], _ prefix: String, _ images: [Image], _ gradient: Image, _ sums: inout [String: [BoundedSum]]
    ) -> Image {
        var gradient = gradient
        for (index, layer) in layers.enumerated().reversed() {
            gradient = backward(layer, "\(prefix).\(index)", images[index], gradient, &sums)
        }
        return gradient
    }

    func forward(_ layer: LayerDescription, _ name: String, _ x: Image) -> Image {
        switch layer {
        case .groupNormalization(let groups, let epsilon):
            return normalized(x, groups, epsilon, name)
        case .residual(let layers, let shortcut):
            var y = forward(layers, "\(name).layers", x).last!
            let other = shortcut.map { forward($0, "\(name).shortcut", x).last! } ?? x
            y.values = zip(y.values, other.values).map { $0 + $1 }
            return y
        case .readouts(let layers):
            return readOut(layers, name, x)
        case .innerProduct(let layers):
            return innerProduct(layers, name, x)
        case .scaling(let factor):
            return Image(x.channels, x.height, x.width, x.values.map { Bounded(Double(factor)) * $0 })
        case .transposedConvolution(let channels, let kernel, let stride, let padding, let outputPadding):
            let (weight, bias) = (parameters["\(name).weight"]!, parameters["\(name).bias"]!)
            let (height, width) = (
                (x.height - 1) * stride - 2 * padding + kernel + outputPadding,
                (x.width - 1) * stride - 2 * padding + kernel + outputPadding
            )
            let y = Image(channels, height, width)
            var sums = Array(repeating: BoundedSum(), count: y.values.count)
            for index in sums.indices { sums[index].add(Bounded(bias[index / (height * width)])) }
            // what a convolution takes from a pixel of y for one of x, its transpose gives back
            forEachTap(y, x.channels, x.height, x.width, kernel, stride, padding) { input, output, tap in
                sums[output].add(Bounded(weight[tap]) * x.values[input])
            }
            return Image(channels, height, width, sums.map(\.total))
        case .flatten:
            return Image(x.values.count, 1, 1, x.values)
        case .activation(let activation):
            return Image(x.channels, x.height, x.width, x.values.map { activation.apply($0).value })
        case .dense(let outputs):
            let (weight, bias) = (parameters["\(name).weight"]!, parameters["\(name).bias"]!)
            let values = (0..<outputs).map { output in
                var sum = BoundedSum()
                sum.add(Bounded(bias[output]))
                for (input, value) in x.values.enumerated() { sum.add(Bounded(weight[output * x.values.count + input]) * value) }
                return sum.total
            }
            return Image(outputs, 1, 1, values)
        case .convolution(let channels, let kernel, let stride, let padding):
            let bias = parameters["\(name).bias"]!
            let (height, width) = ((x.height + 2 * padding - kernel) / stride + 1, (x.width + 2 * padding - kernel) / stride + 1)
            var sums = Array(repeating: BoundedSum(), count: channels * height * width)
            for c in 0..<channels { for p in 0..<(height * width) { sums[c * height * width + p].add(Bounded(bias[c])) } }
            let weight = parameters["\(name).weight"]!
            forEachTap(x, channels, height, width, kernel, stride, padding) { output, input, tap in
                sums[output].add(Bounded(weight[tap]) * x.values[input])
            }
            return Image(channels, height, width, sums.map(\.total))
        case .pooling(let pooling):
            let x = pixels(x)
            let (windowHeight, windowWidth) = (pooling.size ?? x.height, pooling.size ?? x.width)
            let result = Image(x.channels, x.height / windowHeight, x.width / windowWidth)
            var sums = Array(repeating: BoundedSum(), count: result.values.count)
            let scale = self.scale(pooling, windowHeight * windowWidth)
            for c in 0..<x.channels {
                for y in 0..<x.height {
                    for column in 0..<x.width {
                        sums[result.index(c, y / windowHeight, column / windowWidth)].add(scale * x.values[x.index(c, y, column)])
                    }
                }
            }
            return Image(result.channels, result.height, result.width, sums.map(\.total))
        }
    }

    func backward(
        _ layer: LayerDescription, _ name: String, _ x: Image, _ gradient: Image, _ sums: inout [String: [BoundedSum]]
    ) -> Image {
        switch layer {
        case .groupNormalization(let groups, let epsilon):
            return normalizationGradient(x, gradient, groups, epsilon, name, &sums)
        case .residual(let layers, let shortcut):
            var below = backward(layers, "\(name).layers", forward(layers, "\(name).layers", x), gradient, &sums)
            let other =
                shortcut.map { backward($0, "\(name).shortcut", forward($0, "\(name).shortcut", x), gradient, &sums) } ?? gradient
            below.values = zip(below.values, other.values).map { $0 + $1 }
            return below
        case .readouts(let layers):
            return readoutGradient(layers, name, x, gradient, &sums)
        case .innerProduct(let layers):
            return innerProductGradient(layers, name, x, gradient, &sums)
        case .scaling(let factor):
            return Image(x.channels, x.height, x.width, gradient.values.map { Bounded(Double(factor)) * $0 })
        case .transposedConvolution(_, let kernel, let stride, let padding, _):
            let weight = parameters["\(name).weight"]!
            var (weightSums, biasSums) = (sums["\(name).weight"]!, sums["\(name).bias"]!)
            var below = Array(repeating: BoundedSum(), count: x.values.count)
            let pixels = gradient.height * gradient.width
            for (output, value) in gradient.values.enumerated() { biasSums[output / pixels].add(value) }
            forEachTap(gradient, x.channels, x.height, x.width, kernel, stride, padding) { input, output, tap in
                below[input].add(Bounded(weight[tap]) * gradient.values[output])
                weightSums[tap].add(gradient.values[output] * x.values[input])
            }
            sums["\(name).weight"] = weightSums
            sums["\(name).bias"] = biasSums
            return Image(x.channels, x.height, x.width, below.map(\.total))
        case .flatten:
            return Image(x.channels, x.height, x.width, gradient.values)
        case .activation(let activation):
            return Image(x.channels, x.height, x.width, zip(x.values, gradient.values).map { activation.apply($0).slope * $1 })
        case .dense(let outputs):
            let (inputs, weight) = (x.values.count, parameters["\(name).weight"]!)
            var below = Array(repeating: BoundedSum(), count: inputs)
            for output in 0..<outputs {
                sums["\(name).bias"]![output].add(gradient.values[output])
                for input in 0..<inputs {
                    below[input].add(Bounded(weight[output * inputs + input]) * gradient.values[output])
                    sums["\(name).weight"]![output * inputs + input].add(gradient.values[output] * x.values[input])
                }
            }
            return Image(x.channels, x.height, x.width, below.map(\.total))
        case .convolution(let channels, let kernel, let stride, let padding):
            let weight = parameters["\(name).weight"]!
            var (weightSums, biasSums) = (sums["\(name).weight"]!, sums["\(name).bias"]!)
            var below = Array(repeating: BoundedSum(), count: x.values.count)
            let pixels = gradient.height * gradient.width
            for (output, value) in gradient.values.enumerated() { biasSums[output / pixels].add(value) }
            forEachTap(x, channels, gradient.height, gradient.width, kernel, stride, padding) { output, input, tap in
                below[input].add(Bounded(weight[tap]) * gradient.values[output])
                weightSums[tap].add(gradient.values[output] * x.values[input])
            }
            sums["\(name).weight"] = weightSums
            sums["\(name).bias"] = biasSums
            return Image(x.channels, x.height, x.width, below.map(\.total))
        case .pooling(let pooling):
            let (shape, x) = (x, pixels(x))
            let (windowHeight, windowWidth) = (x.height / gradient.height, x.width / gradient.width)
            let scale = self.scale(pooling, windowHeight * windowWidth)
            var below = Image(x.channels, x.height, x.width)
            for c in 0..<x.channels {
                for y in 0..<x.height {
                    for column in 0..<x.width {
                        below.values[x.index(c, y, column)] =
                            scale * gradient.values[gradient.index(c, y / windowHeight, column / windowWidth)]
                    }
                }
            }
            return Image(shape.channels, shape.height, shape.width, below.values)
        }
    }

    /// The values of a vector as pixels of one channel, over which it is pooled.
    private func pixels(_ x: Image) -> Image { x.height * x.width == 1 ? Image(1, x.channels, 1, x.values) : x }

    private func scale(_ pooling: Pooling, _ pixels: Int) -> Bounded {
        let scale = pooling.kind == .sum ? 1 : 1 / Double(pixels)
        return Bounded(scale, error: Bounded.unit * scale)
    }

    /// Calls `body` with every product of a convolution: indices of output, input and weight.
    private func forEachTap(
        _ x: Image, _ channels: Int, _ height: Int, _ width: Int, _ kernel: Int, _ stride: Int, _ padding: Int,
        _ body: (Int, Int, Int) -> Void
    ) {
        for o in 0..<channels {
            for y in 0..<height {
                for column in 0..<width {
                    for c in 0..<x.channels {
                        for ky in 0..<kernel {
                            for kx in 0..<kernel {
                                let (row, inputColumn) = (y * stride + ky - padding, column * stride + kx - padding)
                                guard row >= 0, row < x.height, inputColumn >= 0, inputColumn < x.width else { continue }
                                body(
                                    (o * height + y) * width + column, x.index(c, row, inputColumn),
                                    ((o * x.channels + c) * kernel + ky) * kernel + kx)
                            }
                        }
                    }
                }
            }
        }
    }
}
