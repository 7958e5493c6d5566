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

    /// Values of one sample, channels innermost, in the order of PyTorch.
    func toTorch(_ sample: [Double]) -> [Double] {
        permuted(sample, description.input.channels, description.input.height * description.input.width)
    }

    /// Forward, and backward from a gradient of the output; gradients of the parameters are added to `sums`.
    func run(_ sample: [Double], outputGradient: [Double], sums: inout [String: [BoundedSum]]) -> Result {
        let shape = description.input
        var images = [Image(shape.channels, shape.height, shape.width, toTorch(sample).map { Bounded($0) })]
        for (index, layer) in description.layers.enumerated() { images.append(forward(layer, index, images[index])) }
        let output = images[images.count - 1]
        var gradient = output
        gradient.values = permuted(outputGradient, output.channels, output.height * output.width).map { Bounded($0) }
        for (index, layer) in description.layers.enumerated().reversed() {
            gradient = backward(layer, index, images[index], gradient, &sums)
        }
        return Result(
            output: permuted(output.values, output.height * output.width, output.channels),
            inputGradient: permuted(gradient.values, shape.height * shape.width, shape.channels))
    }

    var emptySums: [String: [BoundedSum]] {
        parameters.mapValues { Array(repeating: BoundedSum(), count: $0.count) }
    }

    /// From rows x columns to columns x rows: `inner` values stand together before, `outer` after.
    private func permuted<Value>(_ values: [Value], _ inner: Int, _ outer: Int) -> [Value] {
        (0..<inner).flatMap { i in (0..<outer).map { values[$0 * inner + i] } }
    }

    private func forward(_ layer: LayerDescription, _ index: Int, _ x: Image) -> Image {
        switch layer {
        case .flatten:
            return Image(x.values.count, 1, 1, x.values)
        case .activation(let activation):
            return Image(x.channels, x.height, x.width, x.values.map { activation.apply($0).value })
        case .dense(let outputs):
            let (weight, bias) = (parameters["layers.\(index).weight"]!, parameters["layers.\(index).bias"]!)
            let values = (0..<outputs).map { output in
                var sum = BoundedSum()
                sum.add(Bounded(bias[output]))
                for (input, value) in x.values.enumerated() { sum.add(Bounded(weight[output * x.values.count + input]) * value) }
                return sum.total
            }
            return Image(outputs, 1, 1, values)
        case .convolution(let channels, let kernel, let stride, let padding):
            let bias = parameters["layers.\(index).bias"]!
            let (height, width) = ((x.height + 2 * padding - kernel) / stride + 1, (x.width + 2 * padding - kernel) / stride + 1)
            var sums = Array(repeating: BoundedSum(), count: channels * height * width)
            for c in 0..<channels { for p in 0..<(height * width) { sums[c * height * width + p].add(Bounded(bias[c])) } }
            let weight = parameters["layers.\(index).weight"]!
            forEachTap(x, channels, height, width, kernel, stride, padding) { output, input, tap in
                sums[output].add(Bounded(weight[tap]) * x.values[input])
            }
            return Image(channels, height, width, sums.map(\.total))
        case .pooling(let pooling):
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

    private func backward(
        _ layer: LayerDescription, _ index: Int, _ x: Image, _ gradient: Image, _ sums: inout [String: [BoundedSum]]
    ) -> Image {
        switch layer {
        case .flatten:
            return Image(x.channels, x.height, x.width, gradient.values)
        case .activation(let activation):
            return Image(x.channels, x.height, x.width, zip(x.values, gradient.values).map { activation.apply($0).slope * $1 })
        case .dense(let outputs):
            let name = "layers.\(index)"
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
            let name = "layers.\(index)"
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
            return below
        }
    }

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
