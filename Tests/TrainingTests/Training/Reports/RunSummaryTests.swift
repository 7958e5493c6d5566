import Distributed
import Testing
import Training

/// What is said before the first step.
struct RunSummaryTests {
    let scratch = ScratchFolder()

    @Test(arguments: [true, false])
    func `the first line says program, data and folder, and the commands only where none was named`(isImplied: Bool) throws {
        let (folder, lines) = (scratch.run(), ScratchRun.Lines())
        var run = TrainingRun(configuration: try ScratchRun.configuration(), folder: folder, isQuiet: true)
        run.isImplied = isImplied
        run.listener = { lines.append($0) }
        try run.run(SoloCommunicator())
        let first = try #require(lines.all.first)
        #expect(first.hasPrefix(BuildInformation.version) && first.contains("moons") && first.contains(folder.path))
        #expect(first.contains("--help") == isImplied)
    }

    @Test func `before the first step stand layout, data, model, objective, memory and folder, and the threads and chains are the run's`()
        throws
    {
        let folder = scratch.run()
        let text = try ScratchRun.train(
            ["run.threads=2", "generator.latent=3", "generator.widths=[9]"] + VariationalTeachingTests.teaching, in: folder
        )
        .joined(separator: "\n")
        for part in [
            "layout   1 rank x 2 threads, 4 shards x 6 chains", "data     moons, fresh samples of", "generator ", "encoder ",
            "training variationalTeaching, ", "memory   ", "run      \(folder.path)",
        ] {
            #expect(text.contains(part), "\(part): \(text)")
        }
        #expect(!text.contains("bfloat16"))
    }

    @Test(arguments: [
        (["sampler.precision=bfloat16"], "chains multiply bfloat16 ("),
        (["sampler.precision=bfloat16", "sampler.kind=mala"], "chains multiply bfloat16 on the way back alone, since energies decide ("),
        (["gradient.precision=bfloat16"], "gradients multiply bfloat16 ("),
    ])
    func `what multiplies in half precision is said before the first step`(_ arguments: [String], _ words: String) throws {
        let text = try ScratchRun.train(["data.source=digits", "run.steps=1"] + arguments, in: scratch.run()).joined(separator: "\n")
        #expect(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains("products \(words)"), "\(text)")
    }
}
