import Configuration
import Distributed
import Failures
import Foundation
import Testing
import Training

/// Runs of given energies whose states have sites: lattices of spins and chains of categories, with laws that are known by enumeration.
struct SiteSamplingTests {
    private let scratch = ScratchFolder()

    /// An energy as a formula and as a function, and all of its states.
    struct Model: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let formula: String
        let sites: String
        let states: [[Float]]
        let energy: @Sendable ([Float]) -> Double

        /// Spins on a periodic square lattice, each bond once.
        static func ising(_ edge: Int) -> Model {
            let bonds = (0..<edge * edge).flatMap { place -> [(Int, Int)] in
                let (line, column) = place.quotientAndRemainder(dividingBy: edge)
                return [(place, line * edge + (column + 1) % edge), (place, (line + 1) % edge * edge + column)]
            }
            let count = edge * edge
            return Model(
                testDescription: "ising \(edge)x\(edge)",
                formula: "-(" + bonds.map { "x\($0.0)*x\($0.1)" }.joined(separator: "+") + ") - 0.3*sum(i,0,\(count - 1),x[i])",
                sites: "[spin]", states: (0..<1 << count).map { number in (0..<count).map { number >> $0 & 1 == 1 ? 1 : -1 } },
                energy: { s in -bonds.reduce(0) { $0 + Double(s[$1.0] * s[$1.1]) } - 0.3 * s.reduce(0) { $0 + Double($1) } })
        }

        /// An open chain of four categories of three values, of which the later ones are liked better.
        static let potts = Model(
            testDescription: "potts chain", formula: "-2*sum(i,0,8,x[i]*x[i+3]) - 0.7*(x1+x4+x7+x10) - (x2+x5+x8+x11)",
            sites: "[potts:3]",
            states: (0..<81).map { number in
                var (state, rest) = ([Float](repeating: 0, count: 12), number)
                for site in 0..<4 { (state[3 * site + rest % 3], rest) = (1, rest / 3) }
                return state
            },
            energy: { x in
                let pairs = (0..<9).reduce(0.0) { $0 + Double(x[$1] * x[$1 + 3]) }
                return (0..<4).reduce(-2 * pairs) { $0 - 0.7 * Double(x[3 * $1 + 1]) - Double(x[3 * $1 + 2]) }
            })
    }

    private func states(_ model: Model, _ arguments: [String]) throws -> [[Float]] {
        _ = OneThreadPerProduct.once
        let common = [
            "energy.formula=\(model.formula)", "sampler.sites=\(model.sites)", "sampler.temperature=3", "run.shards=8",
            "run.chainsPerShard=125", "run.threads=1", "checkpoint.every=0", "report.tensorboard=false", "report.every=100",
        ]
        let folder = scratch.run()
        let run = TrainingRun(
            configuration: try ChosenConfiguration.resolve(arguments: common + arguments).configuration, folder: folder, isQuiet: true)
        try run.run(SoloCommunicator())
        let chains = try StoredChains(TrainedModel(folder))
        let (values, width) = (try chains.samples(0..<chains.wanted), model.states[0].count)
        return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
    }

    /// Sampler steps in all are enough that the chains, 1,000 of their own, or 500 coldest ones, have forgotten where they began.
    static let samplers = [
        ["run.steps=60"], ["run.steps=80", "sampler.kind=gibbsWithGradients", "sampler.steps=12"],
        ["run.steps=60", "sampler.kind=discreteLangevin", "sampler.steps=10", "sampler.adaptSteps=30"],
        ["run.steps=60", "sampler.kind=discreteLangevin", "sampler.steps=5", "sampler.adaptSteps=30", "exchange.temperatures=[1, 2]"],
    ]

    @Test(arguments: [Model.ising(2), .ising(3), .ising(4), .potts], samplers)
    func `energies and states are as often as by enumeration, within the error of so many chains`(model: Model, sampler: [String]) throws {
        let found = try states(model, sampler)
        #expect(found.count == (sampler.count > 4 ? 500 : 1000))
        let energies = model.states.map(model.energy)
        let weights = energies.map { exp(-$0 / 3) }
        let sum = weights.reduce(0, +)
        let law = weights.map { $0 / sum }
        /// Of independent chains the standard error is the deviation over √n; 4.5 of them are passed by chance once in 150,000.
        func expectMean(_ name: String, _ function: ([Float]) -> Double) {
            let values = model.states.map(function)
            let mean = zip(law, values).reduce(0) { $0 + $1.0 * $1.1 }
            let variance = zip(law, values).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
            let own = found.reduce(0) { $0 + function($1) } / Double(found.count)
            #expect(abs(own - mean) < 4.5 * (variance / Double(found.count)).squareRoot(), "\(name): \(own), not \(mean)")
        }
        expectMean("energy", model.energy)
        expectMean("energy²") { model.energy($0) * model.energy($0) }
        expectMean("value 1") { Double($0[1]) }
        expectMean("(Σ of every second value)²") { state in
            let part = stride(from: 0, to: state.count, by: 2).reduce(0) { $0 + Double(state[$1]) }
            return part * part
        }
        let known = Set(model.states)
        #expect(found.allSatisfy { known.contains($0) }, "chains stand at values of the sites")
        guard model.states.count < 100 else { return }
        for state in model.states { expectMean("\(state)") { $0 == state ? 1 : 0 } }
    }

    @Test(arguments: [["run.steps=40"], ["run.steps=40", "sampler.kind=gibbsWithGradients", "sampler.steps=4"]])
    func `where a formula is no number chains do not stay`(sampler: [String]) throws {
        // log(3), log(1) twice, and log(-1)
        let model = Model(
            testDescription: "", formula: "log(x0 + x1 + 1)", sites: "[spin]", states: [[1, 1], [1, -1], [-1, 1], [-1, -1]],
            energy: { Double(log($0[0] + $0[1] + 1)) })
        let found = try states(model, sampler)
        #expect(!found.contains([-1, -1]))
        // At T = 3 the weights are 3^(-1/3), 1 and 1.
        let share = Double(found.count { $0 == [1, 1] }) / Double(found.count)
        let expected = pow(3, -1.0 / 3) / (2 + pow(3, -1.0 / 3))
        #expect(abs(share - expected) < 4.5 * (expected * (1 - expected) / Double(found.count)).squareRoot(), "\(share), not \(expected)")
    }
}
