import Failures
import Foundation
import Numerics
import Sampling

/// Whether an energy grows fast enough far from the data that exp(-E) has an integral, as far as rays can tell.
///
/// Along a ray r^(d-1) exp(-E) has an integral where E grows by more than d log 2 from r to 2r, which is asked at 64 standard deviations of the data on 64
/// random rays. A density in a box has an integral anyway.
struct GrowthCheck {
    private static let rays = AnnealedImportance.leastRoom
    private static let distance: Float = 64

    private let coordinates: NormalCoordinates

    init(_ coordinates: NormalCoordinates) { self.coordinates = coordinates }

    /// - Throws: `.numerical` where it does not grow.
    func check(_ energy: any Potential) throws(Failure) {
        guard !coordinates.isBounded else { return }
        let near = energies(energy, at: Self.distance)
        let far = energies(energy, at: 2 * Self.distance)
        let least = Double(coordinates.dimension) * log(2)
        let flat = zip(near, far).count { !($0 == .infinity || $1 - $0 > least) }
        guard flat > 0 else { return }
        throw Failure(
            .numerical,
            "the energy has no normalising constant, as far as can be seen: along \(flat) of \(Self.rays) rays from the data it does not grow as "
                + "fast as the volume from \(Int(Self.distance)) standard deviations on, so it is no density. Train with model.referenceDeviation, or with walls "
                + "(sampler.low and sampler.high).")
    }

    /// E at so many standard deviations in each value, along each ray.
    private func energies(_ energy: any Potential, at distance: Float) -> [Double] {
        let size = coordinates.dimension
        let (z, x) = (Matrix(rows: Self.rays, columns: size), Matrix(rows: Self.rays, columns: size))
        RandomStream(seed: 1, purpose: .annealingStart, step: 1, index: 0).fillNormals(z)
        for row in 0..<z.rows {
            let length = Float(z.rows(row..<row + 1).squaredNorm.squareRoot())
            let factor = distance * Float(size).squareRoot() / length
            for column in 0..<size { z[row, column] *= factor }
        }
        coordinates.place(z, into: x)
        let (energies, gradient) = (Matrix(rows: Self.rays, columns: 1), Matrix(rows: Self.rays, columns: size))
        energy.evaluate(x, energies: energies, gradient: gradient)
        return energies.values.map { Double($0) }
    }
}
