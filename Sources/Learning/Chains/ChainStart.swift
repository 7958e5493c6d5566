/// Where the chains of a step begin.
package enum ChainStart: Sendable, Hashable {
    /// Where they ended, in a replay buffer; those that start afresh at the origin.
    case persistent(restartFrom: Origin)
    case data
    case noise

    /// Where a fresh chain begins.
    package enum Origin: Sendable, Hashable {
        case noise
        case data
    }
}
