import Formats
import Foundation
import Testing

/// A command that cannot work, and how the program has to say so.
struct WrongInput: Sendable {
    let name: String
    /// `@` in front of a name stands for the folder of the test.
    let arguments: [String]
    let exitCode: Int32
    /// What the message has to contain.
    let mentions: [String]

    init(_ name: String, _ arguments: [String], _ exitCode: Int32, _ mentions: String...) {
        self.name = name
        self.arguments = arguments
        self.exitCode = exitCode
        self.mentions = mentions
    }

    /// A configuration key as an argument of `train`.
    static func key(_ assignment: String, _ mentions: String...) -> WrongInput {
        WrongInput(name: assignment, ["train", "--out", "@new", assignment], 78, [String(assignment.prefix { $0 != "=" })] + mentions)
    }

    /// Several keys that do not go together.
    static func keys(_ assignments: [String], _ mentions: String...) -> WrongInput {
        WrongInput(name: assignments.joined(separator: " "), ["train", "--out", "@new"] + assignments, 78, mentions)
    }

    /// A configuration file.
    static func file(_ file: String, _ exitCode: Int32, _ mentions: String...) -> WrongInput {
        WrongInput(name: file, ["train", "@\(file)", "--out", "@new"], exitCode, ["@\(file)"] + mentions)
    }

    /// A data file.
    static func data(_ file: String, _ mentions: String..., exitCode: Int32 = 65) -> WrongInput {
        WrongInput(name: "data \(file)", ["train", "--out", "@new", "data.source=@\(file)"], exitCode, ["@\(file)"] + mentions)
    }

    /// A data file whose rows are to stay in it.
    static func rowwise(_ file: String, _ mentions: String...) -> WrongInput {
        WrongInput(
            name: "rows of \(file)", ["train", "--out", "@new", "data.source=@\(file)", "data.memory=file"], 65, ["@\(file)"] + mentions)
    }

    /// `energy` for a run that exists.
    static func energy(_ file: String, _ exitCode: Int32, _ mentions: String...) -> WrongInput {
        WrongInput(
            name: "energy of \(file)", ["energy", "--run", "@run", "--input", "@\(file)", "--out", "@new.npy"], exitCode,
            ["@\(file)"] + mentions)
    }

    /// `sample` for a run that exists.
    static func sample(_ arguments: [String], _ exitCode: Int32, _ mentions: String...) -> WrongInput {
        WrongInput(
            name: "sample \(arguments.joined(separator: " "))", ["sample", "--run", "@run", "--out", "@new.npy"] + arguments, exitCode,
            mentions)
    }

    static func bench(_ arguments: [String], _ mentions: String...) -> WrongInput {
        WrongInput(name: "bench \(arguments.joined(separator: " "))", ["bench", "mlp2d"] + arguments, 64, mentions)
    }

    /// `evaluate` for a run that exists.
    static func evaluate(_ arguments: [String], _ exitCode: Int32, _ mentions: String...) -> WrongInput {
        WrongInput(
            name: "evaluate \(arguments.joined(separator: " "))", ["evaluate", "--run", "@run", "--out", "@new"] + arguments, exitCode,
            mentions)
    }

    /// `diagnose` for a run that exists.
    static func diagnose(_ arguments: [String], _ exitCode: Int32, _ mentions: String...) -> WrongInput {
        WrongInput(
            name: "diagnose \(arguments.joined(separator: " "))", ["diagnose", "--run", "@run", "--npy", "@new.npy"] + arguments, exitCode,
            mentions)
    }

    private init(name: String, _ arguments: [String], _ exitCode: Int32, _ mentions: [String]) {
        self.name = name
        self.arguments = arguments
        self.exitCode = exitCode
        self.mentions = mentions
    }
}

extension CommandTests {
    /// Wrong input: the exit code, one message that names the place, nothing written, alone and on 3 ranks.
    @Suite(.serialized) struct WrongInputTests {
        @Test(arguments: [nil, 3])
        func `wrong input is refused with its exit code and one message that names the place, and changes nothing`(_ ranks: Int?) throws {
            let folder = Scratch()
            try Self.prepare(folder)
            let before = Folder.fingerprint(folder.at("run"))
            try #require(!before.isEmpty)
            #expect(Self.cases.count >= 60)
            // A few at a time: most of the time of a start is waiting.
            var waiting = Self.cases[...]
            while !waiting.isEmpty {
                let batch = waiting.prefix(6)
                waiting = waiting.dropFirst(6)
                let programs = batch.map { wrong in
                    RunningProgram(wrong.arguments.map { Self.resolve($0, folder) }, ranks: ranks, in: folder)
                }
                for (wrong, program) in zip(batch, programs) { Self.expect(wrong, program.wait(timeout: 60), folder) }
                for name in ["new", "new.npy"] where FileManager.default.fileExists(atPath: folder.at(name)) {
                    Issue.record("\(batch.map(\.name)): one of them wrote \(name)")
                    try FileManager.default.removeItem(atPath: folder.at(name))
                }
            }
            #expect(Folder.fingerprint(folder.at("run")) == before, "the run folder has changed")
        }

