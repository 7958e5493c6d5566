import Failures

/// The ranks of a run as one object: who am I, and what do we sum, send and write together.
///
/// Every method marked *collective* must be called by all ranks, in the same order, from the thread that started MPI
/// (`MPI_THREAD_FUNNELED`). Results never depend on the order in which ranks arrive. A `Failure` thrown by `fromRoot`, `agree`,
/// `write` and what stands on them is thrown by every rank, the same one; a failing MPI call is a failure of the rank that saw it,
/// and ends the whole job when it reaches `withWorld`.
public protocol Communicator: AnyObject {
    /// This process, 0 ..< size.
    var rank: Int { get }
    /// How many processes run together.
    var size: Int { get }
    /// The ranks and cores of the machine this rank runs on.
    var node: NodeInfo { get }
    /// Which ranks share a machine; the same on all ranks.
    var nodes: NodeMap { get }
    /// What this rank had to send up to now for sums and gathered slices.
    var traffic: Traffic { get }
    /// The collective in flight and a count of all so far; may be read from another thread.
    var progress: ProgressBoard { get }
    /// The last failure that all ranks threw together; `withWorld` prints such a failure once.
    var agreedFailure: Failure? { get set }

    /// Collective. Returns when every rank has arrived.
    func barrier() throws(Failure)

    /// Collective. Element-wise exact sum over ranks, in place, on all ranks. The caller keeps every sum within Int64.
    func sum(_ values: inout [Int64]) throws(Failure)

    /// Collective. Element-wise sum over ranks, in place, on all ranks: rounded in an order that depends on the number of ranks and
    /// on the library, so only for comparison with `ExactSum`.
    func sum(_ values: inout [Float]) throws(Failure)

    /// Collective. Element-wise exact sum over ranks of the first `slices.count` values, of which every rank gets its own slice, in place: what
    /// stands in those of other ranks afterwards means nothing. The caller keeps every sum within Int64.
    func sum(_ values: inout [Int64], slices: SliceLayout) throws(Failure)

    /// Collective. Gives every rank's slice to all ranks, in place.
    func gather(_ values: inout [Float], slices: SliceLayout) throws(Failure)

    /// Collective. Element-wise largest value over ranks, in place, on all ranks. No NaN.
    func maximum(_ values: inout [Double]) throws(Failure)

    /// Collective. Element-wise smallest value over ranks, in place, on all ranks. No NaN.
    func minimum(_ values: inout [Double]) throws(Failure)

    /// Collective. Replaces the bytes of every rank by those of `root`; their number need not be known elsewhere.
    func broadcast(_ bytes: inout [UInt8], from root: Int) throws(Failure)

    /// Collective. Every rank gives `perShard` values for each of its shards, all ranks get the values of all shards in shard order.
    func gather(_ mine: [Double], perShard: Int, layout: ShardLayout) throws(Failure) -> [Double]

    /// Collective. Begins to send bytes from every rank to every other, and returns at once: `sending[r]` of them, in the order of ranks, go to
    /// rank r, and `receiving[r]` bytes come from rank r.
    ///
    /// Both sides know the counts, so none are sent, and ranks that exchange nothing cost no message. Other collectives may run before the
    /// exchange is finished. It holds a copy of what is sent and the room for what is received.
    func beginExchange(_ bytes: [UInt8], sending: [Int], receiving: [Int]) throws(Failure) -> any PendingExchange

    /// Not collective. Prints the failure and ends the job on all ranks with its exit code.
    func abort(_ failure: Failure) -> Never
}
