import Dispatch
import Failures

/// What an exact sum costs on this machine beside the sum of floats it replaces: medians, in nanoseconds per parameter.
public struct ReductionCost: Sendable, CustomStringConvertible {
    public let parameters: Int
    public let ranks: Int
    /// Rounding one shard's gradient and adding it: once per shard.
    public let adding: Double
    /// Clearing before and reading the total afterwards: once per step.
    public let framing: Double
    /// The reduction over ranks: once per step.
    public let exactReduction: Double
    /// The plain reduction of floats over ranks.
    public let floatReduction: Double

    /// Collective. Alternates the exact sum and the plain one `repetitions` times, with one shard per rank.
    public static func measure(over communicator: any Communicator, parameters: Int, repetitions: Int = 21) throws(Failure) -> ReductionCost
    {
        precondition(parameters > 0 && repetitions > 0, "a measurement needs parameters and repetitions")
        let gradient = (0..<parameters).map { Float(($0 &* 2_654_435_761) % 1_000_003) / 1_000_003 - 0.5 }
        var sum = ExactSum(tensors: [0..<parameters], shards: communicator.size)
        var total = gradient
        var times: (adding: [Double], framing: [Double], exact: [Double], float: [Double]) = ([], [], [], [])
        for _ in 0..<repetitions {
            let start = now()
            sum.begin()
            let begun = now()
            sum.part.add(gradient)
            times.adding.append(now() - begun)
            try communicator.barrier()
            let reducing = now()
            _ = try sum.reduce(over: communicator)
            let reduced = now()
            sum.total(into: &total)
            times.framing.append(now() - reduced + begun - start)
            times.exact.append(reduced - reducing)
            var floats = gradient
            floats[0] += 1
            try communicator.barrier()
            let summing = now()
            try communicator.sum(&floats)
            times.float.append(now() - summing)
        }
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] / Double(parameters) }
        return ReductionCost(
            parameters: parameters, ranks: communicator.size, adding: median(times.adding), framing: median(times.framing),
            exactReduction: median(times.exact), floatReduction: median(times.float))
    }

    public var description: String {
        func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
        return
            "exact sum of \(parameters) parameters on \(ranks) rank\(ranks == 1 ? "" : "s"), ns per parameter: add \(rounded(adding)) a shard, "
            + "begin and total \(rounded(framing)), reduction \(rounded(exactReduction)) (of floats: \(rounded(floatReduction)))"
    }

    private static func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) }
}
