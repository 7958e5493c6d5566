/// Which ranks of a job share a machine, the same on all ranks: what lets a sum be made inside of machines before it travels between them.
public struct NodeMap: Hashable, Sendable {
    /// The place of each rank: the number of its node, and its index among the ranks there.
    private let places: [Place]
    /// How many machines there are.
    public let count: Int
    /// The ranks of the machine that has the fewest. A *lane* is made of the ranks with one index, one of every node: so many lanes are complete.
    public let lanes: Int

    struct Place: Hashable, Sendable {
        let node: Int
        let index: Int
    }

    /// - Parameter leaders: for each rank a number that the ranks of its node have in common and no others, such as the lowest of them.
    public init(leaders: [Int]) {
        precondition(!leaders.isEmpty, "a job has at least one rank")
        var (numbers, members): ([Int: Int], [Int]) = ([:], [])
        places = leaders.map { leader in
            let node = numbers[leader] ?? members.count
            if node == members.count {
                numbers[leader] = node
                members.append(0)
            }
            defer { members[node] += 1 }
            return Place(node: node, index: members[node])
        }
        count = members.count
        lanes = members.min() ?? 1
    }

    /// All ranks.
    public var ranks: Int { places.count }

    func place(of rank: Int) -> Place {
        precondition(places.indices.contains(rank), "rank \(rank) is not one of \(ranks)")
        return places[rank]
    }

    /// Whether some ranks share a machine and others are elsewhere: a sum is then made in two layers.
    var isLayered: Bool { count > 1 && count < ranks }
}