        private static func expect(_ wrong: WrongInput, _ result: Program.Result, _ folder: Scratch) {
            #expect(result.exitCode == wrong.exitCode && !result.timedOut, "\(wrong.name): \(result.summary)")
            #expect(result.messages.count == 1, "\(wrong.name): not one message: \(result.summary)")
            // The rest of the message may stand on further lines.
            for text in wrong.mentions {
                #expect(result.errors.contains(resolve(text, folder)), "\(wrong.name): no '\(text)' in: \(result.summary)")
            }
        }

        private static func resolve(_ text: String, _ folder: Scratch) -> String {
            text.replacingOccurrences(of: "@", with: "\(folder.path)/")
        }

        // MARK: files

        private static func prepare(_ folder: Scratch) throws {
            Training("run", in: folder, ["run.steps=2"]).run()
            for (name, text) in texts { try folder.write(Array(text.utf8), to: name) }
            for (name, bytes) in try binaries() { try folder.write(bytes, to: name) }
            try FileManager.default.createDirectory(atPath: folder.at("empty-folder"), withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: folder.at("null.npy"), withDestinationPath: "/dev/null")
            // Cases run side by side, so that each that takes the lock has a folder of its own.
            for name in ["foreign", "shorter"] { try Folder.copy(folder.at("run"), to: folder.at(name)) }
            let manifest = Training("foreign", in: folder).checkpoint(2) + "/manifest.json"
            let text = Folder.text(manifest)
            let checksum = try #require(text.firstMatch(of: /"manifestChecksum" : "([0-9a-f]{16})"/)).1
            let blank = text.replacingOccurrences(of: checksum, with: String(repeating: "0", count: 16))
                .replacingOccurrences(of: "\"format\" : 2", with: "\"format\" : 9")
            let changed = blank.replacingOccurrences(of: String(repeating: "0", count: 16), with: Checksum.of(Array(blank.utf8)))
            try Data(changed.utf8).write(to: URL(fileURLWithPath: manifest))
        }

        private static let texts = [
            "broken.json5": "{ run: { steps: 5, ", "twice.json5": "{ run: { steps: 5, steps: 6 } }", "list.json5": "[1, 2]",
            "unknown.json5": "{ sampler: { stepsize: 0.1 } }", "type.json5": "{ run: { steps: \"many\" } }",
            "deep.json5": String(repeating: "[", count: 100),
            "contradiction.json5": "{ objective: { kind: \"cd\" }, chains: { start: \"noise\" } }",
            "nan.json5": "{ sampler: { stepSize: NaN } }",
            "control.json5": "{ run: { name: \"a\u{1}b\" } }", "empty.json5": "",
            "text.csv": "1,2\n3,four\n", "ragged.csv": "1,2\n3,4,5\n", "one.csv": "a,b\n1,2\n",
            "quote.csv": "1,2\n\"3,4\n",
            "empty.csv": "", "empty.npy": "", "pickle.npy": "cos\nsystem\n", "file": "a regular file",
            "constant.csv": "1,2\n1,3\n",
        ]

        private static func binaries() throws -> [String: [UInt8]] {
            let array = NPY.encode(NumericArray(shape: [8, 2], .float32((0..<16).map { Float($0) })))
            func header(_ from: String, _ to: String) -> [UInt8] { replace(from, to, in: array) }
            let idx: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4] + [UInt8](repeating: 7, count: 32)
            func rows(_ values: [Float], _ shape: [Int]) -> [UInt8] { NPY.encode(NumericArray(shape: shape, .float32(values))) }
            let zeros = [Float](repeating: 0, count: 128)
            return [
                "truncated.npy": Array(array.dropLast(5)),
                "object.npy": header("'<f4'", "'|O' "), "huge.npy": header("(8, 2), }  ", "(8000000, 2)}"),
                "version.npy": replaceByte(6, 9, in: array),
                "nan.npy": rows([0, 1, .nan, 3], [2, 2]), "infinite.npy": rows([0, 1, .infinity, 3], [2, 2]),
                "labels.npy": NPY.encode(NumericArray(shape: [3], .uint8([1, 2, 3]))),
                "none.npy": rows([], [0, 2]),
                "truncated-idx": Array(idx.dropLast(3)), "magic-idx": [0, 0, 7] + idx.dropFirst(3),
                "foreign.bin": [UInt8](repeating: 1, count: 3000),
                "label.bin": [77] + [UInt8](repeating: 1, count: 3072), "random.dat": [0xde, 0xad, 0xbe, 0xef],
                "truncated.csv.gz": [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x33, 0xd4, 0x31],
                "corrupt.csv.gz": [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + [UInt8](repeating: 0xff, count: 40),
                "wrong-shape.npy": rows(zeros, [2, 4, 16, 1]), "vector.npy": rows(zeros, [128]), "rows.npy": rows(zeros, [2, 64]),
                "one-row.npy": rows(Array(zeros[..<64]), [1, 64]), "rows-nan.npy": rows(zeros.dropLast() + [.nan], [2, 1, 8, 8]),
                "unit.npy": rows(zeros.dropLast() + [0.5], [2, 64]),
                "truth.npy": NPY.encode(NumericArray(shape: [1, 64], .bool(Array(repeating: 1, count: 64)))),
                "bad-utf8.json5": [0x7b, 0xff, 0x7d],
            ]
        }

