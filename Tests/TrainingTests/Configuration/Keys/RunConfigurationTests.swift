import Configuration
import Failures
import Formats
import Foundation
import Learning
import Model
import TestSupport
import Testing
import Training

@Suite struct RunConfigurationTests {
    @Test func `the defaults are valid and are what nothing resolves to`() throws {
        try RunConfiguration().validate()
        #expect(try RunConfiguration.resolve() == RunConfiguration())
        #expect(try RunConfiguration.resolve(file: Array("{}".utf8)) == RunConfiguration())
    }

    @Test func `printed defaults have each key once with its comment and read back`() throws {
        let text = try RunConfiguration.defaultsWithComments()
        #expect(try RunConfiguration.resolve(file: Array(text.utf8)) == RunConfiguration())
        for key in ConfigurationKey.all {
            #expect(text.contains("    // \(key.comment)\n    \(key.name): "), "\(key.path)")
        }
        #expect(text.split(separator: "\n").count { $0.hasPrefix("    ") && !$0.hasPrefix("    //") } == ConfigurationKey.all.count)
    }

    @Test func `a printed configuration with header and odd values reads back`() throws {
        var configuration = RunConfiguration()
        configuration.data.source = "a \"b\" \\ // ü"
        configuration.run.seed = 9_223_372_036_854_775_807
        configuration.optimizer.learningRate = 1.0 / 3
        configuration.run.maxHours = 0.1
        configuration.model.kind = .layers
        configuration.model.layers = [.object(["kind": .string("dense"), "outputs": .integer(1)])]
        let text = try configuration.encodedJSON5(header: ["version 1", "two\nlines\u{2028}three"])
        #expect(text.hasPrefix("// version 1\n// two lines three\n{\n"))
        #expect(try RunConfiguration.resolve(file: Array(text.utf8)) == configuration)
    }

    @Test func `arguments lie over the file the file over the defaults`() throws {
        let file = Array("{run: {steps: 10, seed: 5}, sampler: {gradientClip: .01}}".utf8)
        let configuration = try RunConfiguration.resolve(file: file, arguments: ["run.steps=20", "run.steps=30", "sampler.noise=null"])
        #expect(configuration.run.steps == 30)
        #expect(configuration.run.seed == 5)
        #expect(configuration.sampler.gradientClip == 0.01)
        #expect(configuration.sampler.noise == nil)
        #expect(configuration.run.shards == RunConfiguration().run.shards)
    }

    @Test func `values of arguments are j s o n5 else texts`() throws {
        let configuration = try RunConfiguration.resolve(arguments: [
            "run.steps=1e3", "run.shards=2.0", "model.widths=[64, 32,]", "data.source=/data/x=y z", "run.name=2024",
            "model.activation='relu'",
            "data.flip=true", "optimizer.learningRate=3", "optimizer={beta1: 0, beta2: .9}",
        ])
        #expect(configuration.run.steps == 1000)
        #expect(configuration.run.shards == 2)
        #expect(configuration.model.widths == [64, 32])
        #expect(configuration.data.source == "/data/x=y z")
        #expect(configuration.run.name == "2024")
        #expect(configuration.model.activation == .relu)
        #expect(configuration.data.flip)
        #expect(configuration.optimizer.learningRate == 3)
        #expect(configuration.optimizer.beta1 == 0 && configuration.optimizer.beta2 == 0.9)
    }

    @Test(arguments: [
        ("256", [256]), ("256,128", [256, 128]), ("[256,128]", [256, 128]), ("[256, 128,]", [256, 128]), ("2e2", [200]),
        ("64, 32", [64, 32]),
    ])
    func `a list may be given as a shell leaves it`(text: String, widths: [Int]) throws {
        #expect(try RunConfiguration.resolve(arguments: ["model.widths=\(text)"]).model.widths == widths)
    }

    @Test func `a lone entry is a list of one for every key that takes a list`() throws {
        let entries: (ConfigurationKey.Rule) -> String? = { rule in
            switch rule {
            case .integers: "3"
            case .numbers: "1.5"
            case .texts: "\"a\""
            case .layers: "{kind: \"flatten\"}"
            default: nil
            }
        }
        let lists = ConfigurationKey.all.compactMap { key in entries(key.rule).map { (key, $0) } }
        #expect(lists.count >= 8)
        for (key, entry) in lists {
            // Both are refused, or accepted, alike: the values of other keys may be in the way of a list of one.
            let (lone, list) = ("\(key.path)=\(entry)", "\(key.path)=[\(entry)]")
            func outcome(_ argument: String) -> String {
                do { return try RunConfiguration.resolve(arguments: [argument]).encodedJSON5() } catch { return error.message }
            }
            #expect(outcome(lone) == outcome(list), "\(lone)")
            let file = Array("{\(key.group): {\(key.name): \(entry)}}".utf8)
            let fromFile: String
            do { fromFile = try RunConfiguration.resolve(file: file, name: "command line").encodedJSON5() } catch {
                fromFile = error.message
            }
            #expect(fromFile == outcome(list), "\(key.path) in a file")
        }
    }

