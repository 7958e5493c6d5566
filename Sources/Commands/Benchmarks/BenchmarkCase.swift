import Configuration
import Failures
import Model
import Numerics
import Training

/// A training problem whose speed is measured: the networks of `Documentation/Performance.md`, with the numbers that its tables use.
public enum BenchmarkCase: String, CaseIterable, Sendable {
    /// 2-128-128-128-1, SiLU: points of the plane.
    case mlp2d
    /// 28 x 28 x 1, convolutions of 16, 32, 64 and 64 channels, a hidden layer of 64, SiLU.
    case conv28
    /// 32 x 32 x 3, convolutions of 64, 128, 256 and 512 channels, leaky ReLU.
    case conv32

    var shape: ImageShape {
        switch self {
        case .mlp2d: ImageShape(vector: 2)
        case .conv28: ImageShape(height: 28, width: 28, channels: 1)
        case .conv32: ImageShape(height: 32, width: 32, channels: 3)
        }
    }

    var architecture: RunConfiguration.Architecture {
        var model = RunConfiguration().model
        switch self {
        case .mlp2d:
            model.widths = [128, 128, 128]
        case .conv28:
            model.kind = .convolution
            model.channels = [16, 32, 64, 64]
            model.kernels = [5, 3, 3, 3]
            model.strides = [2, 2, 2, 2]
            model.paddings = [4, 1, 1, 1]
            model.dense = [64]
        case .conv32:
            model.kind = .convolution
            model.channels = [64, 128, 256, 512]
            model.kernels = [3, 4, 4, 4]
            model.strides = [1, 2, 2, 2]
            model.paddings = [1, 1, 1, 1]
            // The last convolution of the published network covers its whole input: the same as a dense layer.
            model.dense = []
            model.activation = .leakyReLU
            model.slope = 0.05
        }
        return model
    }

    /// Chains of a rank.
    var chains: Int {
        switch self {
        case .mlp2d: 256
        case .conv28: 64
        case .conv32: 32
        }
    }

    /// Langevin steps of a training step.
    var langevinSteps: Int { self == .conv32 ? 10 : 20 }

    /// Training steps that take some seconds on one core.
    var steps: Int {
        switch self {
        case .mlp2d: 400
        case .conv28: 60
        case .conv32: 5
        }
    }

    /// The most chains of a tile: few enough for the second cache, many enough that reading the weights is no burden.
    var largestTile: Int {
        switch self {
        case .mlp2d: 64
        case .conv28: 16
        case .conv32: 16
        }
    }
}