        private static func replace(_ old: String, _ new: String, in bytes: [UInt8]) -> [UInt8] {
            let (old, new) = (Array(old.utf8), Array(new.utf8))
            guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: old) }) else {
                fatalError("no such text in the header")
            }
            return bytes[..<start] + new + bytes[(start + old.count)...]
        }

        private static func replaceByte(_ index: Int, _ value: UInt8, in bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            bytes[index] = value
            return bytes
        }

        // MARK: cases

        private static let cases = commandLine + keys + configurationFiles + data + runs

        private static let commandLine: [WrongInput] = [
            WrongInput("unknown command", ["trian"], 64, "unknown command `trian`", "Did you mean \"train\"?"),
            WrongInput("unknown command far from all", ["xyzzyplugh"], 64, "unknown command", "Commands: train"),
            WrongInput("unknown option", ["train", "--oot", "@new"], 64, "unknown option --oot", "--out"),
            WrongInput("missing option value", ["train", "--out"], 64, "--out expects DIR"),
            WrongInput("value for a switch", ["train", "--dry-run=yes"], 64, "--dry-run takes no value", "yes"),
            WrongInput("option twice", ["train", "--out", "@new", "--out", "@new"], 64, "--out is given twice"),
            WrongInput("two configurations", ["train", "a.json5", "b.json5"], 64, "one configuration file", "a.json5, b.json5"),
            WrongInput("key without =", ["config", "=5"], 64, "key=value"),
            WrongInput("sample without --run", ["sample", "--count", "4", "--out", "@new.npy"], 64, "--run DIR is missing"),
            WrongInput("sample without --count", ["sample", "--run", "@run", "--out", "@new.npy"], 64, "--count N is missing"),
            WrongInput("sample without --out", ["sample", "--run", "@run", "--count", "4"], 64, "--out F.npy|F.csv|F.h5 is missing"),
            WrongInput("energy without --input", ["energy", "--run", "@run", "--out", "@new.npy"], 64, "--input PATH is missing"),
            WrongInput("data as configuration", ["train", "moons"], 64, "configuration file", "data.source=moons"),
            WrongInput("a data file as configuration", ["train", "@rows.npy"], 64, "configuration file", "data.source=@rows.npy"),
            WrongInput("a data file as command", ["@rows.npy"], 64, "unknown command", "data.source=@rows.npy"),
            WrongInput("a run folder as configuration", ["train", "@run"], 64, "--out @run"),
            WrongInput("a key as an option", ["--steps", "100"], 64, "unknown option --steps", "run.steps=100"),
            WrongInput("a short option", ["train", "-q"], 64, "unknown option -q"),
            WrongInput("a key with spaces", ["run.steps", "=", "5"], 64, "run.steps=VALUE"),
            WrongInput("another program's command", ["fit"], 64, "Did you mean \"train\"?"),
            WrongInput("an unknown topic", ["help", "xyzzyplugh"], 64, "no command, key or group", "sampler"),
            WrongInput("an unknown key of config", ["config", "lr"], 64, "optimizer.learningRate"),
            WrongInput("a run folder without --run", ["evaluate", "@run"], 64, "--run @run"),
            WrongInput("stray argument", ["check", "everything"], 64, "unexpected argument 'everything'"),
            WrongInput("another command's option", ["energy", "--run", "@run", "--data", "@rows.npy"], 64, "Did you mean \"--input\"?"),
            WrongInput(
                "the configuration in the place of the run",
                ["energy", "--run", "@run/config.json5", "--input", "@rows.npy", "--out", "@new.npy"], 66,
                "the run folder is @run"),
            WrongInput("a part of a run in its place", ["diagnose", "--run", "@run/checkpoints"], 66, "the run folder is @run"),
            WrongInput("stray argument of energy", ["energy", "@run"], 64, "unexpected argument"),
        ]

        private static let keys: [WrongInput] = [
            .key("run.stesp=5", "unknown key", "\"run.steps\""), .key("sampler.step=5", "unknown key", "\"sampler.steps\""),
            .key("steps=5", "unknown key", "\"run.steps\""), .key("colour.of=5", "unknown key", "config --defaults"),
            .key("run.steps=-1", "an integer from 1", "-1"), .key("run.steps=1.5", "an integer", "1.5"),
            .key("run.steps=many", "an integer", "\"many\""),
            .key("run.steps=", "an integer"), .key("run.steps=99999999999999999999", "an integer from 1", "1e+20"),
            .key("run.shards=0", "an integer from 1", "0"), .key("run.name=../elsewhere", "a name of letters", "../elsewhere"),
            .key("run.reduction=roughly", "\"exact\" or \"float\"", "roughly"), .key("sampler.stepSize=0", "greater than 0"),
            .key("sampler.stepSize=[1]", "a number greater than 0", "a list"), .key("chains.restartProbability=1.5", "at most 1", "1.5"),
            .key("chains.storage=nibble", "\"float\" or \"byte\"", "nibble"), .key("optimizer.beta1=1", "below 1"),
            .key("data.flip=perhaps", "true or false", "perhaps"), .key("data.memory=disk", "automatic", "node", "disk"),
            .key("model.widths=[0]", "an integer from 1", "model.widths[0]"), .key("model.widths=[]", "at least one entry"),
            .key("sampler.stepSize=1e-60", "sampler.stepSize", "32-bit floats"),
            .key("chains.noiseLow=-1e300", "chains.noiseLow", "at least -1"),
            .key("run.shards=8193", "from 1 to 8192", "8193"),
            .keys(["objective.kind=autoencoder", "sampler.steps=0", "diagnostics.every=5"], "diagnostics.every", "autoencoder"),
            .keys(
                ["objective.kind=variationalTeaching", "sampler.steps=0", "diagnostics.every=5"], "diagnostics.thin", "at least 1, found 0"
            ),
            .keys(
                ["diagnostics.every=5", "diagnostics.draws=100000", "diagnostics.chains=16"], "diagnostics.draws", "every rank holds"),
            .keys(["diagnostics.every=5", "diagnostics.chains=17"], "diagnostics.chains", "run.chainsPerShard = 16", "found 17"),
            .keys(["sampler.low=1", "sampler.high=1.00000001"], "sampler.low", "32-bit"),
            .keys(["data.low=1", "data.high=1.00000001"], "data.low", "32-bit"),
            .keys(["chains.noiseLow=-3e38", "chains.noiseHigh=3e38"], "chains.noiseLow", "at least -1"),
            .key("model.widths=many", "a list", "many"), .key("model.initialScale=0", "a number greater than 0", "0"),
            .keys(["model.initialScale=2", "model.initial=a.safetensors"], "model.initialScale = 2.0", "needs model.initial = null"),
            .key("generator.latent=7", "generator.latent = 7 has no effect", "\"pcd\""),
            .key("objective.kind=perfect", "\"cd\", \"pcd\"", "perfect"),
            .key("exchange.policy=circle", "\"ring\", \"pairs\" or \"shuffle\"", "circle"), .key("exchange.fraction=0", "greater than 0"),
            .key("exchange.every=-1", "an integer from 0"), .key("exchange.temperatures=[0.5]", "exchange.temperatures[0]", "at least 1"),
            .key("exchange.temperatures=hot", "a list of numbers", "hot"), .key("exchange.temperatures=[2, 3]", "begin with 1"),
            .key("exchange.temperatures=[1]", "2 to 64"), .key("exchange.temperatures=[1, 3, 3]", "rising"),
            .keys(["exchange.temperatures=[1, 2, 3]", "sampler.noise=null"], "exchange.temperatures", "multiple of 3", "16"),
            .keys(["exchange.temperatures=[1, 2]"], "exchange.temperatures", "sampler.noise"),
            .keys(
                ["exchange.temperatures=[1, 2]", "sampler.noise=null", "sampler.gradientClip=1"], "exchange.temperatures",
                "sampler.gradientClip"),
            .keys(
                ["exchange.temperatures=[1, 2]", "sampler.noise=null", "objective.kind=cd"], "exchange.temperatures", "\"pcd\"", "\"cd\""),
            .keys(
                ["exchange.temperatures=[1, 2]", "sampler.noise=null", "exchange.policy=ring"], "exchange.temperatures", "exchange.policy",
                "exclude"),
            .keys(
                ["exchange.temperatures=[1, 2]", "sampler.noise=null", "chains.replacement=reservoir"], "exchange.temperatures", "inPlace"),
            .keys(["exchange.policy=shuffle", "objective.kind=shortRun"], "exchange.policy", "no effect", "\"shortRun\""),
            .keys(["exchange.policy=pairs", "run.shards=1"], "exchange.policy", "run.shards", "found 1"),
            .key("checkpoint.keep=1", "an integer from 2"),
            .keys(["objective.kind=cd", "chains.start=persistent"], "objective.kind", "chains.start", "give objective.kind alone"),
            .keys(["sampler.low=1", "sampler.high=-1"], "sampler.low below sampler.high"),
            .keys(["chains.buffer=100"], "chains.buffer", "100", "run.shards"), .keys(["chains.buffer=16"], "chains.buffer", "16"),
            .keys(["model.kind=convolution", "model.kernels=[3]"], "model.kernels", "model.channels", "found 1"),
            .keys(
                ["model.kind=convolution", "model.channels=[4]", "model.kernels=[9]", "model.strides=[1]", "model.paddings=[0]"], "model",
                "9", "8"),
            .keys(["model.kind=layers"], "model.layers"),
            .keys(["model.kind=layers", "model.layers=[{kind: \"flatten\"}, {kind: \"dense\", outputs: 2}]"], "one output"),
            .keys(["model.kind=layers", "model.layers=[{kind: \"dense\", outputs: 0}]"], "outputs", "0"),
            .keys(["model.kind=layers", "model.layers=[{kind: \"dance\", outputs: 1}]"], "dance"),
            .keys(["optimizer.kind=sgd", "optimizer.clipSigma=3"], "optimizer.clipSigma", "sgd"),
            .keys(["run.shards=60000"], "run.shards", "8192"),
            .key("sampler.kind=gibbs", "\"langevin\", \"stanley\"", "gibbs"),
            .key("sampler.threshold=0.5", "has no effect", "\"stanley\"", "sampler.kind = \"langevin\"", "0.5"),
            .key("sampler.adaptSteps=5", "has no effect", "\"mala\", \"hmc\" or \"nuts\"", "langevin"),
            .key("sampler.targetAcceptance=0.7", "no effect", "adaptSteps"),
            .keys(["sampler.kind=mala", "sampler.gradientClip=1"], "sampler.gradientClip", "no effect", "\"mala\"", "\"langevin\""),
            .keys(["sampler.kind=stanley", "sampler.noiseFirst=true"], "sampler.noiseFirst", "no effect", "\"stanley\""),
            .keys(["sampler.kind=hmc", "sampler.noise=0.1"], "sampler.noise = 0.1", "no effect", "hmc"),
            .keys(["sampler.kind=nuts", "sampler.noise=0.1"], "sampler.noise = 0.1", "no effect", "nuts"),
            .keys(["sampler.kind=nuts", "sampler.metric=diagonal"], "sampler.metric", "no effect", "sampler.adaptSteps above 19"),
            .keys(
                ["sampler.kind=nuts", "sampler.adaptSteps=9", "sampler.metric=diagonal"], "no effect", "sampler.adaptSteps above 19", "9"),
            .keys(["sampler.kind=hmc", "sampler.leapfrogSteps=0"], "sampler.leapfrogSteps", "an integer from 1", "0"),
            .keys(
                ["sampler.kind=stanley", "sampler.adjusted=true", "sampler.recompute=oncePerIteration"], "sampler.adjusted",
                "sampler.recompute", "everyStep"),
            .keys(
                ["sampler.kind=stanley", "sampler.adjusted=true", "sampler.preset=algorithm"], "sampler.adjusted", "everyStep",
                "oncePerIteration", "sampler.preset = \"algorithm\""),
            .keys(
                ["sampler.kind=stanley", "sampler.preset=toyCode", "sampler.halfDrift=false"], "sampler.preset = null", "sampler.halfDrift"),
            .keys(["sampler.kind=stanley", "sampler.preset=text", "sampler.driftScaling=none"], "sampler.preset = null", "driftScaling"),
            .keys(["optimizer.clipMargin=0.1"], "optimizer.clipMargin", "optimizer.clipSigma other than null"),
            .keys(["optimizer.average=null", "optimizer.averageWarmup=false"], "averageWarmup", "optimizer.average other than null"),
            .keys(["model.normalizeLast=false"], "model.normalizeLast", "model.spectralNormalization = true"),
            .keys(["model.initialDeviation=1", "model.initialScale=2"], "model.initialScale", "model.initialDeviation = null"),
            .keys(["sampler.kind=stanley", "sampler.adaptSteps=9"], "sampler.adaptSteps", "sampler.adjusted = false"),
            .keys(["sampler.kind=annealed", "sampler.hotTemperature=0.5"], "sampler.hotTemperature", "at least 1", "0.5"),
        ]

        private static let configurationFiles: [WrongInput] = [
            .file("absent.json5", 66, "opening"), .file("empty-folder", 65, "folder"), .file("broken.json5", 78, "line 1, column 20"),
            .file("twice.json5", 78, "\"steps\" stands twice", "line 1"), .file("list.json5", 78, "expected groups", "a list"),
            .file("unknown.json5", 78, "unknown key \"sampler.stepsize\"", "\"sampler.stepSize\""),
            .file("type.json5", 78, "run.steps", "\"many\""),
            .file("deep.json5", 78, "nested deeper"), .file("contradiction.json5", 78, "objective.kind", "chains.start"),
            .file("nan.json5", 78, "a finite number"),
            .file("control.json5", 78, "run.name"), .file("empty.json5", 78, "a value", "the end of the text"),
            .file("bad-utf8.json5", 78, "UTF-8", "byte 1"),
        ]

        private static let data: [WrongInput] = [
            .data("absent.npy", "no such file or folder", exitCode: 66), .data("empty-folder", "folder"),
            .rowwise("truncated.npy", "64 bytes", "59"), .rowwise("nan.npy", "row 1, value 0", "finite"),
            .rowwise("labels.npy", "looks like labels"), .rowwise("constant.csv", "read one by one", "data.memory=node"),
            .rowwise("truncated.csv.gz", "gzip"),
            .data("truncated.npy", "64 bytes", "59"),
            .data("object.npy", "'|O'", "<f4"),
            .data("huge.npy", "64000000 bytes"),
            .data("version.npy", "version 1, 2 or 3", "9"), .data("nan.npy", "row 1, value 0", "finite"),
            .data("infinite.npy", "row 1, value 0", "finite"),
            .data("labels.npy", "looks like labels"), .data("none.npy", "at least one row", "[0, 2]"), .data("empty.npy"),
            .data("pickle.npy"),
            .data("text.csv", "line 2, column 2", "four"),
            .data("ragged.csv", "line 2"), .data("quote.csv", "closing quote"),
            .data("empty.csv"), .data("truncated-idx", "32 bytes", "29"), .data("magic-idx", "IDX", "0 0 7 3"),
            .data("foreign.bin", "3073"),
            .data("label.bin", "a label from 0 to 9", "77"), .data("truncated.csv.gz", "truncated"), .data("corrupt.csv.gz", "corrupt"),
            .data("random.dat"),
            WrongInput(
                "a mistyped name", ["train", "--out", "@new", "data.source=25gausians"], 66, "25gausians", "Did you mean \"25gaussians\"?"),
            WrongInput(
                "a column that is not there", ["train", "--out", "@new", "data.source=@one.csv", "data.columns=[\"c\"]"], 65, "@one.csv",
                "c", "a, b"),
        ]

        private static let runs: [WrongInput] = [
            WrongInput(
                "another configuration", ["train", "--out", "@run"] + Training.base + ["run.seed=2", "sampler.steps=9"], 73, "@run",
                "run.seed", "has 1, asked for 2", "sampler.steps", "has 4, asked for 9"),
            WrongInput(
                "fewer steps", ["train", "--out", "@shorter"] + Training.base + ["run.steps=1"], 73, "@shorter", "run.steps",
                "only be made longer"),
            WrongInput("no initial model", ["train", "--dry-run", "model.initial=@absent.safetensors"], 66, "@absent.safetensors"),
            WrongInput("an initial model that is none", ["train", "--dry-run", "model.initial=@rows.npy"], 65, "@rows.npy"),
            WrongInput(
                "an initial model of another network",
                ["train", "--dry-run", "model.initial=@run/checkpoints/step-00000002/model.safetensors"],
                77, "expected the networks of this run", "another energy"),
            WrongInput("an empty folder name", ["train", "--out", ""], 64, "--out", "found nothing"),
            WrongInput(
                "more memory than there is", ["train", "--out", "@new", "model.widths=[40000, 40000]", "chains.buffer=1000000000"], 69,
                "the memory of this machine",
                "MiB"),
            WrongInput("a file beside the defaults", ["config", "--defaults", "a.json5"], 64, "unexpected argument", "a.json5"),
            WrongInput("an option of other benchmarks", ["bench", "gemm", "--steps", "5"], 64, "--steps", "gemm"),
            .bench(["--chains", "9223372036854775807"], "at most 1000000000", "9223372036854775807"),
            .bench(["--chains", "1000000000"], "--chains", "at most", "found 1000000000"),
            .bench(["--steps", "9223372036854775807"], "--steps", "at most"),
            .bench(["--langevin-steps", "9223372036854775807"], "--langevin-steps", "at most"),
            .bench(["--threads", "9223372036854775807"], "--threads", "at most"),
            .bench(["--threads", "1024"], "every thread needs a chain", "--threads 1024"),
            WrongInput("a file as run folder", ["train", "--out", "@file"], 74, "@file"),
            WrongInput("a run folder below a file", ["train", "--out", "@file/run"], 74, "@file/run"),
            WrongInput("no run", ["sample", "--run", "@nothing", "--count", "4", "--out", "@new.npy"], 66, "@nothing", "run folder"),
            WrongInput(
                "no run in a folder", ["energy", "--run", "@empty-folder", "--input", "@rows.npy", "--out", "@new.npy"], 66,
                "@empty-folder", "run folder"),
            WrongInput(
                "another format", ["sample", "--run", "@foreign", "--count", "4", "--out", "@new.npy"], 77, "@foreign", "format 1", "9",
                "another version"),
            WrongInput(
                "training on from another format", ["train", "--out", "@foreign"] + Training.base, 77, "@foreign", "manifest.json",
                "another version"),
            .sample(["--count", "0"], 64, "--count", "at least 1", "'0'"), .sample(["--count", "-4"], 64, "--count", "at least 1"),
            .sample(["--count", "some"], 64, "--count", "'some'"),
            .sample(["--count", "193"], 64, "--count 193", "192", "--from noise"),
            .sample(["--count", "99999999999999999999"], 64, "--count"),
            .sample(["--count", "9223372036854775807", "--from", "noise"], 64, "--count", "at most", "9223372036854775807"),
            .sample(["--count", "1000000000", "--from", "noise"], 64, "--count", "at most", "of memory", "found 1000000000"),
            .sample(["--count", "4", "--steps", "9223372036854775807"], 64, "--steps", "at most", "9223372036854775807"),
            .sample(["--count", "4", "--step", "7"], 66, "step 7", "found 2"),
            .sample(["--count", "4", "--from", "nowhere"], 64, "chains, noise", "nowhere"),
            .sample(["--count", "4", "--weights", "heavy"], 64, "average, current", "heavy"),
            .sample(["--count", "4", "--steps", "-1"], 64, "--steps", "at least 0"),
            WrongInput("samples below a file", ["sample", "--run", "@run", "--count", "4", "--out", "@file/s.npy"], 74, "@file/s.npy"),
            WrongInput(
                "a picture below a file", ["sample", "--run", "@run", "--count", "4", "--out", "@s.npy", "--grid", "@file/s.png"], 74,
                "@file/s.png"),
            WrongInput(
                "samples in a folder that is not there", ["sample", "--run", "@run", "--count", "4", "--out", "@nothing/s.npy"], 74,
                "@nothing/s.npy", "can be written to"),
            WrongInput(
                "samples over a device", ["sample", "--run", "@run", "--count", "4", "--out", "@null.npy"], 74, "@null.npy", "a device"),
            WrongInput(
                "energies below a file", ["energy", "--run", "@run", "--input", "@rows.npy", "--out", "@file/e.npy"], 74, "@file/e.npy"),
            .energy("absent.npy", 66, "no such file"), .energy("wrong-shape.npy", 65, "--input", "the shape 8x8x1", "found 4x16x1"),
            .energy("vector.npy", 65, "found 1"), .energy("nan.npy", 65, "row 1, value 0"),
            .energy("rows-nan.npy", 65, "row 1, value 63", "nan"), .energy("truncated.npy", 65, "59 bytes"),
            .energy("unit.npy", 65, "0 to 16", "from 0.0 to 0.5"), .energy("truth.npy", 65, "0 to 16", "truth values"),
            WrongInput(
                "energies of another ending", ["energy", "--run", "@run", "--input", "@rows.npy", "--out", "@new"], 64, ".npy", ".csv"),
            WrongInput("samples of another ending", ["sample", "--run", "@run", "--count", "4", "--out", "@new.bin"], 64, ".npy", ".csv"),
            .energy("text.csv", 65, "line 2"), .energy("empty-folder", 65, "folder"),
            WrongInput("evaluate without a run", ["evaluate", "--run", "@nothing", "--out", "@new"], 66, "@nothing", "run folder"),
            .evaluate(["--samples", "@wrong-shape.npy"], 65, "--samples @wrong-shape.npy", "the shape 8x8x1", "found 4x16x1"),
            .evaluate(["--samples", "@one-row.npy"], 65, "@one-row.npy", "at least two samples", "found 1"),
            .evaluate(["--samples", "@rows-nan.npy"], 65, "row 1, value 63", "nan"),
            .evaluate(["--samples", "@absent.npy"], 66, "@absent.npy"),
            .evaluate(["--samples", "@rows.npy", "--steps", "3"], 64, "--steps", "--samples"),
            .evaluate(["--count", "1"], 64, "--count", "at least 2"), .evaluate(["--count", "193"], 64, "--count 193", "192"),
            .evaluate(["--count", "9223372036854775807", "--from", "noise"], 64, "--count", "at most"),
            .evaluate(["--steps", "9223372036854775807"], 64, "--steps", "at most"),
            .evaluate(["--data", "@one.csv"], 65, "@one.csv", "8x8x1", "2"), .evaluate(["--data", "@absent.npy"], 66, "@absent.npy"),
            .evaluate(["--picture", "@new.npy"], 64, "--picture", "density of the plane"),
            .evaluate(["--out", "@new"], 64, "--out is given twice"),
            .evaluate(["--outliers", "@one.csv"], 65, "--outliers @one.csv", "8x8x1", "2"),
            .evaluate(["--outliers", "@absent.npy"], 66, "@absent.npy"),
            .evaluate(["--outliers", "digits", "--count", "9223372036854775807"], 64, "--count", "at most"),
            .evaluate(["--reconstructions", "@nothing/x.png"], 74, "@nothing/x.png", "can be written to"),
            .evaluate(["--reconstructions", "@new.npy"], 64, "--reconstructions", "a run with a generator", "\"pcd\""),
            .evaluate(["--denoise", "0.1,,2"], 64, "--denoise", "found ''", "'0.1,,2'"),
            .evaluate(["--denoise", "-1"], 64, "--denoise", "positive"), .evaluate(["--denoise", "nan"], 64, "--denoise", "positive"),
            .evaluate(["--denoise", "0.1,0.1"], 64, "--denoise", "different"),
            .evaluate(["--denoise", "0.1", "--denoise-rows", "1000000"], 64, "--denoise-rows", "at most"),
            .evaluate(["--denoise", "0.1", "--denoise-rows", "0"], 64, "--denoise-rows", "at least 1"),
            .evaluate(["--denoise-steps", "3"], 64, "--denoise-steps", "--denoise, which is missing"),
            .evaluate(["--denoise", "0.1", "--denoise-steps", "9223372036854775807"], 64, "--denoise-steps", "at most"),
            WrongInput("diagnose without a run", ["diagnose", "--run", "@nothing"], 66, "@nothing", "run folder"),
            .diagnose(["--draws", "3"], 64, "--draws", "at least 4"), .diagnose(["--thin", "0"], 64, "--thin", "at least 1"),
            .diagnose(["--draws", "100001"], 64, "--draws", "100000", "found 100001"),
            .diagnose(["--chains", "17"], 64, "--chains 17", "16 chains of each shard"),
            .diagnose(["--chains", "900000000", "--from", "noise"], 64, "more than can be held"),
            .diagnose(["--chains", "9000000000000", "--from", "noise"], 64, "--chains", "at most 1000000000"),
            .diagnose(["--thin", "99999999999"], 64, "--thin", "at most"),
            .diagnose(["--thin", "9223372036854775807"], 64, "--thin", "at most"), .diagnose(["--step", "99"], 66, "step 99"),
            .diagnose(["--from", "data"], 64, "--from", "chains, noise"),
        ]

        @Test func `more ranks than shards are refused with both numbers`() {
            let folder = Scratch()
            let run = Training("few", in: folder, ["run.shards=2", "chains.buffer=null"])
            let result = Program.run(run.command(), ranks: 3, in: folder)
            #expect(result.exitCode == 69 && result.messages.count == 1, "\(result.summary)")
            #expect(result.errors.contains("3 ranks were started for 2 shards"), "\(result.summary)")
            #expect(!FileManager.default.fileExists(atPath: run.path))
        }

        @Test func `another data file under the same name is noticed when a run continues`() throws {
            let folder = Scratch()
            let rows = (0..<40).map { Float($0 % 7) / 7 }
            try folder.write(NPY.encode(NumericArray(shape: [20, 2], .float32(rows))), to: "rows.npy")
            let run = Training("run", in: folder, ["data.source=\(folder.at("rows.npy"))", "run.steps=2"])
            run.run()
            let before = Folder.fingerprint(run.path)
            try folder.write(NPY.encode(NumericArray(shape: [20, 2], .float32(rows.reversed()))), to: "rows.npy")
            for ranks in [nil, 2] {
                let result = Program.run(run.command(["run.steps=4"]), ranks: ranks, in: folder)
                #expect(result.exitCode == 73 && result.messages.count == 1 && result.errors.contains("other data"), "\(result.summary)")
            }
            let after = Folder.fingerprint(run.path)
            for (name, sum) in before where name != "config.json5" { #expect(after[name] == sum, "\(name) has changed") }
        }
    }
}
