import Testing
import Training

/// The memory that a run says it needs.
struct MemoryNeedTests {
    /// MiB of a part, from the line before the first step.
    private func part(_ name: String, _ arguments: [String]) throws -> Double {
        let folder = ScratchFolder()
        let text = try ScratchRun.train(arguments + ["run.steps=1"], in: folder.run()).joined(separator: "\n")
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        let places = words.indices.dropLast(2).filter { words[$0].hasSuffix(name) && words[$0 + 2].hasPrefix("MiB") }
        let place = try #require(places.first)
        return try #require(Double(words[place + 1]))
    }

    @Test func `a buffer twice as large takes twice the memory of its chains, as bytes a quarter`() throws {
        let buffer = ["data.source=digits", "run.shards=1"]
        let (once, twice) = (
            try part("chains", buffer + ["chains.buffer=20000"]), try part("chains", buffer + ["chains.buffer=40000"])
        )
        // 20,000 chains of 64 floats and an age: 5.0 MiB, told to a tenth.
        let expected = 20_000.0 * 260 / 1_048_576
        #expect(abs(once - expected) < 0.11 && abs(twice - 2 * once) < 0.16)
        let bytes = try part("chains", buffer + ["chains.buffer=20000", "chains.storage=byte", "sampler.low=-1", "sampler.high=1"])
        #expect(abs(bytes - expected * 68 / 260) < 0.11)
    }

    @Test func `activations are counted once for each thread that has shards`() throws {
        let wide = ["model.widths=[40000]", "chains.buffer=null"]
        let (one, two) = (try part("threads", wide + ["run.threads=1"]), try part("threads", wide + ["run.threads=2"]))
        #expect(one > 3 && abs(two - 2 * one) < 0.16, "\(one), \(two)")
        #expect(try part("threads", wide + ["run.threads=2", "run.shards=1"]) <= one + 0.06)
    }
}
