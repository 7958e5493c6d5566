// Trains an energy on points of concentric rings by persistent contrastive divergence: alone, or on the ranks of mpirun, with the same bits.
import Datasets
import Distributed
import Glibc
import Learning
import Model
import Numerics
import Sampling

let (seed, shards, rows, steps) = (UInt64(1), 4, 64, 500)

let code = withWorld { communicator in
    Products.useOneThreadPerProduct()
    // E(x) = network(x) + |x|²/8, p(x) ∝ exp(-E(x)).
    let layers: [LayerDescription] = [.dense(outputs: 64), .activation(.silu), .dense(outputs: 64), .activation(.silu), .dense(outputs: 1)]
    let network = try Network(NetworkDescription(input: ImageShape(vector: 2), layers: layers))
    let model = try EnergyModel(network, referenceDeviation: 2)
    var (parameters, state) = (network.initialParameters(seed: seed), model.initialState(seed: seed))
    let (weights, workspace) = (PreparedWeights(network), Workspace(model, rows: rows))
    var optimizer = Optimizer(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), groups: [.init(parameters.indices)])
    var sum = ExactSum(tensors: model.layout.tensors.map(\.range), shards: shards, recordLength: 1)

    // Each shard has its data and its chains, whatever rank it lies on.
    let own = try ShardLayout(shards: shards, ranks: communicator.size).range(of: communicator.rank)
    let kernel = Langevin(stepSize: 0.02, noise: nil)
    let data = PlaneDensity(.rings)
    let (batch, energies) = (Matrix(rows: rows, columns: 2), Matrix(rows: rows, columns: 1))
    let tiles = own.map { shard in
        let chains = ChainBuffers(chains: rows, dimension: 2, scratch: kernel.scratchTiles)
        RandomStream(seed: seed, purpose: .chainStart, step: 0, index: shard).fillNormals(chains.positions)
        return (shard: shard, chains: chains, gradient: Matrix(rows: 1, columns: parameters.count))
    }
    for step in 0..<steps {
        model.prepare(weights, parameters: parameters, state: &state, iterating: true)
        var gaps: [Double] = []
        for (shard, chains, gradient) in tiles {
            data.fillSamples(batch, from: RandomStream(seed: seed, purpose: .densitySample, step: step, index: shard))
            let noise = ChainNoise(seed: seed, motion: .langevin, decisions: .acceptance, step: step, index: shard)
            kernel.run(chains, steps: 10, noise: noise, in: ModelPotential(model: model, weights: weights, workspace: workspace))
            gradient.fill(0)
            let means = [(batch, Float(1)), (chains.positions, -1)].map { states, sign in
                model.addParameterGradient(
                    of: states, weights, workspace, energies: energies,
                    rowWeights: { $1.fill(sign / Float(shards * rows)) }, into: gradient)
                return energies.values.reduce(0) { $0 + Double($1) } / Double(rows)
            }
            gaps.append(means[0] - means[1])
        }
        repeat {
            sum.begin()
            for (tile, gap) in zip(tiles, gaps) {
                sum.part.add(tile.gradient.values)
                sum.part.setRecord([gap], of: tile.shard)
            }
        } while try sum.reduce(over: communicator) == .rescaled
        var gradient = parameters
        sum.total(into: &gradient)
        optimizer.update(&parameters, gradient: gradient, learningRate: 2e-3)
        guard communicator.rank == 0, (step + 1) % 100 == 0 else { continue }
        print("step \(step + 1): gap \((0..<shards).reduce(0) { $0 + sum.record(of: $1)[0] } / Double(shards))")
    }
    let hash = parameters.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
    if communicator.rank == 0 { print("parameters \(String(hash, radix: 16))") }
}
exit(code)
