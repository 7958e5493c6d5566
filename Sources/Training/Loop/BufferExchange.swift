import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Numerics
import Sampling

/// Exchanges samples of the replay buffers between shards, while the gradients of the step are computed and summed.
///
/// Only samples whose shards live on different ranks travel, those of one pair of ranks in one message, as they are stored and with their ages.
/// The memory for it is bounded by what the rank's own shards give away.
package struct BufferExchange: Sendable {
    private let options: RunConfiguration.Exchange
    private let seed: UInt64
    private let layout: ShardLayout
    private let capacity: Int
    private let recordBytes: Int

    /// - Returns: nil for a run whose shards keep their samples.
    package init?(_ plan: RunPlan) {
        let configuration = plan.configuration
        options = configuration.exchange
        guard options.policy != .none, options.every > 0, let capacity = configuration.replayCapacity else { return nil }
        seed = configuration.run.seed
        layout = plan.layout
        self.capacity = capacity
        recordBytes = ReplayShard.recordBytes(dimension: plan.source.shape.count, options: configuration.replayOptions)
    }

    /// Whether samples are exchanged in a step, counted from 0.
    package func isDue(_ step: Int) -> Bool { (step + 1) % options.every == 0 }

    package func plan(_ step: Int) -> ExchangePlan? {
        ExchangePlan(
            options.policy, fraction: options.fraction, shards: layout.shards, capacity: capacity, seed: seed, step: step)
    }

    /// Bytes of samples that changed shards in the newest exchange of a run that made so many steps: the same on any number of ranks.
    package func bytesOfNewestExchange(steps: Int) -> Int {
        let newest = steps / options.every * options.every - 1
        return newest < 0 ? 0 : (plan(newest)?.movedSamples ?? 0) * recordBytes
    }

    /// Collective. Sends what this rank's shards give away.
    /// - Returns: nil when nothing is exchanged in this step.
    package func begin(_ step: Int, _ shards: [ShardState], _ communicator: any Communicator) throws(Failure) -> BufferExchangeInFlight? {
        guard isDue(step), let plan = plan(step) else { return nil }
        let places = self.places(plan, shards)
        // In the order of where samples go, which is that of ranks, since ranks own contiguous shards.
        let departures = places.map { (destination: plan.destination(of: $0.number), place: $0) }.sorted { $0.destination < $1.destination }
        var sending = [Int](repeating: 0, count: layout.ranks)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(departures.count * recordBytes)
        for departure in departures {
            sending[layout.owner(of: departure.destination / plan.perShard)] += recordBytes
            departure.place.replay.appendRecord(of: departure.place.slot, to: &bytes)
        }
        // The order in which the others send: by rank, and of one rank by place.
        let arrivals = places.map { (rank: layout.owner(of: plan.source(of: $0.number) / plan.perShard), place: $0) }
            .sorted { ($0.rank, $0.place.number) < ($1.rank, $1.place.number) }
        var receiving = [Int](repeating: 0, count: layout.ranks)
        for arrival in arrivals { receiving[arrival.rank] += recordBytes }
        let pending = try communicator.beginExchange(bytes, sending: sending, receiving: receiving)
        return BufferExchangeInFlight(
            pending: pending, arrivals: arrivals.map(\.place), recordBytes: recordBytes,
            traffic: ExchangeTraffic(sending: sending, rank: communicator.rank))
    }

    /// The places of this rank's shards, in their order.
    private func places(_ plan: ExchangePlan, _ shards: [ShardState]) -> [ExchangePlace] {
        shards.flatMap { shard -> [ExchangePlace] in
            guard let replay = shard.replay else { return [] }
            return plan.slots(of: shard.index).enumerated().map { number, slot in
                ExchangePlace(number: shard.index * plan.perShard + number, replay: replay, slot: slot)
            }
        }
    }
}

/// A place of an exchange and the slot behind it.
fileprivate struct ExchangePlace {
    let number: Int
    let replay: ReplayShard
    let slot: Int
}

/// Samples on their way between the shards of a step.
package struct BufferExchangeInFlight {
    fileprivate let pending: any PendingExchange
    /// In the order of arrival.
    fileprivate let arrivals: [ExchangePlace]
    fileprivate let recordBytes: Int
    /// What this rank sent to others.
    package let traffic: ExchangeTraffic

    /// Collective. Puts what came into the buffers; nobody may have touched them since the beginning.
    package func finish() throws(Failure) {
        let bytes = try pending.finish()
        for (number, arrival) in arrivals.enumerated() {
            arrival.replay.replace(slot: arrival.slot, byRecord: bytes[number * recordBytes..<(number + 1) * recordBytes])
        }
    }
}

/// Messages between ranks and their bytes.
package struct ExchangeTraffic: Hashable, Sendable {
    package var messages = 0
    package var bytes = 0

    package init() {}

    /// What a rank sends to all others.
    init(sending: [Int], rank: Int) {
        for (other, count) in sending.enumerated() where other != rank && count > 0 {
            messages += 1
            bytes += count
        }
    }

    mutating func add(_ other: ExchangeTraffic) {
        messages += other.messages
        bytes += other.bytes
    }
}
