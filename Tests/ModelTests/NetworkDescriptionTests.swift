import Failures
import Foundation
import Model
import Numerics
import Testing

@Suite("Network descriptions")
struct NetworkDescriptionTests {
    private static let layers: [LayerDescription] = [
        .dense(outputs: 3), .convolution(channels: 4, kernel: 3, stride: 2, padding: 1), .flatten, .pooling(Pooling(.sum)),
        .pooling(Pooling(.mean, size: 2)), .activation(.silu), .activation(.softplus), .activation(.relu), .activation(.tanh),
        .activation(.leakyReLU(slope: 0.2)), .activation(.elu(alpha: 0.5)), .groupNormalization(groups: 3, epsilon: 0.5),
        .transposedConvolution(channels: 4, kernel: 3, stride: 2, padding: 1, outputPadding: 1),
        .residual(layers: [.flatten, .residual(layers: [.activation(.tanh)])]),
        .residual(layers: [.flatten], shortcut: [.dense(outputs: 2)]), .readouts(layers: [.activation(.silu), .dense(outputs: 1)]),
        .scaling(factor: 0.125), .innerProduct(layers: [.dense(outputs: 2), .activation(.tanh)]),
    ]

    private func decode(_ layers: String) throws -> [LayerDescription] {
        let json = #"{"input": {"height": 8, "width": 8, "channels": 1}, "layers": [\#(layers)]}"#
        return try JSONDecoder().decode(NetworkDescription.self, from: Data(json.utf8)).layers
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no failure"
        } catch let failure as Failure {
            return failure.kind == .configuration ? failure.message : "wrong kind: \(failure.kind)"
        } catch {
            return "wrong error: \(error)"
        }
    }

    @Test func `every layer survives JSON`() throws {
        let description = NetworkDescription(input: ImageShape(height: 5, width: 6, channels: 7), layers: Self.layers)
        let data = try JSONEncoder().encode(description)
        #expect(try JSONDecoder().decode(NetworkDescription.self, from: data) == description)
        let conditions: [ConditionDescription] = [
            .planes(2), .labels(classes: 10, channels: 3), .image(ImageShape(height: 2, width: 3, channels: 4)),
            .noise(beside: .labels(classes: 10, channels: 3)),
        ]
        for condition in conditions {
            let conditional = NetworkDescription(input: ImageShape(vector: 4), condition: condition, layers: Self.layers)
            #expect(try JSONDecoder().decode(NetworkDescription.self, from: JSONEncoder().encode(conditional)) == conditional)
        }
        for activation in NetworkCase.activations {
            #expect(try JSONDecoder().decode(Activation.self, from: JSONEncoder().encode(activation)) == activation)
        }
    }

    @Test func `JSON has the documented words, and PyTorch's defaults for what is left out`() throws {
        let layers = try decode(
            """
            {"kind": "dense", "outputs": 128}, {"kind": "convolution", "channels": 32, "kernel": 3, "stride": 2, "padding": 1},
            {"kind": "convolution", "channels": 2, "kernel": 1}, {"kind": "silu"}, {"kind": "leakyReLU", "slope": 0.2}, {"kind": "leakyReLU"},
            {"kind": "elu"}, {"kind": "flatten"}, {"kind": "sumPooling"}, {"kind": "meanPooling", "size": 2},
            {"kind": "transposedConvolution", "channels": 3, "kernel": 4}, {"kind": "groupNormalization", "groups": 4},
            {"kind": "residual", "layers": [{"kind": "tanh"}]}, {"kind": "innerProduct", "layers": [{"kind": "tanh"}]}
            """)
        #expect(
            layers == [
                .dense(outputs: 128), .convolution(channels: 32, kernel: 3, stride: 2, padding: 1),
                .convolution(channels: 2, kernel: 1, stride: 1, padding: 0), .activation(.silu), .activation(.leakyReLU(slope: 0.2)),
                .activation(.leakyReLU(slope: 0.01)), .activation(.elu(alpha: 1)), .flatten, .pooling(Pooling(.sum)),
                .pooling(Pooling(.mean, size: 2)), .transposedConvolution(channels: 3, kernel: 4, stride: 1, padding: 0),
                .groupNormalization(groups: 4, epsilon: 1e-5), .residual(layers: [.activation(.tanh)]),
                .innerProduct(layers: [.activation(.tanh)]),
            ])
    }

    @Test func `a description without a condition is read as one of none, and written as before conditions were`() throws {
        let json = #"{"input": {"height": 1, "width": 1, "channels": 2}, "layers": [{"kind": "silu"}]}"#
        let description = try JSONDecoder().decode(NetworkDescription.self, from: Data(json.utf8))
        #expect(description.condition == nil)
        #expect(String(decoding: try JSONEncoder().encode(description), as: UTF8.self).contains("condition") == false)
    }

    @Test(arguments: [
        (#"{"kind": "label", "classes": 2, "channels": 1}"#, ["condition", "unknown kind \"label\"", "Did you mean \"labels\"?"]),
        (#"{"kind": "planes", "channel": 2}"#, ["condition (planes)", "unknown key \"channel\"", "Did you mean \"channels\"?"]),
        (#"{"kind": "labels", "classes": 2}"#, ["condition (labels)", "\"channels\" must be there"]),
        (#"{"kind": "noise"}"#, ["condition (noise)", "\"beside\" must be there"]),
        (#"{"kind": "noise", "beside": {"kind": "labels", "classes": 2}}"#, ["condition (labels)", "\"channels\" must be there"]),
        (#"{"kind": "planes", "channels": 1.5}"#, ["condition (planes)", "whole number"]), (#"[1]"#, ["condition", "\"kind\""]),
    ])
    func `a wrong condition is refused with the way out`(_ json: String, _ parts: [String]) {
        let text = #"{"input": {"height": 8, "width": 8, "channels": 1}, "condition": \#(json), "layers": [{"kind": "silu"}]}"#
        let found = message { _ = try JSONDecoder().decode(NetworkDescription.self, from: Data(text.utf8)) }
        for part in parts { #expect(found.contains(part), "\(found)") }
    }

    @Test(
        arguments: [
            (ImageShape(vector: 4), .planes(0), "condition (planes): \"channels\" must be from 1"),
            (ImageShape(vector: 4), .planes(.max), "condition (planes): \"channels\" must be from 1"),
            (image, .planes(2_000_000_000), "condition (planes): the input with it has more than 2147483647 values"),
            (image, .labels(classes: 0, channels: 1), "condition (labels): \"classes\" must be at least 1"),
            (image, .labels(classes: 2_000_000_000, channels: 1), "the table of classes at most 2147483647"),
            (image, .labels(classes: 3, channels: -1), "condition (labels): \"channels\" must be from 1"),
            (image, .image(image), "it stands beside a vector, but the input is an image of 8x6x3"),
            (ImageShape(vector: 4), .noise(beside: .noise(beside: .planes(1))), "\"beside\" must be planes or labels"),
            (image, .noise(beside: .labels(classes: 0, channels: 1)), "condition (labels): \"classes\" must be at least 1"),
            (ImageShape(vector: 4), .image(ImageShape(height: 0, width: 1, channels: 1)), "every size must be positive"),
        ] as [(ImageShape, ConditionDescription, String)])
    func `conditions that do not fit are refused`(_ input: ImageShape, _ condition: ConditionDescription, _ part: String) {
        let found = message {
            _ = try Network(NetworkDescription(input: input, condition: condition, layers: [.activation(.silu)]))
        }
        #expect(found.contains(part), "\(found)")
    }

    @Test(arguments: [
        (
            #"{"kind": "silu"}, {"kind": "densee", "outputs": 1}"#,
            ["layer 1 (densee)", "Did you mean \"dense\"?", "convolution, dense"]
        ),
        (#"{"kind": "SILU"}"#, ["layer 0 (SILU)", "Did you mean \"silu\"?"]),
        (#"{"kind": "dense", "output": 1}"#, ["layer 0 (dense)", "unknown key \"output\"", "Did you mean \"outputs\"?"]),
        (#"{"kind": "silu", "slope": 1}"#, ["layer 0 (silu)", "unknown key \"slope\""]),
        (#"{"kind": "dense"}"#, ["layer 0 (dense)", "\"outputs\" is missing"]),
        (#"{"kind": "dense", "outputs": "many"}"#, ["layer 0 (dense)", "\"outputs\" must be a whole number"]),
        (#"{"kind": "dense", "outputs": 1e300}"#, ["layer 0 (dense)", "\"outputs\" must be a whole number"]),
        (#"{"kind": "elu", "alpha": []}"#, ["layer 0 (elu)", "\"alpha\" must be a number"]),
        (
            #"{"kind": "silu"}, {"kind": "residual", "layers": [{"kind": "tanh"}, {"kind": "dense"}]}"#,
            ["layer 1.layers.1 (dense)", "\"outputs\" is missing"]
        ),
        (
            #"{"kind": "residual", "layers": [{"kind": "tanh"}], "shortcut": [{"kind": "tan"}]}"#,
            ["layer 0.shortcut.0 (tan)", "Did you mean \"tanh\"?"]
        ),
        (#"{"kind": "residual", "layers": 3}"#, ["layer 0 (residual)", "\"layers\" must be a list of layers"]),
        (#"{"kind": "residual"}"#, ["layer 0 (residual)", "\"layers\" is missing"]),
        (#"{"kind": "readouts"}"#, ["layer 0 (readouts)", "\"layers\" is missing"]),
        (#"{"kind": "innerProduct"}"#, ["layer 0 (innerProduct)", "\"layers\" is missing"]),
        (#"{"kind": "scaling"}"#, ["layer 0 (scaling)", "\"factor\" is missing"]),
        (#"{"outputs": 3}"#, ["layer 0", "\"kind\""]), (#"17"#, ["layer 0", "\"kind\""]),
    ])
    func `a wrong layer object is refused with its index and the way out`(_ json: String, _ parts: [String]) {
        let found = message { _ = try decode(json) }
        for part in parts { #expect(found.contains(part), "\(found)") }
    }

    private static let image = ImageShape(height: 8, width: 6, channels: 3)

    private static func transposed(
        _ channels: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ outputPadding: Int
    ) -> LayerDescription {
        .transposedConvolution(channels: channels, kernel: kernel, stride: stride, padding: padding, outputPadding: outputPadding)
    }

    @Test(
        arguments: [
            (image, [], "no layers"),
            (ImageShape(height: 0, width: 1, channels: 1), [.flatten], "must be positive"),
            (ImageShape(height: .max, width: .max, channels: 2), [.flatten], "more than 2147483647 values"),
            (ImageShape(vector: 4), [.dense(outputs: 0)], "layer 0: \"outputs\" must be from 1"),
            (ImageShape(vector: 4), [.activation(.silu), .dense(outputs: -3)], "layer 1: \"outputs\" must be from 1"),
            (ImageShape(vector: 4), [.dense(outputs: .max)], "layer 0: \"outputs\" must be from 1"),
            (ImageShape(vector: 40000), [.dense(outputs: 60000)], "layer 0 (dense): with its 2400060000 parameters"),
            (ImageShape(vector: 4), [.convolution(channels: 1, kernel: 1, stride: 1, padding: 0)], "needs an image"),
            (ImageShape(vector: 4), [.pooling(Pooling(.sum, size: 2))], "a vector has no windows"),
            (image, [.dense(outputs: 1)], "insert a layer {\"kind\": \"flatten\"}"),
            (image, [.pooling(Pooling(.mean)), .dense(outputs: 1)], "insert a layer {\"kind\": \"flatten\"}"),
            (image, [.convolution(channels: 0, kernel: 1, stride: 1, padding: 0)], "\"channels\" must be from 1"),
            (image, [.convolution(channels: 1, kernel: 0, stride: 1, padding: 0)], "\"kernel\" must be from 1"),
            (image, [.convolution(channels: 1, kernel: 1, stride: 0, padding: 0)], "\"stride\" must be from 1"),
            (image, [.convolution(channels: 1, kernel: 1, stride: 1, padding: -1)], "\"padding\" must be from 0"),
            (image, [.convolution(channels: 1, kernel: 7, stride: 1, padding: 0)], "larger than its input with padding, 8 x 6"),
            (image, [.convolution(channels: 1, kernel: 1, stride: 1, padding: .max)], "\"padding\" must be from 0"),
            (image, [.convolution(channels: 1, kernel: 1, stride: 1, padding: 2_000_000_000)], "more than 2147483647 values"),
            (image, [.convolution(channels: 2_000_000_000, kernel: 1, stride: 1, padding: 0)], "more than 2147483647 values"),
            (image, [.pooling(Pooling(.sum, size: 0))], "\"size\" must be from 1"),
            (image, [.pooling(Pooling(.sum, size: 4))], "do not tile an image of 8 x 6"),
            (image, [.flatten, transposed(1, 1, 1, 0, 0)], "needs an image"),
            (image, [transposed(0, 1, 1, 0, 0)], "\"channels\" must be from 1"),
            (image, [transposed(1, 3, 2, 0, 2)], "layer 0 (transposedConvolution): \"outputPadding\" must be below the stride 2, found 2"),
            (image, [transposed(1, 3, 2, 0, -1)], "\"outputPadding\" must be from 0"),
            (image, [transposed(1, 3, 1, 4, 0)], "its output would be 2 x 0 pixels"),
            (image, [transposed(1, 3, 2_000_000_000, 0, 0)], "more than 2147483647 values"),
            (image, [.groupNormalization(groups: 0)], "layer 0: \"groups\" must be from 1"),
            (image, [.groupNormalization(groups: 2)], "3 channels do not fall into 2 groups"),
            (image, [.groupNormalization(groups: 1, epsilon: 0)], "\"epsilon\" must be a positive number"),
            (image, [.flatten, .groupNormalization(groups: 3)], "put it before the layer {\"kind\": \"flatten\"}"),
            (ImageShape(vector: 4), [.groupNormalization(groups: 4)], "each of its 4 groups has a single value"),
            (image, [.residual(layers: [])], "layer 0 (residual): \"layers\" needs at least one layer"),
            (image, [.residual(layers: [.flatten], shortcut: [])], "layer 0 (residual): \"shortcut\" needs at least one layer"),
            (
                image, [.flatten, .residual(layers: [.dense(outputs: 5)])],
                "layer 1 (residual): its layers give a vector of 5, but its input is a flattened image of 8x6x3; what is added must have one shape; "
                    + "give it a \"shortcut\""
            ),
            (
                ImageShape(vector: 4), [.residual(layers: [.dense(outputs: 5)], shortcut: [.dense(outputs: 6)])],
                "its layers give a vector of 5, but its shortcut gives a vector of 6"
            ),
            (image, [.residual(layers: [.flatten])], "its layers give a flattened image of 8x6x3, but its input is an image of 8x6x3"),
            (
                image, [.residual(layers: [.activation(.silu), .dense(outputs: 1)])],
                "layer 0.layers.1 (dense): the values before it are an image"
            ),
            (image, [.readouts(layers: [])], "layer 0 (readouts): \"layers\" needs at least one layer"),
            (
                image, [.readouts(layers: [.activation(.silu), .flatten, .dense(outputs: 2)])],
                "layer 0 (readouts): its layers give a vector of 2; they must end in one value"
            ),
            (
                ImageShape(vector: 3), [.activation(.silu), .readouts(layers: [.dense(outputs: 2), .dense(outputs: 0)])],
                "layer 1.layers.1: \"outputs\" must be from 1"
            ),
            (image, [.innerProduct(layers: [])], "layer 0 (innerProduct): \"layers\" needs at least one layer"),
            (
                image, [.innerProduct(layers: [.convolution(channels: 1, kernel: 1, stride: 1, padding: 0)])],
                "its layers give an image of 8x6x1, but what they read is an image of 8x6x3; an inner product is one of values of the same shape"
            ),
            (
                image, [.innerProduct(layers: [.flatten])],
                "its layers give a flattened image of 8x6x3, but what they read is an image of 8x6x3"
            ),
            (image, [.scaling(factor: 0)], "layer 0 (scaling): \"factor\" must be a number other than 0, found 0"),
            (image, [.scaling(factor: .infinity)], "\"factor\" must be a number other than 0"),
            (image, [.activation(.leakyReLU(slope: .nan))], "layer 0 (leakyReLU): its parameter must be a finite number"),
        ] as [(ImageShape, [LayerDescription], String)])
    func `layers that cannot be are refused, with their index`(_ input: ImageShape, _ layers: [LayerDescription], _ part: String) {
        let found = message { _ = try Network(NetworkDescription(input: input, layers: layers)) }
        #expect(found.contains(part), "\(found)")
    }
}
