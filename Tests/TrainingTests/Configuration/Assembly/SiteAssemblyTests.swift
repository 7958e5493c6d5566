import Commands
import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Learning
import Numerics
import Sampling
import TestSupport
import Testing
import Training

/// What a state consists of is said by words or by the columns of a table, and a kernel of sites goes with states that have some.
struct SiteAssemblyTests {
    private let scratch = ScratchFolder()

    private func configuration(_ arguments: [String]) throws -> RunConfiguration {
        try ScratchRun.configuration(["sampler.kind=gibbs"] + arguments)
    }

    private func plan(_ arguments: [String]) throws -> RunPlan { try RunPlan(configuration(arguments), SoloCommunicator()) }

    private static func space(_ configuration: RunConfiguration, _ coordinates: Int) -> RowSpace? {
        configuration.space(of: RowPreparation(shape: ImageShape(vector: coordinates)))
    }

    /// Rows of floats in a file.
    private func rows(_ values: [[Float]]) throws -> String {
        let path = "\(scratch.path)/rows.npy"
        try AtomicFile.write(NPY.encode(NumericArray(shape: [values.count, values[0].count], .float32(values.flatMap { $0 }))), to: path)
        return "data.source=\(path)"
    }

    private func table(_ text: String) throws -> String {
        let path = "\(scratch.path)/table.csv"
        try AtomicFile.write(Array(text.utf8), to: path)
        return "data.source=\(path)"
    }

