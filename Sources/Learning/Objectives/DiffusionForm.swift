/// How data become the noised rows: by adding noise, or by shrinking and adding noise.
package enum DiffusionForm: String, CaseIterable, Codable, Sendable {
    case varianceExploding
    case variancePreserving
}

/// How the Laplacian of the energy is estimated: by second derivatives along random signs, or from energies alone.
package enum LaplacianTrace: String, CaseIterable, Codable, Sendable {
    case hutchinson
    case stein
}

/// Where the bracket is taken: at x0 or at x_T.
package enum DiffusionBracket: String, CaseIterable, Codable, Sendable {
    case data
    case noised
}