    @Test func `texts of a list need no quotes on the command line`() throws {
        for text in ["width,height", "[width,height]", "[\"width\", \"height\"]", "[width, height]"] {
            #expect(try RunConfiguration.resolve(arguments: ["data.columns=\(text)"]).data.columns == ["width", "height"], "\(text)")
        }
        #expect(try RunConfiguration.resolve(arguments: ["data.columns=2024"]).data.columns == ["2024"])
        #expect(try RunConfiguration.resolve(arguments: ["data.columns=[]"]).data.columns == [])
        expectRefusal(["data.columns", "expected a text"]) { _ = try RunConfiguration.resolve(arguments: ["data.columns="]) }
    }

    @Test func `pythons words are those of j s o n where no text is wanted`() throws {
        let configuration = try RunConfiguration.resolve(arguments: ["sampler.noise=None", "data.flip=True", "run.name=None"])
        #expect(configuration.sampler.noise == nil && configuration.data.flip && configuration.run.name == "None")
    }

    @Test func `layers stay as they are written`() throws {
        let configuration = try RunConfiguration.resolve(
            arguments: ["model.kind=layers", "model.layers=[{kind: 'dense', outputs: 8}, {kind: 'leakyReLU', slope: 0.5}]"])
        let bytes = try JSONEncoder().encode(configuration.model.layers)
        #expect(String(decoding: bytes, as: UTF8.self).contains("\"slope\":0.5"))
        #expect(configuration.model.layers.first == .object(["kind": .string("dense"), "outputs": .integer(8)]))
    }

    @Test(arguments: [
        ("learningRate=1", "optimizer.learningRate"), ("optimiser.learningRate=1", "optimizer.learningRate"),
        ("sampler.stepsize=1", "sampler.stepSize"),
        ("run.step=1", "run.steps"), ("chain.buffer=1", "chains.buffer"), ("modle.kind=mlp", "model.kind"),
    ])
    func `an unknown key names the nearest one`(argument: String, nearest: String) {
        let key = String(argument.prefix { $0 != "=" })
        expectRefusal(["command line", "unknown key \"\(key)\"", "nearest known key is \"\(nearest)\""]) {
            _ = try RunConfiguration.resolve(arguments: [argument])
        }
    }

    @Test func `an unknown key in a file names the file and the full path`() {
        expectRefusal(["my.json5", "unknown key \"optimizer.learnRate\"", "\"optimizer.learningRate\"", "config --defaults"]) {
            _ = try RunConfiguration.resolve(file: Array("{optimizer: {learnRate: 1}}".utf8), name: "my.json5")
        }
        expectRefusal(["my.json5", "unknown key \"\\u001b[31m\"", "no known key is like it"]) {
            _ = try RunConfiguration.resolve(file: Array("{'\\x1b[31m': 1}".utf8), name: "my.json5")
        }
    }

