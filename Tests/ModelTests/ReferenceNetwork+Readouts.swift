import Model

/// Readouts in Double: a dense layer to one value from what each activation in the list gives, but from the value that the last layer reads, and from what
/// the list ends in.
extension ReferenceNetwork {
    /// The places in the list whose values are read out.
    private func levels(_ layers: [LayerDescription]) -> [Int] {
        func isActivation(_ layer: LayerDescription) -> Bool { if case .activation = layer { true } else { false } }
        // The last layer reads what stands before it and before layers that do nothing.
        var read = layers.count - 2
        while read >= 0, layers[read] == .flatten { read -= 1 }
        return layers.indices.filter { isActivation(layers[$0]) && $0 != read && $0 != layers.count - 1 }
    }

    func readOut(_ layers: [LayerDescription], _ name: String, _ x: Image) -> Image {
        let images = forward(layers, "\(name).layers", x)
        var result = images[layers.count]
        for level in levels(layers) {
            let flat = Image(images[level + 1].values.count, 1, 1, images[level + 1].values)
            let readout = forward(.dense(outputs: 1), "\(name).readouts.\(level)", flat)
            result.values = zip(result.values, readout.values).map { $0 + $1 }
        }
        return result
    }

    func readoutGradient(
        _ layers: [LayerDescription], _ name: String, _ x: Image, _ gradient: Image, _ sums: inout [String: [BoundedSum]]
    ) -> Image {
        let (images, levels) = (forward(layers, "\(name).layers", x), levels(layers))
        var below = gradient
        for index in layers.indices.reversed() {
            if levels.contains(index) {
                let flat = Image(images[index + 1].values.count, 1, 1, images[index + 1].values)
                let part = backward(.dense(outputs: 1), "\(name).readouts.\(index)", flat, gradient, &sums)
                below.values = zip(below.values, part.values).map { $0 + $1 }
            }
            below = backward(layers[index], "\(name).layers.\(index)", images[index], below, &sums)
        }
        return below
    }
}
