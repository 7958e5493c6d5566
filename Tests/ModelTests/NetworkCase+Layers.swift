import Model
import Numerics

/// Transposed convolutions, normalisations, residual layers, readouts, inner products and conditions.
extension NetworkCase {
    static func transposedConvolution(
        _ channels: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ outputPadding: Int = 0
    ) -> LayerDescription {
        .transposedConvolution(channels: channels, kernel: kernel, stride: stride, padding: padding, outputPadding: outputPadding)
    }

    private static let sizes: [(kernel: Int, stride: Int, padding: Int, outputPadding: Int)] = [
        (1, 1, 0, 0), (1, 2, 0, 0), (1, 2, 0, 1), (2, 1, 0, 0), (3, 1, 1, 0), (3, 2, 1, 1), (4, 2, 1, 0), (5, 3, 4, 2), (2, 4, 0, 3),
        (2, 2, 3, 1),
    ]

    /// Few and many channels of the output take other ways.
    private static let bySizes: [NetworkCase] = sizes.flatMap { size -> [NetworkCase] in
        let text = "kernel \(size.kernel) stride \(size.stride) padding \(size.padding) output padding \(size.outputPadding)"
        let channels: [(Int, Int)] = [(3, 5), (9, 17)]
        return channels.map { inputs, outputs -> NetworkCase in
            let layer = transposedConvolution(outputs, size.kernel, size.stride, size.padding, size.outputPadding)
            return NetworkCase(
                "transposed convolution \(inputs) to \(outputs), \(text)", ImageShape(height: 5, width: 4, channels: inputs),
                [layer, .activation(.tanh)])
        }
    }

    static let transposed: [NetworkCase] =
        bySizes + [
            NetworkCase(
                "transposed to one channel", ImageShape(height: 6, width: 4, channels: 16),
                [transposedConvolution(1, 4, 2, 1), .activation(.tanh)]),
            NetworkCase(
                "transposed to three channels", ImageShape(height: 4, width: 3, channels: 16),
                [transposedConvolution(3, 4, 2, 1), .activation(.silu)]),
            NetworkCase(
                "transposed with a kernel as large as its output", ImageShape(height: 4, width: 4, channels: 5),
                [.pooling(Pooling(.mean)), transposedConvolution(7, 4, 1, 0), .activation(.tanh)]),
            NetworkCase(
                "transposed with whole vectors", ImageShape(height: 7, width: 7, channels: 16), [transposedConvolution(32, 4, 2, 1)]),
            NetworkCase(
                "transposed with a stride beyond the kernel", ImageShape(height: 3, width: 4, channels: 8),
                [transposedConvolution(16, 2, 3, 0, 2), .activation(.silu)]),
        ]

    static let normalized: [NetworkCase] = [
        NetworkCase("layer normalisation of a vector", ImageShape(vector: 21), [.groupNormalization(groups: 1)]),
        NetworkCase("groups of a vector", ImageShape(vector: 40), [.groupNormalization(groups: 4), .activation(.tanh)]),
        NetworkCase("groups of an odd image", ImageShape(height: 3, width: 5, channels: 6), [.groupNormalization(groups: 3)]),
        NetworkCase("one channel a group", ImageShape(height: 4, width: 3, channels: 17), [.groupNormalization(groups: 17)]),
        NetworkCase(
            "groups beyond a vector", ImageShape(height: 2, width: 3, channels: 48), [.groupNormalization(groups: 2, epsilon: 0.1)]),
        NetworkCase(
            "normalisation of a flattened image", ImageShape(height: 3, width: 2, channels: 5),
            [.flatten, .groupNormalization(groups: 1), .dense(outputs: 3)]),
        NetworkCase(
            "groups of pixels of a flattened image", ImageShape(height: 3, width: 4, channels: 1),
            [.flatten, .groupNormalization(groups: 3)]),
    ]

    static let generators: [NetworkCase] = [
        NetworkCase(
            "generator", ImageShape(vector: 5),
            condition: .image(ImageShape(height: 2, width: 3, channels: 2)),
            [
                transposedConvolution(18, 3, 1, 1), .groupNormalization(groups: 3), .activation(.silu), transposedConvolution(8, 4, 2, 1),
                .groupNormalization(groups: 2), .activation(.softplus), transposedConvolution(1, 3, 2, 1, 1), .activation(.tanh),
            ]),
        NetworkCase(
            "energy with normalised layers", ImageShape(height: 6, width: 5, channels: 2),
            [
                .groupNormalization(groups: 2), convolution(6, 3, 1, 1), .groupNormalization(groups: 3), .activation(.silu), .flatten,
                .dense(outputs: 20), .groupNormalization(groups: 1), .activation(.tanh), .dense(outputs: 1),
            ]),
    ]

