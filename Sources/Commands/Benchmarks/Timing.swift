/// Times of short pieces of work.
enum Timing {
    /// Seconds of one call of `work`, the least of several rounds of at least 20 ms each: what disturbs makes it longer, never shorter.
    static func least(rounds: Int = 7, _ work: () -> Void) -> Double {
        work()
        var calls = 1
        while time(calls, work) < 0.02 { calls *= 2 }
        return (0..<rounds).map { _ in time(calls, work) }.min()! / Double(calls)
    }

    private static func time(_ calls: Int, _ work: () -> Void) -> Double {
        let start = ContinuousClock.now
        for _ in 0..<calls { work() }
        return (ContinuousClock.now - start) / .seconds(1)
    }
}
