import Datasets
import Distributed
import Foundation
import Measures
import Testing
import Training

@Suite struct DensityFitTests {
    private let density = PlaneDensity(.gaussians25)

    private func fit(_ energy: FunctionEnergy, logZ: Double) throws -> DensityFit {
        try DensityFit(of: energy, logZ: logZ, to: density, SoloCommunicator())
    }

    @Test func `the density itself has no error, whatever the constant of its energy`() throws {
        let density = density
        let energy = FunctionEnergy { 3 - density.logDensity(x: $0, y: $1) }
        let evaluation = try PlaneEvaluation(of: energy, against: density, chains: [], SoloCommunicator())
        // Energies up to 20 are floats: errors of 1e-6.
        #expect(abs(evaluation.integral.logZ + 3) < 1e-5)
        #expect(abs(evaluation.fit.divergence) < 1e-5 && evaluation.fit.squaredError < 1e-10)
        #expect(evaluation.fit.squaredErrorUpToConstant < 1e-10)
        #expect(abs(evaluation.fit.logLikelihood - evaluation.fit.bestLogLikelihood) < 1e-5)
        #expect(evaluation.coverage == nil && evaluation.warnings.isEmpty)
    }

    @Test func `the divergence of a Gaussian is its closed form`() throws {
        let (variance, deviation) = (4.0, 0.2 / 1.414)
        // The modes are 10 deviations apart, so the entropy is that of one Gaussian and of the choice among 25.
        let entropy = log(25) + log(2 * Double.pi * deviation * deviation) + 1
        // The mean of k² over -4, -2, 0, 2, 4 is 8.
        let squaredRadius = 2 * (8 / (1.414 * 1.414) + deviation * deviation)
        let expected = -entropy + log(2 * Double.pi * variance) + squaredRadius / (2 * variance)
        let found = try fit(.gaussian(variance: variance), logZ: log(2 * Double.pi * variance))
        #expect(found.divergenceError > 0.001 && found.divergenceError < 0.02)
        // Five standard errors.
        #expect(abs(found.divergence - expected) < 5 * found.divergenceError)
        #expect(abs(found.bestLogLikelihood + entropy) < 5 / Double(DensityFit.sampleCount).squareRoot())
    }

    @Test func `means over samples have intervals`() throws {
        let energy = FunctionEnergy.gaussian(variance: 4)
        let found = try DensityFit(of: energy, logZ: log(8 * Double.pi), to: density, SoloCommunicator())
        let intervals = try #require(found.intervals)
        #expect(abs((intervals.divergence.high - intervals.divergence.low) / 2 - 1.959964 * found.divergenceError) < 1e-6)
        for (interval, value) in [
            (intervals.divergence, found.divergence), (intervals.squaredError, found.squaredError),
            (intervals.squaredErrorUpToConstant, found.squaredErrorUpToConstant), (intervals.logLikelihood, found.logLikelihood),
            (intervals.bestLogLikelihood, found.bestLogLikelihood),
        ] + zip(try #require(intervals.modeBias), try #require(found.modeBias)) {
            #expect(abs((interval.low + interval.high) / 2 - value) < 1e-9 * abs(value) && interval.low < interval.high)
        }
    }

    @Test func `modes of wrong weight have their bias and their share of the squared error`() throws {
        let density = density
        let tilt = 0.4
        let columns = 1.414
        // Energies of columns -2, 0 and 2 are lower by the tilt, those of columns -1 and 1 higher.
        let energy = FunctionEnergy { x, y in
            -density.logDensity(x: x, y: y) + (Int((x / columns).rounded()).isMultiple(of: 2) ? -tilt : tilt)
        }
        let logZ = log((15 * exp(tilt) + 10 * exp(-tilt)) / 25)
        let evaluation = try PlaneEvaluation(of: energy, against: density, chains: [], SoloCommunicator())
        // The energy jumps half-way between modes, at 5 deviations: a mass of 1e-6.
        #expect(abs(evaluation.integral.logZ - logZ) < 1e-4)
        let bias = try #require(evaluation.fit.modeBias)
        let centres = try #require(density.modes).centres
        for (value, centre) in zip(bias, centres) {
            let expected = (Int((Double(centre.x) / columns).rounded()).isMultiple(of: 2) ? tilt : -tilt) - logZ
            #expect(abs(value - expected) < 1e-3)
        }
        let (high, low) = (pow(tilt - logZ, 2), pow(-tilt - logZ, 2))
        // Five standard errors of a choice between two values with probabilities .6 and .4.
        let error = 5 * (0.24 / Double(DensityFit.sampleCount)).squareRoot() * abs(high - low)
        #expect(abs(evaluation.fit.squaredError - (0.6 * high + 0.4 * low)) < error)
        // Without the constant: the variance of a choice between ±.4, whose estimate errs by (.6 - .4) · .64 times the error of the share.
        let (square, share) = (4 * tilt * tilt, (0.24 / Double(DensityFit.sampleCount)).squareRoot())
        #expect(abs(evaluation.fit.squaredErrorUpToConstant - 0.24 * square) < 5 * share * 0.2 * square + 1e-4)
    }

    /// Half of the mass lies where the density has none: log q is too low by log 2 at every sample, which an estimate of log Z at the samples does not see.
    @Test func `mass where the density has none is seen by the integral alone`() throws {
        let density = density
        let (variance, far) = (0.02, 4.6)
        let energy = FunctionEnergy { x, y in
            let own = density.logDensity(x: x, y: y)
            let square: Double = (x - far) * (x - far) + (y - far) * (y - far)
            let other: Double = -square / (2 * variance) - log(2 * Double.pi * variance)
            let greatest = max(own, other)
            return -greatest - log(exp(own - greatest) + exp(other - greatest))
        }
        let found = try PlaneEvaluation(of: energy, against: density, chains: [], SoloCommunicator()).fit
        #expect(abs(found.squaredError - log(2) * log(2)) < 1e-3 && abs(found.divergence - log(2)) < 1e-3)
        #expect(found.squaredErrorUpToConstant < 1e-4)
        // log Z of the samples: whatever constant is given.
        let shifted = try fit(energy, logZ: 5)
        #expect(abs(shifted.squaredErrorUpToConstant - found.squaredErrorUpToConstant) < 1e-9 && shifted.squaredError > 20)
    }

    @Test func `a density without separate modes has no bias of modes`() throws {
        let rings = PlaneDensity(.rings)
        let energy = FunctionEnergy { -rings.logDensity(x: $0, y: $1) }
        let found = try DensityFit(of: energy, logZ: 0, to: rings, SoloCommunicator())
        #expect(found.modeBias == nil && found.squaredError < 1e-9)
    }
}
