import Configuration
import Failures
import Testing
import Training

/// The words at the end of a run.
struct RunEndTests {
    private func end(_ arguments: [String] = [], folder: String = "runs/x", program: String = "bin/ebm-dist") throws -> RunEnd {
        let configuration = try ScratchRun.configuration(arguments)
        return RunEnd(configuration, RunFolder(folder), step: configuration.run.steps, program: program)
    }

    @Test func `warnings of the last report are said, none is good news, and objectives that nothing watches say nothing`() throws {
        let end = try end()
        #expect(end.text(quality: nil, plane: nil, warnings: ["the chains run away"]).contains("health   the chains run away"))
        #expect(end.text(quality: nil, plane: nil, warnings: []).contains("nothing has left its known good range"))
        #expect(!end.text(quality: nil, plane: nil, warnings: nil).contains("health"))
    }

    @Test func `what is to be typed next can be typed: quoted paths, no more samples than chains, a schedule that stays where it ended`()
        throws
    {
        let odd = try end(["chains.buffer=24"], folder: "my runs/it's", program: "/opt/my bin/ebm-dist")
        #expect(odd.finished().contains(#"'/opt/my bin/ebm-dist' sample --run 'my runs/it'\''s' --count 24 "#), "\(odd.finished())")
        let many = try end(["chains.buffer=96"]).finished()
        #expect(many.contains("bin/ebm-dist sample --run runs/x --count 64 ") && many.contains("with run.steps=16\n"), "\(many)")
        let cosine = try end(["optimizer.schedule=cosine"]).finished()
        #expect(cosine.contains("run.steps=16 optimizer.decaySteps=8"), "\(cosine)")
        let explicit = try end(["optimizer.schedule=cosine", "optimizer.decaySteps=5"]).finished()
        #expect(!explicit.contains("decaySteps"), "\(explicit)")
    }

    @Test(arguments: [40, 80, 120]) func `no line is wider than the terminal, as far as its words allow`(width: Int) throws {
        let text = try end().text(
            quality: nil, plane: nil, warnings: ["the chains run away and nobody knows where to"], width: TextWidth(columns: width))
        for line in text.split(separator: "\n") {
            let longest = line.split(separator: " ").map(\.count).max() ?? 0
            #expect(line.count <= width || longest > width - 12, "\(line)")
        }
        #expect(text.replacing("\\\n", with: " ").contains("--grid samples.png"), "\(text)")
    }

    @Test func `log Z is proposed for given energies of numbers alone`() throws {
        func finished(_ arguments: [String]) throws -> String {
            let configuration = try ChosenConfiguration.resolve(arguments: ["energy.formula=x0*x1"] + arguments).configuration
            return RunEnd(configuration, RunFolder("runs/x"), step: configuration.run.steps, program: "ebm-dist").finished()
        }
        #expect(try finished([]).contains("--measures ais"))
        #expect(try !finished(["sampler.sites=[spin]"]).contains("--measures ais"))
    }

    @Test func `the end says where picture and model are and which commands come next`() throws {
        let folder = ScratchFolder().run()
        let lines = try ScratchRun.train(in: folder)
        let end = try #require(lines.last)
        for text in [
            folder.sample(8), "\(folder.checkpoint(8))/model.safetensors", "sample --run \(folder.path)", "evaluate --run",
            "diagnose --run",
            "run.steps=16",
        ] {
            #expect(end.contains(text), "\(text): \(end)")
        }
    }
}
