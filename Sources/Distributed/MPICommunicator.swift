import CMPI
import Failures
import Glibc

/// The ranks of a job that a launcher started, over a duplicate of `MPI_COMM_WORLD` of their own.
///
/// Arrays above `chunkLimit` elements travel in several messages, because MPI counts in Int32.
@safe public final class MPICommunicator: Communicator {
    public let rank: Int
    public let size: Int
    public let node: NodeInfo
    public let progress: ProgressBoard
    public var agreedFailure: Failure?

    /// The most elements of one message: 2²⁷ (1 GiB of Int64), far below Int32.max. Tests make it small.
    package var chunkLimit = 1 << 27 {
        willSet { precondition((1...Int(Int32.max)).contains(newValue), "a message has between 1 and 2³¹-1 elements") }
    }

    let handle: ebm_comm
    /// All ranks, in the layers in which they sum.
    private(set) var layers: RankLayers

    public var nodes: NodeMap { layers.nodes }
    public internal(set) var traffic = Traffic()

    /// Collective over `MPI_COMM_WORLD`. Duplicates it and looks at the nodes; MPI must be running.
    ///
    /// - Parameter watchdog: gets to know the ranks of this node.
    init(_ watchdog: Watchdog) throws(Failure) {
        progress = watchdog.board
        let world = mpi.constants.world
        var rank: Int32 = 0
        try check(mpi.comm_return_errors(world), "MPI_Comm_set_errhandler", .launch, rank: 0)
        try check(unsafe mpi.comm_rank(world, &rank), "MPI_Comm_rank", .launch, rank: 0)
        self.rank = Int(rank)
        handle = try duplicateOfWorld(rank: self.rank)
        var size: Int32 = 0
        try check(unsafe mpi.comm_size(handle, &size), "MPI_Comm_size", .launch, rank: self.rank)
        self.size = Int(size)
        var shared = ebm_comm()
        try check(unsafe mpi.comm_split_shared(handle, rank, &shared), "MPI_Comm_split_type", .launch, rank: self.rank)
        node = try NodeInfo(sharing: shared, rank: self.rank)
        layers = try RankLayers(handle, NodeMap(sharing: shared, over: handle, ranks: self.size, rank: self.rank), rank: self.rank)
        try watchdog.meet(over: shared, ranks: node.ranks, rank: self.rank, size: self.size)
        try check(unsafe mpi.comm_free(&shared), "MPI_Comm_free", .launch, rank: self.rank)
    }

    /// Collective. Sums as if the ranks were on other machines than they are: for tests.
    package func regroup(_ nodes: NodeMap) throws(Failure) {
        precondition(nodes.ranks == size, "a map of \(nodes.ranks) ranks on \(size) ranks")
        try layers.free()
        layers = try RankLayers(handle, nodes, rank: rank)
    }

    /// Collective. Gives the duplicate back; the communicator must not be used afterwards.
    func free() throws(Failure) {
        try layers.free()
        var handle = handle
        try check(unsafe mpi.comm_free(&handle), "MPI_Comm_free", rank: rank)
    }

    public func abort(_ failure: Failure) -> Never {
        Console.report("ebm-dist: rank \(rank) of \(size): \(failure.message)")
        endJob(failure.exitCode)
    }

    /// Ends all ranks with an exit code, without a word of our own.
    func endJob(_ code: Int32) -> Never {
        Console.flush()
        _ = mpi.abort(mpi.constants.world, code)
        _exit(code)
    }
}

/// Collective. A communicator of our own over all ranks, which returns errors.
func duplicateOfWorld(rank: Int) throws(Failure) -> ebm_comm {
    var duplicate = ebm_comm()
    try check(unsafe mpi.comm_dup(mpi.constants.world, &duplicate), "MPI_Comm_dup", .launch, rank: rank)
    try check(mpi.comm_return_errors(duplicate), "MPI_Comm_set_errhandler", .launch, rank: rank)
    return duplicate
}

extension NodeInfo {
    /// Collective over the ranks that share memory with this one: how many, and the union of their affinity masks.
    init(sharing shared: ebm_comm, rank: Int) throws(Failure) {
        var ranks: Int32 = 0
        var index: Int32 = 0
        try check(unsafe mpi.comm_size(shared, &ranks), "MPI_Comm_size", .launch, rank: rank)
        try check(unsafe mpi.comm_rank(shared, &index), "MPI_Comm_rank", .launch, rank: rank)
        let mask = CPUMask.current()
        var union = mask
        let count = Int32(union.words.count)
        let code = unsafe union.words.withUnsafeMutableBufferPointer { words in
            unsafe mpi.allreduce_in_place(words.baseAddress, count, mpi.constants.uint64, mpi.constants.bit_or, shared)
        }
        try check(code, "MPI_Allreduce", .launch, rank: rank)
        let group = ControlGroup.current
        self.init(ranks: Int(ranks), index: Int(index), cores: group.limited(mask.count), nodeCores: group.limited(union.count))
    }
}

extension Watchdog {
    /// Collective over the ranks of this node. Each tells the others where they find what it shows.
    func meet(over shared: ebm_comm, ranks: Int, rank: Int, size: Int) throws(Failure) {
        let mine = introduce(rank: rank).words
        let count = mine.count
        var all = [Int64](repeating: 0, count: ranks * count)
        let code = unsafe mpi.allgather(mine, Int32(count), mpi.constants.int64, &all, shared)
        try check(code, "MPI_Allgather", .launch, rank: rank)
        join(stride(from: 0, to: all.count, by: count).map { ProgressFile.Address(words: all[$0..<$0 + count]) }, size: size)
    }
}
