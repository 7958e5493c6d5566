import Foundation
import Numerics
import Sampling
import Testing

/// An energy of states that consist of sites, and its law by enumeration.
struct SiteModel: RowPotential, CustomTestStringConvertible {
    let testDescription: String
    let sites: [DiscreteSite]
    /// Of one state.
    let energyOf: @Sendable ([Double]) -> Double
    let gradientOf: @Sendable ([Double]) -> [Double]

    var dimension: Int { sites.map(\.coordinates.upperBound).max() ?? 0 }

    func energy(_ x: [Double]) -> Double { energyOf(x) }

    func gradient(_ x: [Double]) -> [Double] { gradientOf(x) }

    /// All states, the last site fastest.
    var states: [[Double]] {
        sites.reduce([Array(repeating: 0, count: dimension)]) { states, site in
            states.flatMap { state in
                (0..<site.count).map { value in
                    var next = state
                    for (coordinate, number) in zip(site.coordinates, site.value(value)) { next[coordinate] = Double(number) }
                    return next
                }
            }
        }
    }

    /// exp(-E/T) over all states, of sum 1.
    func probabilities(temperature: Double) -> [Double] {
        let energies = states.map(energyOf)
        let least = energies.min() ?? 0
        let weights = energies.map { exp((least - $0) / temperature) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    /// The place of a row among the states; nil where it is none of them.
    func place(of row: [Float]) -> Int? {
        var place = 0
        for site in sites {
            guard let value = (0..<site.count).first(where: { site.value($0) == Array(row[site.coordinates]) }) else { return nil }
            place = place * site.count + value
        }
        return place
    }

    // MARK: models

    /// Spins ±1 on a periodic square lattice, each bond once: E = -J Σ s s' - h Σ s.
    static func ising(edge: Int, coupling: Double = 1, field: Double = 0.3) -> SiteModel {
        let pairs = (0..<edge).flatMap { line in
            (0..<edge).flatMap { column -> [(Int, Int)] in
                let place = line * edge + column
                return [(place, line * edge + (column + 1) % edge), (place, (line + 1) % edge * edge + column)]
            }
        }
        return SiteModel(
            testDescription: "ising \(edge)x\(edge)", sites: (0..<edge * edge).map { .bit(at: $0, -1, 1) },
            energyOf: { s in -coupling * pairs.reduce(0) { $0 + s[$1.0] * s[$1.1] } - field * s.reduce(0, +) },
            gradientOf: { s in
                var slopes = [Double](repeating: -field, count: s.count)
                for (a, b) in pairs {
                    slopes[a] -= coupling * s[b]
                    slopes[b] -= coupling * s[a]
                }
                return slopes
            })
    }

    /// An open chain of one-hot sites of K values: E = -J Σ δ - Σ of a field on each value.
    static func potts(sites: Int, values: Int) -> SiteModel {
        SiteModel(
            testDescription: "potts \(sites) of \(values)", sites: (0..<sites).map { .oneHot(at: $0 * values, of: values) },
            energyOf: { x in
                var energy = 0.0
                for index in 0..<sites * values {
                    energy -= 0.2 * Double(index % values) * x[index]
                    if index + values < x.count { energy -= 0.9 * x[index] * x[index + values] }
                }
                return energy
            },
            gradientOf: { x in
                x.indices.map { index in
                    let before = index >= values ? x[index - values] : 0
                    let behind = index + values < x.count ? x[index + values] : 0
                    return -0.2 * Double(index % values) - 0.9 * (before + behind)
                }
            })
    }

    /// Two places on paths of 3 and 4 values, one of them not evenly, and a bit: an energy whose differences are not those of its slopes.
    static let curved = SiteModel(
        testDescription: "levels and a bit",
        sites: [
            DiscreteSite(coordinates: 0..<1, values: [[-1], [0.25], [1.5]]), .bit(at: 2),
            DiscreteSite(coordinates: 1..<2, values: [[0], [1], [2], [3]]),
        ],
        energyOf: { 0.6 * pow($0[0], 4) - 0.5 * $0[0] * $0[1] + 0.15 * $0[1] * $0[1] + 1.1 * $0[2] * sin($0[0] + $0[1]) },
        gradientOf: {
            let wave = 1.1 * $0[2] * cos($0[0] + $0[1])
            return [2.4 * pow($0[0], 3) - 0.5 * $0[1] + wave, -0.5 * $0[0] + 0.3 * $0[1] + wave, 1.1 * sin($0[0] + $0[1])]
        })

    static let small = [ising(edge: 2, coupling: 0.35), potts(sites: 3, values: 3), curved]
}
