import Failures
import Formats
import Foundation
import Learning
import Model
import Numerics

/// Networks as the metadata of a model.safetensors describe them. Metadata may have been edited: everything is checked.
extension RunNetworks {
    /// What the metadata say besides the energy's own.
    var metadata: [String: String] {
        get throws(Failure) {
            var metadata: [String: String] = [:]
            if isLatent {
                metadata["sampleShape"] = [sampleShape.height, sampleShape.width, sampleShape.channels].map(String.init).joined(
                    separator: " ")
            }
            for part in Part.allCases {
                if let network = self[part] { metadata[part.rawValue] = try network.description.json() }
            }
            return metadata
        }
    }

    /// - Parameter path: of the file, for messages.
    /// - Throws: `.checkpoint` where an entry is missing or makes no network.
    init(metadata: [String: String], path: String) throws(Failure) {
        guard metadata["network"] != nil else {
            throw Failure(.checkpoint, "\(path): expected the network's description in the metadata, found none")
        }
        let energy = try Self.entry("network", path) { () throws(Failure) in try Self.energy(metadata) }
        var others: [Part: Network] = [:]
        for part in Part.allCases {
            others[part] = try Self.entry(part.rawValue, path) { () throws(Failure) in
                guard let text = metadata[part.rawValue] else { return nil }
                return try Network(NetworkDescription(json: text))
            }
        }
        let shape = try Self.entry("sampleShape", path) { () throws(Failure) in
            try metadata["sampleShape"].map { (text) throws(Failure) in try Self.shape(text, others[.generator]) }
        }
        self.init(
            energy: energy, generator: others[.generator], encoder: others[.encoder], proposal: others[.proposal], decodedShape: shape)
    }

    /// What an entry stands for; what is wrong with it is damage of the file.
    private static func entry<T>(_ key: String, _ path: String, _ body: () throws(Failure) -> T) throws(Failure) -> T {
        do {
            return try body()
        } catch {
            throw Failure(.checkpoint, "\(path): metadata \"\(key)\": \(error.message): the file is damaged")
        }
    }

    private static func energy(_ metadata: [String: String]) throws(Failure) -> EnergyModel {
        var description = try NetworkDescription(json: metadata["network"] ?? "")
        // Files of earlier versions say beside the description how many of the input's channels are no part of x.
        if let text = metadata["conditionChannels"] {
            guard let channels = Int(text), channels >= 0, channels < description.input.channels else {
                throw Failure(
                    .checkpoint, "expected conditionChannels below the \(description.input.channels) channels of the input, found \(text)")
            }
            if channels > 0 {
                description.input.channels -= channels
                description.condition = .planes(channels)
            }
        }
        guard metadata["noiseScale"] == nil else {
            throw Failure(.checkpoint, "noiseScale: this version has no energies that are divided by the square of their noise")
        }
        let deviation = try metadata["referenceDeviation"].map { (text) throws(Failure) -> Float in
            guard let deviation = Float(text) else { throw Failure(.checkpoint, "expected a number as referenceDeviation, found \(text)") }
            return deviation
        }
        let normalization = metadata["spectralNormalization"] ?? "false"
        guard let normalized = NormalizedWeights(rawValue: normalization) else {
            throw Failure(.checkpoint, "expected true, hidden or false as spectralNormalization, found \(normalization)")
        }
        let preconditioning = try metadata["preconditioning"].map { (text) throws(Failure) -> NoisePreconditioning in
            guard let preconditioning = NoisePreconditioning(text) else {
                throw Failure(
                    .checkpoint, "expected the lowest and the highest noise and the data's deviation as preconditioning, found \(text)")
            }
            return preconditioning
        }
        return try EnergyModel(
            Network(description), referenceDeviation: deviation, normalizing: normalized, preconditioning: preconditioning)
    }

    private static func shape(_ text: String, _ generator: Network?) throws(Failure) -> ImageShape {
        let sizes = text.split(separator: " ").compactMap { Int($0) }
        guard let generator, sizes.count == 3, sizes.allSatisfy({ (1...1 << 20).contains($0) }),
            sizes[0] * sizes[1] * sizes[2] == generator.outputCount
        else { throw Failure(.checkpoint, "expected the sizes of a row of the generator, found \(text)") }
        return ImageShape(height: sizes[0], width: sizes[1], channels: sizes[2])
    }

    /// What is not as in the networks of a configuration; nil where all is.
    /// - Parameter parts: the networks that are compared beside the energy.
    func difference(from expected: RunNetworks, parts: [Part] = Part.allCases) -> String? {
        if energy.network.description != expected.energy.network.description { return "energy" }
        if energy.referenceDeviation != expected.energy.referenceDeviation { return "referenceDeviation" }
        if energy.preconditioning != expected.energy.preconditioning { return "preconditioning" }
        if energy.normalizedWeights != expected.energy.normalizedWeights { return "spectralNormalization" }
        for part in parts where self[part]?.description != expected[part]?.description { return part.rawValue }
        return (isLatent, sampleShape) == (expected.isLatent, expected.sampleShape) ? nil : "sampleShape"
    }
}

extension NetworkDescription {
    /// The description as a line of JSON with sorted keys.
    func json() throws(Failure) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        } catch {
            throw Failure(.software, "a network description cannot be written: \(error)")
        }
    }

    init(json: String) throws(Failure) {
        do {
            self = try JSONDecoder().decode(NetworkDescription.self, from: Foundation.Data(json.utf8))
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.checkpoint, "expected the description of a network, found \(json.prefix(80))")
        }
    }
}
