import Testing
import Training

/// The words at the end of a run.
struct RunEndTests {
    private func end(_ arguments: [String] = [], folder: String = "runs/x", program: String = "bin/ebm-dist") throws -> RunEnd {
        RunEnd(try ScratchRun.configuration(arguments), RunFolder(folder), program: program)
    }

    @Test(
        "the samples are judged by where they stand between noise and data",
        arguments: [
            (0.51, "no use"), (0.49, "hardly better than noise"), (0.30, "on their way"), (0.15, "near the data"),
            (0.11, "close to the data"),
            (0.09, "close to the data"),
        ])
    func verdict(samples: Double, words: String) {
        let text = SampleQuality(samples: samples, data: 0.1, noise: 0.5).text
        #expect(text.contains(words) && text.contains("0.100") && text.contains("0.500"), "\(text)")
    }

    @Test("without noise, or with noise as near as data, the distances stand alone")
    func alone() {
        #expect(SampleQuality(samples: 0.2, data: 0.1, noise: nil).progress == nil)
        let text = SampleQuality(samples: 0.2, data: 0.1, noise: 0.05).text
        #expect(text.hasPrefix("sliced Wasserstein distance from data 0.200"), "\(text)")
    }

    @Test("half way between noise and data is one half")
    func progress() throws {
        let progress = try #require(SampleQuality(samples: 0.3, data: 0.1, noise: 0.5).progress)
        #expect(abs(progress - 0.5) < 1e-12)
    }

    @Test("warnings of the last report are said, none is good news, and objectives that nothing watches say nothing")
    func health() throws {
        let end = try end()
        #expect(end.text(quality: nil, plane: nil, warnings: ["the chains run away"]).contains("health   the chains run away"))
        #expect(end.text(quality: nil, plane: nil, warnings: []).contains("nothing has left its known good range"))
        #expect(!end.text(quality: nil, plane: nil, warnings: nil).contains("health"))
    }

    @Test("what is to be typed next can be typed: quoted paths, no more samples than chains, a schedule that stays where it ended")
    func next() throws {
        let odd = try end(["chains.buffer=24"], folder: "my runs/it's", program: "/opt/my bin/ebm-dist")
        #expect(odd.finished.contains(#"'/opt/my bin/ebm-dist' sample --run 'my runs/it'\''s' --count 24 "#), "\(odd.finished)")
        let many = try end(["chains.buffer=96"]).finished
        #expect(many.contains("bin/ebm-dist sample --run runs/x --count 64 ") && many.contains("with run.steps=16\n"), "\(many)")
        let cosine = try end(["optimizer.schedule=cosine"]).finished
        #expect(cosine.contains("run.steps=16 optimizer.decaySteps=8"), "\(cosine)")
        let explicit = try end(["optimizer.schedule=cosine", "optimizer.decaySteps=5"]).finished
        #expect(!explicit.contains("decaySteps"), "\(explicit)")
    }

    @Test("samples of a run are measured where that is little work, the same on any number of ranks, and change nothing of it")
    func measured() throws {
        let arguments = ["model.widths=[8]", "report.every=1000"]
        let trainer = try ScratchRun.trainer(arguments)
        let before = trainer.state.replicaDigest
        let alone = try #require(try SampleQuality.measure(trainer))
        #expect(trainer.state.replicaDigest == before)
        let several = try ThreadRanks.run(2) { try SampleQuality.measure(ScratchRun.trainer(arguments, on: $0)) }
        #expect(several == [alone, alone])
        // Two moons from uniform noise: what has not been trained is noise, and data are nearer to data.
        let (noise, progress) = (try #require(alone.noise), try #require(alone.progress))
        #expect(alone.data < noise && progress < 0.5)
        #expect(!SampleQuality.isCheap(trainer.plan, steps: 8) && SampleQuality.isCheap(trainer.plan, steps: 1_000_000))
    }

    @Test("a paragraph keeps its lines short and its text in one column")
    func paragraph() {
        let text = TextLayout.paragraph("note", String(repeating: "word ", count: 40), indent: 9)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("note     word") && lines[1].hasPrefix("         word"))
        #expect(lines.allSatisfy { $0.count <= 118 })
        #expect(TextLayout.paragraph("a long title", "text", indent: 4) == "a long title\n    text")
        #expect(TextLayout.paragraph("two", "one\ntwo", indent: 5) == "two  one\n     two")
    }
}
