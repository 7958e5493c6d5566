import Learning
import Model
import Numerics

/// What was chosen and why, for a person.
extension Recipe {
    func sentences(for configuration: RunConfiguration) -> [String] {
        let isBest = configuration.objective.kind == Self.best(for: facts)
        return [
            "for \(data): \(preparation(configuration))\(network(configuration)),",
            "\(configuration.objective.kind.title(configuration.objective)), \(configuration.run.steps) steps of \(configuration.rowsPerStep) rows:",
            "\(isBest ? measured : "the objective asked for"); any key=value replaces its part (Documentation/Choosing.md)",
        ]
    }

    private var data: String {
        let count = facts.rows.map { Self.grouped($0) + " " } ?? ""
        let size = "\(facts.shape.height)x\(facts.shape.width)"
        return switch facts.kind {
        case .density: "a density of the plane"
        case .points: facts.shape.count == 1 ? "\(count)numbers" : "\(count)points of the plane"
        case .table: "a table of \(count)rows of \(facts.shape.count) numbers"
        case .gray: "\(count)gray images of \(size)"
        case .colour: "\(count)colour images of \(size)"
        }
    }

    private func preparation(_ configuration: RunConfiguration) -> String { configuration.data.standardize ? "standardised; " : "" }

    private func network(_ configuration: RunConfiguration) -> String {
        let model = configuration.model
        let layers =
            switch model.kind {
            case .mlp: ([facts.shape.count] + model.widths + [1]).map(String.init).joined(separator: "-")
            case .convolution: "of convolutions to \(model.channels.map(String.init).joined(separator: "-")) channels"
            case .unet: "½⟨x, f(x)⟩, f a U-Net of \(model.channels.map(String.init).joined(separator: "-")) channels"
            case .rbm: "of a restricted Boltzmann machine with \(model.widths.first ?? 0) hidden units"
            case .layers: "of \(model.layers.count) listed layers"
            }
        return "energy \(layers)" + (model.kind == .rbm ? "" : ", \(model.activation.rawValue)")
    }

    /// What was measured of the recipe's own objective.
    private var measured: String {
        switch facts.kind {
        case .density, .points: "nearest of eleven to five of eight densities"
        case .table: "level with the best of six, without chains"
        case .gray where facts.shape.count > 256: "measured on Fashion-MNIST"
        case .gray: "measured on digits of 8x8"
        case .colour: "measured on CIFAR-10"
        }
    }

    /// 4,000.
    private static func grouped(_ number: Int) -> String {
        var digits = Array(String(number))
        for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
        return String(digits)
    }
}