    static let residuals: [NetworkCase] = [
        NetworkCase(
            "residual vectors", vector5,
            [
                .residual(layers: [.dense(outputs: 20), .activation(.silu), .dense(outputs: 5)]), .activation(.tanh),
                .residual(layers: [.activation(.softplus), .dense(outputs: 5)]), .dense(outputs: 1),
            ]),
        NetworkCase(
            "residual images with a shortcut", ImageShape(height: 6, width: 5, channels: 3),
            [
                convolution(6, 3, 1, 1),
                .residual(
                    layers: [
                        .groupNormalization(groups: 2), .activation(.silu), convolution(10, 3, 2, 1), .activation(.silu),
                        convolution(10, 3, 1, 1),
                    ], shortcut: [convolution(10, 1, 2, 0)]),
                .activation(.silu),
                .residual(layers: [.residual(layers: [convolution(10, 3, 1, 1), .activation(.tanh)]), convolution(10, 1, 1, 0)]),
                .pooling(Pooling(.mean)), .flatten, .dense(outputs: 1),
            ]),
        NetworkCase(
            "residual of the input alone", ImageShape(height: 3, width: 4, channels: 2),
            [
                .residual(layers: [.flatten], shortcut: [.flatten]), .residual(layers: [.activation(.silu)]), .activation(.tanh),
                .dense(outputs: 3),
            ]),
        NetworkCase(
            "residual with a normalised shortcut and kinks", ImageShape(vector: 7),
            [
                .residual(
                    layers: [.activation(.leakyReLU(slope: 0.2)), .dense(outputs: 9), .activation(.relu), .dense(outputs: 6)],
                    shortcut: [.groupNormalization(groups: 1), .dense(outputs: 6), .activation(.elu(alpha: 1))]),
                .dense(outputs: 2),
            ]),
    ]

    static let readouts: [NetworkCase] = [
        NetworkCase(
            "readouts of convolutions", ImageShape(height: 8, width: 6, channels: 2),
            [
                .readouts(layers: [
                    convolution(16, 3, 2, 1), .activation(.silu), convolution(5, 3, 1, 1), .activation(.tanh), .flatten, .dense(outputs: 7),
                    .activation(.softplus), .dense(outputs: 1),
                ]), .scaling(factor: -2.5),
            ]),
        NetworkCase(
            "readouts of dense layers, and of one that stands alone", vector5,
            [
                .scaling(factor: 0.3),
                .readouts(layers: [
                    .activation(.tanh), .dense(outputs: 20), .activation(.silu), .activation(.tanh), .dense(outputs: 1),
                    .activation(.softplus),
                ]), .dense(outputs: 3),
            ]),
        NetworkCase(
            "readouts inside of readouts, and beside a sum", vector5,
            [
                .readouts(layers: [
                    .residual(layers: [.dense(outputs: 5), .activation(.silu)]), .activation(.tanh),
                    .readouts(layers: [.dense(outputs: 6), .activation(.silu), .dense(outputs: 4), .activation(.tanh), .dense(outputs: 1)]),
                ])
            ]),
        NetworkCase(
            "readouts of a last layer alone", ImageShape(height: 3, width: 4, channels: 2),
            [.readouts(layers: [convolution(3, 3, 1, 1), .activation(.silu), .flatten, .dense(outputs: 1)])]),
    ]

    /// An image to an image of as many channels: down twice and up twice, with the sum across.
    private static func hourglass(_ channels: Int) -> [LayerDescription] {
        [
            convolution(6, 3, 2, 1), .activation(.silu),
            .residual(layers: [convolution(17, 2, 2, 0), .activation(.softplus), transposedConvolution(6, 2, 2, 0)]), .activation(.silu),
            transposedConvolution(channels, 3, 2, 1, 1),
        ]
    }

