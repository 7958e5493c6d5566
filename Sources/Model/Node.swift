/// A stage in its place in a network: the values that it reads, and where their gradients go.
///
/// A network is a list of nodes, each behind what it reads. The value of a node is the output of its stage; a value may be read by several.
struct Node: Sendable {
    /// The number that stands for the network's input where nodes are counted.
    static let input = -1

    var stage: any Stage
    /// The node whose value the stage reads.
    let source: Int
    /// A second value that is joined with the one of `source`, in front of a stage that is an `ActivationStage`; nil where the stage reads one value.
    let second: Second?

    /// Of the buffers for gradients, the one that gathers what the readers of this node's value give.
    private(set) var buffer = 0
    /// What this node's way back gives to the values that it reads.
    private(set) var contributions: [Contribution] = []

    init(_ stage: any Stage, source: Int, second: Second? = nil) {
        self.stage = stage
        self.source = source
        self.second = second
    }

    struct Second: Sendable {
        /// The node of the value.
        let node: Int
        let junction: Junction
    }

    /// A part of the gradient with respect to a value.
    struct Contribution: Sendable {
        /// The node of the value.
        let target: Int
        /// Which of the values that the node reads it is.
        let operand: Junction.Operand
        /// Whether no other reader has given its part yet, and whether none will: nodes go back in reverse order.
        let isFirst: Bool
        let isLast: Bool
        /// The buffer in which the part is computed: for a first part the one of the target.
        let buffer: Int
    }

    /// Deals out buffers for gradients, few of them: one is taken again as soon as its node has gone back. A chain needs two.
    ///
    /// - Returns: the number of buffers.
    static func planGradients(_ nodes: inout [Node]) -> Int {
        var readers: [Int: Int] = [:]
        for node in nodes { for value in node.reads { readers[value.node, default: 0] += 1 } }
        var given: [Int: Int] = [:]
        var buffers = BufferPool()
        for index in nodes.indices.reversed() {
            if index == nodes.count - 1 { nodes[index].buffer = buffers.take() }
            for (target, operand) in nodes[index].reads {
                let count = given[target, default: 0]
                given[target] = count + 1
                var buffer = 0
                if count > 0 {
                    // to be added to what is there: needed for this moment alone
                    buffer = buffers.take()
                    buffers.release(buffer)
                } else if target != input {
                    buffer = buffers.take()
                    nodes[target].buffer = buffer
                }
                nodes[index].contributions.append(
                    Contribution(
                        target: target, operand: operand, isFirst: count == 0, isLast: count + 1 == readers[target], buffer: buffer))
            }
            buffers.release(nodes[index].buffer)
        }
        return buffers.count
    }

    private var reads: [(node: Int, operand: Junction.Operand)] {
        [(source, .first)] + (second.map { [($0.node, .second)] } ?? [])
    }
}

/// Numbers that are taken and given back, the lowest first.
private struct BufferPool {
    private var free: [Int] = []
    private(set) var count = 0

    mutating func take() -> Int {
        guard let lowest = free.min() else {
            count += 1
            return count - 1
        }
        free.removeAll { $0 == lowest }
        return lowest
    }

    mutating func release(_ number: Int) { free.append(number) }
}
