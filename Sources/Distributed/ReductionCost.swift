import Dispatch
import Failures

/// What sums over ranks cost on this machine, the exact one whole and in slices beside the sum of floats that it replaces: medians, in nanoseconds per
/// parameter, and bytes that this rank had to send.
public struct ReductionCost: Sendable, CustomStringConvertible {
    public let parameters: Int
    public let ranks: Int
    /// Rounding one shard's gradient and adding it: once per shard.
    public let adding: Double
    /// Clearing before and reading the total afterwards: once per step.
    public let framing: Double
    /// The exact sum, all of it on every rank: once per step.
    public let whole: Way
    /// Every rank's slice of the exact sum, and the parameters that they update gathered from all: once per step.
    public let sliced: Way
    /// The plain sum of floats.
    public let floats: Way

    /// A way to sum over ranks.
    public struct Way: Sendable {
        /// Nanoseconds per parameter.
        public let time: Double
        /// In one step.
        public let traffic: Traffic

        /// Repeats what is done in a step.
        fileprivate struct Meter {
            var times: [Double] = []
            var traffic = Traffic()

            /// Collective. All ranks begin together.
            mutating func measure(_ communicator: any Communicator, _ work: () throws(Failure) -> Void) throws(Failure) {
                try communicator.barrier()
                let (before, start) = (communicator.traffic, now())
                try work()
                times.append(now() - start)
                traffic = communicator.traffic - before
            }

            func way(_ parameters: Int) -> Way { Way(time: median(times, parameters), traffic: traffic) }
        }
    }

    /// Collective. Takes the ways in turn `repetitions` times, with one shard per rank.
    public static func measure(over communicator: any Communicator, parameters: Int, repetitions: Int = 21) throws(Failure) -> ReductionCost
    {
        precondition(parameters > 0 && repetitions > 0, "a measurement needs parameters and repetitions")
        let gradient = (0..<parameters).map { Float(($0 &* 2_654_435_761) % 1_000_003) / 1_000_003 - 0.5 }
        let slices = SliceLayout(count: parameters, nodes: communicator.nodes)
        var sum = ExactSum(tensors: [0..<parameters], shards: communicator.size)
        var inSlices = ExactSum(tensors: [0..<parameters], shards: communicator.size, slices: slices)
        var (total, values) = (gradient, gradient)
        var (adding, framing): ([Double], [Double]) = ([], [])
        var (whole, sliced, floats) = (Way.Meter(), Way.Meter(), Way.Meter())
        for _ in 0..<repetitions {
            let start = now()
            sum.begin()
            let begun = now()
            sum.part.add(gradient)
            adding.append(now() - begun)
            try whole.measure(communicator) { () throws(Failure) in _ = try sum.reduce(over: communicator) }
            let reduced = now()
            sum.total(into: &total)
            framing.append(now() - reduced + begun - start)
            inSlices.begin()
            inSlices.part.add(gradient)
            try sliced.measure(communicator) { () throws(Failure) in
                _ = try inSlices.reduce(over: communicator)
                try communicator.gather(&values, slices: slices)
            }
            values = gradient
            values[0] += 1
            try floats.measure(communicator) { () throws(Failure) in try communicator.sum(&values) }
        }
        return ReductionCost(
            parameters: parameters, ranks: communicator.size, adding: median(adding, parameters), framing: median(framing, parameters),
            whole: whole.way(parameters), sliced: sliced.way(parameters), floats: floats.way(parameters))
    }

    public var description: String {
        func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
        func bytes(_ way: Way) -> Double { rounded(Double(way.traffic.withinNode + way.traffic.betweenNodes) / Double(parameters)) }
        return
            "exact sum of \(parameters) parameters on \(ranks) rank\(ranks == 1 ? "" : "s"), ns per parameter: add \(rounded(adding)) a shard, "
            + "begin and total \(rounded(framing)), whole \(rounded(whole.time)), in slices with the gather of parameters \(rounded(sliced.time)) "
            + "(of floats: \(rounded(floats.time))); bytes sent per parameter: whole \(bytes(whole)), in slices \(bytes(sliced)) "
            + "(of floats: \(bytes(floats)))"
    }
}

private func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) }

private func median(_ values: [Double], _ parameters: Int) -> Double { values.sorted()[values.count / 2] / Double(parameters) }
