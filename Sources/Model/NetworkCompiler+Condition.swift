import Failures
import Numerics

extension NetworkCompiler {
    /// How a condition joins an input.
    ///
    /// - Throws: `.configuration` for sizes that are not positive or absurd, and for an image beside something that is no vector.
    static func condition(_ description: ConditionDescription, _ input: ImageShape) throws(Failure) -> ConditionJoin {
        let joined: ImageShape
        switch description {
        case .planes(let channels):
            joined = try widened(input, by: channels, "planes")
        case .labels(let classes, let channels):
            joined = try widened(input, by: channels, "labels")
            guard classes > 0, classes <= mostValues, product(classes, input.height, input.width, channels) != nil else {
                throw Failure(
                    .configuration,
                    "condition (labels): \"classes\" must be at least 1, and the table of classes at most \(mostValues) values, found \(classes)"
                )
            }
        case .image(let shape):
            guard input.isVector else {
                throw Failure(
                    .configuration,
                    "condition (image): it stands beside a vector, but the input is an image of \(input); use {\"kind\": \"planes\"} there")
            }
            joined = try widened(checked(shape, "condition (image): the image"), by: input.channels, "image")
        case .noise(let other):
            switch other {
            case .planes, .labels: joined = try Self.condition(other, widened(input, by: 1, "noise")).joined
            case .image, .noise:
                throw Failure(
                    .configuration, "condition (noise): \"beside\" must be planes or labels, which have a place in every pixel of x")
            }
        }
        return ConditionJoin(description: description, own: input, joined: joined, tableStart: 0)
    }

    private static func widened(_ shape: ImageShape, by channels: Int, _ kind: String) throws(Failure) -> ImageShape {
        guard channels > 0, channels <= mostValues else {
            throw Failure(.configuration, "condition (\(kind)): \"channels\" must be from 1 to \(mostValues), found \(channels)")
        }
        let joined = ImageShape(height: shape.height, width: shape.width, channels: shape.channels + channels)
        return try checked(joined, "condition (\(kind)): the input with it")
    }
}
