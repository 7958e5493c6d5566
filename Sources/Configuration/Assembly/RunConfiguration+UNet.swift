import Failures
import Model
import Numerics

/// The network from images to images of `model.kind = "unet"`: O. Ronneberger, P. Fischer, T. Brox, arXiv:1505.04597, with sums across.
extension RunConfiguration {
    /// Convolutions of `model.channels` down, each with its transpose up, which leads back to the same pixels. At each resolution what came down is added to what comes up.
    /// - Throws: `.configuration` where no transpose leads back.
    func unet(for image: ImageShape) throws(Failure) -> [LayerDescription] { try level(0, image) }

    /// From an image to one of the same shape, by way of a lower resolution.
    private func level(_ index: Int, _ image: ImageShape) throws(Failure) -> [LayerDescription] {
        let (channels, kernel) = (model.channels[index], model.kernels[index])
        let (stride, padding) = (model.strides[index], model.paddings[index])
        func below(_ pixels: Int) -> Int { max(0, pixels + 2 * padding - kernel) / stride + 1 }
        func missing(_ pixels: Int) -> Int { max(0, pixels + 2 * padding - kernel) % stride }
        guard missing(image.height) == missing(image.width) else {
            throw Failure(
                .configuration,
                "model.kind = \"unet\" leads back to the pixels that it comes from, and images of \(image.height)x\(image.width) pixels do not come back from the stride "
                    + "\(stride) of model.strides[\(index)], which leaves out other numbers of rows and of columns; expected other model.strides, model.kernels or model.paddings"
            )
        }
        let lower = ImageShape(height: below(image.height), width: below(image.width), channels: channels)
        var layers = [
            LayerDescription.convolution(channels: channels, kernel: kernel, stride: stride, padding: padding), .activation(activation),
        ]
        layers += blocks(channels)
        if index + 1 < model.channels.count {
            layers += [.residual(layers: try level(index + 1, lower)), .activation(activation)] + blocks(channels)
        }
        return layers + [
            .transposedConvolution(
                channels: image.channels, kernel: kernel, stride: stride, padding: padding, outputPadding: missing(image.height))
        ]
    }

    private func blocks(_ channels: Int) -> [LayerDescription] {
        let convolution = LayerDescription.convolution(channels: channels, kernel: 3, stride: 1, padding: 1)
        let block = LayerDescription.residual(layers: [convolution, .activation(activation), convolution])
        return (0..<model.blocks).flatMap { _ in [block, .activation(activation)] }
    }
}
