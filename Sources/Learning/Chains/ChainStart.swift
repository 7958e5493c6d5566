/// Where chains begin, as configurations say it.
package enum ChainStart {
    /// In a training step: where they ended in a replay buffer, at data rows, or at noise.
    package enum Place: String, CaseIterable, Codable, Sendable { case persistent, data, noise }

    /// A fresh chain of a replay buffer.
    package enum Origin: String, CaseIterable, Codable, Sendable { case noise, data }
}
