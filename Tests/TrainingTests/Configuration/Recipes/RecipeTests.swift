import Configuration
import Failures
import Formats
import Foundation
import Learning
import Model
import Numerics
import Sampling
import TestSupport
import Testing
import Training

@Suite struct RecipeTests {
    static let table = DataFacts(shape: ImageShape(vector: 8), rows: 4000, range: -3...5000, deviation: 900)
    static let levelTable = DataFacts(shape: ImageShape(vector: 8), rows: 4000, levels: 256, range: 0...255, deviation: 51)
    static let points = DataFacts(shape: ImageShape(vector: 2), rows: 500, range: -3...3, deviation: 1)
    static let density = DataFacts(shape: ImageShape(vector: 2), range: -4...4, deviation: 2)
    static let smallGray = DataFacts(
        shape: ImageShape(height: 8, width: 8, channels: 1), rows: 1797, levels: 17, range: 0...16, deviation: 0)
    static let gray = DataFacts(
        shape: ImageShape(height: 28, width: 28, channels: 1), rows: 60_000, levels: 256, range: 0...255, deviation: 0)
    static let colour = DataFacts(
        shape: ImageShape(height: 32, width: 32, channels: 3), rows: 10_000, levels: 256, range: 0...255, deviation: 0)
    static let floatGray = DataFacts(shape: ImageShape(height: 28, width: 28, channels: 1), rows: 60_000, range: 0...1, deviation: 0)
    static let floatColour = DataFacts(shape: ImageShape(height: 16, width: 24, channels: 3), rows: 500, range: 0...1, deviation: 0)
    static let wideColour = DataFacts(shape: ImageShape(height: 32, width: 32, channels: 3), rows: 500, range: 0...255, deviation: 0)
    static let narrowColour = DataFacts(shape: ImageShape(height: 32, width: 32, channels: 3), rows: 500, range: 0...0.01, deviation: 0)
    static let all = [table, levelTable, points, density, smallGray, gray, colour, floatGray, floatColour, wideColour, narrowColour]

    /// What a command line resolves to for data.
    static func configuration(_ facts: DataFacts, _ arguments: [String] = []) throws -> RunConfiguration {
        let request = try AskedConfiguration(file: nil, name: "", arguments: ["data.source=/data/x.npy"] + arguments)
        return try ChosenConfiguration.choose(for: facts, request).configuration
    }

    // MARK: what is chosen

    @Test func `the kind of data follows from the shape of a row, and the objective from the kind`() throws {
        let expected: [(DataFacts, DataFacts.Kind, ObjectiveKind)] = [
            (Self.table, .table, .denoisingScore), (Self.levelTable, .table, .denoisingScore), (Self.points, .points, .diffusionCD),
            (Self.density, .density, .diffusionCD), (Self.smallGray, .gray, .pcd), (Self.gray, .gray, .pcd),
            (Self.colour, .colour, .energyMatching), (Self.floatColour, .colour, .energyMatching), (Self.wideColour, .colour, .diffusionCD),
            (DataFacts(shape: ImageShape(vector: 1), rows: 9, range: 0...1, deviation: 1), .points, .diffusionCD),
        ]
        for (facts, kind, objective) in expected {
            #expect(facts.kind == kind)
            #expect(try Self.configuration(facts).objective.kind == objective, "\(facts)")
        }
    }

    @Test func `tables of floats are standardised, and noise is in units of their deviation where they are not`() throws {
        let noise = try Self.configuration(Self.table).objective.noise
        #expect(try Self.configuration(Self.table).data.standardize)
        let raw = try Self.configuration(Self.table, ["data.standardize=false"])
        #expect(!raw.data.standardize && abs(raw.objective.noise - 900 * noise) < 1e-2 * 900)
        // Levels become -1 to 1: 51 of 255 are .4 of that.
        let levels = try Self.configuration(Self.levelTable)
        #expect(!levels.data.standardize && abs(levels.objective.noise - 0.4 * noise) < 1e-3)
        #expect(try !Self.configuration(Self.density).data.standardize)
    }

    @Test func `few points are learned in fewer steps`() throws {
        for (rows, steps) in [(3, 1000), (500, 2000), (1797, 7200), (2500, 10_000), (1_000_000, 10_000)] {
            let facts = DataFacts(shape: ImageShape(vector: 2), rows: rows, range: -3...3, deviation: 1)
            #expect(try Self.configuration(facts).run.steps == steps)
        }
        #expect(try Self.configuration(Self.density).run.steps == 10_000)
    }

