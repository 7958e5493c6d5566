import CMPI
import Failures

/// The groups in which a rank sums: with the ranks of its node, and along its lane with one rank of every node.
struct RankLayers {
    let nodes: NodeMap
    /// All ranks.
    let all: RankGroup
    let node: RankGroup
    /// The ranks with this one's index on all nodes; those beyond the lanes have a group too, and nothing to do in it.
    let lane: RankGroup

    /// Collective over `parent`, whose ranks the map tells apart.
    init(_ parent: ebm_comm, _ nodes: NodeMap, rank: Int) throws(Failure) {
        let place = nodes.place(of: rank)
        self.nodes = nodes
        all = try RankGroup(of: parent, color: 0, key: rank, crossesNodes: nodes.count > 1, rank: rank)
        node = try RankGroup(of: parent, color: place.node, key: place.index, crossesNodes: false, rank: rank)
        lane = try RankGroup(of: parent, color: place.index, key: place.node, crossesNodes: true, rank: rank)
    }

    /// Collective.
    func free() throws(Failure) {
        for group in [all, node, lane] { try group.free() }
    }
}

extension NodeMap {
    /// Collective over all ranks. - Parameter shared: the ranks of this node, in their order.
    init(sharing shared: ebm_comm, over all: ebm_comm, ranks: Int, rank: Int) throws(Failure) {
        var leader = Int64(rank)
        try check(unsafe mpi.bcast(&leader, 1, mpi.constants.int64, 0, shared), "MPI_Bcast", .launch, rank: rank)
        var leaders = [Int64](repeating: 0, count: ranks)
        let code = unsafe mpi.allgather(&leader, 1, mpi.constants.int64, &leaders, all)
        try check(code, "MPI_Allgather", .launch, rank: rank)
        self.init(leaders: leaders.map { Int($0) })
    }
}
