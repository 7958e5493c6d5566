import Configuration
import Failures
import Testing
import Training

/// What an unknown key is taken for, and what is said of the known ones.
struct NearestKeyTests {
    @Test(arguments: [
        ("lr", ["optimizer.learningRate"]), ("learning_rate", ["optimizer.learningRate"]), ("optimiser.lr", ["optimizer.learningRate"]),
        ("samplr.steps", ["sampler.steps"]), ("sampler.step", ["sampler.steps"]), ("n_steps", ["run.steps"]), ("epochs", ["run.steps"]),
        ("training.epochs", ["run.steps"]), ("train.steps", ["run.steps"]), ("batch_size", ["run.chainsPerShard"]),
        ("data.batchSize", ["run.chainsPerShard"]), ("seed", ["run.seed"]), ("iterations", ["run.steps"]), ("hidden", ["model.widths"]),
        ("steps", ["run.steps", "sampler.steps", "posterior.steps"]),
        ("optimizer.stepSize", ["sampler.stepSize", "posterior.stepSize"]),
        ("mcmc.steps", ["sampler.steps"]), ("data.path", ["data.source"]), ("data_path", ["data.source"]),
        ("sampler.stepsize", ["sampler.stepSize"]), ("modle.kind", ["model.kind"]), ("model.width", ["model.widths"]),
        ("generator.learning_rate", ["generator.learningRate"]), ("replay.buffer_size", ["chains.buffer"]),
        ("validation_data", ["data.validation"]), ("early_stopping", ["run.patience"]), ("save_best", ["checkpoint.keepBest"]),
        ("weight_decay", ["optimizer.weightDecay"]), ("ema", ["optimizer.average"]),
    ])
    func `a key that is not one names what was meant`(path: String, meant: [String]) {
        guard case .keys(let found, _) = ConfigurationKey.suggestion(for: path) else {
            Issue.record("\(path): found \(String(describing: ConfigurationKey.suggestion(for: path)))")
            return
        }
        #expect(found == meant, "\(path)")
    }

    @Test(arguments: [
        ("test_data", "evaluate"), ("output", "--out"), ("run.output_dir", "--out"),
        ("device", "CPU"), ("resume", "same command"), ("n_ranks", "mpirun"),
    ])
    func `what is no key of the configuration says where it is to be had`(path: String, place: String) {
        guard case .other(let sentence) = ConfigurationKey.suggestion(for: path) else {
            Issue.record("\(path): found \(String(describing: ConfigurationKey.suggestion(for: path)))")
            return
        }
        #expect(sentence.contains(place), "\(path): \(sentence)")
    }

    @Test(arguments: ["xyzzyplugh", "colour.of", "data.q", "", ".", "a.b.c"])
    func `nothing is suggested for a word that is like no key`(path: String) { #expect(ConfigurationKey.suggestion(for: path) == nil) }

    @Test func `every key that a word of the field stands for is there, and each word stands for one thing`() {
        for row in FieldWord.all {
            if let key = row.key { #expect(ConfigurationKey.named(key) != nil, "\(key)") }
            #expect(row.key != nil || row.remark != nil)
            for word in row.words { #expect(ConfigurationKey.plain(word[...]) == word, "\(word) is found by nobody") }
        }
        let words = FieldWord.all.flatMap(\.words)
        #expect(Set(words).count == words.count, "\(words.filter { word in words.count { $0 == word } > 1 })")
    }

    @Test func `mistakes are letters that are missing, surplus, other, or swapped with their neighbour`() {
        for (first, second, mistakes) in [
            ("train", "train", 0), ("tain", "train", 1), ("trian", "train", 1), ("smaple", "sample", 1), ("", "abc", 3), ("abc", "", 3),
            ("kitten", "sitting", 3), ("ca", "abc", 3),
        ] {
            #expect(Spelling.distance(first, second) == mistakes, "\(first) \(second)")
        }
    }

    @Test func `a long common beginning counts, a short word is not taken for any other`() {
        let names = ["train", "sample", "energy", "evaluate", "diagnose", "config", "check", "bench"]
        for (word, meant) in [
            ("eval", "evaluate"), ("evaluation", "evaluate"), ("diagnostics", "diagnose"), ("TRAIN", "train"), ("bnech", "bench"),
            ("fit", nil), ("plot", nil), ("test", nil), ("validation", nil),
        ] as [(String, String?)] {
            #expect(Spelling.nearest(to: word, in: names) == meant, "\(word)")
        }
    }

    @Test func `each key is explained by its values, its default, and what a continued run may do; each group lists its keys`() throws {
        for key in ConfigurationKey.all {
            let text = try #require(ConfigurationKey.help(for: key.path))
            let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            for part in [key.path, key.meaning, key.allowed, key.needs == .always ? "" : key.needs.words] {
                #expect(words.contains(part.split(separator: " ").joined(separator: " ")), "\(key.path): \(text)")
            }
            #expect(words.contains(key.continuation == .fixed ? "stays" : "may be given"), "\(text)")
        }
        for group in ConfigurationKey.groups {
            let text = try #require(ConfigurationKey.help(for: group))
            for key in ConfigurationKey.all where key.group == group { #expect(text.contains("  \(key.path) = "), "\(key.path)") }
            let lines = text.split(separator: "\n")
            #expect(lines.allSatisfy { $0.count < 120 }, "\(lines.filter { $0.count >= 120 })")
        }
        #expect(ConfigurationKey.help(for: "learningrate") == nil && ConfigurationKey.help(for: "xyzzy") == nil)
        for word in ["sampler.stepsize", "SAMPLER.STEPSIZE"] {
            #expect(ConfigurationKey.help(for: word)?.hasPrefix("sampler.stepSize") == true)
        }
        #expect(ConfigurationKey.help(for: "widths") == nil && ConfigurationKey.help(for: "chainspershard")?.hasPrefix("run.") == true)
    }
}