    @Test func `images up to 16 x 16 have the digits' training, larger gray ones that of Fashion-MNIST, at any range of floats`() throws {
        var small = try Self.configuration(Self.smallGray)
        (small.run.name, small.data.source) = (RunConfiguration().run.name, RunConfiguration().data.source)
        #expect(small == RunConfiguration())
        let large = try Self.configuration(Self.gray)
        #expect(
            large.model.channels == [16, 32, 64, 64] && large.model.kernels == [5, 3, 3, 3] && large.model.paddings == [4, 1, 1, 1]
                && large.sampler.steps == 40 && large.sampler.stepSize == 1)
        let floats = try Self.configuration(Self.floatGray)
        #expect(
            floats.sampler.stepSize == 0.25 && floats.sampler.noise == 0.0025 && floats.data.noise == 0.015 && floats.data.low == 0
                && floats.chains.noiseLow == 0 && floats.chains.noiseHigh == 1)
    }

    @Test func `colour images are learned by a flow into their range, wide ones and on request down a ladder of noise levels`() throws {
        let flow = try Self.configuration(Self.colour)
        #expect(flow.model.readouts && flow.model.groups == 8 && flow.model.channels == [48, 96, 128, 128])
        #expect(flow.model.outputFactor == 20 && flow.model.initialScale == 2.45)
        #expect(flow.sampler.kind == .heun && flow.sampler.low == -1 && flow.sampler.high == 1 && flow.objective.sharpenAfter == 0)
        let floats = try Self.configuration(Self.floatColour)
        #expect(floats.sampler.low == 0 && floats.sampler.high == 1 && floats.data.noise == 0 && floats.model.outputFactor == 12.25)
        let ladder = try Self.configuration(Self.colour, ["objective.kind=diffusionCD"])
        #expect(ladder.objective.levels == 8 && ladder.objective.noise == 4 && !ladder.model.readouts)
        #expect(try Self.configuration(Self.wideColour).objective.noise == 510)
        #expect(try Self.configuration(Self.narrowColour).objective.noise == 0.02)
    }

    @Test(arguments: [1, 2, 3, 5, 9, 17, 28, 31, 64, 100, 257]) func `networks of images of any size can be made`(side: Int) throws {
        for (height, width) in [(side, side), (side, 2 * side + 16), (1, side + 1)] {
            for channels in [1, 3] where height * width > 1 {
                let shape = ImageShape(height: height, width: width, channels: channels)
                let facts = DataFacts(shape: shape, rows: 10, levels: 256, range: 0...255, deviation: 0)
                let model = try Self.configuration(facts).energyModel(for: shape)
                #expect(model.inputShape == shape && model.layout.count < 4_000_000, "\(shape)")
            }
        }
    }

    @Test func `the digits and files that say what is learned how have no recipe`() throws {
        #expect(try ChosenConfiguration.resolve().configuration == RunConfiguration())
        #expect(try ChosenConfiguration.resolve(arguments: ["model.widths=[9]"]).sentences.isEmpty)
        for file in ReadyConfiguration.all {
            let bytes = try file.bytes
            // Their data need not be there.
            #expect(try ChosenConfiguration.resolve(file: bytes).configuration == RunConfiguration.resolve(file: bytes), "\(file)")
        }
        let partial = Array("{data: {source: 'moons'}, run: {seed: 3}}".utf8)
        #expect(try ChosenConfiguration.resolve(file: partial).configuration.objective.kind == .diffusionCD)
    }

    // MARK: what a person sets

    @Test func `every key of a recipe gives way to a person's`() throws {
        for facts in Self.all {
            let request = try AskedConfiguration(file: nil, name: "", arguments: ["data.source=/data/x.npy"])
            let recipe = Recipe(for: facts, asked: try request.configuration, given: request.given, objective: Recipe.best(for: facts))
            let plain = ConfigurationValues(RunConfiguration())
            for path in recipe.values.keys where path != "objective.kind" {
                let own = try AskedConfiguration(
                    file: nil, name: "", arguments: ["data.source=/data/x.npy", "\(path)=\(plain[path].text)"])
                guard let chosen = try? ChosenConfiguration.choose(for: facts, own) else { continue }
                #expect(ConfigurationValues(chosen.configuration)[path] == plain[path], "\(facts.kind) \(path)")
            }
        }
    }

    @Test func `every objective that learns can be asked for on every kind of data`() throws {
        let needs: [ObjectiveKind: [String]] = [.autoencoder: ["sampler.steps=0"]]
        for facts in Self.all {
            for kind in ObjectiveKind.allCases where kind.learns {
                let configuration = try Self.configuration(facts, ["objective.kind=\(kind.rawValue)"] + needs[kind, default: []])
                #expect(configuration.objective.kind == kind && configuration.chains.start == nil, "\(facts.kind) \(kind)")
            }
        }
    }

    @Test(arguments: [
        ["chains.buffer=4096"], ["chains.start=persistent"], ["exchange.policy=ring"], ["exchange.temperatures=[1,2]"],
        ["objective.energyRegularization=0.1"], ["sampler.kind=mala", "sampler.adaptSteps=10"], ["chains.restartFrom=data"],
    ]) func `keys that only chains that persist have ask for them, with the table's scale and network`(arguments: [String]) throws {
        let configuration = try Self.configuration(Self.table, arguments)
        #expect(configuration.objective.kind == .pcd && configuration.data.standardize && configuration.model.widths == [128, 128])
        // Not the digits' sampler, whose noise does not belong to its step.
        #expect(configuration.sampler.stepSize < 0.1 && configuration.sampler.noise == nil)
    }

    @Test func `a part of a network replaces the recipe's whole network`() throws {
        #expect(try Self.configuration(Self.gray, ["model.widths=[64]"]).model.kind == .mlp)
        let convolutions = try Self.configuration(Self.gray, ["model.channels=[8, 16]"])
        #expect(convolutions.model.kind == .convolution && convolutions.model.kernels == RunConfiguration().model.kernels)
        #expect(try Self.configuration(Self.table, ["model.kind=convolution"]).model.widths == RunConfiguration().model.widths)
        #expect(try Self.configuration(Self.points, ["model.initial=m.safetensors"]).model.initialScale == 1)
    }

    @Test func `a contradiction is refused as it is without a recipe`() throws {
        for facts in Self.all {
            #expect(throws: Failure.self) { try Self.configuration(facts, ["sampler.temperature=2", "sampler.noise=0.1"]) }
            #expect(throws: Failure.self) { try Self.configuration(facts, ["objective.projections=3"]) }
        }
    }

    // MARK: samplers

    @Test func `denoising draws by the Langevin equation at half the variance of its least noise`() throws {
        for arguments in [["objective.noise=0.4"], ["objective.levels=4", "objective.lowNoise=0.4", "objective.noise=3"]] {
            let sampler = try RunConfiguration.resolve(arguments: ["objective.kind=denoisingScore"] + arguments).sampler
            #expect(sampler.noise == nil && abs(sampler.stepSize - 0.08) < 1e-6)
        }
        let own = try RunConfiguration.resolve(arguments: ["objective.kind=denoisingScore", "sampler.kind=heun"]).sampler
        #expect(own.stepSize == RunConfiguration().sampler.stepSize && own.noise == RunConfiguration().sampler.noise)
        #expect(try RunConfiguration.resolve(arguments: ["objective.kind=denoisingScore", "sampler.steps=7"]).sampler.stepSize == 0.5)
        let table = try Self.configuration(Self.table)
        #expect(table.sampler.noise == nil && abs(table.sampler.stepSize - 0.5 * table.objective.noise * table.objective.noise) < 1e-3)
    }

    @Test func `a kernel whose step is a length or a time has the length that the recipe's step has`() throws {
        let langevin = try Self.configuration(Self.points).sampler.stepSize
        for kind in ["hmc", "underdamped"] {
            let step = try Self.configuration(Self.points, ["sampler.kind=\(kind)"]).sampler.stepSize
            #expect(abs(step - (2 * langevin).squareRoot()) < 1e-3)
        }
        #expect(try Self.configuration(Self.points, ["sampler.kind=mala"]).sampler.stepSize == langevin)
    }

    // MARK: words

    @Test func `what was chosen is said with the data, the network and the objective as they are`() throws {
        let request = try AskedConfiguration(file: nil, name: "", arguments: ["data.source=/data/x.npy"])
        let chosen = try ChosenConfiguration.choose(for: Self.table, request).sentences.joined(separator: "\n")
        for part in ["table of 4,000 rows of 8 numbers", "standardised", "8-128-128-1", "denoising score matching", "Choosing.md"] {
            #expect(chosen.contains(part), "\(chosen)")
        }
        let own = try AskedConfiguration(
            file: nil, name: "", arguments: ["data.source=/data/x.npy", "objective.kind=nce", "model.widths=[9]"])
        let asked = try ChosenConfiguration.choose(for: Self.table, own).sentences.joined(separator: "\n")
        #expect(asked.contains("8-9-1") && asked.contains("noise-contrastive estimation") && asked.contains("asked for"), "\(asked)")
        for facts in Self.all {
            for line in try ChosenConfiguration.choose(for: facts, request).sentences { #expect(line.count < 111, "\(line)") }
        }
    }

    @Test func `a run is called by its data`() throws {
        for (source, name) in [
            ("/d/my table.csv.gz", "my-table"), ("moons", "moons"), ("./-x.npy", "x"), ("/d/", "d"), ("../..", "digits"),
        ] {
            let request = try AskedConfiguration(file: nil, name: "", arguments: ["data.source=\(source)"])
            #expect(try ChosenConfiguration.choose(for: Self.table, request).configuration.run.name == name)
        }
    }

    @Test func `a range that is none is refused before a recipe is made of it`() throws {
        let scratch = ScratchFolder()
        let path = "\(scratch.path)/gray.npy"
        try AtomicFile.write(NPY.encode(NumericArray(shape: [4, 8, 8], .uint8((0..<256).map { UInt8($0) }))), to: path)
        for range in ["data.low=10", "data.high=-1e10", "data.low=1"] {
            let failure = #expect(throws: Failure.self) { try ChosenConfiguration.resolve(arguments: ["data.source=\(path)", range]) }
            #expect(failure?.kind == .configuration && failure?.message.contains("expected data.low below data.high") == true)
        }
    }
}
