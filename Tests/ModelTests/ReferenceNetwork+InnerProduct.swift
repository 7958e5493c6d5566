import Model

/// Inner products in Double: the layers give the first channels of what they read, or all of them, and channels stand outermost here.
extension ReferenceNetwork {
    func innerProduct(_ layers: [LayerDescription], _ name: String, _ x: Image) -> Image {
        var sum = BoundedSum()
        for (own, other) in zip(x.values, forward(layers, "\(name).layers", x).last!.values) { sum.add(own * other) }
        return Image(1, 1, 1, [Bounded(0.5) * sum.total])
    }

    func innerProductGradient(
        _ layers: [LayerDescription], _ name: String, _ x: Image, _ gradient: Image, _ sums: inout [String: [BoundedSum]]
    ) -> Image {
        let images = forward(layers, "\(name).layers", x)
        let scale = Bounded(0.5) * gradient.values[0]
        var toLayers = images.last!
        toLayers.values = zip(x.values, toLayers.values).map { own, _ in scale * own }
        var below = backward(layers, "\(name).layers", images, toLayers, &sums)
        for (index, other) in images.last!.values.enumerated() { below.values[index] = below.values[index] + scale * other }
        return below
    }
}
