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
        .activation(.leakyReLU(slope: 0.2)), .activation(.elu(alpha: 0.5)),
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

    @Test("every layer survives JSON")
    func roundTrip() throws {
        let description = NetworkDescription(input: ImageShape(height: 5, width: 6, channels: 7), layers: Self.layers)
        let data = try JSONEncoder().encode(description)
        #expect(try JSONDecoder().decode(NetworkDescription.self, from: data) == description)
        for activation in NetworkCase.activations {
            #expect(try JSONDecoder().decode(Activation.self, from: JSONEncoder().encode(activation)) == activation)
        }
    }

    @Test("JSON has the documented words, and PyTorch's defaults for what is left out")
    func words() throws {
        let layers = try decode(
            """
            {"kind": "dense", "outputs": 128}, {"kind": "convolution", "channels": 32, "kernel": 3, "stride": 2, "padding": 1},
            {"kind": "convolution", "channels": 2, "kernel": 1}, {"kind": "silu"}, {"kind": "leakyReLU", "slope": 0.2}, {"kind": "leakyReLU"},
            {"kind": "elu"}, {"kind": "flatten"}, {"kind": "sumPooling"}, {"kind": "meanPooling", "size": 2}
            """)
        #expect(
            layers == [
                .dense(outputs: 128), .convolution(channels: 32, kernel: 3, stride: 2, padding: 1),
                .convolution(channels: 2, kernel: 1, stride: 1, padding: 0), .activation(.silu), .activation(.leakyReLU(slope: 0.2)),
                .activation(.leakyReLU(slope: 0.01)), .activation(.elu(alpha: 1)), .flatten, .pooling(Pooling(.sum)),
                .pooling(Pooling(.mean, size: 2)),
            ])
    }

    @Test(
        "a wrong layer object is refused with its index and the way out",
        arguments: [
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
            (#"{"outputs": 3}"#, ["layer 0", "\"kind\""]), (#"17"#, ["layer 0", "\"kind\""]),
        ])
    func wrongObjects(_ json: String, _ parts: [String]) {
        let found = message { _ = try decode(json) }
        for part in parts { #expect(found.contains(part), "\(found)") }
    }

    private static let image = ImageShape(height: 8, width: 6, channels: 3)

    @Test(
        "layers that cannot be are refused, with their index",
        arguments: [
            (image, [], "no layers"),
            (ImageShape(height: 0, width: 1, channels: 1), [.flatten], "must be positive"),
            (ImageShape(height: .max, width: .max, channels: 2), [.flatten], "more than 2147483647 values"),
            (ImageShape(vector: 4), [.dense(outputs: 0)], "layer 0: \"outputs\" must be from 1"),
            (ImageShape(vector: 4), [.activation(.silu), .dense(outputs: -3)], "layer 1: \"outputs\" must be from 1"),
            (ImageShape(vector: 4), [.dense(outputs: .max)], "layer 0: \"outputs\" must be from 1"),
            (ImageShape(vector: 40000), [.dense(outputs: 60000)], "layer 0 (dense): with its 2400060000 parameters"),
            (ImageShape(vector: 4), [.convolution(channels: 1, kernel: 1, stride: 1, padding: 0)], "needs an image"),
            (ImageShape(vector: 4), [.pooling(Pooling(.sum))], "needs an image"),
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
            (image, [.activation(.leakyReLU(slope: .nan))], "layer 0 (leakyReLU): its parameter must be a finite number"),
        ] as [(ImageShape, [LayerDescription], String)])
    func impossibleLayers(_ input: ImageShape, _ layers: [LayerDescription], _ part: String) {
        let found = message { _ = try Network(NetworkDescription(input: input, layers: layers)) }
        #expect(found.contains(part), "\(found)")
    }
}