    @Test(arguments: [
        ("{run: {steps: 1.5}}", ["run.steps", "an integer from 1", "the number 1.5"]),
        ("{run: {steps: -5}}", ["run.steps", "an integer from 1", "the number -5"]),
        ("{run: {steps: 0}}", ["run.steps", "an integer from 1", "the number 0"]),
        ("{run: {steps: 'many'}}", ["run.steps", "an integer", "the text \"many\""]),
        ("{run: {steps: null}}", ["run.steps", "an integer", "null"]), ("{run: {steps: true}}", ["run.steps", "an integer", "true"]),
        ("{run: {seed: 18446744073709551615}}", ["run.seed", "an integer from 0", "the number 1.8"]),
        ("{run: {shards: 65537}}", ["run.shards", "from 1 to 8192", "65537"]),
        ("{run: {maxHours: 0}}", ["run.maxHours", "greater than 0 or null", "0"]),
        ("{run: {name: '../x'}}", ["run.name", "a name", "../x"]), ("{run: {name: ''}}", ["run.name"]),
        ("{run: {name: 'a/b'}}", ["run.name"]),
        ("{run: {name: '.hidden'}}", ["run.name"]), ("{run: {name: 5}}", ["run.name", "the number 5"]),
        ("{data: {source: ''}}", ["data.source", "a text"]), ("{data: {source: 'a\\u0000b'}}", ["data.source", "a text"]),
        ("{data: {flip: 1}}", ["data.flip", "true or false", "the number 1"]),
        ("{data: {columns: ['a', '']}}", ["data.columns[1]", "a text"]),
        ("{data: {columns: [1]}}", ["data.columns[0]", "the number 1"]), ("{data: {noise: -0.1}}", ["data.noise", "at least 0", "-0.1"]),
        ("{model: {widths: '64'}}", ["model.widths", "a list of integers", "the text \"64\""]),
        ("{model: {widths: 1.5}}", ["model.widths[0]", "an integer", "the number 1.5"]),
        ("{model: {widths: [64, 1.5]}}", ["model.widths[1]", "an integer", "the number 1.5"]),
        ("{model: {widths: [[1]]}}", ["model.widths[0]", "a list"]),
        ("{model: {kind: 'resnet'}}", ["model.kind", "\"mlp\", \"convolution\", \"unet\", \"rbm\" or \"layers\"", "\"resnet\""]),
        ("{model: {layers: [1]}}", ["model.layers[0]", "a layer such as", "the number 1"]),
        ("{model: {layers: [{}]}}", ["model.layers[0]", "kind"]),
        ("{optimizer: {beta1: 1}}", ["optimizer.beta1", "at least 0 and below 1", "the number 1"]),
        ("{optimizer: {learningRate: NaN}}", ["finite number"]), ("{optimizer: 5}", ["optimizer", "a group", "the number 5"]),
        ("[]", ["groups in { }", "a list"]),
        ("{checkpoint: {keep: 1}}", ["checkpoint.keep", "from 2"]),
        ("{chains: {restartProbability: 1.1}}", ["chains.restartProbability", "at most 1", "1.1"]),
        ("{optimiser: {learningRate: 1}}", ["unknown key \"optimiser.learningRate\"", "\"optimizer.learningRate\""]),
        ("{'run.steps': 5}", ["run.steps", "run: { steps: … }"]), ("{modle: {}}", ["unknown key \"modle\"", "group is \"model\""]),
        ("{dataset: {}}", ["unknown key \"dataset\"", "group is \"data\""]),
    ])
    func `wrong types and values name file key expected and found`(text: String, parts: [String]) {
        expectRefusal(["my.json5"] + parts) { _ = try RunConfiguration.resolve(file: Array(text.utf8), name: "my.json5") }
    }

    @Test(arguments: [
        (["data.low=1", "data.high=-1"], ["data.low below data.high"]),
        (["model.widths=[]"], ["model.widths"]),
        (["model.kind=convolution", "model.channels=[]"], ["model.channels"]),
        (["model.kind=unet", "model.channels=[]"], ["model.kind = \"unet\" needs", "model.channels"]),
        (["model.kind=unet", "model.kernels=[3]"], ["model.kernels", "found 1"]),
        (["model.kind=convolution", "model.kernels=[3]"], ["model.kernels", "found 1"]),
        (["model.kind=convolution", "model.paddings=[3, 1]"], ["model.paddings[0] below model.kernels[0] = 3", "found 3"]),
        (["model.kind=layers"], ["model.layers"]),
        (["sampler.low=1", "sampler.high=0"], ["sampler.low below sampler.high"]),
        (["sampler.temperature=2"], ["sampler.temperature", "sampler.noise = null"]),
        (["chains.buffer=100"], ["chains.buffer", "run.shards = 16", "256", "found 100"]),
        (["chains.buffer=257"], ["chains.buffer", "found 257"]),
        (["chains.storage=byte"], ["sampler.low and sampler.high"]),
        (["chains.noiseLow=2"], ["chains.noiseLow below chains.noiseHigh"]),
        (["optimizer.kind=sgd", "optimizer.clipSigma=3"], ["optimizer.clipSigma", "adam"]),
        (["optimizer.momentum=0.9"], ["optimizer.momentum", "sgd"]),
        (["optimizer.schedule=cosine", "optimizer.finalLearningRate=1"], ["optimizer.finalLearningRate"]),
    ])
    func `values that contradict each other are refused with both keys`(arguments: [String], parts: [String]) {
        expectRefusal(parts) { _ = try RunConfiguration.resolve(arguments: arguments) }
    }

    @Test func `an argument without a value is a usage error`() {
        for argument in ["run.steps", "=5", ""] {
            #expect(failure { _ = try RunConfiguration.resolve(arguments: [argument]) }?.kind == .usage)
        }
    }

    @Test func `a configuration made in code is validated like a file`() {
        var configuration = RunConfiguration()
        configuration.optimizer.learningRate = .nan
        expectRefusal(["optimizer.learningRate", "a number", "nan"]) { try configuration.validate() }
        configuration = RunConfiguration()
        configuration.run.seed = .max
        expectRefusal(["run.seed"]) { try configuration.validate() }
    }

    @Test func `every ready configuration resolves and says where it comes from`() throws {
        #expect(ReadyConfiguration.all.count >= 19)
        for file in ReadyConfiguration.all {
            let configuration = try RunConfiguration.resolve(file: file.bytes, name: file.name)
            #expect(configuration.run.name == file.name)
            #expect(String(decoding: try file.bytes, as: UTF8.self).hasPrefix("// "), "\(file)")
        }
    }
}