    static let innerProducts: [NetworkCase] = [
        NetworkCase(
            "inner product with a vector", vector5, [.innerProduct(layers: [.dense(outputs: 9), .activation(.silu), .dense(outputs: 5)])]),
        NetworkCase(
            "inner product with an image", ImageShape(height: 8, width: 4, channels: 3),
            [.innerProduct(layers: hourglass(3) + [.activation(.tanh)]), .scaling(factor: 2.5)]),
        NetworkCase(
            "inner products inside of others, of hidden values, with an activation behind", ImageShape(height: 4, width: 4, channels: 2),
            [
                convolution(5, 3, 1, 1), .activation(.tanh),
                .residual(
                    layers: [.innerProduct(layers: [.activation(.softplus), convolution(5, 3, 1, 1)]), .activation(.softplus)],
                    shortcut: [
                        .flatten, .dense(outputs: 3),
                        .innerProduct(layers: [.residual(layers: [.innerProduct(layers: [.dense(outputs: 3)]), .dense(outputs: 3)])]),
                    ]),
            ]),
        NetworkCase(
            "inner product of a flattened image", ImageShape(height: 3, width: 2, channels: 3),
            [.flatten, .innerProduct(layers: [.groupNormalization(groups: 1), .activation(.silu)])]),
        NetworkCase(
            "inner product beside planes and a noise level", ImageShape(height: 8, width: 4, channels: 2),
            condition: .noise(beside: .planes(3)), [.innerProduct(layers: hourglass(2))]),
        NetworkCase(
            "inner product beside labels", ImageShape(vector: 4), condition: .labels(classes: 3, channels: 5),
            [.innerProduct(layers: [.dense(outputs: 8), .activation(.silu), .dense(outputs: 4)]), .dense(outputs: 2)]),
        NetworkCase(
            "inner product of an image beside labels", ImageShape(height: 2, width: 3, channels: 2),
            condition: .labels(classes: 4, channels: 1), [.innerProduct(layers: [convolution(2, 3, 1, 1), .activation(.tanh)])]),
        NetworkCase(
            "inner product beside an image", ImageShape(vector: 6), condition: .image(ImageShape(height: 4, width: 3, channels: 1)),
            [.innerProduct(layers: [convolution(6, 3, 1, 1), .activation(.tanh)])]),
    ]

    static let conditional: [NetworkCase] = [
        NetworkCase(
            "planes beside a vector", ImageShape(vector: 3), condition: .planes(2),
            [.dense(outputs: 20), .activation(.silu), .dense(outputs: 1)]),
        NetworkCase(
            "planes beside an image", ImageShape(height: 4, width: 5, channels: 2), condition: .planes(3),
            [convolution(6, 3, 1, 1), .activation(.softplus), .flatten, .dense(outputs: 1)]),
        NetworkCase(
            "labels beside a vector", ImageShape(vector: 4), condition: .labels(classes: 3, channels: 5),
            [.residual(layers: [.dense(outputs: 9), .activation(.tanh)]), .dense(outputs: 6), .activation(.silu), .dense(outputs: 1)]),
        NetworkCase(
            "labels beside an image", ImageShape(height: 3, width: 4, channels: 2), condition: .labels(classes: 10, channels: 2),
            [
                .residual(layers: [convolution(4, 3, 1, 1), .activation(.silu)]), convolution(5, 3, 2, 1), .activation(.silu), .flatten,
                .dense(outputs: 1),
            ]),
        NetworkCase(
            "a noise level and labels beside an image", ImageShape(height: 3, width: 4, channels: 2),
            condition: .noise(beside: .labels(classes: 3, channels: 2)),
            [convolution(5, 3, 1, 1), .activation(.silu), .flatten, .dense(outputs: 1)]),
        NetworkCase(
            "a noise level and planes beside a vector", ImageShape(vector: 3), condition: .noise(beside: .planes(2)),
            [.dense(outputs: 20), .activation(.silu), .dense(outputs: 1)]),
        NetworkCase(
            "labels in front of a normalisation", ImageShape(height: 3, width: 2, channels: 1), condition: .labels(classes: 2, channels: 1),
            [.groupNormalization(groups: 1), .activation(.tanh), .flatten, .dense(outputs: 2)]),
        NetworkCase(
            "an image beside a vector", ImageShape(vector: 6), condition: .image(ImageShape(height: 4, width: 3, channels: 1)),
            [convolution(5, 3, 1, 1), .activation(.tanh), .flatten, .dense(outputs: 1)]),
        NetworkCase("condition and nothing else", ImageShape(vector: 2), condition: .labels(classes: 3, channels: 2), [.flatten]),
    ]
}
