/// Where the chains of a step begin.
package enum ChainStart: Sendable, Hashable {
    /// Where they ended, in a replay buffer; those that start afresh at the origin.
    case persistent(restartFrom: Origin)
    case data
    case noise

    /// - Parameter origin: of persistent chains.
    package init(_ place: Place, restartFrom origin: Origin) {
        switch place {
        case .persistent: self = .persistent(restartFrom: origin)
        case .data: self = .data
        case .noise: self = .noise
        }
    }

    package enum Place: String, CaseIterable, Codable, Sendable { case persistent, data, noise }

    /// Where a fresh chain begins.
    package enum Origin: String, CaseIterable, Codable, Sendable { case noise, data }
}