    @Test func `words are dealt out from the first coordinate on, the last one to the end`() throws {
        func sites(_ words: String, _ coordinates: Int) throws -> [DiscreteSite]? {
            Self.space(try configuration(["sampler.sites=[\(words)]"]), coordinates)?.sites.map(\.site)
        }
        #expect(try sites("spin", 3) == (0..<3).map { .bit(at: $0, -1, 1) })
        #expect(
            try sites("bit*2, number, potts:3*2, levels:4", 11)
                == [.bit(at: 0), .bit(at: 1), .oneHot(at: 3, of: 3), .oneHot(at: 6, of: 3)]
                + (9..<11).map { DiscreteSite(coordinates: $0..<$0 + 1, values: [[0], [1], [2], [3]]) })
        let mixed = try #require(Self.space(try configuration(["sampler.sites=[bit, number*2, levels:3]"]), 5))
        #expect(mixed.columnsOfNumbers == [1, 2] && mixed.dimension == 5 && mixed.isOfSitesAndNumbers)
        #expect(mixed.sites.map(\.order) == [.none, .path(3), .path(3)])
        // With a kernel of numbers there are none.
        #expect(try Self.space(ScratchRun.configuration(), 3) == nil)
    }

    @Test func `a kind becomes its kernel, in turn with mala where there are numbers too`() throws {
        func kernel(_ arguments: [String]) throws -> any TransitionKernel {
            let configuration = try ScratchRun.configuration(arguments)
            return configuration.kernel(for: ImageShape(vector: 4), in: Self.space(configuration, 4))
        }
        let gibbs = try kernel(["sampler.kind=gibbs", "sampler.sites=[bit]", "sampler.temperature=3"])
        #expect((gibbs as? Gibbs)?.temperature == 3 && gibbs.energyEvaluations(steps: 2) == 9)
        #expect(try kernel(["sampler.kind=gibbsWithGradients", "sampler.sites=[bit]"]) is GibbsWithGradients)
        let own = try #require(
            try kernel(["sampler.kind=discreteLangevin", "sampler.sites=[bit]", "sampler.stepSize=0.5"]) as? DiscreteLangevin)
        #expect(own.stepSize == 0.5)
        let mixed = try #require(
            try kernel([
                "sampler.kind=discreteLangevin", "sampler.sites=[number, bit*2, number]", "sampler.stepSize=0.5", "sampler.siteStepSize=2",
                "sampler.temperature=3",
            ]) as? SitesAndNumbers<DiscreteLangevin, MALA>)
        #expect(mixed.columns == [0, 3] && mixed.sites.stepSize == 2 && mixed.numbers.stepSize == 0.5 && mixed.temperature == 3)
    }

    /// Categories, a number and bits that are sites.
    private static let words = "kind,size,seen\n" + (0..<40).map { "\(["a", "b", "d"][$0 % 3]),\(Double($0 % 7) / 3),\($0 % 2)\n" }.joined()

    @Test func `of a table the columns say what rows are, for kernels of either kind`() throws {
        let source = try table(Self.words)
        let kinds = ["data.kinds=kind=category,seen=bit", "data.standardize=true"]
        let discrepancy = ["objective.kind=energyDiscrepancy", source] + kinds
        let ofNumbers = try ScratchRun.configuration(discrepancy + ["data.dequantize=false", "sampler.kind=mala"])
        let ofSites = try ScratchRun.configuration(discrepancy + ["sampler.kind=gibbsWithGradients"])
        let plans = try [ofNumbers, ofSites].map { try RunPlan($0, SoloCommunicator()) }
        let space = try #require(plans[0].space)
        #expect(plans[1].space == space && space.sites.map(\.site.count) == [3, 2] && space.columnsOfNumbers == [3])
        #expect(plans[0].settledKernel is SitesAndNumbers<Gibbs, MALA>)
        #expect(plans[1].settledKernel is SitesAndNumbers<GibbsWithGradients, MALA>)
        // Chains of training may have them too.
        let trained = try ScratchRun.trainer([source, "sampler.kind=gibbs", "run.steps=2"] + kinds)
        _ = try trained.step(stop: false)
        for shard in trained.shards {
            let x = shard.negatives
            for row in 0..<x.rows { #expect(space.sites.allSatisfy { $0.isThere(in: x, row: row) }, "\(x.rows(row..<row + 1).values)") }
        }
    }

    @Test func `a step size is adapted where there is one: that of discreteLangevin and of numbers`() throws {
        func target(_ kind: String, _ sites: String) throws -> Double? {
            try ScratchRun.configuration(["sampler.kind=\(kind)", "sampler.sites=[\(sites)]", "sampler.adaptSteps=5"]).targetAcceptance
        }
        #expect(try target("discreteLangevin", "bit") == 0.574 && target("gibbs", "bit*3, number") == 0.574)
        let refused = failure(of: { _ = try target("gibbs", "bit") })
        #expect(refused?.message.contains("sampler.adaptSteps = 5 finds a step size") == true, "\(refused?.message ?? "")")
        // Of a given energy nobody has to say so.
        func chosen(_ arguments: String...) throws -> Int {
            try ChosenConfiguration.resolve(arguments: ["energy.formula=x0*x1"] + arguments).configuration.sampler.adaptSteps
        }
        #expect(try chosen("sampler.sites=[spin]") == 0 && chosen("sampler.sites=[spin, number]") == 500)
        #expect(try chosen("sampler.sites=[spin]", "sampler.kind=discreteLangevin") == 500)
    }

    @Test func `what chains start from is any value of each site, alike often, and noise elsewhere`() throws {
        let configuration = try configuration(["sampler.sites=[spin, potts:3, number]", "chains.noise=gaussian"])
        let noise = configuration.startNoise(in: Self.space(configuration, 5))
        let rows = Matrix(rows: 6000, columns: 5)
        noise.fill(rows, stream: RandomStream(seed: 3, purpose: .test, step: 0, index: 0))
        var counts = [String: Int]()
        for row in 0..<6000 { counts["\(rows.rows(row..<row + 1).values.prefix(4))", default: 0] += 1 }
        // Six states of 1,000 on average; a deviation is 29.
        #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 1000) < 160 }, "\(counts)")
        let squares = (0..<6000).reduce(0) { $0 + rows[$1, 4] * rows[$1, 4] } / 6000
        #expect(abs(squares - 1) < 0.11)
    }

    @Test(arguments: [
        (["sampler.sites=[spins]"], "expected spin, bit, potts:K, levels:K or number"), (["sampler.sites=[potts:1]"], "K from 2 to 4096"),
        (["sampler.sites=[bit*0]"], "found \"bit*0\""), (["sampler.sites=[bit]", "chains.storage=byte"], "expected chains.storage"),
        (["sampler.sites=[bit]", "objective.kind=latentPrior"], "expected objective.kind = \"cd\", \"pcd\", \"shortRun\""),
        (["sampler.sites=[bit]", "objective.kind=diffusionCD", "objective.estimator=recovery"], "found \"diffusionCD\""),
        (["sampler.sites=[bit]", "objective.kind=denoisingScore"], "found \"denoisingScore\""),
        (["sampler.sites=[bit]", "data.dequantize=true"], "expected data.dequantize = false"),
        (["sampler.sites=[bit]", "chains.noiseSpread=1", "objective.kind=shortRun"], "expected chains.noiseSpread = 0"),
        (
            ["sampler.kind=discreteLangevin", "sampler.sites=[bit]", "sampler.siteStepSize=2"],
            "sampler.siteStepSize = 2.0 is the step size"
        ),
    ]) func `what does not go with sites is refused`(arguments: [String], words: String) {
        let found = failure(of: { _ = try configuration(arguments) })
        #expect(found?.kind == .configuration && found?.message.contains(words) == true, "\(found?.message ?? "accepted")")
    }

    @Test(arguments: [
        ([], "expected data that are no density of the plane"),
        (["sampler.sites=[bit*3]"], "for the 2 coordinates of a state, found bit*3 for 3"),
        (["sampler.sites=[bit]"], "expected data that are no density of the plane"),
        (["data.source=digits"], "expected sampler.sites such as [\"spin\"]"),
    ]) func `states that do not fit are refused before the first step`(arguments: [String], words: String) {
        let found = failure(of: { _ = try plan(arguments) })
        #expect(found?.kind == .configuration && found?.message.contains(words) == true, "\(found?.message ?? "accepted")")
    }

    @Test func `rows that have none of a site's values are refused with their place, wherever they stand`() throws {
        // The last row of 600: no tile of the first steps has it.
        let good = (0..<600).map { [Float($0 % 2), 1, 0, 0, Float($0 % 3)] }
        let words = "sampler.sites=[bit, potts:3, levels:3]"
        let plan = try plan([try rows(good), words])
        #expect(plan.space?.sites.count == 3)
        let cases: [(place: Int, value: Float, found: String)] = [
            (0, 0.5, "column 1: sampler.sites expects 0, 1, found 0.5."),
            (2, 1, "columns 2 to 4: sampler.sites expects one of them 1 and the others 0, found 1, 1, 0."),
            (4, 3, "column 5: sampler.sites expects 0, 1, 2, found 3."),
        ]
        for (place, value, words) in cases {
            var bad = good
            bad[599][place] = value
            let found = failure(of: { _ = try self.plan([try rows(bad), "sampler.sites=[bit, potts:3, levels:3]"]) })
            #expect(
                found?.kind == .data && found?.message.contains("row 599 from 0, ") == true && found?.message.contains(words) == true,
                "\(found?.message ?? "accepted")")
        }
        let scaled = failure(of: { _ = try self.plan([try rows(good), words, "data.standardize=true"]) })
        #expect(scaled?.kind == .data && scaled?.message.contains("data.standardize") == true, "\(scaled?.message ?? "accepted")")
    }

    /// Rows in a file of this name.
    private func file(_ name: String, _ values: [[Float]]) throws -> String {
        let path = "\(scratch.path)/\(name)"
        try AtomicFile.write(NPY.encode(NumericArray(shape: [values.count, values[0].count], .float32(values.flatMap { $0 }))), to: path)
        return path
    }

    @Test func `rows that are held out, and rows of files that are given, are looked at as the training rows are`() throws {
        let good = (0..<60).map { [Float($0 % 2), Float($0 % 3)] }
        let words = ["sampler.sites=[bit, levels:3]", "data.noise=0", "run.steps=1"]
        func bad(_ row: Int) -> [[Float]] {
            var rows = good
            rows[row][1] = 7
            return rows
        }
        // Wherever it stands in the file: a half of these are held out.
        for row in 50..<60 {
            let found = failure(of: { _ = try plan(words + [try rows(bad(row)), "data.validation=0.5"]) })
            #expect(
                found?.kind == .data
                    && found?.message.contains("rows.npy: row \(row) from 0, column 2: sampler.sites expects 0, 1, 2, found 7.") == true,
                "\(found?.message ?? "accepted")")
        }
        let wrong = try file("wrong.npy", bad(3))
        let held = failure(of: { _ = try plan(words + [try rows(good), "data.validation=\(wrong)"]) })
        let place = "\(wrong): row 3 from 0, column 2: sampler.sites expects 0, 1, 2, found 7."
        #expect(held?.message.contains("data.validation \(place)") == true, "\(held?.message ?? "accepted")")
        let folder = scratch.run()
        try ScratchRun.train(["sampler.kind=gibbs", try rows(good)] + words, in: folder)
        let output = "\(scratch.path)/e.npy"
        let commands: [(option: String, run: () throws -> Void)] = [
            ("--input", { _ = try EnergyCommand(folder: folder.path, input: wrong, output: output).run(SoloCommunicator()) }),
            ("--data", { _ = try EvaluateCommand(folder: folder.path, count: 8, data: wrong).run(SoloCommunicator()) }),
            ("--outliers", { _ = try EvaluateCommand(folder: folder.path, outliers: wrong).run(SoloCommunicator()) }),
        ]
        for (option, run) in commands {
            let found = failure(of: run)
            #expect(
                found?.kind == .data && found?.message.contains("\(option) \(place)") == true, "\(option): \(found?.message ?? "accepted")")
        }
        _ = try EnergyCommand(folder: folder.path, input: try file("right.npy", good), output: output).run(SoloCommunicator())
    }

    @Test func `words beside columns that say it themselves, and chains of training in gaps and angles, are refused`() throws {
        let both = failure(of: { _ = try plan([try table(Self.words), "data.kinds=kind=category,seen=bit", "sampler.sites=[bit]"]) })
        #expect(both?.message.contains("sampler.sites: the columns of") == true, "\(both?.message ?? "accepted")")
        let gaps = "kind,size\n" + (0..<40).map { "\(["a", "b"][$0 % 2]),\($0 % 5 == 0 ? "" : "\(Double($0) / 9)")\n" }.joined()
        let arguments = [try table(gaps), "data.kinds=kind=category"]
        let refused = failure(of: { _ = try plan(arguments) })
        #expect(refused?.message.contains("gaps, angles or columns that never vary") == true, "\(refused?.message ?? "accepted")")
        #expect(try plan(arguments + ["objective.kind=energyDiscrepancy"]).space?.gaps.count == 1)
    }

    @Test func `sites without a kernel that moves them have no effect`() {
        for kind in ["langevin", "hmc"] {
            let found = failure(of: { _ = try ScratchRun.configuration(["sampler.kind=\(kind)", "sampler.sites=[bit]"]) })
            #expect(found?.message.contains("sampler.sites") == true && found?.message.contains("gibbs") == true, "\(found?.message ?? "")")
        }
    }
}
