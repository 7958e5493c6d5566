import Failures
import Numerics

/// Layers that put two values together.
extension NetworkCompiler {
    mutating func addResidual(_ layers: [LayerDescription], _ shortcut: [LayerDescription]?) throws(Failure) {
        let (place, start) = (place, value)
        for (key, list) in [("layers", layers), ("shortcut", shortcut ?? layers)] where list.isEmpty {
            throw failure("residual", "\"\(key)\" needs at least one layer")
        }
        share(start)
        try add(layers, in: "\(place).layers.")
        let main = value
        value = start
        if let shortcut { try add(shortcut, in: "\(place).shortcut.") }
        self.place = place
        guard main.shape == value.shape, main.isFlat == value.isFlat else {
            let other = shortcut == nil ? "its input is" : "its shortcut gives"
            let way = shortcut == nil ? "; give it a \"shortcut\" that ends in the shape of the layers" : ""
            throw failure(
                "residual", "its layers give \(Self.text(main)), but \(other) \(Self.text(value)); what is added must have one shape\(way)")
        }
        append(.sum, main, value, main.shape, isFlat: main.isFlat)
    }

    /// Half the inner product of what the layers read with what they give. At the input that is x without the channels of its condition.
    mutating func addInnerProduct(_ layers: [LayerDescription]) throws(Failure) {
        let (place, start) = (place, value)
        guard !layers.isEmpty else { throw failure("innerProduct", "\"layers\" needs at least one layer") }
        share(start)
        try add(layers, in: "\(place).layers.")
        let main = value
        self.place = place
        var partner = start
        let own = start.node == Node.input ? condition?.own.channels : nil
        partner.shape.channels = own ?? start.shape.channels
        guard main.shape == partner.shape, main.isFlat == start.isFlat else {
            let without = own == nil ? "" : " without its condition"
            throw failure(
                "innerProduct",
                "its layers give \(Self.text(main)), but what they read is \(Self.text(partner))\(without); an inner product is one of values of the same shape"
            )
        }
        append(.innerProduct(InnerProduct(start.shape, with: main.shape)), start, main, ImageShape(vector: 1), isFlat: true)
    }

    /// The layers, and beside them a dense layer to one value from what each activation among them gives, but from the value that the last layer reads.
    mutating func addReadouts(_ layers: [LayerDescription]) throws(Failure) {
        let place = place
        guard !layers.isEmpty else { throw failure("readouts", "\"layers\" needs at least one layer") }
        var (levels, source): ([(index: Int, value: Value)], Int) = ([], value.node)
        for (index, layer) in layers.enumerated() {
            source = value.node
            try add([layer], in: "\(place).layers.", from: index)
            guard case .activation = layer else { continue }
            levels.append((index, value))
            share(value)
        }
        self.place = place
        guard value.shape == ImageShape(vector: 1), value.isFlat else {
            throw failure(
                "readouts", "its layers give \(Self.text(value)); they must end in one value, to which those of the readouts are added")
        }
        var total = value
        for level in levels where level.value.node != source && level.value.node != value.node {
            self.place = "\(place).readouts.\(level.index)"
            try addReadout(of: level.value)
            append(.sum, total, value, total.shape, isFlat: true)
            total = value
        }
        (self.place, value) = (place, total)
    }

    private mutating func addReadout(of level: Value) throws(Failure) {
        let shape = level.shape
        value = Value(node: level.node, shape: shape, isFlat: true)
        let weights = Weights(
            torchShape: [1, shape.count], shape: [1, shape.height * shape.width, shape.channels], axes: [0, 2, 1], outputAxis: 0,
            initial: .readout(fanIn: shape.count))
        try addAffine("readouts", weights, 1, DenseMap(inputs: shape.count, outputs: 1, positions: 1))
        value.shape = ImageShape(vector: 1)
    }

    private static func text(_ value: Value) -> String {
        switch (value.isFlat, value.shape.isVector) {
        case (true, true): "a vector of \(value.shape.count)"
        case (true, false): "a flattened image of \(value.shape)"
        default: "an image of \(value.shape.height)x\(value.shape.width)x\(value.shape.channels)"
        }
    }
}
